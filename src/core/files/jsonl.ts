import { type Sentence, say } from '../sentence';
import type { ReadLimits } from './limits';
import { isRecord, type RowOutcome, type RowStream } from './rows';
import { concatBytes, copyOf } from './source';

const newline = 10;

/**
 * Splits UTF-8 bytes at line feeds. Each batch is a run of whole lines, decoded; a line longer than `maxBytes` comes as
 * `null` and is never held in memory; so does, as `undefined`, one that is not valid UTF-8.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncIterable<readonly (string | null | undefined)[]> {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let overlong = false;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(newline);
    if (end < 0) {
      pendingBytes += chunk.length;
      if (pendingBytes > maxBytes) {
        overlong = true;
        pending = [];
      } else if (!overlong) pending.push(copyOf(chunk));
      continue;
    }
    let start = 0;
    let lines: (string | null | undefined)[] = [];
    if (pendingBytes > 0) {
      start = chunk.indexOf(newline) + 1;
      if (overlong || pendingBytes + start - 1 > maxBytes) lines.push(null);
      else lines = decodeLines(concatBytes([...pending, chunk.subarray(0, start - 1)]), strict, maxBytes);
    }
    if (end > start || (end === start && chunk[start] === newline))
      lines = lines.concat(decodeLines(chunk.subarray(start, end), strict, maxBytes));
    yield lines;
    pendingBytes = chunk.length - end - 1;
    overlong = pendingBytes > maxBytes;
    pending = pendingBytes > 0 && !overlong ? [copyOf(chunk.subarray(end + 1))] : [];
  }
  if (overlong) yield [null];
  else if (pendingBytes > 0) yield decodeLines(concatBytes(pending), strict, maxBytes);
}

function decodeLines(bytes: Uint8Array, strict: TextDecoder, maxBytes: number): (string | null | undefined)[] {
  let text: string | undefined;
  try {
    text = strict.decode(bytes);
  } catch {
    text = undefined;
  }
  if (text !== undefined && bytes.length <= maxBytes) return text.split('\n');
  const lines: (string | null | undefined)[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found;
    if (end - start > maxBytes) lines.push(null);
    else {
      try {
        lines.push(strict.decode(bytes.subarray(start, end)));
      } catch {
        lines.push(undefined);
      }
    }
    start = end + 1;
  }
  return lines;
}

/**
 * Reads JSON Lines: one JSON value on each line. Bytes must be UTF-8.
 * @param everyLine true: blank lines are broken rows, so that there is one outcome for each line; else they are passed over
 */
export async function* readJsonl(chunks: AsyncIterable<Uint8Array>, limits: ReadLimits, everyLine = false): RowStream {
  let line = 0;
  for await (const texts of readLines(chunks, limits.recordBytes)) {
    const outcomes: RowOutcome[] = [];
    for (const text of texts) {
      line++;
      const outcome = parseJsonLine(text, line, limits);
      if (outcome) outcomes.push(outcome);
      else if (everyLine) outcomes.push({ line, reason: say('the line is blank') });
    }
    if (outcomes.length > 0) yield outcomes;
  }
}

/** @returns the record on one line; null where the line is blank */
export function parseJsonLine(text: string | null | undefined, line: number, limits: ReadLimits): RowOutcome | null {
  if (text === null) {
    return { line, reason: say('the line is longer than {0} MB', Math.round(limits.recordBytes / (1 << 20))) };
  }
  if (text === undefined) return { line, reason: say('the line is not valid UTF-8') };
  if (text.trim() === '') return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { line, reason: jsonFault(text) };
  }
  const fault = structureFault(value, limits);
  return fault === null ? { line, value } : { line, reason: fault };
}

/** Says in a few words what is wrong with a line that is not JSON. */
function jsonFault(text: string): Sentence {
  const trimmed = text.trim();
  if (trimmed.includes('\0')) return say('the line holds NUL characters and is not valid JSON');
  const open = trimmed[0];
  const close = trimmed[trimmed.length - 1];
  if ((open === '{' && close !== '}') || (open === '[' && close !== ']'))
    return say('the line is not valid JSON: it ends too early');
  return say('the line is not valid JSON');
}

/** @returns why a parsed value is refused: nested too deeply or too many fields; null where it is fine */
export function structureFault(value: unknown, limits: ReadLimits): Sentence | null {
  if (isRecord(value)) {
    let fields = 0;
    for (const _ in value) fields++;
    if (fields > limits.columns) return say('the record has more than {0} fields', limits.columns);
  }
  return deeperThan(value, limits.depth) ? say('the record is nested deeper than {0} levels', limits.depth) : null;
}

function deeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && deeperThan(item, depth - 1)) return true;
    return false;
  }
  for (const key in value) {
    const item: unknown = (value as Record<string, unknown>)[key];
    if (typeof item === 'object' && deeperThan(item, depth - 1)) return true;
  }
  return false;
}
