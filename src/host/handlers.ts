import { ConfigurationTarget, commands, type ExtensionContext, l10n, Uri, window, workspace } from 'vscode';
import { RecommendError } from '../core/errors';
import type { Recommendation } from '../core/recommendation/recommendation';
import { chooseCandidates } from './candidates';
import type { CatalogModels } from './catalogModels';
import type { CommandHandlers } from './commands';
import { settingsSection, walkthroughId } from './contributions';
import { isPromptDocument } from './documentKinds';
import { OwnEvidence } from './evidence';
import { recommendTarget } from './inputs';
import { loadLabels } from './labels';
import type { ModelActions } from './modelActions';
import type { ModelWriter } from './modelWriter';
import type { PanelActions, ResultPanel } from './panel';
import { updateCatalog } from './priceListUpdate';
import type { ScorerClient } from './scorerClient';
import type { StatusBarSuggestion } from './statusBar';
import { candidateOf, percent } from './suggestion';
import { evaluationTarget, pickTarget, targetOfMenu } from './targets';

export interface HandlerParts {
  readonly context: ExtensionContext;
  readonly scorer: ScorerClient;
  readonly statusBar: StatusBarSuggestion;
  readonly models: CatalogModels;
  readonly actions: ModelActions;
  readonly writer: ModelWriter;
  readonly showLog: () => void;
  /** Looked up when a command runs: the panel itself needs the actions made here. */
  readonly panel: () => ResultPanel;
}

