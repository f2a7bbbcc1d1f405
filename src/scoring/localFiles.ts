import { lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RecommendError } from '../core/errors';
import { isDatasetMember } from '../core/files/format';
import { defaultLimits } from '../core/files/limits';
import { type ByteSource, singlePassSource, type Workspace } from '../core/files/source';
import { say } from '../core/sentence';

const chunkBytes = 1 << 18;
const skippedFolders = new Set(['node_modules', '__pycache__', 'dist', 'out']);

/**
 * Local files as sources; a folder stands for the prompt files and datasets below it, in the order of their names.
 * @param workspaceRoot where set, a symbolic link inside it that leads out of it is refused
 * @throws RecommendError FILE_NOT_FOUND, FILE_UNREADABLE, FORMAT_UNKNOWN (a folder without prompt files)
 */
export async function localSources(paths: readonly string[], workspaceRoot: string | null): Promise<ByteSource[]> {
  const sources: ByteSource[] = [];
  const root = workspaceRoot === null ? null : await realpath(workspaceRoot).catch(() => resolve(workspaceRoot));
  for (const path of paths) {
    const name = displayName(path, workspaceRoot);
    const facts = await stat(path).catch((cause: unknown) => {
      throw unreadable(name, cause);
    });
    if (root !== null && workspaceRoot !== null && isInside(resolve(path), resolve(workspaceRoot))) {
      if (!isInside(await realpath(path), root)) throw linkedOutside(name);
    }
    if (facts.isDirectory()) {
      const found: string[] = [];
      await collect(path, path, await realpath(path), found);
      if (found.length === 0) {
        throw new RecommendError(
          'FORMAT_UNKNOWN',
          say('{0} is a folder without prompt files or datasets.', name),
          say('Choose a file, or a folder that holds .md, .txt, .jsonl, .csv, .parquet or other prompt files.'),
        );
      }
      for (const member of found) sources.push(await localSource(member, displayName(member, workspaceRoot)));
    } else sources.push(await localSource(path, name));
  }
  return sources;
}

async function collect(top: string, folder: string, realTop: string, found: string[]): Promise<void> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.') || skippedFolders.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) {
      // Links are followed to files inside the folder only: nothing outside is read, and no loop is walked.
      const target = await realpath(path).catch(() => null);
      if (target === null || !isInside(target, realTop) || !(await stat(target)).isFile()) continue;
    }
    if (entry.isDirectory()) await collect(top, path, realTop, found);
    else if (isDatasetMember(entry.name)) {
      found.push(path);
      if (found.length > defaultLimits.folderFiles) {
        throw new RecommendError(
          'FILE_TOO_LARGE',
          say('{0} holds more than {1} files.', basename(top), defaultLimits.folderFiles),
          say('Choose a smaller folder, or join the files into one JSONL.'),
        );
      }
    }
  }
}

/**
 * One local file, streamed. Reading notices a file that changes meanwhile.
 * @throws RecommendError FILE_NOT_FOUND, FILE_UNREADABLE; while reading FILE_CHANGED
 */
export async function localSource(path: string, name: string = displayName(path, null)): Promise<ByteSource> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw unreadable(name, cause);
  });
  if (!facts.isFile()) {
    // Pipes and process substitutions have no size and can be read once.
    if (!facts.isFIFO() && !facts.isCharacterDevice())
      throw new RecommendError('FILE_UNREADABLE', say('{0} is not a file.', name), say('Choose a file.'));
    return singlePassSource(name, readFrom(path, name, null));
  }
  const expected = { size: facts.size, mtimeMs: facts.mtimeMs };
  return {
    name,
    size: facts.size,
    open: () => readFrom(path, name, expected),
    async slice(start, end) {
      const handle = await open(path, 'r').catch((cause: unknown) => {
        throw unreadable(name, cause);
      });
      try {
        const bytes = new Uint8Array(Math.max(0, Math.min(end, expected.size) - start));
        let filled = 0;
        while (filled < bytes.length) {
          const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
          if (bytesRead === 0) throw changed(name);
          filled += bytesRead;
        }
        return bytes;
      } finally {
        await handle.close();
      }
    },
  };
}

