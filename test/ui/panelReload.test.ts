import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { Workbench } from './workbench';

describe('the panel through a reload of the window', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({ size: { width: 1500, height: 1000 } });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed ${this.currentTest.title}`);
  });
  after(() => workbench.close());

  const recommended = async (path: string): Promise<Frame> => {
    await workbench.tab(path).waitFor();
    const frame = await workbench.webviewFrame();
    await frame.getByText(`Recommended for ${path}`).waitFor();
    return frame;
  };

  it('shows the same answer for a prompt, with the dial and the exclusions as they were', async () => {
    const path = 'train-journey.prompt.md';
    await workbench.chooseMenu(() => workbench.rightClickExplorer(path), 'Recommend LLM');
    let frame = await recommended(path);
    const asked = await frame.locator('.answer h1').textContent();
    await frame.getByRole('button', { name: `Exclude ${asked}`, exact: true }).click();
    await frame.getByRole('slider', { name: 'Quality or price' }).press('End');
    const before = await frame.locator('.answer h1').textContent();
    assert.notEqual(before, asked);
    await workbench.reload();
    frame = await recommended(path);
    const dial = frame.getByRole('slider', { name: 'Quality or price' });
    assert.match((await dial.getAttribute('aria-valuetext')) ?? '', /^Price\./);
    assert.equal(await frame.locator('.answer h1').textContent(), before);
    await frame.getByRole('button', { name: 'Clear pins and exclusions' }).first().waitFor();
    await workbench.expectNoErrors();
  });

  it('shows the same rows of a dataset, with the chosen tab and its filter', async () => {
    const path = 'questions.jsonl';
    await workbench.chooseMenu(() => workbench.rightClickExplorer(path), 'Recommend LLM');
    let frame = await recommended(path);
    const all = (of: Frame): ReturnType<Frame['getByRole']> => of.getByRole('button', { name: /^All \d+/ });
    await all(frame).click();
    await frame.getByRole('searchbox', { name: 'Filter rows' }).fill('a');
    const rows = await frame.locator('table.rows').getAttribute('aria-rowcount');
    await workbench.reload();
    frame = await recommended(path);
    assert.equal(await all(frame).getAttribute('aria-pressed'), 'true');
    assert.equal(await frame.getByRole('searchbox', { name: 'Filter rows' }).inputValue(), 'a');
    assert.equal(await frame.locator('table.rows').getAttribute('aria-rowcount'), rows);
    await workbench.screenshot('panel-restored');
    await workbench.expectNoErrors();
  });
});
