import assert from 'node:assert/strict';
import { commands, extensions, lm, type Uri, workspace } from 'vscode';
import type { ExtensionApi } from '../../src/extension';
import {
  activated,
  closeAll,
  keepUnsaved,
  sample,
  shownFailure,
  shownRecommendation,
  temporaryFile,
  withSetting,
} from './support';

/** As VS Code's own providers name them: ids without dates, notes in brackets, and one that stands for no model. */
const offered = [
  { id: 'claude-sonnet-4.5', name: 'Claude Sonnet 4.5', family: 'claude-sonnet-4.5' },
  { id: 'gpt-5', name: 'GPT-5', family: 'gpt-5' },
  { id: 'gpt-4o-2024-11-20', name: 'GPT-4o', family: 'gpt-4o' },
  { id: 'copilot-gemini', name: 'Gemini 2.5 Pro (Preview)', family: 'gemini-2.5-pro' },
  { id: 'auto', name: 'Auto', family: 'auto' },
  { id: 'oswe-vscode-prime', name: 'Raptor mini (Preview)', family: 'oswe-vscode' },
] as const;

/** Lets the test's provider offer these models, and waits until the editor lists them. */
async function offer(models: readonly (typeof offered)[number][]): Promise<void> {
  const listed = new Promise<void>((done) => {
    const look = async (): Promise<void> => {
      const chats = await lm.selectChatModels({ vendor: 'test-vendor' });
      if (chats.length !== models.length) return;
      subscription.dispose();
      done();
    };
    const subscription = lm.onDidChangeChatModels(() => void look());
    void look();
  });
  await workspace.getConfiguration('testChatProvider').update('models', models, true);
  await listed;
}

async function aiFeatures(on: boolean): Promise<void> {
  await workspace.getConfiguration('chat').update('disableAIFeatures', !on, true);
}

describe('models that VS Code offers', () => {
  let api: ExtensionApi;
  let asked: readonly string[];
  before(async () => {
    api = await activated();
    await keepUnsaved();
    const provider = extensions.getExtension<{ asked: readonly string[] }>('recommend-llm-tests.chat-provider');
    assert.ok(provider);
    ({ asked } = await provider.activate());
    await offer(offered);
  });
  afterEach(closeAll);
  after(async () => {
    await aiFeatures(false);
    await offer([]);
    assert.deepEqual(asked, [], 'nothing is ever sent to a model');
  });

  const idOf = async (name: string): Promise<string | null | undefined> =>
    (await api.models.vscodeModels()).find(({ chat }) => chat.name === name)?.id;

  it('are found in the catalog by id, family or name, and unknown ones stay unknown', async () => {
    for (const name of ['Claude Sonnet 4.5', 'GPT-5', 'GPT-4o', 'Gemini 2.5 Pro (Preview)']) {
      const id = await idOf(name);
      assert.ok(id, name);
      const model = await api.models.model(id);
      assert.equal(model?.name.startsWith(name.replace(' (Preview)', '')), true, `${name} → ${model?.name}`);
    }
    assert.deepEqual([await idOf('Auto'), await idOf('Raptor mini (Preview)')], [null, null]);
  });

  it('are the candidates of the preset @vscode, unknown ones left out', async () => {
    const known = [...(await api.models.vscodeIds())].sort();
    assert.equal(known.length, 4);
    await withSetting('candidates', ['@vscode'], async () => {
      await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
      const ids = shownRecommendation(api).candidates.map(({ model }) => model);
      assert.deepEqual([...ids].sort(), known);
      // The list is read anew: a model that is no longer offered is no candidate any more.
      await offer(offered.slice(0, 1));
      await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
      assert.equal(shownRecommendation(api).candidates.length, 1);
      await offer([]);
      await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
      assert.equal(shownFailure(api), 'NO_CANDIDATES');
      await offer(offered);
    });
  });

  it('are written into prompt files by the name of the model picker, into others by the id of the provider', async () => {
    const sonnet = await idOf('Claude Sonnet 4.5');
    const write = async (file: string): Promise<string> => {
      const uri: Uri = temporaryFile(file, '---\nmodel: gpt-4\n---\nHello.\n');
      await commands.executeCommand('recommendLlm.setModel', sonnet, uri);
      return (await workspace.openTextDocument(uri)).lineAt(1).text;
    };
    assert.equal(await write('a.prompt.md'), 'model: Claude Sonnet 4.5');
    assert.match(await write('a.prompty'), /^model: claude-sonnet-4/);
  });

  it('can be chatted with where the editor offers the model; nothing is sent', async () => {
    await aiFeatures(true);
    assert.equal(await api.actions.canOpenChat(), true);
    await api.actions.openChat((await idOf('GPT-5')) ?? '');
    const other = (await api.models.offered()).find(({ name }) => name.startsWith('Llama'));
    await assert.rejects(api.actions.openChat(other?.id ?? ''), { code: 'BAD_ARGUMENT' });
    assert.deepEqual(asked, []);
  });

  it('are not offered a chat where it is switched off, or where there is no model', async () => {
    await aiFeatures(false);
    assert.equal(await api.actions.canOpenChat(), false);
    await assert.rejects(api.actions.openChat((await idOf('GPT-5')) ?? ''), { code: 'BAD_ARGUMENT' });
    await aiFeatures(true);
    await offer([]);
    assert.equal(
      (await api.models.vscodeModels()).some(({ chat }) => chat.vendor === 'test-vendor'),
      false,
    );
    await offer(offered);
  });
});
