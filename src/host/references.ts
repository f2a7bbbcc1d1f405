import { FileType, Uri, workspace } from 'vscode';
import { defaultLimits } from '../core/files/limits';
import type { FoundReference, Place } from '../scoring/protocol';

/** Where a document stands, for the files that it refers to; undefined outside of the workspace: nothing is read for it. */
export function placeOf(uri: Uri): Place | undefined {
  const folder = workspace.getWorkspaceFolder(uri)?.uri;
  if (!folder) return undefined;
  if (uri.scheme === 'file') return { kind: 'local', path: uri.fsPath, workspaceRoot: folder.fsPath };
  return { kind: 'virtual', uri: uri.toString() };
}

/**
 * Reads a file that a document of a virtual workspace refers to, inside its workspace folder only: relative to the document, else
 * to the folder. Links are not followed, since where they lead is not known.
 */
export async function resolveReference(from: string, reference: string): Promise<FoundReference> {
  const document = Uri.parse(from);
  const folder = workspace.getWorkspaceFolder(document)?.uri;
  const path = pathOf(reference);
  if (!folder || path === null) return 'outside-workspace';
  const root = folder.path.replace(/\/*$/, '/');
  const tried = path.startsWith('/')
    ? [document.with({ path })]
    : [Uri.joinPath(document, '..', path), Uri.joinPath(folder, path)];
  let outcome: FoundReference = 'missing';
  for (const uri of tried.map((each) => Uri.joinPath(each.with({ path: '/' }), each.path))) {
    if (!uri.path.startsWith(root)) {
      outcome = 'outside-workspace';
      continue;
    }
    const facts = await Promise.resolve(workspace.fs.stat(uri)).catch(() => null);
    if (!facts) continue;
    if ((facts.type & FileType.SymbolicLink) !== 0) return 'outside-workspace';
    if ((facts.type & FileType.File) === 0) return 'not-text';
    if (facts.size > defaultLimits.referencesTotalBytes) return 'over-limit';
    return { name: uri.path.slice(root.length), bytes: await workspace.fs.readFile(uri) };
  }
  return outcome;
}

/** The path that a reference names; null where it is the address of something else. */
function pathOf(reference: string): string | null {
  if (/^file:/i.test(reference)) return Uri.parse(reference).path;
  return /^[a-z][a-z\d+.-]+:/i.test(reference) ? null : reference;
}
