import assert from 'node:assert/strict';
import {
  commands,
  type Disposable,
  EventEmitter,
  type FileChangeEvent,
  type FileStat,
  FileSystemError,
  type FileSystemProvider,
  FileType,
  Selection,
  Uri,
  window,
  workspace,
} from 'vscode';
import { inEnglish } from '../../src/core/sentence';
import type { ExtensionApi } from '../../src/extension';
import {
  activated,
  closeAll,
  keepUnsaved,
  sample,
  shownEvaluation,
  shownFailure,
  shownRecommendation,
  temporaryFile,
  withSetting,
} from './support';

/** A file system of nothing but a few files in memory, as virtual workspaces have. */
class MemoryFiles implements FileSystemProvider {
  private readonly changes = new EventEmitter<FileChangeEvent[]>();
  readonly onDidChangeFile = this.changes.event;
  constructor(private readonly files: Readonly<Record<string, string>>) {}
  watch(): Disposable {
    return { dispose: () => undefined };
  }
  stat(uri: Uri): FileStat {
    if (uri.path === '/') return { type: FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    const content = this.files[uri.path];
    if (content === undefined) throw FileSystemError.FileNotFound(uri);
    return { type: FileType.File, ctime: 0, mtime: 0, size: content.length };
  }
  readDirectory(): [string, FileType][] {
    return Object.keys(this.files).map((path) => [path.slice(1), FileType.File]);
  }
  readFile(uri: Uri): Uint8Array {
    const content = this.files[uri.path];
    if (content === undefined) throw FileSystemError.FileNotFound(uri);
    return new TextEncoder().encode(content);
  }
  createDirectory(): void {
    throw FileSystemError.NoPermissions();
  }
  writeFile(): void {
    throw FileSystemError.NoPermissions();
  }
  delete(): void {
    throw FileSystemError.NoPermissions();
  }
  rename(): void {
    throw FileSystemError.NoPermissions();
  }
}

describe('Recommend LLM', () => {
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
    await keepUnsaved();
  });
  afterEach(closeAll);

  it('recommends for a prompt file, with three picks among the candidates', async () => {
    await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
    const { recommendation, picks, candidates, prompts } = shownRecommendation(api);
    const ids = new Set(candidates.map(({ model }) => model));
    assert.equal(prompts, 1);
    assert.ok(ids.has(recommendation.model) && ids.has(picks.quality) && ids.has(picks.value));
    assert.ok(picks.open !== null && ids.has(picks.open));
    assert.match(inEnglish(recommendation.reason), /best model on average|expected/);
  });

  it('recommends for a dataset, and for several files as one', async () => {
    await commands.executeCommand('recommendLlm.recommend', sample('questions.jsonl'));
    const { prompts, read } = shownRecommendation(api);
    assert.ok(prompts > 1 && read.promptsScored === prompts);
    const files = [sample('questions.jsonl'), sample('questions.csv')];
    await commands.executeCommand('recommendLlm.recommend', files[0], files);
    assert.ok(shownRecommendation(api).prompts > prompts);
  });

  it('takes the selected text, also of a program', async () => {
    const document = await workspace.openTextDocument(
      temporaryFile('app.py', 'import x\nPROMPT = "Prove that there are infinitely many primes."\nrun(PROMPT)\n'),
    );
    const editor = await window.showTextDocument(document);
    editor.selection = new Selection(1, 10, 1, 55);
    await commands.executeCommand('recommendLlm.recommend', document.uri);
    const { prompts, file } = shownRecommendation(api);
    assert.equal(prompts, 1);
    assert.match(file, /app\.py:2/);
  });

  it('takes unsaved text as it stands', async () => {
    const document = await workspace.openTextDocument(temporaryFile('draft.prompt.md', 'x'));
    const editor = await window.showTextDocument(document);
    await editor.edit((edit) =>
      edit.insert(
        document.positionAt(1),
        '\nWhat is the derivative of the sine function? Prove it from the definition.\n',
      ),
    );
    await commands.executeCommand('recommendLlm.recommend', document.uri);
    const typed = shownRecommendation(api);
    assert.ok(document.isDirty);
    await document.save();
    await commands.executeCommand('recommendLlm.recommend', document.uri);
    const saved = shownRecommendation(api);
    assert.equal(typed.recommendation.model, saved.recommendation.model);
    assert.equal(typed.distance, saved.distance);
  });

