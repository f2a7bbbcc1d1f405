import {
  commands,
  env,
  type LanguageModelChat,
  l10n,
  lm,
  Range,
  type TextDocument,
  type Uri,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import { RecommendError } from '../core/errors';
import { setModelField } from '../core/prompts/modelField';
import { nameOf } from './inputs';

const openChatCommand = 'workbench.action.chat.open';

/** Puts a model's id on the clipboard. */
export async function copyModelId(model: string): Promise<void> {
  await env.clipboard.writeText(model);
  window.setStatusBarMessage(l10n.t('Copied {0}', model), 3000);
}

/**
 * Names `model` in the front matter of a prompt, as one edit that Undo takes back; the file is shown and not saved.
 * @throws RecommendError FORMAT_BROKEN where the front matter cannot be edited safely, FILE_UNREADABLE where the editor
 * refuses the edit
 */
export async function setModelInFrontMatter(uri: Uri, model: string): Promise<void> {
  const document = await workspace.openTextDocument(uri);
  const edit = setModelField(document.getText(), model);
  if (!edit) {
    throw new RecommendError(
      'FORMAT_BROKEN',
      l10n.t('The front matter of {0} has no place where a model can be set.', nameOf(uri)),
      l10n.t('Correct its YAML, or write the model yourself.'),
    );
  }
  const change = new WorkspaceEdit();
  change.replace(uri, rangeOf(document, edit.start, edit.end), edit.text);
  if (!(await workspace.applyEdit(change))) {
    throw new RecommendError(
      'FILE_UNREADABLE',
      l10n.t('{0} could not be edited.', nameOf(uri)),
      l10n.t('Check that it is not read-only, and try again.'),
    );
  }
  const shown = window.visibleTextEditors.find((editor) => editor.document === document);
  await window.showTextDocument(document, {
    preserveFocus: true,
    ...(shown?.viewColumn ? { viewColumn: shown.viewColumn } : {}),
  });
}

/** Chat can be opened where the editor has a chat and lists language models. */
export async function canOpenChat(): Promise<boolean> {
  const all = await commands.getCommands(true);
  return all.includes(openChatCommand);
}

/**
 * Opens VS Code's chat with this model selected; nothing is typed or sent.
 * @throws RecommendError BAD_ARGUMENT where this editor has no chat
 */
export async function openChatWith(model: LanguageModelChat): Promise<void> {
  if (!(await canOpenChat())) {
    throw new RecommendError(
      'BAD_ARGUMENT',
      l10n.t('This editor has no chat to open.'),
      l10n.t('Copy the id of the model instead.'),
    );
  }
  await commands.executeCommand(openChatCommand, {
    query: '',
    isPartialQuery: true,
    modelSelector: { vendor: model.vendor, id: model.id },
  });
}

/** Models of VS Code's language model API; none where the editor has no such API or no provider. */
export async function listVscodeModels(): Promise<readonly LanguageModelChat[]> {
  return typeof lm?.selectChatModels === 'function' ? lm.selectChatModels() : [];
}

function rangeOf(document: TextDocument, start: number, end: number): Range {
  return new Range(document.positionAt(start), document.positionAt(end));
}
