import { l10n, Range, type TextDocument, type Uri, type ViewColumn, WorkspaceEdit, window, workspace } from 'vscode';
import { RecommendError } from '../core/errors';
import { setModelField } from '../core/prompts/modelField';
import type { CatalogModels } from './catalogModels';
import { nameOf } from './inputs';

/** Files whose `model:` VS Code itself reads: it wants the name that its model picker shows. */
const vscodeFile = /(\.(prompt|agent|chatmode)\.md|^untitled)/i;

/** Writes a model into the front matter of prompts, under the name that the file's reader understands. */
export class ModelWriter {
  constructor(private readonly models: CatalogModels) {}

  /** The name by which a file of this kind refers to a catalog model. */
  async nameFor(uri: Uri, model: string): Promise<string> {
    if (vscodeFile.test(nameOf(uri))) {
      const listed = (await this.models.vscodeModels()).find(({ id }) => id === model);
      if (listed) return listed.chat.name;
    }
    const known = await this.models.model(model).catch(() => undefined);
    const market = known?.marketId;
    return market ? market.slice(market.indexOf('/') + 1) : model;
  }

  /**
   * Names `model` in the front matter of a prompt, as one edit that Undo takes back; the file is shown (where it is
   * already, else in `column`) and not saved.
   * @throws RecommendError FORMAT_BROKEN where the front matter cannot be edited safely, FILE_UNREADABLE where the editor
   * refuses the edit
   */
  async setModel(uri: Uri, model: string, column?: ViewColumn): Promise<void> {
    const document = await workspace.openTextDocument(uri);
    const edit = setModelField(document.getText(), await this.nameFor(uri, model));
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
    const shown = window.visibleTextEditors.find((editor) => editor.document === document)?.viewColumn ?? column;
    await window.showTextDocument(document, { preserveFocus: true, ...(shown ? { viewColumn: shown } : {}) });
  }
}

function rangeOf(document: TextDocument, start: number, end: number): Range {
  return new Range(document.positionAt(start), document.positionAt(end));
}
