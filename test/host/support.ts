import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, extensions, Uri, workspace } from 'vscode';
import type { DatasetEvaluation } from '../../src/core/evaluation/datasetEvaluation';
import type { Recommendation } from '../../src/core/recommendation/recommendation';
import type { ExtensionApi } from '../../src/extension';

/** The running extension. */
export async function activated(): Promise<ExtensionApi> {
  const extension = extensions.getExtension<ExtensionApi>('recommend-llm.recommend-llm');
  assert.ok(extension);
  return extension.activate();
}

/** A file of the samples that the editor has open as its workspace. */
export function sample(name: string): Uri {
  const [folder] = workspace.workspaceFolders ?? [];
  assert.ok(folder);
  return Uri.joinPath(folder.uri, name);
}

/** Writes a file outside the workspace; whoever runs the tests removes it. */
export function temporaryFile(name: string, content: string | Uint8Array): Uri {
  const folder = process.env.RECOMMEND_LLM_TEST_FOLDER;
  assert.ok(folder);
  const path = join(mkdtempSync(join(folder, 'file-')), name);
  writeFileSync(path, content);
  return Uri.file(path);
}

/** Waits for what no event tells of: looks again until `condition` holds, up to the test's own time limit. */
export async function until<T>(what: string, condition: () => T | undefined | false): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Changes a setting of the user for the time of `body`. */
export async function withSetting(name: string, value: unknown, body: () => Promise<void>): Promise<void> {
  const configuration = (): ReturnType<typeof workspace.getConfiguration> => workspace.getConfiguration('recommendLlm');
  await configuration().update(name, value, true);
  try {
    await body();
  } finally {
    await configuration().update(name, undefined, true);
  }
}

/** The recommendation that the panel shows; fails with the error that it shows instead. */
export function shownRecommendation(api: ExtensionApi): Recommendation {
  const { state } = api.panel;
  if (state.type === 'failed') assert.fail(`${state.error.code}: ${state.error.message}`);
  assert.ok(state.type === 'recommendation', state.type);
  return state.recommendation;
}

export function shownEvaluation(api: ExtensionApi): DatasetEvaluation {
  const { state } = api.panel;
  if (state.type === 'failed') assert.fail(`${state.error.code}: ${state.error.message}`);
  assert.ok(state.type === 'evaluation', state.type);
  return state.evaluation;
}

export function shownFailure(api: ExtensionApi): string {
  const { state } = api.panel;
  assert.ok(state.type === 'failed', state.type);
  return state.error.code;
}

export async function closeAll(): Promise<void> {
  await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await commands.executeCommand('workbench.action.closeAllEditors');
}

/** The browser-hosted editor saves by itself after a second; tests of unsaved text switch that off. */
export async function keepUnsaved(): Promise<void> {
  await workspace.getConfiguration('files').update('autoSave', 'off', true);
}
