import { causeOf } from '../../errors';
import { say } from '../../sentence';
import { brokenLog, type LogFile } from './evaluationLog';

/** Largest log that is parsed as one JSON value: above it, a JSON string no longer fits into memory limits. */
export const maximumJsonBytes = 256 * 1024 * 1024;

/** Longest line of a line-based log, in characters. */
const maximumLineLength = 64 * 1024 * 1024;

/** The bytes of a file, unpacked where its name ends in `.gz`. */
export async function* unpackedBytes(file: LogFile): AsyncGenerator<Uint8Array> {
  if (!file.name.endsWith('.gz')) {
    // A source may use its buffer again: what is kept must be a copy.
    for await (const bytes of file.open()) yield bytes.slice();
    return;
  }
  const chunks = file.open()[Symbol.asyncIterator]();
  const packed = new ReadableStream<BufferSource>({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done) controller.close();
      else controller.enqueue(new Uint8Array(next.value));
    },
    async cancel() {
      await chunks.return?.();
    },
  });
  const reader = packed.pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw brokenLog(file.name, say('the gzip data is damaged or cut off'), error);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** The lines of a text file with their 1-based numbers, without line ends and without a byte order mark. */
export async function* linesOf(file: LogFile): AsyncGenerator<{ readonly line: number; readonly text: string }> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  let line = 0;
  for await (const bytes of unpackedBytes(file)) {
    rest += decoder.decode(bytes, { stream: true });
    let start = 0;
    for (let end = rest.indexOf('\n', start); end >= 0; end = rest.indexOf('\n', start)) {
      line += 1;
      yield { line, text: rest.slice(start, rest[end - 1] === '\r' ? end - 1 : end) };
      start = end + 1;
    }
    rest = rest.slice(start);
    if (rest.length > maximumLineLength)
      throw brokenLog(file.name, say('line {0} is longer than {1} MB', line + 1, 64));
  }
  rest += decoder.decode();
  if (rest !== '') yield { line: line + 1, text: rest };
}

/** The whole file as text. @throws RecommendError FORMAT_BROKEN above {@link maximumJsonBytes} */
export async function textOf(file: LogFile): Promise<string> {
  const decoder = new TextDecoder('utf-8');
  const parts: string[] = [];
  let length = 0;
  for await (const bytes of unpackedBytes(file)) {
    length += bytes.length;
    if (length > maximumJsonBytes)
      throw brokenLog(file.name, say('the log is larger than {0} MB; export it as JSON Lines instead', 256));
    parts.push(decoder.decode(bytes, { stream: true }));
  }
  parts.push(decoder.decode());
  return parts.join('');
}

/** The whole file as one JSON value. @throws RecommendError FORMAT_BROKEN where it is none */
export async function jsonOf(file: LogFile): Promise<unknown> {
  const text = await textOf(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw brokenLog(file.name, say('not valid JSON ({0})', causeOf(error)), error);
  }
}

/** The first characters of a file, unpacked: enough to recognise a format by. */
export async function peekText(file: LogFile): Promise<string> {
  const decoder = new TextDecoder('utf-8');
  let text = '';
  for await (const bytes of unpackedBytes(file)) {
    text += decoder.decode(bytes.subarray(0, 65_536), { stream: true });
    if (text.length >= 16_384) break;
  }
  return text;
}

/** The first non-empty line of a peeked text as JSON, or null (also where the line was cut by the peek). */
export function firstJsonLine(text: string): unknown {
  const line = text.split('\n').find((each) => each.trim() !== '');
  if (line === undefined) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field as a string: strings as they are, numbers written out, anything else null. */
export function asText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}

/** A chat message list as one text: each message's text content, in order, separated by blank lines. */
export function messagesText(messages: unknown): string | null {
  if (typeof messages === 'string') return messages;
  if (!Array.isArray(messages)) return null;
  const texts = messages.map((message: unknown) =>
    isRecord(message) ? contentText(message.content) : asText(message),
  );
  const found = texts.filter((text): text is string => text !== null && text !== '');
  return found.length > 0 ? found.join('\n\n') : null;
}

function contentText(content: unknown): string | null {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return null;
  const texts = content.map((part: unknown) => (isRecord(part) ? asText(part.text) : asText(part)));
  return texts.filter((text) => text !== null).join('\n');
}
