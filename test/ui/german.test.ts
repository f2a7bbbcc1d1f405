import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { copyOfSamples } from '../../scripts/samples';
import { Workbench } from './workbench';

const manifest = JSON.parse(readFileSync(resolve('package.nls.de.json'), 'utf8')) as Record<string, string>;

describe('in German', () => {
  let workbench: Workbench;
  before(async () => {
    const folder = copyOfSamples();
    writeFileSync(join(folder, 'table.csv'), 'a,b\n1,2\n3,4\n');
    writeFileSync(
      join(folder, 'broken.jsonl'),
      '{"prompt":"Add 17 and 25."}\n{"prompt":"Add 3 an\n{"prompt":"Name the capital of Peru."}\n{"prompt":""}\n',
    );
    workbench = await Workbench.open({ folder, language: 'de', theme: 'light' });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed ${this.currentTest.title}`);
  });
  after(() => workbench.close());

  it('are the titles of commands, and what they ask', async () => {
    await workbench.palette(`Recommend LLM: ${manifest['command.chooseCandidates']}`);
    await workbench.quickPickRows().filter({ hasText: 'Modelle mit offenen Gewichten' }).waitFor();
    await workbench.screenshot('german-candidates');
    await workbench.page.keyboard.press('Escape');
  });

  it('is the panel', async () => {
    await workbench.chooseMenu(
      () => workbench.rightClickExplorer('train-journey.prompt.md'),
      manifest['command.recommend'] ?? '',
    );
    const panel = await workbench.webviewFrame();
    await panel.getByText('Erwartete Richtigkeit').first().waitFor();
    assert.equal(await panel.evaluate(() => document.documentElement.lang), 'de');
    await workbench.screenshot('german-panel');
  });

  it('are the reasons of skipped rows', async () => {
    await workbench.chooseMenu(() => workbench.rightClickExplorer('broken.jsonl'), manifest['command.recommend'] ?? '');
    const panel = await workbench.webviewFrame();
    const skipped = panel.locator('#reading details').filter({ hasText: '2 Zeilen wurden übersprungen' });
    await skipped.waitFor();
    await skipped.scrollIntoViewIfNeeded();
    await workbench.screenshot('german-skipped-rows');
    assert.deepEqual(await skipped.locator('tbody td:last-child').allTextContents(), [
      'die Zeile ist kein gültiges JSON: Sie endet zu früh',
      'kein Text in Spalte „prompt“',
    ]);
    assert.match(
      (await panel.locator('.why').textContent()) ?? '',
      /im Mittel beste|im Mittel besten|verliert voraussichtlich|voraussichtlich so gut/,
    );
  });

  it('is the hover of the status bar, with its reason', async () => {
    await workbench.openFile('tool-calling.prompt.md');
    const item = workbench.statusBarItem('suggestion');
    await item
      .filter({ has: workbench.page.locator('.codicon-compass') })
      .filter({ hasNotText: /^ ?LLM$/ })
      .waitFor();
    await item.hover();
    const hover = workbench.page.locator('.monaco-hover').filter({ hasText: 'Klicken Sie für die Belege' });
    await hover.waitFor();
    await workbench.screenshot('german-status-bar-hover');
    const text = (await hover.textContent()) ?? '';
    assert.match(text, /im Mittel beste|im Mittel besten|verliert voraussichtlich|voraussichtlich so gut/);
    assert.doesNotMatch(text, /best model on average|expected to/);
  });

  it('is the lens over the model of the front matter, with its reason', async () => {
    await workbench.openFile('train-journey.prompt.md');
    const lens = workbench.page.locator('.codelens-decoration a').filter({ hasText: 'Vorschlag' }).first();
    await lens.waitFor();
    await workbench.screenshot('german-lens');
    const reason = (await lens.getAttribute('title')) ?? '';
    assert.match(reason, /im Mittel beste|im Mittel besten|verliert voraussichtlich|voraussichtlich so gut/);
    assert.doesNotMatch(reason, /best model on average|expected to/);
  });

  it('is a failure with its next step', async () => {
    await workbench.chooseMenu(() => workbench.rightClickExplorer('table.csv'), manifest['command.recommend'] ?? '');
    const panel = await workbench.webviewFrame();
    await panel.getByRole('alert').waitFor();
    await workbench.screenshot('german-failure');
    assert.match((await panel.getByRole('alert').textContent()) ?? '', /Keine Spalte von table\.csv/);
  });
});
