import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyOfSamples } from '../../scripts/samples';
import { Workbench } from './workbench';

const file = 'declared.prompt.md';
const content = '---\nmodel: gpt-3.5-turbo\n---\nProve that there are infinitely many primes of the form 4n+3.\n';

describe('the editor by mouse and keyboard', () => {
  let workbench: Workbench;
  before(async () => {
    const folder = copyOfSamples();
    writeFileSync(join(folder, file), content);
    workbench = await Workbench.open({
      folder,
      settings: { 'recommendLlm.diagnostics.enabled': true, 'files.autoSave': 'off' },
    });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed ${this.currentTest.title}`);
  });
  after(() => workbench.close());

  it('underlines a model that falls behind; its quick fix edits the front matter, and Undo takes it back', async () => {
    await workbench.openFile(file);
    await workbench.page.locator('.squiggly-info').first().waitFor();
    const fix = workbench.page.locator('.action-widget .monaco-list-row').filter({ hasText: 'Set the model to' });
    await workbench.again(async () => {
      await workbench.page.getByText('gpt-3.5-turbo', { exact: true }).first().click();
      await workbench.page.keyboard.press('Control+.');
      await fix.waitFor();
    });
    await workbench.screenshot('quick-fix');
    await workbench.page.keyboard.press('Enter');
    await fix.waitFor({ state: 'hidden' });
    await workbench.page.getByText('gpt-3.5-turbo', { exact: true }).waitFor({ state: 'hidden' });
    assert.match(await workbench.editorText(), /model: (?!gpt-3\.5-turbo)\S+/);
    assert.equal(readFileSync(join(workbench.folder, file), 'utf8'), content, 'nothing is saved unasked');
    await workbench.page.keyboard.press('Control+Z');
    await workbench.page.getByText('gpt-3.5-turbo', { exact: true }).waitFor();
    await workbench.expectNoErrors();
  });

  it('lists the hint among the problems', async () => {
    await workbench.palette('View: Toggle Problems');
    const problem = workbench.page.locator('.markers-panel .monaco-list-row').filter({ hasText: 'Recommend LLM' });
    await problem.first().waitFor();
    assert.match((await problem.first().textContent()) ?? '', /gpt-3\.5-turbo/);
    await workbench.screenshot('problems');
    await workbench.palette('View: Toggle Problems');
  });

  it('opens the panel from the lens, by mouse and by keyboard', async () => {
    const lens = workbench.page.locator('.codelens-decoration a').filter({ hasText: 'suggested:' });
    await lens.first().click();
    const panel = await workbench.webviewFrame();
    await panel.getByText(`Recommended for ${file}`).waitFor();
    await workbench.palette('View: Close All Editors');
    await workbench.openFile(file);
    await lens.first().waitFor();
    await workbench.page.getByText('gpt-3.5-turbo', { exact: true }).first().click();
    await workbench.palette('Show CodeLens Commands for Current Line');
    await workbench.quickPickRows().filter({ hasText: 'suggested:' }).waitFor();
    await workbench.page.keyboard.press('Enter');
    await (await workbench.webviewFrame()).getByText(`Recommended for ${file}`).waitFor();
  });

  it('shows a lens over each test of a prompt configuration', async () => {
    await workbench.palette('View: Close All Editors');
    await workbench.openFile('promptfooconfig.yaml');
    const lens = workbench.page.locator('.codelens-decoration a').filter({ hasText: 'suggested:' });
    await lens.nth(1).waitFor();
    await workbench.screenshot('lens-tests');
  });

  it('copies the recommended model from the palette', async () => {
    await workbench.palette('View: Close All Editors');
    await workbench.openFile(file);
    await workbench.statusBarItem('suggestion').locator('.codicon-compass').waitFor();
    await workbench.clipboard();
    await workbench.palette('Recommend LLM: Use the Recommended Model…');
    await workbench.quickPickRows().filter({ hasText: 'Copy Id' }).waitFor();
    await workbench.screenshot('actions');
    await workbench.quickInput().fill('Copy as API');
    await workbench.page.keyboard.press('Enter');
    await workbench.page.getByText(/^Copied an API call of /).waitFor();
    assert.match(await workbench.clipboard(), /model="[^"]+"/);
  });

  const listHasFocus = (): Promise<boolean> =>
    workbench.page.evaluate(() => document.activeElement?.closest('.quick-input-list') !== null);

  it('chooses candidates one by one with the keyboard', async () => {
    await workbench.palette('Recommend LLM: Choose Candidates…');
    await workbench.quickPickRows().filter({ hasText: 'one by one' }).waitFor();
    await workbench.quickInput().fill('one by one');
    await workbench.page.keyboard.press('Enter');
    await workbench.page.locator('.quick-input-widget .quick-input-count').waitFor();
    // The models in use are ticked at first: Shift+Tab goes to the box that ticks all, then none.
    await workbench.page.keyboard.press('Shift+Tab');
    await workbench.page.keyboard.press('Space');
    await workbench.page.keyboard.press('Space');
    await workbench.page.getByText('0 Selected').waitFor();
    await workbench.quickInput().fill('claude');
    await workbench.quickPickRows().filter({ hasText: 'claude' }).first().waitFor();
    // Tab by way of the button to the list, where the space bar ticks.
    for (let stop = 0; stop < 4 && !(await listHasFocus()); stop++) await workbench.page.keyboard.press('Tab');
    await workbench.page.keyboard.press('ArrowDown');
    await workbench.page.keyboard.press('Space');
    await workbench.page.getByText('1 Selected').waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.quickPickRows().filter({ hasText: 'This workspace' }).waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.quickInput().waitFor({ state: 'hidden' });
    await workbench.chooseMenu(() => workbench.rightClickExplorer('train-journey.prompt.md'), 'Recommend LLM');
    const panel = await workbench.webviewFrame();
    await panel.getByText('Recommended for train-journey.prompt.md').waitFor();
    await panel.locator('.filters').getByText('1 model', { exact: true }).waitFor();
    const settings = JSON.parse(readFileSync(join(workbench.folder, '.vscode', 'settings.json'), 'utf8'));
    assert.equal(settings['recommendLlm.candidates'].length, 1);
    assert.match(settings['recommendLlm.candidates'][0], /claude/);
    workbench.changeSettings({ 'recommendLlm.candidates': [] });
    await workbench.expectNoErrors();
  });
});
