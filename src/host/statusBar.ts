import {
  type ConfigurationChangeEvent,
  l10n,
  StatusBarAlignment,
  type StatusBarItem,
  type TextDocument,
  window,
  workspace,
} from 'vscode';
import { toErrorReport } from '../core/errors';
import type { Recommendation } from '../core/recommendation/recommendation';
import { readSetting } from './configuration';
import { settingsSection, statusBarItemId } from './contributions';
import { Disposable } from './disposable';
import { isPromptDocument } from './documentKinds';
import { inUsersLanguage, isCancelled } from './failures';
import { documentSource } from './inputs';
import type { Log } from './log';
import type { Recommender } from './recommender';
import { candidateOf, suggestionTooltip } from './suggestion';

/** Longest text that is scored while it is typed; the command has no such limit. */
const maxTypedLength = 200_000;

export type StatusBarState = 'hidden' | 'busy' | 'suggestion' | 'nothing';

/** The suggestion for the active prompt document: follows typing, says nothing aloud, opens the panel on a click. */
export class StatusBarSuggestion extends Disposable {
  private readonly item: StatusBarItem;
  private timer: NodeJS.Timeout | undefined;
  private running: AbortController | undefined;
  private document: TextDocument | undefined;
  private current: { state: StatusBarState; recommendation: Recommendation | undefined } = {
    state: 'hidden',
    recommendation: undefined,
  };

  constructor(
    private readonly recommender: Recommender,
    private readonly log: Log,
  ) {
    super();
    this.item = this.register(window.createStatusBarItem(statusBarItemId, StatusBarAlignment.Right, 90));
    this.item.name = l10n.t('Suggested LLM');
    this.register(window.onDidChangeActiveTextEditor((editor) => this.follow(editor?.document)));
    this.register(
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (document === this.document && contentChanges.length > 0) this.schedule(this.delay());
      }),
    );
    this.register(
      workspace.onDidOpenTextDocument((document) => {
        // Changing the language mode opens the same document again.
        if (document === window.activeTextEditor?.document) this.follow(document);
      }),
    );
    this.register(workspace.onDidChangeConfiguration((change) => this.configurationChanged(change)));
    this.register({ dispose: () => this.stop() });
    this.follow(window.activeTextEditor?.document);
  }

  /** What is shown; tests read it. */
  get shown(): {
    readonly state: StatusBarState;
    readonly text: string;
    readonly tooltip: StatusBarItem['tooltip'];
    readonly recommendation: Recommendation | undefined;
  } {
    return { ...this.current, text: this.item.text, tooltip: this.item.tooltip };
  }

  /** Scores the active prompt document again. */
  refresh(): void {
    if (this.document) this.schedule(0);
  }

  private configurationChanged(change: ConfigurationChangeEvent): void {
    if (change.affectsConfiguration(settingsSection)) this.follow(window.activeTextEditor?.document);
  }

  private follow(document: TextDocument | undefined): void {
    this.stop();
    const wanted = document && isPromptDocument(document) && this.isEnabled() ? document : undefined;
    this.document = wanted;
    if (wanted) this.schedule(0);
    else {
      this.current = { state: 'hidden', recommendation: undefined };
      this.item.hide();
    }
  }

  /** Settings that cannot be read switch nothing on; commands are where their mistakes are told. */
  private isEnabled(): boolean {
    try {
      return readSetting('statusBar.enabled');
    } catch (thrown) {
      this.log.warn(String(thrown));
      return false;
    }
  }

  private delay(): number {
    try {
      return readSetting('statusBar.delay');
    } catch {
      return 600;
    }
  }

  private schedule(delay: number): void {
    this.stop();
    this.timer = setTimeout(() => void this.update(), delay);
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = undefined;
  }

  private async update(): Promise<void> {
    const document = this.document;
    if (!document || document.isClosed) return;
    const running = new AbortController();
    this.running = running;
    try {
      const source = documentSource(document);
      if (source.kind !== 'text') return;
      if (source.text.trim() === '') {
        this.nothing(l10n.t('This prompt is empty: a suggestion appears as you write.'));
        return;
      }
      if (source.text.length > maxTypedLength) {
        this.nothing(l10n.t('This prompt is too long to be scored as you type. Click to score it once.'));
        return;
      }
      this.busy();
      const recommendation = await this.recommender.recommendText(source, running.signal);
      if (this.running !== running) return;
      this.current = { state: 'suggestion', recommendation };
      const pick = candidateOf(recommendation, recommendation.recommendation.model);
      const name = pick?.name ?? recommendation.recommendation.model;
      this.item.text = `$(compass) ${name}`;
      this.item.tooltip = suggestionTooltip(recommendation);
      this.item.accessibilityInformation = { label: l10n.t('Suggested LLM: {0}', name), role: 'button' };
      this.reveal();
    } catch (thrown) {
      if (this.running !== running || isCancelled(thrown)) return;
      this.log.warn(`No suggestion for ${document.uri.toString()}: ${toErrorReport(thrown).message}`);
      this.nothing(l10n.t('No suggestion: {0}', inUsersLanguage(thrown).message));
    } finally {
      if (this.running === running) this.running = undefined;
    }
  }

  private busy(): void {
    // The last name stays while the next is worked out, so that the item does not jump at every pause in typing.
    const name = this.item.text.replace(/^\$\([^)]*\) ?/, '');
    this.current = { ...this.current, state: 'busy' };
    this.item.text = `$(loading~spin) ${name || 'LLM'}`;
    this.item.accessibilityInformation = { label: l10n.t('Suggested LLM: being worked out'), role: 'button' };
    this.reveal();
  }

  private nothing(why: string): void {
    this.current = { state: 'nothing', recommendation: undefined };
    this.item.text = '$(compass) LLM';
    this.item.tooltip = why;
    this.item.accessibilityInformation = { label: why, role: 'button' };
    this.reveal();
  }

  private reveal(): void {
    const document = this.document;
    if (!document) return;
    this.item.command = {
      command: 'recommendLlm.recommendDocument',
      title: 'Recommend LLM',
      arguments: [document.uri],
    };
    this.item.show();
  }
}
