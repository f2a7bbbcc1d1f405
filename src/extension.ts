import { type ExtensionContext, Uri, window, workspace } from 'vscode';
import { registerCommands } from './host/commands';
import { readSetting } from './host/configuration';
import { settingsSection } from './host/contributions';
import { createHandlers } from './host/handlers';
import { createLog } from './host/log';
import { ResultPanel } from './host/panel';
import { Recommender } from './host/recommender';
import { forkScorer, ScorerClient } from './host/scorerClient';
import { StatusBarSuggestion } from './host/statusBar';

/** What the tests in the extension host look at; nothing of it is meant for other extensions. */
export interface ExtensionApi {
  readonly activationMs: number;
  readonly scorer: ScorerClient;
  readonly panel: ResultPanel;
  readonly statusBar: StatusBarSuggestion;
}

/** Wires the parts together. No model is loaded and no process started here: both wait for the first input. */
export function activate(context: ExtensionContext): ExtensionApi {
  const started = performance.now();
  const log = createLog();
  context.subscriptions.push(log);
  try {
    const scorerEntry = Uri.joinPath(context.extensionUri, 'dist', 'scorer.js').fsPath;
    const scorer = new ScorerClient({
      start: () => forkScorer(scorerEntry),
      log,
      idleMs: () => readSetting('scorer.idleMinutes') * 60_000,
    });
    const recommender = new Recommender({ context, client: scorer });
    const statusBar = new StatusBarSuggestion(recommender, log);
    const showLog = (): void => log.show();
    const { handlers, panelActions } = createHandlers({
      context,
      scorer,
      statusBar,
      showLog,
      panel: () => panel,
    });
    const panel = new ResultPanel(context, recommender, panelActions, log);
    context.subscriptions.push(scorer, statusBar, panel, ...registerCommands(handlers, log, showLog));
    context.subscriptions.push(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(settingsSection)) void panel.refresh();
      }),
    );
    const activationMs = performance.now() - started;
    log.info(`Activated in ${activationMs.toFixed(1)} ms`);
    return { activationMs, scorer, panel, statusBar };
  } catch (thrown) {
    log.error(thrown instanceof Error ? thrown : String(thrown));
    void window.showErrorMessage(`Recommend LLM: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    throw thrown;
  }
}
