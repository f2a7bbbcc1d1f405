import { writeFileSync } from 'node:fs';
import { extensions, Range, Uri, window, workspace } from 'vscode';

/** What the extension host measured, in milliseconds; several samples each. */
export interface EditorTimings {
  /** The extension's own wiring, as it reports. */
  wiring: number[];
  /** Finding, loading and activating the extension. */
  activation: number[];
  /** The same for an extension that does nothing. */
  emptyActivation: number[];
  /** From opening a prompt to its first suggestion: a process starts, a router is loaded, the prompt is scored. */
  firstSuggestion: number[];
  /** From an edit to the suggestion for the edited prompt, the pause that waits for typing to end included. */
  suggestion: number[];
  /** An edit alone. */
  edit: number[];
}

interface Api {
  activationMs: number;
  statusBar: { shown: { state: string; recommendation: unknown } };
}

/** Edits that are measured. */
const edits = 10;

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

async function timed(step: () => PromiseLike<unknown>): Promise<number> {
  const started = performance.now();
  await step();
  return performance.now() - started;
}

async function activate(id: string): Promise<number> {
  const extension = extensions.getExtension(id);
  if (!extension) throw new Error(`${id} is not there`);
  if (extension.isActive) throw new Error(`${id} is active already`);
  return timed(() => extension.activate());
}

/** Called by VS Code in its extension host. */
export async function run(): Promise<void> {
  const emptyActivation = [await activate('recommend-llm.empty')];
  const activation = [await activate('recommend-llm.recommend-llm')];
  const api = extensions.getExtension<Api>('recommend-llm.recommend-llm')?.exports;
  const folder = workspace.workspaceFolders?.[0]?.uri;
  if (!api || !folder) throw new Error('no extension or no workspace');

  const newSuggestion = async (before: unknown): Promise<void> => {
    const shown = (): Api['statusBar']['shown'] => api.statusBar.shown;
    while (shown().state !== 'suggestion' || shown().recommendation === before) {
      if (shown().state === 'nothing') throw new Error('the status bar gave no suggestion');
      await pause();
    }
  };
  const document = await workspace.openTextDocument(Uri.joinPath(folder, 'train-journey.prompt.md'));
  const firstSuggestion = [
    await timed(async () => {
      await window.showTextDocument(document);
      await newSuggestion(undefined);
    }),
  ];
  const editor = window.activeTextEditor;
  if (!editor) throw new Error('no editor');
  const edit: number[] = [];
  const suggestion: number[] = [];
  for (let index = 0; index < edits; index++) {
    const end = document.lineAt(document.lineCount - 1).range.end;
    const before = api.statusBar.shown.recommendation;
    const started = performance.now();
    await editor.edit((builder) => builder.replace(new Range(end, end), ` And once more: ${index}?`));
    edit.push(performance.now() - started);
    await newSuggestion(before);
    suggestion.push(performance.now() - started);
  }
  const timings: EditorTimings = {
    wiring: [api.activationMs],
    activation,
    emptyActivation,
    firstSuggestion,
    suggestion,
    edit,
  };
  writeFileSync(process.env.RECOMMEND_LLM_BENCH_RESULTS ?? '', JSON.stringify(timings));
}
