import * as v from 'valibot';
import { FileSystemError, l10n, Uri, window, workspace } from 'vscode';
import { RecommendError } from '../core/errors';
import type { RowLabel } from '../panel/protocol';
import type { CatalogModels } from './catalogModels';
import { nameOf, type Target } from './inputs';
import type { Log } from './log';

const labelFileSchema = v.object({
  version: v.literal(1),
  labels: v.array(
    v.object({
      row: v.string(),
      model: v.string(),
      correctness: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
    }),
  ),
});

/** Labels are for a handful of rows; a whole labelled dataset is what evaluating is for. */
const maxLabels = 10_000;
const maxBytes = 32 * 1024 * 1024;

/** Where the labels of a dataset are kept: beside it. Undefined where it is no single file on a disk. */
function labelFile(target: Target): Uri | undefined {
  const [only, ...others] = target.uris;
  if (only === undefined || others.length > 0 || target.range || target.task !== 'recommend') return undefined;
  const uri = Uri.parse(only);
  return uri.scheme === 'untitled' ? undefined : uri.with({ path: `${uri.path}.labels.json` });
}

export function canSaveLabels(target: Target): boolean {
  return labelFile(target) !== undefined;
}

/** Labels that were given to a dataset before; none where there are none, or where their file is damaged. */
export async function readLabels(target: Target, log: Log): Promise<readonly RowLabel[]> {
  const uri = labelFile(target);
  if (!uri) return [];
  try {
    const bytes = await workspace.fs.readFile(uri);
    return v.parse(labelFileSchema, JSON.parse(new TextDecoder().decode(bytes))).labels;
  } catch (thrown) {
    if (!(thrown instanceof FileSystemError)) log.warn(`${uri.toString()} could not be read: ${String(thrown)}`);
    return [];
  }
}

/** Saves the labels of a dataset beside it; without labels the file is removed. */
export async function saveLabels(target: Target, labels: readonly RowLabel[]): Promise<void> {
  const uri = labelFile(target);
  if (!uri) return;
  try {
    if (labels.length === 0) {
      await workspace.fs.delete(uri);
      return;
    }
    const content: v.InferInput<typeof labelFileSchema> = { version: 1, labels: [...labels] };
    await workspace.fs.writeFile(uri, new TextEncoder().encode(`${JSON.stringify(content, undefined, 2)}\n`));
  } catch (cause) {
    if (labels.length === 0 && cause instanceof FileSystemError && cause.code === 'FileNotFound') return;
    throw new RecommendError(
      'OUTPUT_FAILED',
      l10n.t('The labels could not be saved as {0}.', nameOf(uri)),
      l10n.t('Check that the folder can be written to.'),
      { cause },
    );
  }
}

/**
 * Asks for a labelled file and reads the correctness of LLMs on its rows.
 * @returns undefined where the user picks none
 * @throws RecommendError NO_LABELS where it has none, and as reading a dataset does
 */
export async function loadLabels(models: CatalogModels): Promise<readonly RowLabel[] | undefined> {
  const [uri] =
    (await window.showOpenDialog({
      title: l10n.t('Choose a file with the results of LLMs on rows of this dataset'),
      openLabel: l10n.t('Load Labels'),
    })) ?? [];
  if (!uri) return undefined;
  const { size } = await workspace.fs.stat(uri);
  if (size > maxBytes) {
    throw new RecommendError(
      'FILE_TOO_LARGE',
      l10n.t('{0} is too large for a few labels.', nameOf(uri)),
      l10n.t('Use "Recommend LLM: Evaluate Router on Labelled Dataset…" for a whole labelled dataset.'),
    );
  }
  // Loaded on use: the readers of all formats are most of the extension's code, and activation must stay quick.
  const [{ readPrompts }, { memorySource }] = await Promise.all([
    import('../core/prompts/readPrompts'),
    import('../core/files/source'),
  ]);
  const reading = readPrompts([memorySource(nameOf(uri), await workspace.fs.readFile(uri))]);
  const labels: RowLabel[] = [];
  for await (const { id, correctness } of reading.prompts) {
    for (const [name, value] of Object.entries(correctness ?? {}))
      labels.push({ row: id, model: (await models.find(name)) ?? name, correctness: value });
    if (labels.length > maxLabels) break;
  }
  if (labels.length > 0) return labels.slice(0, maxLabels);
  throw new RecommendError(
    'NO_LABELS',
    l10n.t('{0} has no results of LLMs.', nameOf(uri)),
    l10n.t('Give each row a column for each LLM, or a field "scores", with values from 0 to 1.'),
  );
}