  it('reads through workspace.fs where there is no local disk', async () => {
    const provider = workspace.registerFileSystemProvider(
      'memory',
      new MemoryFiles({
        '/a.prompt.md': 'What is 17 times 23? Explain each step.\n',
        '/b.jsonl': '{"prompt":"Name the capital of Peru."}\n{"prompt":"Sort [3,1,2]."}\n',
      }),
    );
    try {
      const [prompt, data] = [Uri.parse('memory:/a.prompt.md'), Uri.parse('memory:/b.jsonl')];
      await commands.executeCommand('recommendLlm.recommend', prompt);
      assert.equal(shownRecommendation(api).prompts, 1);
      await commands.executeCommand('recommendLlm.recommend', prompt, [prompt, data]);
      assert.equal(shownRecommendation(api).prompts, 3);
      await commands.executeCommand('recommendLlm.recommend', Uri.parse('memory:/'));
      assert.equal(shownRecommendation(api).prompts, 3);
      await commands.executeCommand('recommendLlm.recommend', Uri.parse('memory:/none.txt'));
      assert.equal(shownFailure(api), 'FILE_NOT_FOUND');
    } finally {
      provider.dispose();
    }
  });

  it('says what is wrong with a broken input, and works on', async () => {
    const cases: [Uri, RegExp][] = [
      [temporaryFile('empty.prompt.md', ''), /^(FILE_EMPTY|NO_PROMPTS)$/],
      [temporaryFile('picture.txt', new Uint8Array([0, 1, 2, 3, 0, 255, 254, 0, 9, 0, 0, 0])), /^FILE_BINARY$/],
      [temporaryFile('table.csv', 'a,b\n1,2\n3,4\n'), /^NO_PROMPT_COLUMN$/],
      [Uri.file('/nowhere/at-all.txt'), /^FILE_NOT_FOUND$/],
    ];
    for (const [uri, code] of cases) {
      await commands.executeCommand('recommendLlm.recommend', uri);
      assert.match(shownFailure(api), code, uri.path);
    }
    await commands.executeCommand(
      'recommendLlm.recommend',
      temporaryFile('cut.jsonl', '{"prompt":"Add 2 and 3."}\n{"prom'),
    );
    const { read, prompts } = shownRecommendation(api);
    assert.deepEqual([prompts, read.rowsSkipped, read.skipped[0]?.line], [1, 1, 2]);
  });

  it('takes the column that the user names', async () => {
    await commands.executeCommand(
      'recommendLlm.recommend',
      temporaryFile('table.csv', 'a,b\n1,Name three rivers in Chile.\n2,Add 5 and 9.\n'),
    );
    await commands.executeCommand('recommendLlm.chooseColumn', 'b');
    const { prompts, read } = shownRecommendation(api);
    assert.deepEqual([prompts, read.promptColumn], [2, 'b']);
  });

  it('evaluates the router on a labelled dataset', async () => {
    await commands.executeCommand('recommendLlm.evaluate', sample('labelled.jsonl'));
    const { prompts, routed, bestSingle, random, oracle } = shownEvaluation(api);
    assert.ok(prompts > 0);
    assert.ok(random <= oracle && routed <= oracle && bestSingle.accuracy <= oracle);
  });

  it('keeps to the candidates of the setting', async () => {
    await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
    const all = shownRecommendation(api).candidates;
    const wanted = all.slice(0, 3).map(({ model }) => model);
    await withSetting('candidates', wanted, async () => {
      await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
      const ids = shownRecommendation(api).candidates.map(({ model }) => model);
      assert.deepEqual([...ids].sort(), [...wanted].sort());
    });
    await withSetting('candidates', ['@open'], async () => {
      await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
      assert.ok(shownRecommendation(api).candidates.every(({ openWeights }) => openWeights));
    });
    await withSetting('candidates', ['@vscode'], async () => {
      await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
      assert.equal(shownFailure(api), 'NO_CANDIDATES');
    });
  });

  it('names the setting that is not valid', async () => {
    await withSetting('preference', 'fastest', async () => {
      await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
      const { state } = api.panel;
      assert.ok(state.type === 'failed');
      assert.equal(state.error.code, 'BAD_SETTING');
      assert.match(state.error.message, /recommendLlm\.preference/);
    });
  });

  it('takes the router folder of the setting, and says when there is none', async () => {
    await withSetting('router', '/nowhere/router', async () => {
      await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
      assert.equal(shownFailure(api), 'BUNDLE_MISSING');
    });
  });
});
