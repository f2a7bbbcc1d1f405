// Makes the pictures of the README and of the walkthrough from the running editor: `npm run screenshots`.
import { join } from 'node:path';
import { type Theme, Workbench } from '../test/ui/workbench';
import { datasetPictures } from './datasetPictures';
import { type AnimationFrame, saveAnimation, savePicture } from './pictures';
import { walkthroughPictures } from './walkthroughPictures';

const folder = 'media/screenshots';
const size = { width: 1280, height: 800 };
const prompt = 'tool-calling.prompt.md';
const dataset = 'questions.jsonl';

function kilobytes(path: string, bytes: number): void {
  console.log(`${path}: ${Math.round(bytes / 1000)} kB`);
}

async function shoot(workbench: Workbench, name: string): Promise<void> {
  const path = join(folder, `${name}.png`);
  kilobytes(path, savePicture(path, await workbench.page.screenshot({ animations: 'disabled' })));
}

async function recommend(workbench: Workbench, path: string): Promise<void> {
  await workbench.chooseMenu(() => workbench.rightClickExplorer(path), 'Recommend LLM');
  const panel = await workbench.webviewFrame();
  await panel.getByRole('table').first().waitFor();
}

/** The panel for a prompt and for a dataset, in each theme. */
async function panels(): Promise<void> {
  const workbench = await Workbench.open({ size, theme: 'dark' });
  await workbench.openFile(prompt);
  await recommend(workbench, prompt);
  const themes: [Theme, string][] = [
    ['dark', 'dark'],
    ['light', 'light'],
    ['highContrastDark', 'high-contrast'],
  ];
  for (const [theme, name] of themes) {
    await workbench.setTheme(theme);
    await shoot(workbench, `prompt-${name}`);
  }
  await recommend(workbench, dataset);
  for (const [theme, name] of themes) {
    await workbench.setTheme(theme);
    await shoot(workbench, `dataset-${name}`);
  }
  await workbench.expectNoErrors();
  await workbench.close();
}

/** From a prompt to a recommendation, as an animated PNG. */
async function walkThrough(): Promise<void> {
  const workbench = await Workbench.open({ size: { width: 1200, height: 720 }, theme: 'light' });
  const frames: AnimationFrame[] = [];
  const frame = async (delay: number): Promise<void> => {
    frames.push({ png: await workbench.page.screenshot({ animations: 'disabled' }), delay });
  };
  await frame(1000);
  await workbench.openFile(prompt);
  await workbench.statusBarItem('suggestion').filter({ hasNotText: 'LLM' }).waitFor();
  await frame(2500);
  await workbench.rightClickExplorer(prompt);
  await frame(1200);
  await workbench.menu().getByRole('menuitem', { name: 'Recommend LLM', exact: true }).click();
  const panel = await workbench.webviewFrame();
  await panel.getByRole('table').first().waitFor();
  await frame(3500);
  const dial = panel.getByRole('slider', { name: 'Quality or price' });
  await dial.scrollIntoViewIfNeeded();
  await frame(1500);
  await dial.press('End');
  await frame(2000);
  await panel.getByRole('table').first().scrollIntoViewIfNeeded();
  await frame(3000);
  await workbench.close();
  const path = join(folder, 'walk-through.png');
  kilobytes(path, saveAnimation(path, frames));
}

/** The sets of pictures; arguments name those that are made, all without one. */
const sets: Readonly<Record<string, () => Promise<void>>> = {
  panels,
  walkThrough,
  datasets: datasetPictures,
  walkthrough: walkthroughPictures,
};

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  for (const [name, make] of Object.entries(sets)) if (wanted.length === 0 || wanted.includes(name)) await make();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
