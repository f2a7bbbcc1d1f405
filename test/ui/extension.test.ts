import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { copyOfSamples } from '../../scripts/samples';
import { Workbench } from './workbench';

/** The panel, once it shows a result. */
async function resultPanel(workbench: Workbench): Promise<Frame> {
  const panel = await workbench.webviewFrame();
  await panel.getByRole('table').first().waitFor();
  return panel;
}

describe('Recommend LLM by mouse and keyboard', () => {
  let workbench: Workbench;
  before(async () => {
    // Written before the editor opens: quick open lists files that it has seen.
    const folder = copyOfSamples();
    writeFileSync(
      join(folder, 'declared.prompt.md'),
      '---\nmodel: gpt-3.5-turbo\n---\nProve that there are infinitely many primes of the form 4n+3.\n',
    );
    writeFileSync(join(folder, 'table.csv'), 'a,b\n1,2\n3,4\n');
    workbench = await Workbench.open({ folder });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed ${this.currentTest.title}`);
  });
  after(() => workbench.close());

  it('right-click on a prompt file → the panel names a model', async () => {
    await workbench.chooseMenu(() => workbench.rightClickExplorer('train-journey.prompt.md'), 'Recommend LLM');
    const panel = await resultPanel(workbench);
    await panel
      .getByText(/Recommended/)
      .first()
      .waitFor();
    await panel
      .getByText(/\d+\s?%/)
      .first()
      .waitFor();
    await workbench.tab('train-journey.prompt.md').waitFor();
    await workbench.screenshot('panel-prompt');
    await workbench.expectNoErrors();
  });

  it('right-click on a dataset → the panel names a model and the rows read', async () => {
    await workbench.chooseMenu(() => workbench.rightClickExplorer('questions.jsonl'), 'Recommend LLM');
    const panel = await resultPanel(workbench);
    const rows = readFileSync(join(workbench.folder, 'questions.jsonl'), 'utf8').trim().split('\n').length;
    await panel
      .getByText(new RegExp(`\\b${rows} prompts`))
      .first()
      .waitFor();
    await workbench.screenshot('panel-dataset');
    await workbench.expectNoErrors();
  });

  it('shows the suggestion for the prompt in the status bar; a click opens the panel', async () => {
    await workbench.palette('View: Close All Editors');
    await workbench.openFile('tool-calling.prompt.md');
    const item = workbench.statusBarItem('suggestion');
    await item
      .filter({ has: workbench.page.locator('.codicon-compass') })
      .filter({ hasNotText: /^ ?LLM$/ })
      .waitFor();
    await item.hover();
    const hover = workbench.page.locator('.monaco-hover').filter({ hasText: 'Click for the evidence' });
    await hover.waitFor();
    assert.equal(await hover.locator('tbody tr').count(), 3);
    await workbench.screenshot('status-bar-hover');
    await item.click();
    await resultPanel(workbench);
    await workbench.expectNoErrors();
  });

  it('says in a lens how the suggestion stands to the model of the front matter', async () => {
    await workbench.openFile('declared.prompt.md');
    await workbench.page.locator('.codelens-decoration').filter({ hasText: 'suggested:' }).first().waitFor();
    await workbench.screenshot('lens');
  });

  it('evaluates a labelled dataset from the palette', async () => {
    await workbench.palette('Recommend LLM: Evaluate Router on Labelled Dataset…');
    await workbench.typeInFileDialog(join(workbench.folder, 'labelled.jsonl'));
    await workbench.page.getByRole('button', { name: 'Evaluate', exact: true }).click();
    const panel = await workbench.webviewFrame();
    await panel.getByText('Oracle').first().waitFor();
    await workbench.screenshot('panel-evaluation');
    await workbench.expectNoErrors();
  });

  it('exports the evaluation into files that hold what the page shows', async () => {
    const panel = await workbench.webviewFrame();
    const exported = async (button: string, name: string): Promise<string> => {
      await panel.getByRole('button', { name: button }).click();
      await workbench.acceptFileDialog(`/${name}`);
      await workbench.explorerRow(name);
      return readFileSync(join(workbench.folder, name), 'utf8');
    };
    const evaluation = JSON.parse(await exported('Everything (JSON)', 'labelled.evaluation.json')) as {
      prompts: number;
      models: { model: string; accuracy: number }[];
    };
    assert.ok(evaluation.prompts > 0 && evaluation.models.length > 1);
    const report = await exported('Report (Markdown)', 'labelled.evaluation.md');
    assert.match(report, /^# .*labelled\.jsonl/);
    assert.match(report, /Oracle/);
    const [header = '', ...lines] = (await exported('Models (CSV)', 'labelled.evaluation.csv')).trim().split('\n');
    assert.match(header, /^model,/);
    assert.deepEqual(
      lines.map((line) => line.split(',')[0]).sort(),
      evaluation.models.map(({ model }) => model).sort(),
    );
    await workbench.expectNoErrors();
  });

  it('chooses candidates with the keyboard, for this workspace', async () => {
    await workbench.palette('Recommend LLM: Choose Candidates…');
    await workbench.quickPickRows().filter({ hasText: 'All models that can be bought today' }).waitFor();
    await workbench.screenshot('candidates-presets');
    await workbench.quickInput().fill('one by one');
    await workbench.page.keyboard.press('Enter');
    // Only the list of models counts what is ticked: rows alone may still be the presets'.
    await workbench.page.locator('.quick-input-widget .quick-input-count').waitFor();
    await workbench.screenshot('candidates');
    await workbench.page.keyboard.press('Escape');
    await workbench.quickInput().waitFor({ state: 'hidden' });
    await workbench.again(async () => {
      await workbench.palette('Recommend LLM: Choose Candidates…');
      await workbench.quickPickRows().filter({ hasText: 'Models with open weights' }).click();
      await workbench.quickPickRows().filter({ hasText: 'This workspace' }).click();
    });
    const settings = join(workbench.folder, '.vscode', 'settings.json');
    await workbench.openFile('train-journey.prompt.md');
    await workbench.chooseMenu(() => workbench.rightClickEditor(), 'Recommend LLM');
    await resultPanel(workbench);
    assert.deepEqual(
      (JSON.parse(readFileSync(settings, 'utf8')) as Record<string, unknown>)['recommendLlm.candidates'],
      ['@open'],
    );
    workbench.changeSettings({ 'recommendLlm.candidates': [] });
  });

  it('shows progress on a large dataset, and stops when cancelled', async () => {
    const rows = Array.from(
      { length: 300_000 },
      (_, row) => `{"prompt":"What is ${row} times ${row % 97}? Explain."}\n`,
    );
    writeFileSync(join(workbench.folder, 'large.jsonl'), rows.join(''));
    await workbench.chooseMenu(() => workbench.rightClickExplorer('large.jsonl'), 'Recommend LLM');
    const panel = await workbench.webviewFrame();
    const cancel = panel.getByRole('button', { name: 'Cancel' });
    await cancel.waitFor();
    await panel
      .getByText(/rows\/s/)
      .first()
      .waitFor();
    await workbench.screenshot('panel-progress');
    await cancel.click();
    await panel.getByText('Stopped').first().waitFor();
    await workbench.screenshot('panel-stopped');
    await workbench.chooseMenu(() => workbench.rightClickExplorer('train-journey.prompt.md'), 'Recommend LLM');
    await resultPanel(workbench);
    await workbench.expectNoErrors();
  });

  it('tells a failure with its next step, and works on', async () => {
    await workbench.chooseMenu(() => workbench.rightClickExplorer('table.csv'), 'Recommend LLM');
    const panel = await workbench.webviewFrame();
    await panel.getByText('No recommendation').first().waitFor();
    await workbench.screenshot('panel-failure');
    await panel.getByRole('button', { name: 'Choose the prompt column…' }).click();
    await workbench.quickInput().fill('b');
    await workbench.page.keyboard.press('Enter');
    await resultPanel(workbench);
    await workbench.chooseMenu(() => workbench.rightClickExplorer('train-journey.prompt.md'), 'Recommend LLM');
    await resultPanel(workbench);
    await workbench.expectNoErrors();
  });
});

describe('the first minutes', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({ theme: 'light' });
  });
  after(() => workbench.close());

  it('the walkthrough opens and has a picture for each step', async () => {
    await workbench.palette('Recommend LLM: Get Started');
    const steps = workbench.page.locator('.getting-started-step');
    await steps.first().waitFor();
    assert.equal(await steps.count(), 4);
    for (let step = 0; step < 4; step++) {
      await steps.nth(step).click();
      const picture = workbench.page.locator('.getting-started-media img');
      await picture.waitFor();
      assert.ok(await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth > 0)));
    }
    await workbench.screenshot('walkthrough');
  });

  it('the sample opens with its recommendation', async () => {
    await workbench.palette('Recommend LLM: Try It on a Sample Prompt');
    await resultPanel(workbench);
    await workbench.screenshot('sample');
    await workbench.expectNoErrors();
  });
});
