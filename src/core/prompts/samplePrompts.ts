import { compressionOf } from '../files/compression';
import { detectDialect, splitRecords } from '../files/csv';
import { asUtf8 } from '../files/decode';
import { formatOfName } from '../files/format';
import { defaultLimits } from '../files/limits';
import { type ByteSource, concatBytes, memorySource } from '../files/source';
import { seededRandom } from '../scores/seededRandom';
import type { ReadOptions } from './readOptions';
import { type PromptReading, readPrompts } from './readPrompts';

export interface SampleOptions extends ReadOptions {
  /** Rows to draw. */
  readonly rows: number;
  readonly seed: number;
  /** Inputs of fewer bytes in all are not worth a sample: null is returned. */
  readonly fromBytes?: number;
}

/** Draws that are read at once. */
const drawsAtOnce = 16;
/** Draws for each row of the sample at most: where rows are much longer than those at the head, most draws find none. */
const drawsPerRow = 8;

const newline = 10;

/**
 * A uniform sample of the rows of large JSON Lines, CSV and TSV files, without reading them: for a first answer.
 *
 * Places are drawn uniformly over the bytes; from each, the rows that begin within the next `block` bytes are taken. Every row
 * has one first byte, so all rows are equally likely whatever their length. A block is about as long as a row, so that
 * neighbours rarely come together. In CSV, records are found where others of the right width follow. Rows come in the order
 * of the file.
 * @returns null where a source cannot be sampled (compressed, another format or encoding, no random access) or is small
 */
export async function samplePrompts(
  sources: readonly ByteSource[],
  options: SampleOptions,
): Promise<PromptReading | null> {
  const total = sources.reduce((sum, { size }) => sum + (size ?? 0), 0);
  if (total < (options.fromBytes ?? 8 << 20)) return null;
  const samplers: Sampler[] = [];
  for (const source of sources) {
    const sampler = await samplerOf(source);
    if (!sampler) return null;
    samplers.push(sampler);
  }
  const random = seededRandom(options.seed);
  const block = Math.max(64, Math.round(Math.max(...samplers.map(({ rowBytes }) => rowBytes))));
  const drawn = new Map<string, { readonly sampler: Sampler; readonly row: SampledRow; readonly key: number }>();
  let found = 0;
  let draws = 0;
  const draw = async (): Promise<{ sampler: Sampler; rows: SampledRow[] }> => {
    let place = Math.floor(random() * total);
    const sampler = samplers.find(({ source }) => {
      const inside = place < (source.size ?? 0);
      if (!inside) place -= source.size ?? 0;
      return inside;
    });
    if (!sampler) throw new RangeError('A place lies beyond the files.');
    return { sampler, rows: await sampler.rowsFrom(place, Math.min(place + block, sampler.source.size ?? 0)) };
  };
  while (draws < options.rows * drawsPerRow && drawn.size < options.rows && !options.signal?.aborted) {
    draws += drawsAtOnce;
    for (const { sampler, rows } of await Promise.all(Array.from({ length: drawsAtOnce }, draw))) {
      for (const row of rows) {
        found++;
        drawn.set(`${sampler.source.name}:${row.start}`, { sampler, row, key: random() });
      }
    }
  }
  if (drawn.size === 0) return null;
  const chosen = [...drawn.values()].sort((a, b) => a.key - b.key).slice(0, options.rows);
  const parts = samplers.flatMap((sampler) => {
    const rows = chosen
      .filter((item) => item.sampler === sampler)
      .map(({ row }) => row)
      .sort((a, b) => a.start - b.start);
    if (rows.length === 0) return [];
    const bytes = concatBytes([...sampler.header, ...rows.flatMap((row) => [row.bytes, Uint8Array.of(newline)])]);
    return [memorySource(sampler.source.name, bytes)];
  });
  const reading = readPrompts(parts, options);
  const ofRows = Math.round((total * found) / (draws * block));
  return {
    ...reading,
    report() {
      const report = reading.report();
      // Places in the sample are not places in the file.
      return { ...report, skipped: [], sample: { prompts: report.promptsScored, ofRows } };
    },
  };
}

interface SampledRow {
  readonly start: number;
  readonly bytes: Uint8Array;
}

interface Sampler {
  readonly source: ByteSource;
  /** What stands before the rows. */
  readonly header: readonly Uint8Array[];
  /** Mean length of the rows at the head of the file. */
  readonly rowBytes: number;
  /** @returns the rows whose first byte is in [from, to) */
  rowsFrom(from: number, to: number): Promise<SampledRow[]>;
}

