import {
  CodeAction,
  CodeActionKind,
  type CodeActionProvider,
  Diagnostic,
  DiagnosticSeverity,
  l10n,
  languages,
  Range,
  type TextDocument,
  WorkspaceEdit,
  workspace,
} from 'vscode';
import { setModelField } from '../core/prompts/modelField';
import type { CatalogModels } from './catalogModels';
import { readSetting } from './configuration';
import { settingsSection } from './contributions';
import { hintText, modelFieldOf, suggestBeside } from './declaredModel';
import { Disposable } from './disposable';
import { isPromptDocument } from './documentKinds';
import { isCancelled } from './failures';
import { documentSource } from './inputs';
import type { Log } from './log';
import type { ModelWriter } from './modelWriter';
import type { Recommender } from './recommender';

const source = 'Recommend LLM';
const code = 'declared-model';

/** A hint, and the name that its quick fix writes. */
class ModelHint extends Diagnostic {
  constructor(
    range: Range,
    message: string,
    readonly replacement: string,
  ) {
    super(range, message, DiagnosticSeverity.Information);
    this.source = source;
    this.code = code;
  }
}

/** Hints at a `model:` that falls behind an alternative, with a quick fix. Off unless the user turns it on. */
export class ModelHints extends Disposable implements CodeActionProvider {
  private readonly hints = this.register(languages.createDiagnosticCollection('recommendLlm'));
  private readonly running = new Map<string, AbortController>();
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly recommender: Recommender,
    private readonly models: CatalogModels,
    private readonly writer: ModelWriter,
    private readonly log: Log,
  ) {
    super();
    this.register(
      languages.registerCodeActionsProvider([{ pattern: '**/*' }, { scheme: 'untitled' }], this, {
        providedCodeActionKinds: [CodeActionKind.QuickFix],
      }),
    );
    this.register(workspace.onDidOpenTextDocument((document) => this.schedule(document, 0)));
    this.register(workspace.onDidChangeTextDocument(({ document }) => this.schedule(document, 1000)));
    this.register(workspace.onDidCloseTextDocument((document) => this.forget(document)));
    this.register(models.onDidChange(() => this.all()));
    this.register(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(settingsSection)) this.all();
      }),
    );
    this.register({
      dispose: () => {
        for (const timer of this.timers.values()) clearTimeout(timer);
        for (const each of this.running.values()) each.abort();
      },
    });
    this.all();
  }

  provideCodeActions(document: TextDocument, range: Range): CodeAction[] {
    const hints = this.hints.get(document.uri) ?? [];
    return hints
      .filter((hint): hint is ModelHint => hint instanceof ModelHint && hint.range.intersection(range) !== undefined)
      .flatMap((hint) => {
        const edit = setModelField(document.getText(), hint.replacement);
        if (!edit) return [];
        const action = new CodeAction(l10n.t('Set the model to {0}', hint.replacement), CodeActionKind.QuickFix);
        action.edit = new WorkspaceEdit();
        action.edit.replace(
          document.uri,
          new Range(document.positionAt(edit.start), document.positionAt(edit.end)),
          edit.text,
        );
        action.diagnostics = [hint];
        action.isPreferred = true;
        return [action];
      });
  }

  private all(): void {
    for (const document of workspace.textDocuments) this.schedule(document, 0);
  }

  private isEnabled(): boolean {
    try {
      return readSetting('diagnostics.enabled');
    } catch (thrown) {
      this.log.warn(String(thrown));
      return false;
    }
  }

  private schedule(document: TextDocument, delay: number): void {
    if (!isPromptDocument(document)) return;
    const key = document.uri.toString();
    this.running.get(key)?.abort();
    clearTimeout(this.timers.get(key));
    if (!this.isEnabled()) {
      this.hints.delete(document.uri);
      return;
    }
    this.timers.set(
      key,
      setTimeout(() => void this.update(document), delay),
    );
  }

  private forget(document: TextDocument): void {
    const key = document.uri.toString();
    this.running.get(key)?.abort();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    this.hints.delete(document.uri);
  }

  private async update(document: TextDocument): Promise<void> {
    const key = document.uri.toString();
    const field = modelFieldOf(document);
    const input = documentSource(document);
    if (!field || input.kind !== 'text') {
      this.hints.delete(document.uri);
      return;
    }
    const running = new AbortController();
    this.running.set(key, running);
    const version = document.version;
    try {
      const suggestion = await suggestBeside(
        input,
        field.value,
        { recommender: this.recommender, models: this.models },
        running.signal,
      );
      if (document.version !== version || document.isClosed || running.signal.aborted) return;
      if (!suggestion?.comparison?.worthAHint) {
        this.hints.delete(document.uri);
        return;
      }
      const range = new Range(document.positionAt(field.start), document.positionAt(field.end));
      const replacement = await this.writer.nameFor(document.uri, suggestion.pick.model);
      this.hints.set(document.uri, [new ModelHint(range, hintText(field.value, suggestion), replacement)]);
    } catch (thrown) {
      if (isCancelled(thrown)) return;
      this.log.warn(`No hint for ${key}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      this.hints.delete(document.uri);
    } finally {
      if (this.running.get(key) === running) this.running.delete(key);
    }
  }
}
