import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Workbench } from './workbench';

/** Training on top of the bundled router takes a minute or two on two cores. */
const trainingMs = 420_000;

describe('own evaluations become the router', function () {
  this.timeout(trainingMs + 120_000);
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open();
  });
  after(() => workbench.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  /** A notification with this text, wherever it is: toasts hide after some seconds, the notification center keeps them. */
  const notification = async (text: string, timeout: number) => {
    const toast = workbench.page.locator('.notification-toast').filter({ hasText: text });
    const kept = workbench.page.locator('.notifications-center .monaco-list-row').filter({ hasText: text });
    for (const end = Date.now() + timeout; Date.now() < end; ) {
      if (await toast.isVisible()) return toast;
      if (await kept.isVisible()) return kept;
      await workbench.palette('Notifications: Show Notifications');
      await workbench.page.waitForTimeout(1000);
    }
    throw new Error(`There is no notification "${text}".`);
  };

  it('imports, trains, and recommends the model that is right on the own task', async () => {
    await workbench.chooseMenu(() => workbench.rightClickExplorer('delivery-note.prompt.md'), 'Recommend LLM');
    const before = await workbench.webviewFrame();
    await before.getByRole('table').first().waitFor();
    assert.equal(await before.getByText('acme-forwarder-8b').count(), 0);

    await workbench.chooseMenu(() => workbench.rightClickExplorer('evaluations'), 'Import Evaluation Results…');
    await workbench.quickPickRows().filter({ hasText: 'Import 288 results of 2 benchmarks' }).waitFor();
    await workbench.screenshot('import-preview');
    await workbench.quickPickRows().filter({ hasText: 'freight_class' }).click();
    await workbench.page
      .locator('.quick-input-list .monaco-list-row .label-name')
      .getByText('exact_match', { exact: true })
      .click();
    await workbench.quickPickRows().filter({ hasText: 'Import 288 results of 2 benchmarks' }).click();
    const imported = await notification('288 results on 96 prompts imported', 60_000);
    assert.ok(existsSync(join(workbench.folder, '.recommend-llm', 'tables', 'evaluations.jsonl.gz')));
    await imported.getByRole('button', { name: 'Train Router' }).click();

    const trained = await notification('On your benchmarks the new router is better than the bundled one', trainingMs);
    await workbench.screenshot('train-verdict');
    await trained.getByRole('button', { name: 'Use This Router' }).click();
    const settings = join(workbench.folder, '.vscode', 'settings.json');
    await workbench.chooseMenu(() => workbench.rightClickExplorer('delivery-note.prompt.md'), 'Recommend LLM');
    const panel = await workbench.webviewFrame();
    await panel
      .getByRole('heading', { name: /acme-forwarder-8b/ })
      .first()
      .waitFor();
    await workbench.screenshot('own-router-panel');
    assert.equal(
      (JSON.parse(readFileSync(settings, 'utf8')) as Record<string, unknown>)['recommendLlm.router'],
      '.recommend-llm/router',
    );
    await workbench.expectNoErrors();
  });
});
