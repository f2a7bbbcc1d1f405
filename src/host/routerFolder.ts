import { type ExtensionContext, l10n, Uri, workspace } from 'vscode';
import { RecommendError } from '../core/errors';
import { readSetting } from './configuration';

/**
 * Folder of the router bundle in force: the user's own, or the bundled one.
 * @throws RecommendError BAD_SETTING where the setting is a relative path and no folder is open
 */
export function routerFolder(context: ExtensionContext): string {
  const router = readSetting('router');
  if (router === '') return Uri.joinPath(context.extensionUri, 'models').fsPath;
  const isAbsolute = /^([/\\]|[a-z]:[/\\])/i.test(router);
  if (isAbsolute) return router;
  const [folder] = workspace.workspaceFolders ?? [];
  if (folder) return Uri.joinPath(folder.uri, router).fsPath;
  throw new RecommendError(
    'BAD_SETTING',
    l10n.t('The setting recommendLlm.router is a relative path, but no folder is open.'),
    l10n.t('Open a folder, or give the full path of the router.'),
  );
}