async function* readFrom(
  path: string,
  name: string,
  expected: { size: number; mtimeMs: number } | null,
): AsyncIterable<Uint8Array> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw unreadable(name, cause);
  });
  try {
    let total = 0;
    while (true) {
      // A new buffer each time: decompressors and parsers keep hold of what they are given.
      const buffer = Buffer.allocUnsafe(chunkBytes);
      const { bytesRead } = await handle.read(buffer, 0, chunkBytes, null).catch((cause: unknown) => {
        throw unreadable(name, cause);
      });
      if (bytesRead === 0) break;
      total += bytesRead;
      if (expected && total > expected.size) throw changed(name);
      yield buffer.subarray(0, bytesRead);
    }
    if (expected) {
      const now = await handle.stat();
      if (total !== expected.size || now.size !== expected.size || now.mtimeMs !== expected.mtimeMs)
        throw changed(name);
    }
  } finally {
    await handle.close();
  }
}

/** Resolves references of prompt files inside `root`; symbolic links that lead out of it are refused. */
export function localWorkspace(root: string): Workspace {
  return {
    async resolve(from, reference) {
      const realRoot = await realpath(root).catch(() => null);
      if (realRoot === null) return 'missing';
      const wanted = pathOf(reference);
      if (wanted === null) return 'outside-workspace';
      const folder = dirname(isAbsolute(from) ? from : join(root, from));
      const tried = isAbsolute(wanted) ? [wanted] : [resolve(folder, wanted), resolve(root, wanted)];
      let outcome: 'outside-workspace' | 'missing' = 'missing';
      for (const path of tried) {
        if (!isInside(path, resolve(root)) && !isInside(path, realRoot)) {
          outcome = 'outside-workspace';
          continue;
        }
        const real = await realpath(path).catch(() => null);
        if (real === null) continue;
        if (!isInside(real, realRoot)) return 'outside-workspace';
        const facts = await lstat(real);
        if (!facts.isFile()) return 'not-text';
        return localSource(real, relative(realRoot, real).split(sep).join('/'));
      }
      return outcome;
    },
  };
}

function pathOf(reference: string): string | null {
  if (/^file:/i.test(reference)) {
    try {
      return fileURLToPath(reference);
    } catch {
      return null;
    }
  }
  return /^[a-z][a-z\d+.-]+:/i.test(reference) ? null : reference;
}

function isInside(path: string, root: string): boolean {
  const way = relative(root, path);
  return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !isAbsolute(way));
}

function displayName(path: string, workspaceRoot: string | null): string {
  if (workspaceRoot === null) return path;
  const way = relative(workspaceRoot, resolve(path));
  return way === '' || way.startsWith('..') || isAbsolute(way) ? path : way.split(sep).join('/');
}

function unreadable(name: string, cause: unknown): RecommendError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new RecommendError('FILE_NOT_FOUND', say('{0} does not exist (any more).', name), say('Check the path.'), {
      cause,
    });
  const why = code === 'EACCES' || code === 'EPERM' ? say('you may not read it') : String(code ?? cause);
  return new RecommendError(
    'FILE_UNREADABLE',
    say('{0} cannot be read: {1}.', name, why),
    say('Check its permissions.'),
    { cause },
  );
}

function changed(name: string): RecommendError {
  return new RecommendError(
    'FILE_CHANGED',
    say('{0} changed while it was read.', name),
    say('Run it again once nothing writes to it.'),
  );
}

function linkedOutside(name: string): RecommendError {
  return new RecommendError(
    'FILE_UNREADABLE',
    say('{0} is a symbolic link that leads out of the workspace: it was not read.', name),
    say('Open the folder that holds the real file.'),
  );
}