/** The command table's and the panel's actions, made of the same parts. */
export function createHandlers(parts: HandlerParts): { handlers: CommandHandlers; panelActions: PanelActions } {
  const { context, scorer, statusBar, showLog, models, actions, writer } = parts;
  const evidence = new OwnEvidence(context, models);

  /** The recommendation in front of the user: the panel's, else that of the active prompt. */
  const current = (): { recommendation: Recommendation; uri: Uri | undefined } | undefined => {
    const shown = parts.panel().shown;
    if (shown) return { recommendation: shown.recommendation, uri: uriOf(shown.target.uris[0]) };
    const { recommendation } = statusBar.shown;
    return recommendation && { recommendation, uri: window.activeTextEditor?.document.uri };
  };

  const modelOrPick = (model: unknown): string => {
    if (typeof model === 'string' && model !== '') return model;
    const shown = current();
    if (shown) return shown.recommendation.recommendation.model;
    throw nothingRecommended();
  };

  const trySample = async (): Promise<void> => {
    const bytes = await workspace.fs.readFile(Uri.joinPath(context.extensionUri, 'media', 'walkthrough', 'sample.md'));
    const document = await workspace.openTextDocument({
      language: 'prompt',
      content: new TextDecoder().decode(bytes),
    });
    await window.showTextDocument(document);
    await parts.panel().show(recommendTarget([document.uri]));
  };

  const chooseFile = async (): Promise<void> => {
    const target = await pickTarget();
    if (target) await parts.panel().show(target);
  };

  const chooseColumn = async (column: unknown): Promise<void> => {
    const panel = parts.panel();
    const chosen = typeof column === 'string' && column !== '' ? column : await askForColumn(panel.state);
    if (chosen !== undefined) await panel.takeColumn(chosen);
  };

  const panelActions: PanelActions = {
    chooseFile,
    openSample: trySample,
    chooseCandidates: () => chooseCandidates(models),
    chooseColumn: () => chooseColumn(undefined),
    showLog,
    updateCatalog: () => updateCatalog(models, undefined),
    copyModel: (model) => actions.copyId(model),
    copySnippet: (model) => actions.copySnippet(model),
    setFrontMatter: (model, document, column) => writer.setModel(document, model, column),
    openChat: (model) => actions.openChat(model),
    canOpenChat: () => actions.canOpenChat(),
    loadLabels: () => loadLabels(models),
    available: async () => {
      const listed = await models.vscodeModels();
      return listed.length === 0 ? null : models.vscodeIds();
    },
    savePreference: async (preference) => {
      await workspace.getConfiguration(settingsSection).update('preference', preference, ConfigurationTarget.Global);
    },
  };

  const handlers: CommandHandlers = {
    'recommendLlm.recommend': async (clicked, selected) => {
      const target = await targetOfMenu(clicked, selected);
      if (target) await parts.panel().show(target);
    },
    'recommendLlm.recommendDocument': async (document) => {
      const uri = document instanceof Uri ? document : window.activeTextEditor?.document.uri;
      await parts.panel().show(uri && recommendTarget([uri]));
    },
    'recommendLlm.evaluate': async (labelled) => {
      const target = await evaluationTarget(labelled);
      if (target) await parts.panel().show(target);
    },
    'recommendLlm.chooseColumn': chooseColumn,
    'recommendLlm.chooseCandidates': () => chooseCandidates(models),
    'recommendLlm.updateCatalog': (list) => updateCatalog(models, list),
    'recommendLlm.importResults': (clicked, selected) => evidence.importResults(clicked, selected),
    'recommendLlm.trainRouter': () => evidence.trainRouter(),
    'recommendLlm.chooseRouter': () => evidence.chooseRouter(),
    'recommendLlm.actions': async () => {
      const shown = current();
      if (!shown) throw nothingRecommended();
      const { recommendation, uri } = shown;
      const { model } = recommendation.recommendation;
      const pick = candidateOf(recommendation, model);
      const canSet = uri && isPromptDocument({ uri, languageId: '' });
      const chosen = await window.showQuickPick(
        [
          { label: `$(copy) ${l10n.t('Copy Id')}`, run: () => actions.copyId(model) },
          { label: `$(code) ${l10n.t('Copy as API Call')}`, run: () => actions.copySnippet(model) },
          ...(canSet
            ? [{ label: `$(edit) ${l10n.t('Set in Front Matter')}`, run: () => writer.setModel(uri, model) }]
            : []),
          ...((await actions.canOpenChat())
            ? [{ label: `$(comment-discussion) ${l10n.t('Open Chat')}`, run: () => actions.openChat(model) }]
            : []),
        ],
        {
          title: pick ? `${pick.name} · ${percent(pick.probability)}` : model,
          placeHolder: l10n.t('What to do with the recommended model'),
        },
      );
      await chosen?.run();
    },
    'recommendLlm.copyModelId': (model) => actions.copyId(modelOrPick(model)),
    'recommendLlm.copyApiSnippet': (model) => actions.copySnippet(modelOrPick(model)),
    'recommendLlm.setModel': async (model, document) => {
      const uri = document instanceof Uri ? document : (current()?.uri ?? window.activeTextEditor?.document.uri);
      if (!uri) throw nothingRecommended();
      await writer.setModel(uri, modelOrPick(model));
    },
    'recommendLlm.openChat': (model) => actions.openChat(modelOrPick(model)),
    'recommendLlm.trySample': trySample,
    'recommendLlm.openWalkthrough': () =>
      commands.executeCommand('workbench.action.openWalkthrough', walkthroughId, false),
    'recommendLlm.restartScorer': async () => {
      scorer.restart();
      statusBar.refresh();
      await parts.panel().refresh();
    },
    'recommendLlm.showLog': showLog,
  };
  return { handlers, panelActions };
}

/** Offers the columns that were found; where none was, any name can be typed. */
async function askForColumn(state: ResultPanel['state']): Promise<string | undefined> {
  const title = l10n.t('The column that holds the prompt');
  const read = state.type === 'recommendation' ? state.recommendation.read : undefined;
  const columns = [read?.promptColumn, ...(read?.otherColumns ?? [])].filter((name) => name !== undefined);
  if (columns.length > 1) return window.showQuickPick(columns, { title });
  const typed = await window.showInputBox({
    title,
    prompt:
      state.type === 'failed'
        ? state.error.message
        : l10n.t('A column name; for nested fields a path such as doc.question'),
  });
  return typed?.trim() || undefined;
}

function uriOf(text: string | undefined): Uri | undefined {
  return text === undefined ? undefined : Uri.parse(text);
}

function nothingRecommended(): RecommendError {
  return new RecommendError(
    'BAD_ARGUMENT',
    l10n.t('Nothing has been recommended yet.'),
    l10n.t('Open a prompt and run "Recommend LLM" first.'),
  );
}
