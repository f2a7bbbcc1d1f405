import {
  type CancellationToken,
  CodeLens,
  type CodeLensProvider,
  type Event,
  EventEmitter,
  l10n,
  languages,
  Range,
  type TextDocument,
  Uri,
  workspace,
} from 'vscode';
import type { Workspace as FileAccess } from '../core/files/source';
import type { InputSource } from '../scoring/protocol';
import type { CatalogModels } from './catalogModels';
import { readSetting } from './configuration';
import { settingsSection } from './contributions';
import { modelFieldOf, suggestBeside, suggestionTitle } from './declaredModel';
import { Disposable } from './disposable';
import { isPromptConfig, isPromptDocument } from './documentKinds';
import { isCancelled, signalOf } from './failures';
import { documentSource, nameOf } from './inputs';
import type { Log } from './log';
import type { Recommender } from './recommender';
import { said } from './said';

/** A lens whose text is worked out when it comes into view. */
class SuggestionLens extends CodeLens {
  constructor(
    range: Range,
    readonly document: Uri,
    readonly source: Extract<InputSource, { kind: 'text' }>,
    readonly declared: string | null,
  ) {
    super(range);
  }
}

/** Largest front matter document or prompt configuration that gets lenses. */
const maxLength = 200_000;

/** Lenses over `model:` in front matter and over each test of a prompt configuration: what is suggested, against what. */
export class ModelLenses extends Disposable implements CodeLensProvider<CodeLens> {
  private readonly changed = this.register(new EventEmitter<void>());
  readonly onDidChangeCodeLenses: Event<void> = this.changed.event;

  constructor(
    private readonly recommender: Recommender,
    private readonly models: CatalogModels,
    private readonly log: Log,
  ) {
    super();
    this.register(languages.registerCodeLensProvider([{ pattern: '**/*' }, { scheme: 'untitled' }], this));
    this.register(models.onDidChange(() => this.changed.fire()));
    this.register(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(settingsSection)) this.changed.fire();
      }),
    );
  }

  async provideCodeLenses(document: TextDocument): Promise<CodeLens[]> {
    if (!isPromptDocument(document) && !isPromptConfig(document)) return [];
    if (!this.isEnabled()) return [];
    const text = document.getText();
    if (text.length > maxLength) return [];
    if (isPromptConfig(document)) return this.testLenses(document, text);
    const field = modelFieldOf(document);
    const source = documentSource(document);
    if (!field || source.kind !== 'text') return [];
    const range = new Range(document.positionAt(field.start), document.positionAt(field.end));
    return [new SuggestionLens(range, document.uri, source, field.value)];
  }

  async resolveCodeLens(lens: CodeLens, token: CancellationToken): Promise<CodeLens> {
    if (!(lens instanceof SuggestionLens)) return lens;
    try {
      const suggestion = await suggestBeside(
        lens.source,
        lens.declared,
        { recommender: this.recommender, models: this.models },
        signalOf(token),
      );
      lens.command = suggestion
        ? {
            title: suggestionTitle(suggestion),
            tooltip: said(suggestion.recommendation.recommendation.reason),
            command: 'recommendLlm.recommendDocument',
            arguments: [lens.document],
          }
        : silent();
    } catch (thrown) {
      if (!isCancelled(thrown)) this.log.warn(`No lens for ${lens.document.toString()}: ${String(thrown)}`);
      lens.command = silent();
    }
    return lens;
  }

  private isEnabled(): boolean {
    try {
      return readSetting('codeLens.enabled');
    } catch (thrown) {
      this.log.warn(String(thrown));
      return false;
    }
  }

  private async testLenses(document: TextDocument, text: string): Promise<CodeLens[]> {
    // Loaded on use, as are the readers that it brings: activation must stay quick.
    const { findPromptTests } = await import('../core/prompts/promptTests');
    const tests = await findPromptTests(text, nameOf(document.uri), filesBeside(document.uri));
    return tests.map((test) => {
      const at = document.positionAt(test.offset);
      const source = {
        kind: 'text',
        name: `${nameOf(document.uri)}:${at.line + 1}`,
        text: test.prompt,
        languageId: 'plaintext',
      } as const;
      return new SuggestionLens(new Range(at, at), document.uri, source, test.provider);
    });
  }
}

/** Reads files that a configuration refers to, inside its workspace folder only. */
function filesBeside(document: Uri): FileAccess {
  const folder = workspace.getWorkspaceFolder(document);
  return {
    resolve: async (_, reference) => {
      const uri = Uri.joinPath(document, '..', reference);
      if (!folder || workspace.getWorkspaceFolder(uri)?.uri.toString() !== folder.uri.toString())
        return 'outside-workspace';
      try {
        const { size } = await workspace.fs.stat(uri);
        if (size > maxLength) return 'not-text';
        const bytes = await workspace.fs.readFile(uri);
        return (await import('../core/files/source')).memorySource(reference, bytes);
      } catch {
        return 'missing';
      }
    },
  };
}

/** A lens that could not be worked out says so in the least words: lenses cannot vanish once announced. */
function silent(): { title: string; command: string } {
  return { title: l10n.t('no suggestion'), command: '' };
}
