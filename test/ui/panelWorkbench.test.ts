import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { copyOfSamples } from '../../scripts/samples';
import { seriousFindings } from './support/axe';
import { Workbench } from './workbench';

/** A price list as OpenRouter gives it, with a price for every model that the catalog sells. */
function priceList(): string {
  const { models } = JSON.parse(readFileSync('models/catalog.json', 'utf8')) as {
    models: { marketId: string | null; price: { input: number; output: number } | null }[];
  };
  const data = models.flatMap(({ marketId, price }) =>
    marketId && price
      ? [{ id: marketId, pricing: { prompt: String(price.input / 1e6), completion: String(price.output / 1e6) } }]
      : [],
  );
  return JSON.stringify({ data });
}

describe('the panel in the workbench', () => {
  let workbench: Workbench;
  before(async () => {
    const folder = copyOfSamples();
    writeFileSync(join(folder, 'prices.json'), priceList());
    workbench = await Workbench.open({
      folder,
      size: { width: 1500, height: 1000 },
      settings: { 'files.autoSave': 'off' },
    });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed ${this.currentTest.title}`);
  });
  after(() => workbench.close());

  const recommend = async (path: string): Promise<Frame> => {
    await workbench.chooseMenu(() => workbench.rightClickExplorer(path), 'Recommend LLM');
    await workbench.tab(path).waitFor();
    const frame = await workbench.webviewFrame();
    await frame.getByText(`Recommended for ${path}`).waitFor();
    return frame;
  };
  const pickOf = async (frame: Frame): Promise<string> => (await frame.locator('.answer h1').textContent()) ?? '';

  it('re-ranks by the keyboard, without scoring again', async () => {
    const frame = await recommend('train-journey.prompt.md');
    const dial = frame.getByRole('slider', { name: 'Quality or price' });
    await dial.focus();
    await dial.press('Home');
    const [best, quality] = [await pickOf(frame), frame.locator('.pick').first()];
    assert.equal(await quality.locator('.name').textContent(), best);
    await dial.press('End');
    assert.match((await dial.getAttribute('aria-valuetext')) ?? '', /^Price\./);
    const cheap = await pickOf(frame);
    assert.notEqual(cheap, best);
    await dial.press('Home');
    assert.equal(await pickOf(frame), best);
    assert.equal(await frame.getByRole('progressbar').count(), 0);
  });

  it('pins and excludes by mouse and keyboard', async () => {
    const frame = await workbench.webviewFrame();
    const before = await pickOf(frame);
    const exclude = frame.getByRole('button', { name: `Exclude ${before}`, exact: true });
    await exclude.focus();
    await exclude.press('Enter');
    const second = await pickOf(frame);
    assert.notEqual(second, before);
    assert.ok(await exclude.evaluate((button) => button === document.activeElement), 'the focus goes along');
    await frame.getByRole('button', { name: `Pin ${before}`, exact: true }).click();
    assert.equal(await pickOf(frame), before);
    await frame.locator('.filters').getByRole('button', { name: 'Clear pins and exclusions' }).click();
    assert.equal(await pickOf(frame), before);
  });

  it('compares two models on this prompt', async () => {
    const frame = await workbench.webviewFrame();
    const other = await frame.locator('table.candidates tbody tr').nth(3).locator('.name').textContent();
    await frame.getByRole('button', { name: `Compare ${other} with the recommended model`, exact: true }).click();
    const second = frame.getByLabel('Second');
    assert.equal(await second.evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.text), other);
    const verdict = frame.locator('#compare .verdict');
    assert.match((await verdict.textContent()) ?? '', /Difference: .* points/);
    const before = await verdict.textContent();
    await second.focus();
    await second.press('ArrowDown');
    assert.notEqual(await verdict.textContent(), before);
    await workbench.screenshot('panel-compare');
  });

  it('copies the id and an API call of the pick', async () => {
    const frame = await workbench.webviewFrame();
    await workbench.clipboard();
    await frame.getByRole('button', { name: 'Copy model id' }).click();
    await workbench.page.getByText(/^Copied /).waitFor();
    const id = await workbench.clipboard();
    assert.match(id, /^[a-z0-9][\w.:-]+$/);
    await frame.getByRole('button', { name: 'Copy API snippet' }).click();
    await workbench.page.getByText(/^Copied an API call of /).waitFor();
    assert.match(await workbench.clipboard(), /model="[^"]+"/);
  });

  it('sets the pick in the front matter, and Undo takes it back', async () => {
    const frame = await workbench.webviewFrame();
    const file = join(workbench.folder, 'train-journey.prompt.md');
    const before = readFileSync(file, 'utf8');
    await frame.getByRole('button', { name: 'Set in front matter' }).click();
    const line = workbench.page.locator('.view-line').filter({ hasText: /^model:/ });
    await line.filter({ hasNotText: 'gpt-4o' }).click();
    await frame.locator('.answer h1').waitFor();
    await workbench.page.keyboard.press('Control+Z');
    await line.filter({ hasText: 'gpt-4o' }).waitFor();
    assert.equal(readFileSync(file, 'utf8'), before, 'nothing is saved unasked');
    await workbench.expectNoErrors();
  });

  it('takes over newer prices from a list, by the button beside old ones', async () => {
    const frame = await workbench.webviewFrame();
    await frame.locator('table.candidates .amber').first().waitFor();
    await frame.getByRole('button', { name: 'Update Catalog from File…' }).click();
    await workbench.typeInFileDialog(join(workbench.folder, 'prices.json'));
    await workbench.page.getByRole('button', { name: 'Take Over Prices', exact: true }).click();
    await workbench.page.getByText(/Prices of \d+ models taken over from prices\.json/).waitFor();
    await frame.locator('table.candidates .amber').first().waitFor({ state: 'detached' });
    assert.equal(await frame.locator('.old-prices').count(), 0);
    await workbench.expectNoErrors();
  });

  it('has no serious accessibility finding in each theme', async () => {
    for (const theme of ['light', 'highContrastDark', 'highContrastLight', 'dark'] as const) {
      await workbench.setTheme(theme);
      const frame = await workbench.webviewFrame();
      const mark = { light: 'vscode-light', dark: 'vscode-dark', highContrastDark: 'vscode-high-contrast' };
      await frame
        .locator(`body.${theme === 'highContrastLight' ? 'vscode-high-contrast-light' : mark[theme]}`)
        .waitFor();
      assert.deepEqual(await seriousFindings(frame), [], theme);
      await workbench.screenshot(`panel-${theme}`);
    }
  });

  it('shows a row of a dataset in the editor', async () => {
    const frame = await recommend('questions.jsonl');
    await frame.getByRole('button', { name: /^All 60/ }).click();
    await frame.locator('table.rows').getByRole('button', { name: 'Show line 3 in the editor', exact: true }).click();
    await workbench.page.locator('.statusbar-item', { hasText: /Ln 3,/ }).waitFor();
  });

  it('saves labels beside the dataset and brings them back', async () => {
    let frame = await workbench.webviewFrame();
    for (let row = 0; row < 3; row++) {
      const marks = frame.locator('#labels tbody tr').nth(row);
      await marks
        .getByRole('button', { name: /was wrong on/ })
        .first()
        .click();
    }
    assert.match((await frame.locator('#labels .effect').textContent()) ?? '', /right on 0 of 3/);
    await workbench.explorerRow('questions.jsonl.labels.json');
    assert.match(readFileSync(join(workbench.folder, 'questions.jsonl.labels.json'), 'utf8'), /"correctness": ?0/);
    await recommend('train-journey.prompt.md');
    frame = await recommend('questions.jsonl');
    await frame.locator('#labels').getByText('3 labels', { exact: true }).waitFor();
    await workbench.screenshot('panel-labels');
  });

  it('exports a report, tables and a chart into files where the user says', async () => {
    const frame = await workbench.webviewFrame();
    const exports: [string, string, RegExp][] = [
      ['Report (Markdown)', 'questions.recommendation.md', /^# Recommended for questions\.jsonl\n/],
      ['Models (CSV)', 'questions.models.csv', /^model,/],
      ['Everything (JSON)', 'questions.recommendation.json', /^\{\n/],
      ['Rows (CSV)', 'questions.picks.csv', /^(id|line|row),/],
      ['Rows (JSONL)', 'questions.picks.jsonl', /^\{"/],
      ['Save Cost and quality as SVG', 'cost-quality.svg', /^<svg/],
      ['Save Cost and quality as PNG', 'cost-quality.png', /^.PNG/],
    ];
    for (const [button, name, start] of exports) {
      await frame.getByRole('button', { name: button }).click();
      await workbench.acceptFileDialog(`/${name}`);
      await workbench.explorerRow(name);
      const path = join(workbench.folder, name);
      assert.ok(existsSync(path), name);
      assert.match(readFileSync(path, 'latin1'), start, name);
    }
    await workbench.expectNoErrors();
  });
});
