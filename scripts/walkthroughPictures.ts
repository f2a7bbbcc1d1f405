import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type Theme, Workbench } from '../test/ui/workbench';
import { savePicture } from './pictures';

const folder = 'media/walkthrough';
const size = { width: 1000, height: 640 };
const prompt = 'train-journey.prompt.md';

/** The part of the window that a step is about: walkthroughs show pictures at half a window's width. */
type Clip = NonNullable<NonNullable<Parameters<Page['screenshot']>[0]>['clip']>;

/** The pictures of the walkthrough's steps in a light and a dark theme → media/walkthrough. */
export async function walkthroughPictures(): Promise<void> {
  for (const theme of ['light', 'dark'] as const) await picturesIn(theme);
}

async function picturesIn(theme: Theme): Promise<void> {
  const workbench = await Workbench.open({ size, theme, settings: { 'workbench.activityBar.location': 'hidden' } });
  const { page } = workbench;
  const shoot = async (name: string, clip: Clip): Promise<void> => {
    const path = join(folder, `${name}-${theme}.png`);
    const bytes = savePicture(path, await page.screenshot({ animations: 'disabled', clip }));
    console.log(`${path}: ${Math.round(bytes / 1000)} kB`);
  };
  const result = async (): Promise<void> => {
    const panel = await workbench.webviewFrame();
    await panel.getByRole('table').first().waitFor();
  };

  // Once through the menu, so that it is known to have the extension's entry; then once for the picture.
  await workbench.chooseMenu(() => workbench.rightClickExplorer(prompt), 'Recommend LLM');
  await result();
  await workbench.palette('View: Toggle Primary Side Bar Visibility');
  await shoot('read', { x: 0, y: 36, width: 1000, height: 560 });
  await workbench.palette('View: Toggle Primary Side Bar Visibility');
  await workbench.palette('View: Close All Editors');
  await workbench.openFile(prompt);
  await workbench.statusBarItem('suggestion').filter({ hasNotText: 'LLM' }).waitFor();
  await workbench.rightClickExplorer(prompt);
  await workbench.menu().getByRole('menuitem', { name: 'Recommend LLM', exact: true }).hover();
  await shoot('try', { x: 0, y: 36, width: 1000, height: 604 });
  await page.keyboard.press('Escape');

  await workbench.palette('Recommend LLM: Choose Candidates…');
  await workbench.quickPickRows().filter({ hasText: 'one by one' }).click();
  await workbench.quickPickRows().first().waitFor();
  await shoot('candidates', { x: 200, y: 0, width: 600, height: 340 });
  await page.keyboard.press('Escape');

  await workbench.palette('View: Close All Editors');
  await workbench.palette('Recommend LLM: Evaluate Router on Labelled Dataset…');
  await workbench.typeInFileDialog(join(workbench.folder, 'labelled.jsonl'));
  await page.getByRole('button', { name: 'Evaluate', exact: true }).click();
  await (await workbench.webviewFrame()).getByText('Oracle').first().waitFor();
  await workbench.palette('View: Toggle Primary Side Bar Visibility');
  await shoot('evaluate', { x: 0, y: 36, width: 1000, height: 560 });
  await workbench.expectNoErrors();
  await workbench.close();
}
