import { ConfigurationTarget, commands, type ExtensionContext, env, l10n, Uri, window, workspace } from 'vscode';
import { RecommendError } from '../core/errors';
import { apiSnippet } from '../core/recommendation/apiSnippet';
import type { Recommendation } from '../core/recommendation/recommendation';
import type { CommandHandlers } from './commands';
import { settingsSection, walkthroughId } from './contributions';
import { isPromptDocument } from './documentKinds';
import { recommendTarget } from './inputs';
import { copyModelId, setModelInFrontMatter } from './modelActions';
import type { PanelActions, ResultPanel } from './panel';
import type { ScorerClient } from './scorerClient';
import type { StatusBarSuggestion } from './statusBar';
import { candidateOf, percent } from './suggestion';
import { evaluationTarget, pickTarget, targetOfMenu } from './targets';

export interface HandlerParts {
  readonly context: ExtensionContext;
  readonly scorer: ScorerClient;
  readonly statusBar: StatusBarSuggestion;
  readonly showLog: () => void;
  /** Looked up when a command runs: the panel itself needs the actions made here. */
  readonly panel: () => ResultPanel;
}

/** The command table's and the panel's actions, made of the same parts. */
export function createHandlers(parts: HandlerParts): { handlers: CommandHandlers; panelActions: PanelActions } {
  const { context, scorer, statusBar, showLog } = parts;

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

  const copySnippet = async (model: string): Promise<void> => {
    await env.clipboard.writeText(apiSnippet({ id: model, marketId: null }));
    window.setStatusBarMessage(l10n.t('Copied a call of {0}', model), 3000);
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

  const chooseCandidates = async (): Promise<void> => {
    await commands.executeCommand('workbench.action.openSettings', `${settingsSection}.candidates`);
  };

  const chooseFile = async (): Promise<void> => {
    const target = await pickTarget();
    if (target) await parts.panel().show(target);
  };

  const panelActions: PanelActions = {
    chooseFile,
    openSample: trySample,
    chooseCandidates,
    showLog,
    copyModel: copyModelId,
    copySnippet,
    setFrontMatter: (model, document) => setModelInFrontMatter(document, model),
    openChat: async () => undefined,
    canOpenChat: async () => false,
    available: async () => null,
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
    'recommendLlm.actions': async () => {
      const shown = current();
      if (!shown) throw nothingRecommended();
      const { recommendation, uri } = shown;
      const { model } = recommendation.recommendation;
      const pick = candidateOf(recommendation, model);
      const canSet = uri && isPromptDocument({ uri, languageId: '' });
      const chosen = await window.showQuickPick(
        [
          { label: `$(copy) ${l10n.t('Copy Id')}`, run: () => copyModelId(model) },
          { label: `$(code) ${l10n.t('Copy as API Call')}`, run: () => copySnippet(model) },
          ...(canSet
            ? [{ label: `$(edit) ${l10n.t('Set in Front Matter')}`, run: () => setModelInFrontMatter(uri, model) }]
            : []),
        ],
        {
          title: pick ? `${pick.name} · ${percent(pick.probability)}` : model,
          placeHolder: l10n.t('What to do with the recommended model'),
        },
      );
      await chosen?.run();
    },
    'recommendLlm.copyModelId': (model) => copyModelId(modelOrPick(model)),
    'recommendLlm.copyApiSnippet': (model) => copySnippet(modelOrPick(model)),
    'recommendLlm.setModel': async (model, document) => {
      const uri = document instanceof Uri ? document : (current()?.uri ?? window.activeTextEditor?.document.uri);
      if (!uri) throw nothingRecommended();
      await setModelInFrontMatter(uri, modelOrPick(model));
    },
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
