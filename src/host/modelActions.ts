import { commands, env, l10n, window, workspace } from 'vscode';
import { RecommendError } from '../core/errors';
import { apiSnippet } from '../core/recommendation/apiSnippet';
import type { CatalogModels } from './catalogModels';

const openChatCommand = 'workbench.action.chat.open';

/** What a user can do with a model besides reading about it. Nothing here sends anything. */
export class ModelActions {
  constructor(private readonly models: CatalogModels) {}

  async copyId(model: string): Promise<void> {
    await env.clipboard.writeText(model);
    window.setStatusBarMessage(l10n.t('Copied {0}', model), 3000);
  }

  async copySnippet(model: string): Promise<void> {
    const known = await this.models.model(model);
    await env.clipboard.writeText(apiSnippet({ id: model, marketId: known?.marketId ?? null }));
    window.setStatusBarMessage(l10n.t('Copied an API call of {0}', known?.name ?? model), 3000);
  }

  /** Whether the editor has a chat and offers models to chat with. */
  async canOpenChat(): Promise<boolean> {
    return (await hasChat()) && (await this.models.vscodeModels()).length > 0;
  }

  /**
   * Opens VS Code's chat with this model selected; nothing is typed or sent.
   * @throws RecommendError BAD_ARGUMENT where there is no chat, or where VS Code does not offer the model
   */
  async openChat(model: string): Promise<void> {
    const nextStep = l10n.t('Copy the id of the model instead, and use it where you have it.');
    if (!(await hasChat()))
      throw new RecommendError('BAD_ARGUMENT', l10n.t('This editor has no chat to open.'), nextStep);
    const listed = (await this.models.vscodeModels()).find(({ id }) => id === model);
    if (!listed)
      throw new RecommendError('BAD_ARGUMENT', l10n.t('VS Code does not offer {0} in its chat.', model), nextStep);
    const { vendor, id } = listed.chat;
    await commands.executeCommand(openChatCommand, {
      query: '',
      isPartialQuery: true,
      modelSelector: { vendor, id },
    });
  }
}

/** Users can switch the chat off; its commands stay, and would do nothing. */
async function hasChat(): Promise<boolean> {
  if (workspace.getConfiguration('chat').get('disableAIFeatures') === true) return false;
  return (await commands.getCommands(true)).includes(openChatCommand);
}
