import assert from 'node:assert/strict';
import {
  type CodeAction,
  CodeActionKind,
  type CodeLens,
  commands,
  type Diagnostic,
  DiagnosticSeverity,
  env,
  languages,
  MarkdownString,
  Range,
  type TextDocument,
  window,
  workspace,
} from 'vscode';
import type { ExtensionApi } from '../../src/extension';
import { modelItems } from '../../src/host/candidates';
import {
  activated,
  closeAll,
  keepUnsaved,
  sample,
  shownRecommendation,
  temporaryFile,
  until,
  withSetting,
} from './support';

const oldModel = '---\nmode: ask\nmodel: gpt-3.5-turbo\n---\n';
const question =
  'Find all integer solutions of x^2 - 2y^2 = 1 with x below 1000, and prove that there are no others.\n';

async function openPrompt(content: string, name = 'question.prompt.md'): Promise<TextDocument> {
  const document = await workspace.openTextDocument(temporaryFile(name, content));
  await window.showTextDocument(document);
  return document;
}

describe('the status bar suggestion', () => {
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
  });
  afterEach(closeAll);

  const suggestion = (): Promise<unknown> =>
    until('a suggestion', () => api.statusBar.shown.state === 'suggestion' && api.statusBar.shown.recommendation);

  it('appears for a prompt and hides for other documents', async () => {
    await openPrompt(question);
    await suggestion();
    const { text, recommendation } = api.statusBar.shown;
    const name = recommendation?.candidates.find(({ model }) => model === recommendation.recommendation.model)?.name;
    assert.equal(text, `$(compass) ${name}`);
    await window.showTextDocument(await workspace.openTextDocument(sample('README.md')));
    await until('it to hide', () => api.statusBar.shown.state === 'hidden');
  });

  it('follows what is typed', async () => {
    const document = await openPrompt(question);
    await suggestion();
    const before = api.statusBar.shown.recommendation;
    const editor = window.activeTextEditor;
    await editor?.edit((edit) =>
      edit.replace(new Range(0, 0, document.lineCount, 0), 'Write a haiku about the sea in Japanese.\n'),
    );
    await until('another suggestion', () => {
      const { state, recommendation } = api.statusBar.shown;
      return state === 'suggestion' && recommendation !== before;
    });
    assert.notEqual(api.statusBar.shown.recommendation?.distance, before?.distance);
  });

  it('says that an empty prompt has no suggestion, without an error', async () => {
    await openPrompt('');
    await until('the state without a suggestion', () => api.statusBar.shown.state === 'nothing');
  });

  it('explains the top three in its tooltip', async () => {
    await openPrompt(question);
    await suggestion();
    const { tooltip } = api.statusBar.shown;
    assert.ok(tooltip instanceof MarkdownString);
    const rows = tooltip.value.split('\n').filter((line) => /^\|.*\d.*%/.test(line));
    assert.equal(rows.length, 3);
    assert.notEqual(tooltip.isTrusted, true);
  });

  it('can be switched off', async () => {
    await openPrompt(question);
    await suggestion();
    await withSetting('statusBar.enabled', false, async () => {
      await until('it to hide', () => api.statusBar.shown.state === 'hidden');
    });
    await suggestion();
  });

  it('stays quiet when the router cannot be loaded', async () => {
    await openPrompt(question);
    await suggestion();
    await withSetting('router', '/nowhere/router', async () => {
      await until('the state without a suggestion', () => api.statusBar.shown.state === 'nothing');
    });
    await suggestion();
  });
});

describe('code lenses', () => {
  before(activated);
  afterEach(closeAll);

  async function lenses(document: TextDocument): Promise<CodeLens[]> {
    return commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 100);
  }

  it('compare the model of the front matter with the suggestion', async () => {
    const document = await openPrompt(oldModel + question);
    const [lens, ...others] = await lenses(document);
    assert.equal(others.length, 0);
    assert.equal(lens?.range.start.line, 2);
    assert.match(lens?.command?.title ?? '', /^suggested: .+ · (likely better|about as good)/);
  });

  it('are there for a model that is not known, without a comparison', async () => {
    const document = await openPrompt(`---\nmodel: my-own-thing\n---\n${question}`);
    const [lens] = await lenses(document);
    assert.match(lens?.command?.title ?? '', /^suggested: [^·]+$/);
  });

  it('stand over each test of a prompt configuration', async () => {
    const document = await workspace.openTextDocument(sample('promptfooconfig.yaml'));
    const found = await lenses(document);
    assert.equal(found.length, 2);
    for (const lens of found) assert.match(lens.command?.title ?? '', /^suggested: /);
    const lines = found.map(({ range }) => document.lineAt(range.start.line).text);
    assert.ok(
      lines.every((line) => line.trim().startsWith('- description')),
      lines.join(),
    );
  });

  it('can be switched off, and leave documents without a model alone', async () => {
    assert.deepEqual(await lenses(await openPrompt(question)), []);
    const document = await openPrompt(oldModel + question);
    await withSetting('codeLens.enabled', false, async () => assert.deepEqual(await lenses(document), []));
  });
});

