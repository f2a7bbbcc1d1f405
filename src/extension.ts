import { type ExtensionContext, Uri, window, workspace } from 'vscode';
import { CatalogModels } from './host/catalogModels';
import { registerCommands } from './host/commands';
import { readSetting } from './host/configuration';
import { settingsSection } from './host/contributions';
import { createHandlers } from './host/handlers';
import { registerTool } from './host/languageModelTool';
import { createLog } from './host/log';
import { ModelActions } from './host/modelActions';
import { ModelHints } from './host/modelHints';
import { ModelLenses } from './host/modelLenses';
import { ModelWriter } from './host/modelWriter';
import { ResultPanel } from './host/panel';
import { Recommender } from './host/recommender';
import { resolveReference } from './host/references';
import { routerFolder } from './host/routerFolder';
import { forkScorer, ScorerClient } from './host/scorerClient';
import { StatusBarSuggestion } from './host/statusBar';

/** What the tests in the extension host look at; nothing of it is meant for other extensions. */
export interface ExtensionApi {
  readonly activationMs: number;
  readonly scorer: ScorerClient;
  readonly panel: ResultPanel;
  readonly statusBar: StatusBarSuggestion;
  readonly models: CatalogModels;
  readonly actions: ModelActions;
  readonly lenses: ModelLenses;
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
      resolveReference,
    });
    const bundlePath = (): string => routerFolder(context);
    const models = new CatalogModels(context, bundlePath, log);
    const recommender = new Recommender({ client: scorer, models, bundlePath });
    const actions = new ModelActions(models);
    const writer = new ModelWriter(models);
    const statusBar = new StatusBarSuggestion(recommender, log);
    const showLog = (): void => log.show();
    const { handlers, panelActions } = createHandlers({
      context,
      scorer,
      statusBar,
      models,
      actions,
      writer,
      showLog,
      panel: () => panel,
    });
    const panel = new ResultPanel(context, recommender, panelActions, log);
    const lenses = new ModelLenses(recommender, models, log);
    const hints = new ModelHints(recommender, models, writer, log);
    const tool = registerTool(recommender);
    context.subscriptions.push(scorer, models, statusBar, panel, lenses, hints);
    context.subscriptions.push(...registerCommands(handlers, log, showLog), ...(tool ? [tool] : []));
    context.subscriptions.push(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(settingsSection)) void panel.refresh();
      }),
      models.onDidChange(() => {
        statusBar.refresh();
        void panel.refresh();
      }),
    );
    const activationMs = performance.now() - started;
    log.info(`Activated in ${activationMs.toFixed(1)} ms`);
    return { activationMs, scorer, panel, statusBar, models, actions, lenses };
  } catch (thrown) {
    log.error(thrown instanceof Error ? thrown : String(thrown));
    void window.showErrorMessage(`Recommend LLM: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    throw thrown;
  }
}
