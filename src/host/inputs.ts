import * as v from 'valibot';
import { FileType, Range, type TextDocument, Uri, workspace } from 'vscode';
import { RecommendError } from '../core/errors';
import { say } from '../core/sentence';
import type { InputSource, Place } from '../scoring/protocol';
import { readableFile } from './documentKinds';
import { placeOf } from './references';

/**
 * What a panel shows a result of, in a form that survives a reload: the panel keeps it as text, and the input is read
 * again from its place.
 */
const targetSchema = v.object({
  task: v.picklist(['recommend', 'evaluate']),
  uris: v.pipe(v.array(v.string()), v.minLength(1)),
  /** A selection: start line, start character, end line, end character, zero-based. */
  range: v.optional(v.tuple([v.number(), v.number(), v.number(), v.number()])),
  column: v.optional(v.string()),
  mode: v.optional(v.picklist(['guarded', 'paper'])),
});

export type Target = v.InferOutput<typeof targetSchema>;

/** @returns undefined where the text is not a target that this version wrote */
export function parseTarget(text: string): Target | undefined {
  try {
    const parsed = v.safeParse(targetSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

export function formatTarget(target: Target): string {
  return JSON.stringify(target);
}

export function recommendTarget(uris: readonly Uri[], selection?: Range): Target {
  const range: Target['range'] = selection && [
    selection.start.line,
    selection.start.character,
    selection.end.line,
    selection.end.character,
  ];
  return { task: 'recommend', uris: uris.map(String), ...(range ? { range } : {}) };
}

/** Largest content that is handed to the scorer as one message; local files of any size are streamed instead. */
const maxBytes = 64 * 1024 * 1024;
/** Files taken from a folder that the scorer cannot read itself. */
const maxFiles = 200;

/** Last segment of a path, also of `untitled:` documents. */
export function nameOf(uri: Uri): string {
  const path = uri.path.replace(/\/+$/, '');
  return path.slice(path.lastIndexOf('/') + 1) || path;
}

function openDocument(uri: Uri): TextDocument | undefined {
  const key = uri.toString();
  return workspace.textDocuments.find((document) => document.uri.toString() === key);
}

/** A text editor's content as it stands, saved or not. */
export function documentSource(document: TextDocument): InputSource {
  const place = placeOf(document.uri);
  return {
    kind: 'text',
    name: nameOf(document.uri),
    text: document.getText(),
    languageId: document.languageId,
    ...(place ? { place } : {}),
  };
}

/**
 * Finds the content of a target: unsaved text as it stands, files on this machine's disk by path (the scorer streams
 * them), everything else through `workspace.fs`.
 * @throws RecommendError FILE_NOT_FOUND, FILE_UNREADABLE, FILE_TOO_LARGE, FILE_EMPTY
 */
export async function readTarget(target: Target): Promise<InputSource> {
  const uris = target.uris.map((text) => Uri.parse(text));
  const [first] = uris;
  if (!first) throw new RecommendError('BAD_ARGUMENT', 'No file was given.', 'Select a prompt or dataset file.');
  if (target.range) return selectionSource(first, new Range(...target.range));
  if (uris.length === 1) {
    const document = openDocument(first);
    if (document && (document.isDirty || document.isUntitled)) return documentSource(document);
  }
  if (uris.every((uri) => uri.scheme === 'file')) {
    return {
      kind: 'local',
      paths: uris.map((uri) => uri.fsPath),
      workspaceRoot: workspace.getWorkspaceFolder(first)?.uri.fsPath ?? null,
    };
  }
  const files = (await Promise.all(uris.map((uri) => filesAt(uri)))).flat();
  if (files.length === 0) {
    throw new RecommendError(
      'FILE_EMPTY',
      say('{0} holds no prompt or dataset file.', nameOf(first)),
      say('Choose another folder.'),
    );
  }
  if (files.length > maxFiles) {
    throw new RecommendError(
      'FILE_TOO_LARGE',
      say('{0} files were found, but at most {1} are read where there is no local disk.', files.length, maxFiles),
      say('Select fewer files.'),
    );
  }
  const contents: { name: string; bytes: Uint8Array; place?: Place }[] = [];
  let total = 0;
  for (const uri of files) {
    const bytes = await readFile(uri);
    total += bytes.byteLength;
    if (total > maxBytes) {
      throw new RecommendError(
        'FILE_TOO_LARGE',
        say(
          '{0} takes the input over {1} MB, the limit where there is no local disk.',
          nameOf(uri),
          maxBytes / 1024 / 1024,
        ),
        say('Copy the data to a local folder, or use a part of it.'),
      );
    }
    const place = placeOf(uri);
    contents.push({ name: nameOf(uri), bytes, ...(place ? { place } : {}) });
  }
  const [only] = contents;
  if (only && contents.length === 1) return { kind: 'bytes', ...only };
  return { kind: 'several', name: uris.length === 1 ? nameOf(first) : `${contents.length} files`, files: contents };
}

async function selectionSource(uri: Uri, range: Range): Promise<InputSource> {
  const document = openDocument(uri) ?? (await open(uri));
  const text = document.getText(range);
  if (text.trim() === '') {
    throw new RecommendError(
      'FILE_EMPTY',
      say('The selection in {0} holds no text.', nameOf(uri)),
      say('Select the text of a prompt, or clear the selection to use the whole file.'),
    );
  }
  const lines = range.isSingleLine ? `${range.start.line + 1}` : `${range.start.line + 1}–${range.end.line + 1}`;
  return { kind: 'text', name: `${nameOf(uri)}:${lines}`, text, languageId: 'plaintext' };
}

async function open(uri: Uri): Promise<TextDocument> {
  try {
    return await workspace.openTextDocument(uri);
  } catch (thrown) {
    throw unreadable(uri, thrown);
  }
}

async function readFile(uri: Uri): Promise<Uint8Array> {
  const document = openDocument(uri);
  if (document) return new TextEncoder().encode(document.getText());
  try {
    return await workspace.fs.readFile(uri);
  } catch (thrown) {
    throw unreadable(uri, thrown);
  }
}

/** The file itself, or the readable files of a folder and its subfolders. */
async function filesAt(uri: Uri): Promise<Uri[]> {
  if (openDocument(uri)) return [uri];
  try {
    const { type } = await workspace.fs.stat(uri);
    if ((type & FileType.Directory) === 0) return [uri];
    const entries = await workspace.fs.readDirectory(uri);
    const found: Uri[] = [];
    for (const [name, kind] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (name.startsWith('.') || name === 'node_modules') continue;
      const child = Uri.joinPath(uri, name);
      if (kind === FileType.Directory) found.push(...(await filesAt(child)));
      else if (kind === FileType.File && readableFile.test(name)) found.push(child);
      if (found.length > maxFiles) break;
    }
    return found;
  } catch (thrown) {
    throw RecommendError.is(thrown) ? thrown : unreadable(uri, thrown);
  }
}

function unreadable(uri: Uri, thrown: unknown): RecommendError {
  const missing =
    thrown instanceof Error && /EntryNotFound|FileNotFound|ENOENT/.test(`${thrown.name} ${thrown.message}`);
  return new RecommendError(
    missing ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE',
    missing ? say('{0} does not exist (any more).', nameOf(uri)) : say('{0} could not be read.', nameOf(uri)),
    missing
      ? say('It may have been moved or deleted: choose another file.')
      : say('Check that the file can be opened, and try again.'),
    { cause: thrown },
  );
}
