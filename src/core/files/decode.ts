import { RecommendError } from '../errors';
import { say } from '../sentence';
import { type ByteSource, concatBytes, copyOf, readHead } from './source';

/** Encodings that are recognised. `windows-1252` is the guess for text that is neither UTF-8 nor UTF-16. */
export type TextEncodingName = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

export interface DetectedEncoding {
  readonly encoding: TextEncodingName;
  /** Length of the byte order mark, 0 where there is none. */
  readonly bomBytes: number;
  /** False where a mark or validity does not prove it. */
  readonly certain: boolean;
}

const headBytes = 1 << 16;

/**
 * Tells the encoding of a text from its first bytes.
 * @param complete false where more bytes follow: a character cut at the end is then no mistake
 * @returns null where the bytes are no text
 */
export function detectEncoding(head: Uint8Array, complete: boolean): DetectedEncoding | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf)
    return { encoding: 'utf-8', bomBytes: 3, certain: true };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', bomBytes: 2, certain: true };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', bomBytes: 2, certain: true };
  let evenNuls = 0;
  let oddNuls = 0;
  let controls = 0;
  for (let i = 0; i < head.length; i++) {
    const byte = head[i] ?? 0;
    if (byte === 0) {
      if (i % 2 === 0) evenNuls++;
      else oddNuls++;
    } else if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27) controls++;
  }
  const half = head.length / 2;
  if (oddNuls > 0.4 * half && evenNuls < 0.05 * half) return { encoding: 'utf-16le', bomBytes: 0, certain: false };
  if (evenNuls > 0.4 * half && oddNuls < 0.05 * half) return { encoding: 'utf-16be', bomBytes: 0, certain: false };
  const { valid, multibyte, invalid } = surveyUtf8(head, complete);
  // A stray NUL in a text is skipped with its row; many of them, or other control bytes, are no text.
  if ((evenNuls + oddNuls) * 200 > head.length || controls * 20 > head.length) return null;
  if (valid || multibyte > invalid) return { encoding: 'utf-8', bomBytes: 0, certain: valid };
  return { encoding: 'windows-1252', bomBytes: 0, certain: false };
}

/** Counts the valid sequences of more than one byte, and the bytes that belong to no valid sequence. */
function surveyUtf8(bytes: Uint8Array, complete: boolean): { valid: boolean; multibyte: number; invalid: number } {
  let multibyte = 0;
  let invalid = 0;
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i] ?? 0;
    if (lead < 0x80) {
      i++;
      continue;
    }
    const length = lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    if (length > 0 && lead < 0xf5 && i + length > bytes.length && !complete) break;
    let good = length > 0 && lead < 0xf5;
    for (let k = 1; good && k < length; k++) good = ((bytes[i + k] ?? 0) & 0xc0) === 0x80;
    if (good && lead === 0xe0) good = (bytes[i + 1] ?? 0) >= 0xa0;
    if (good && lead === 0xed) good = (bytes[i + 1] ?? 0) < 0xa0;
    if (good && lead === 0xf0) good = (bytes[i + 1] ?? 0) >= 0x90;
    if (good && lead === 0xf4) good = (bytes[i + 1] ?? 0) < 0x90;
    if (good) multibyte++;
    else invalid++;
    i += good ? length : 1;
  }
  return { valid: invalid === 0, multibyte, invalid };
}

/** A source whose bytes are UTF-8 without a byte order mark, and the encoding that the original has. */
export interface TextSource {
  readonly source: ByteSource;
  readonly encoding: TextEncodingName;
  readonly certain: boolean;
  /** Bytes before the text in the original. */
  readonly bomBytes: number;
}

/**
 * Looks at the start of a file and, where it is not UTF-8, wraps it so that it reads as UTF-8.
 * @throws RecommendError FILE_EMPTY, FILE_BINARY
 */
export async function asUtf8(source: ByteSource): Promise<TextSource> {
  const head = await readHead(source, headBytes);
  const detected = detectEncoding(head, head.length < headBytes);
  if (!detected) {
    throw new RecommendError(
      'FILE_BINARY',
      say('{0} is not a text file.', source.name),
      say(
        'Choose a prompt or a dataset: text, Markdown, JSONL, JSON, CSV, YAML, Parquet or an Inspect log, also as .gz or .zst.',
      ),
    );
  }
  const { encoding, bomBytes, certain } = detected;
  if (isBlank(head.subarray(bomBytes)) && head.length < headBytes) throw emptyFile(source.name);
  if (encoding === 'utf-8' && bomBytes === 0) return { source, encoding, certain, bomBytes };
  const open =
    encoding === 'utf-8' ? () => dropBytes(source.open(), bomBytes) : () => transcode(source.open(), encoding);
  return {
    source: { name: source.name, size: encoding === 'utf-8' ? source.size : null, open },
    encoding,
    certain,
    bomBytes,
  };
}

export function emptyFile(name: string): RecommendError {
  return new RecommendError(
    'FILE_EMPTY',
    say('{0} is empty.', name),
    say('Write a prompt into it, or choose another file.'),
  );
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0 || byte === 32 || (byte >= 9 && byte <= 13));
}

async function* dropBytes(chunks: AsyncIterable<Uint8Array>, count: number): AsyncIterable<Uint8Array> {
  let left = count;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

async function* transcode(chunks: AsyncIterable<Uint8Array>, from: TextEncodingName): AsyncIterable<Uint8Array> {
  const decoder = new TextDecoder(from);
  const encoder = new TextEncoder();
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    if (text) yield encoder.encode(text);
  }
  const rest = decoder.decode();
  if (rest) yield encoder.encode(rest);
}

/**
 * Reads a whole text.
 * @throws RecommendError FILE_TOO_LARGE past `maxBytes`, FILE_EMPTY, FILE_BINARY
 */
export async function readText(
  source: ByteSource,
  maxBytes: number,
): Promise<{ text: string; encoding: TextEncodingName; certain: boolean; hasInvalidBytes: boolean }> {
  const utf8 = await asUtf8(source);
  const bytes = await readAll(utf8.source, maxBytes);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return { text, encoding: utf8.encoding, certain: utf8.certain, hasInvalidBytes: text.includes('\uFFFD') };
}

/** @throws RecommendError FILE_TOO_LARGE past `maxBytes` */
export async function readAll(source: ByteSource, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of source.open()) {
    total += chunk.length;
    if (total > maxBytes) {
      throw new RecommendError(
        'FILE_TOO_LARGE',
        say(
          '{0} is larger than {1} MB, the most that is read of this format.',
          source.name,
          Math.round(maxBytes / (1 << 20)),
        ),
        say('Turn it into JSONL, CSV or Parquet: those are streamed at any size.'),
      );
    }
    parts.push(copyOf(chunk));
  }
  return concatBytes(parts);
}