describe('hints at the declared model', () => {
  before(async () => {
    await activated();
    await keepUnsaved();
  });
  afterEach(closeAll);

  /** VS Code has hints of its own about models that its chat does not offer. */
  const hintsOf = (document: TextDocument): Diagnostic[] =>
    languages.getDiagnostics(document.uri).filter(({ source }) => source === 'Recommend LLM');

  it('are off by default', async () => {
    const document = await openPrompt(oldModel + question);
    const api = await activated();
    await until('a suggestion', () => api.statusBar.shown.state === 'suggestion');
    assert.deepEqual(hintsOf(document), []);
  });

  it('inform about a model that falls behind, with a fix that Undo takes back', async () => {
    await withSetting('diagnostics.enabled', true, async () => {
      const document = await openPrompt(oldModel + question);
      const hint = await until('a hint', () => hintsOf(document)[0]);
      assert.equal(hint.severity, DiagnosticSeverity.Information);
      assert.equal(document.getText(hint.range), 'gpt-3.5-turbo');
      const actions = await commands.executeCommand<CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        hint.range,
        CodeActionKind.QuickFix.value,
        10,
      );
      const fix = actions.find(({ title }) => title.startsWith('Set the model to'));
      assert.ok(fix?.edit, actions.map(({ title }) => title).join());
      const before = document.getText();
      assert.ok(await workspace.applyEdit(fix.edit));
      assert.doesNotMatch(document.getText(), /gpt-3\.5-turbo/);
      assert.ok(document.getText().endsWith(question) && document.isDirty);
      await commands.executeCommand('undo');
      assert.equal(document.getText(), before);
    });
  });
});

describe('actions on the recommended model', () => {
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
    await keepUnsaved();
  });
  afterEach(closeAll);

  it('copy its id and an API call', async () => {
    await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
    const { model } = shownRecommendation(api).recommendation;
    await commands.executeCommand('recommendLlm.copyModelId');
    assert.equal(await env.clipboard.readText(), model);
    await commands.executeCommand('recommendLlm.copyApiSnippet', model);
    assert.match(await env.clipboard.readText(), /model=".+"/);
  });

  it('set it in the front matter, undoable and unsaved', async () => {
    const document = await openPrompt(oldModel + question);
    await commands.executeCommand('recommendLlm.recommend', document.uri);
    const before = document.getText();
    await commands.executeCommand('recommendLlm.setModel', undefined, document.uri);
    assert.notEqual(document.getText(), before);
    assert.ok(document.isDirty);
    await window.showTextDocument(document);
    await commands.executeCommand('undo');
    assert.equal(document.getText(), before);
  });
});

describe('candidates and prices', () => {
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
  });
  afterEach(closeAll);

  it('group the models, each once, and show unknown ones of VS Code as unknown', async () => {
    const offered = await api.models.offered();
    const [known] = offered.filter(({ standard, buyable }) => standard && buyable);
    assert.ok(known);
    const chat = (id: string) => ({ id, name: id, vendor: 'test', family: id }) as never;
    const items = modelItems(offered, [
      { chat: chat('vendor-thing'), id: null },
      { chat: chat(known.id), id: known.id },
    ]);
    const titles = items.filter(({ kind }) => kind !== undefined && kind < 0).map(({ label }) => label);
    assert.deepEqual(titles.slice(0, 3), ['Available in VS Code', 'Catalog', 'Open weights']);
    assert.deepEqual([items[1]?.description, items[1]?.model], ['unknown', undefined]);
    assert.equal(items[2]?.model, known.id);
    const ids = items.map(({ model }) => model).filter((id) => id !== undefined);
    assert.equal(new Set(ids).size, offered.length);
    assert.equal(ids.length, offered.length);
  });

  it('take over prices from a list of OpenRouter, dated by its file', async () => {
    const model = (await api.models.offered()).find(
      ({ marketId, standard, buyable }) => marketId && standard && buyable,
    );
    assert.ok(model?.marketId);
    const list = { data: [{ id: model.marketId, pricing: { prompt: '0.000123', completion: '0.000456' } }] };
    await commands.executeCommand('recommendLlm.updateCatalog', temporaryFile('models.json', JSON.stringify(list)));
    const overlay = await api.models.overlay();
    const today = new Date().toISOString().slice(0, 10);
    assert.deepEqual(overlay.prices[model.marketId], { input: 123, output: 456, asOf: today });
    await withSetting('candidates', [model.id], async () => {
      await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
      assert.deepEqual(shownRecommendation(api).candidates[0]?.price, { input: 123, output: 456, asOf: today });
    });
  });

  it('let the own price and the own model of the settings win', async () => {
    const model = (await api.models.offered()).find(({ standard, buyable }) => standard && buyable);
    assert.ok(model);
    await withSetting('prices', { [model.id]: { input: 7, output: 8, asOf: '2026-01-02' } }, async () => {
      await withSetting('ownModels', [{ id: 'mine', name: 'My Model', sameAs: model.id }], async () => {
        await withSetting('candidates', [model.id, 'mine'], async () => {
          await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
          const { candidates } = shownRecommendation(api);
          const priceOf = (id: string): unknown => candidates.find((each) => each.model === id)?.price;
          assert.deepEqual(priceOf(model.id), { input: 7, output: 8, asOf: '2026-01-02' });
          assert.deepEqual(priceOf('mine'), { input: 0, output: 0, asOf: new Date().toISOString().slice(0, 10) });
        });
      });
    });
  });
});
