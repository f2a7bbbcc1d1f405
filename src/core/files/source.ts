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
  resolve(from: string, reference: string): Promise<ByteSource | 'outside-workspace' | 'missing' | 'not-text'>;
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
  if (source.slice && source.size !== null) return source.slice(0, Math.min(bytes, source.size));
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of source.open()) {
    parts.push(chunk.slice(0, bytes - total));
    total += Math.min(chunk.length, bytes - total);
    if (total >= bytes) break;
  }
  return concatBytes(parts);
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
