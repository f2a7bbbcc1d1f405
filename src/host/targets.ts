import { l10n, type Range, TabInputCustom, TabInputText, Uri, window } from 'vscode';
import { recommendTarget, type Target } from './inputs';

const datasetExtensions = ['jsonl', 'ndjson', 'json', 'csv', 'tsv', 'parquet', 'eval', 'yaml', 'yml', 'gz', 'zst'];
const promptExtensions = ['md', 'txt', 'prompty', 'prompt', 'jinja', 'j2', 'mustache', 'hbs'];

function uriOf(value: unknown): Uri | undefined {
  return value instanceof Uri ? value : undefined;
}

/** The selected range of the editor on `uri`, if it has one. */
function selectionIn(uri: Uri): Range | undefined {
  const editor = window.activeTextEditor;
  if (!editor || editor.document.uri.toString() !== uri.toString() || editor.selection.isEmpty) return undefined;
  return editor.selection;
}

/** The file in front of the user, in a text editor or in a custom one. */
function activeUri(): Uri | undefined {
  if (window.activeTextEditor) return window.activeTextEditor.document.uri;
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof TabInputText || input instanceof TabInputCustom ? input.uri : undefined;
}

/**
 * What "Recommend LLM" was asked about: the files selected in the explorer, the selected text or else the file of an
 * editor, or a file that the user picks.
 * @param clicked as menus pass it
 * @param selected as the explorer passes it
 * @returns undefined where the user picks nothing
 */
export async function targetOfMenu(clicked: unknown, selected: unknown): Promise<Target | undefined> {
  const many = Array.isArray(selected) ? selected.map(uriOf).filter((uri) => uri !== undefined) : [];
  if (many.length > 1) return recommendTarget(many);
  const uri = uriOf(clicked) ?? many[0] ?? activeUri();
  if (uri) return recommendTarget([uri], selectionIn(uri));
  return pickTarget();
}

/** Asks for prompt or dataset files. */
export async function pickTarget(): Promise<Target | undefined> {
  const chosen = await window.showOpenDialog({
    canSelectMany: true,
    title: l10n.t('Choose a prompt or a dataset'),
    openLabel: 'Recommend LLM',
    filters: {
      [l10n.t('Prompts and datasets')]: [...promptExtensions, ...datasetExtensions],
      [l10n.t('All files')]: ['*'],
    },
  });
  return chosen && chosen.length > 0 ? recommendTarget(chosen) : undefined;
}

/** Asks for a labelled dataset, unless one was given. */
export async function evaluationTarget(given: unknown): Promise<Target | undefined> {
  const uri = uriOf(given) ?? (await pickLabelled());
  return uri && { task: 'evaluate', uris: [uri.toString()] };
}

async function pickLabelled(): Promise<Uri | undefined> {
  const chosen = await window.showOpenDialog({
    title: l10n.t('Choose a dataset with the results of LLMs'),
    openLabel: l10n.t('Evaluate'),
    filters: { [l10n.t('Datasets')]: datasetExtensions, [l10n.t('All files')]: ['*'] },
  });
  return chosen?.[0];
}
