import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { copyOfSamples } from '../../scripts/samples';
import { Workbench } from './workbench';

const patience = 45_000;
const manifest = JSON.parse(readFileSync(resolve('package.nls.de.json'), 'utf8')) as Record<string, string>;

describe('in German', function () {
  this.timeout(120_000);
  let workbench: Workbench;
  before(async () => {
    const folder = copyOfSamples();
    writeFileSync(join(folder, 'table.csv'), 'a,b\n1,2\n3,4\n');
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
    await panel.getByText('Erwartete Richtigkeit').first().waitFor({ timeout: patience });
    assert.equal(await panel.evaluate(() => document.documentElement.lang), 'de');
    await workbench.screenshot('german-panel');
  });

  it('is a failure with its next step', async () => {
    await workbench.chooseMenu(() => workbench.rightClickExplorer('table.csv'), manifest['command.recommend'] ?? '');
    const panel = await workbench.webviewFrame();
    await panel.getByRole('alert').waitFor();
    await workbench.screenshot('german-failure');
    assert.match((await panel.getByRole('alert').textContent()) ?? '', /Keine Spalte von table\.csv/);
  });
});