async function samplerOf(source: ByteSource): Promise<Sampler | null> {
  const { slice, size } = source;
  if (!slice || size === null || size === 0) return null;
  const format = formatOfName(source.name);
  if (format !== 'jsonl' && format !== 'csv' && format !== 'tsv') return null;
  const file: Bounded = { size, slice: (from, to) => slice.call(source, Math.max(0, from), Math.min(size, to)) };
  if (compressionOf(await file.slice(0, 4))) return null;
  const text = await asUtf8(source);
  if (text.encoding !== 'utf-8' || text.bomBytes > 0) return null;
  const head = await file.slice(0, 1 << 18);
  // One character for each byte: what gives CSV its structure is ASCII, and places stay places.
  const characters = new TextDecoder('latin1').decode(head);
  if (format === 'jsonl') {
    const lines = characters.split('\n').length;
    return { source, header: [], rowBytes: head.length / lines, rowsFrom: (from, to) => linesFrom(file, from, to) };
  }
  const dialect = detectDialect(characters, format === 'tsv' ? '\t' : ',');
  if (!dialect) return null;
  const { ends } = splitRecords(characters, dialect.delimiter, Number.POSITIVE_INFINITY);
  const first = dialect.hasHeader ? (ends[0] ?? 0) : 0;
  return {
    source,
    header: first > 0 ? [await file.slice(0, first)] : [],
    rowBytes: (ends.at(-1) ?? head.length) / Math.max(1, ends.length),
    rowsFrom: (from, to) => recordsFrom(file, Math.max(from, first), to, dialect.delimiter, dialect.columns.length),
  };
}

interface Bounded {
  readonly size: number;
  slice(from: number, to: number): Promise<Uint8Array>;
}

/** Bytes read beyond a block at first; more where a row is longer. */
const aheadBytes = 1 << 14;

async function linesFrom(file: Bounded, from: number, to: number): Promise<SampledRow[]> {
  for (let ahead = aheadBytes; ahead <= 2 * defaultLimits.recordBytes; ahead *= 16) {
    const at = Math.max(0, from - 1);
    const window = await file.slice(at, to + ahead);
    const rows: SampledRow[] = [];
    // A row begins after a line feed, or at the very start.
    let start = from === 0 ? 0 : window.indexOf(newline) + 1;
    if (from > 0 && start === 0) return [];
    while (at + start < to) {
      const found = window.indexOf(newline, start);
      if (found < 0 && at + window.length < file.size) break;
      const end = found < 0 ? window.length : found;
      if (end > start) rows.push({ start: at + start, bytes: window.slice(start, end) });
      start = end + 1;
    }
    if (at + start >= to) return rows;
  }
  return [];
}

/** Bytes before a place in which the start of a record is looked for, line starts that are tried, records that must follow. */
const behindBytes = 1 << 14;
const triedStarts = 24;
const followingRecords = 4;

async function recordsFrom(
  file: Bounded,
  from: number,
  to: number,
  delimiter: string,
  columns: number,
): Promise<SampledRow[]> {
  const at = Math.max(0, from - behindBytes);
  const window = await file.slice(at, to + 2 * behindBytes);
  const text = new TextDecoder('latin1').decode(window);
  let start = from - at;
  for (let tries = 0; tries < triedStarts && start > 0; tries++) {
    start = text.lastIndexOf('\n', start - 1) + 1;
    const { records, strayQuotes } = splitRecords(text.slice(start), delimiter, followingRecords);
    // Text in quotes that is taken for a record gives itself away by its last quote, or by the width of what follows.
    if (records.length > 0 && !strayQuotes && records.every((record) => record.length === columns)) {
      const rows: SampledRow[] = [];
      const all = splitRecords(text.slice(start), delimiter, Number.POSITIVE_INFINITY, to - at - start).ends;
      let begin = start;
      for (const end of all) {
        if (at + begin >= to) break;
        if (at + begin >= from) rows.push({ start: at + begin, bytes: withoutBreak(window.slice(begin, start + end)) });
        begin = start + end;
      }
      return rows;
    }
    start--;
  }
  return [];
}

function withoutBreak(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === newline || bytes[end - 1] === 13)) end--;
  return bytes.subarray(0, end);
}
