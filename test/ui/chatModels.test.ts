import assert from 'node:assert/strict';
import { Workbench } from './workbench';

describe('the models of the editor', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({
      size: { width: 1500, height: 950 },
      chatModels: [
        { id: 'claude-sonnet-4.5', name: 'Claude Sonnet 4.5', family: 'claude-sonnet-4.5' },
        { id: 'gpt-5', name: 'GPT-5', family: 'gpt-5' },
        { id: 'oswe-vscode-prime', name: 'Raptor mini (Preview)', family: 'oswe-vscode' },
      ],
    });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed ${this.currentTest.title}`);
  });
  after(() => workbench.close());

  it('come first among the candidates, unknown ones named as unknown', async () => {
    await workbench.palette('Recommend LLM: Choose Candidates…');
    const preset = workbench.quickPickRows().filter({ hasText: 'Models available in VS Code' });
    await preset.filter({ hasText: '2 of them known to the catalog' }).waitFor();
    await workbench.screenshot('candidates-vscode-presets');
    await workbench.quickPickRows().filter({ hasText: 'one by one' }).click();
    const first = workbench.quickPickRows().first();
    await first.filter({ hasText: 'Available in VS Code' }).waitFor();
    const unknown = workbench.quickPickRows().filter({ hasText: 'Raptor mini (Preview)' });
    assert.match((await unknown.textContent()) ?? '', /unknown/);
    await workbench.screenshot('candidates-vscode');
    await workbench.page.keyboard.press('Escape');
  });

  it('are the only candidates under their preset', async () => {
    await workbench.palette('Recommend LLM: Choose Candidates…');
    await workbench.quickPickRows().filter({ hasText: 'Models available in VS Code' }).click();
    await workbench.quickPickRows().filter({ hasText: 'This workspace' }).click();
    await workbench.quickInput().waitFor({ state: 'hidden' });
    await workbench.chooseMenu(() => workbench.rightClickExplorer('train-journey.prompt.md'), 'Recommend LLM');
    const panel = await workbench.webviewFrame();
    await panel.locator('.filters').getByText('2 models', { exact: true }).waitFor();
    assert.equal(await panel.locator('table.candidates .tag').filter({ hasText: 'in VS Code' }).count(), 2);
  });

  it('are chatted with by a button of the panel; nothing is typed or sent', async () => {
    const panel = await workbench.webviewFrame();
    const name = (await panel.locator('.answer h1').textContent()) ?? '';
    await panel.getByRole('button', { name: 'Open chat with it' }).click();
    const chat = workbench.page.locator('.interactive-session');
    await chat.locator('.chat-input-picker-item, .chat-modelPicker-item').filter({ hasText: name }).first().waitFor();
    assert.equal(await chat.locator('.interactive-request').count(), 0);
    await workbench.screenshot('chat');
  });
});
