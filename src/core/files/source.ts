import { RecommendError } from '../errors';
import { say } from '../sentence';

/**
 * A named run of bytes: a local file, a document of a virtual workspace, a selection. Everything that is read comes in
 * through this interface, so that `core` needs no file system.
 */
export interface ByteSource {
  /** How the user knows it: a path relative to the workspace, or a title. Its ending tells the format. */
  readonly name: string;
  /** In bytes; null where unknown (standard input, decompressed streams). */
  readonly size: number | null;
  /** Editor language of a text selection, where known. */
  readonly languageId?: string;
  /**
   * Reads from the start. Chunks are only valid until the next one is asked for.
   * @throws RecommendError FILE_NOT_FOUND, FILE_UNREADABLE or FILE_CHANGED
   */
  open(): AsyncIterable<Uint8Array>;
  /** Random access (Parquet, samples); absent where only streaming is possible. `end` is exclusive. */
  slice?(start: number, end: number): Promise<Uint8Array>;
}

/** Reads files that a prompt refers to. What it refuses to read stays unread: the outcome says why. */
export interface Workspace {
  /**
   * @param from name of the file that holds the reference
   * @param reference as written, without `#file:` or `file://`
   */
  resolve(
    from: string,
    reference: string,
  ): Promise<ByteSource | 'outside-workspace' | 'missing' | 'not-text' | 'over-limit'>;
}

/** Bytes already in memory as a source; `chunkBytes` is the size in which they are handed out. */
export function memorySource(name: string, bytes: Uint8Array, chunkBytes = 1 << 18): ByteSource {
  return {
    name,
    size: bytes.length,
    async *open() {
      for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    },
    async slice(start, end) {
      return bytes.subarray(start, end);
    },
  };
}

/** A text (a selection, an unsaved document) as a source. */
export function textSource(name: string, text: string, languageId?: string): ByteSource {
  const source = memorySource(name, new TextEncoder().encode(text));
  return languageId === undefined ? source : { ...source, languageId };
}

/** @returns up to `bytes` bytes from the start of `source` */
export async function readHead(source: ByteSource, bytes: number): Promise<Uint8Array> {
  return (await readUpTo(source, bytes)).bytes;
}

/** Reads up to `most` bytes from the start; `complete` where that is all there is. */
export async function readUpTo(source: ByteSource, most: number): Promise<{ bytes: Uint8Array; complete: boolean }> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of source.open()) {
    parts.push(copyOf(chunk.subarray(0, most - total)));
    total += chunk.length;
    if (total > most) break;
  }
  return { bytes: concatBytes(parts), complete: total <= most };
}

/** A copy in its own memory; `slice` of a Node buffer would be a view of the same. */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1 && parts[0]) return parts[0];
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * A stream that can be read only once (standard input, a pipe) as a source: its first bytes are kept so that they can be
 * looked at before the reading proper.
 * @throws RecommendError (while reading) FILE_CHANGED where more than the kept bytes would be needed again
 */
export function singlePassSource(name: string, stream: AsyncIterable<Uint8Array>, keptBytes = 36 << 20): ByteSource {
  const kept: Uint8Array[] = [];
  let keptTotal = 0;
  let passedKept = false;
  let iterator: AsyncIterator<Uint8Array> | null = null;
  return {
    name,
    size: null,
    async *open() {
      if (passedKept) {
        throw new RecommendError(
          'FILE_CHANGED',
          say('{0} can be read only once.', name),
          say('Save it to a file and read that.'),
        );
      }
      for (const chunk of kept) yield chunk;
      iterator ??= stream[Symbol.asyncIterator]();
      // Not for await: leaving that loop would end the stream for good.
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        const chunk = next.value;
        if (passedKept || keptTotal + chunk.length > keptBytes) {
          passedKept = true;
          kept.length = 0;
        } else {
          kept.push(chunk);
          keptTotal += chunk.length;
        }
        yield chunk;
      }
    },
  };
}
