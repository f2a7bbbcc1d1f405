import { CsvError, parse } from 'csv-parse';
import { type Sentence, say } from '../sentence';
import type { ReadLimits } from './limits';
import type { RowOutcome, RowStream } from './rows';

export interface CsvDialect {
  readonly delimiter: string;
  /** Column names; invented ones (`column1`…) where the file has no header. */
  readonly columns: readonly string[];
  readonly hasHeader: boolean;
}

/** Records that the dialect is told from. */
const dialectRecords = 30;
const delimiters = [',', '\t', ';', '|'];

/**
 * Tells delimiter and header from the first characters of a file.
 * @param preferred delimiter that the file's ending suggests
 * @returns null where there is no record
 */
export function detectDialect(head: string, preferred?: string): CsvDialect | null {
  const ranked = delimiters.map((delimiter) => {
    const { records } = splitRecords(head, delimiter, dialectRecords);
    const width = records[0]?.length ?? 0;
    const same = records.filter((record) => record.length === width).length / Math.max(1, records.length);
    return { delimiter, records, score: width > 1 ? same * 10 + Math.min(width, 50) / 50 : 0 };
  });
  const best = ranked.reduce((a, b) => {
    const bonus = (x: typeof a): number => (x.delimiter === preferred && x.score > 0 ? 2 : 0);
    return b.score + bonus(b) > a.score + bonus(a) ? b : a;
  });
  const chosen = best.score > 0 ? best : (ranked.find(({ delimiter }) => delimiter === (preferred ?? ',')) ?? best);
  const first = chosen.records[0];
  if (!first) return null;
  const hasHeader = looksLikeHeader(first, chosen.records.slice(1));
  const columns = hasHeader ? uniqueNames(first) : first.map((_, index) => `column${index + 1}`);
  return { delimiter: chosen.delimiter, columns, hasHeader };
}

/**
 * Splits the first records of a text; quotes as in RFC 4180. Only for detection and samples: the reading itself is csv-parse's.
 * @param until no record that begins beyond this place is looked at
 * @returns complete records (a cut one only where it is all there is), where each ends, its line break included, and whether a
 * quote stood inside of an unquoted cell
 */
export function splitRecords(
  text: string,
  delimiter: string,
  most: number,
  until = Number.POSITIVE_INFINITY,
): { readonly records: string[][]; readonly ends: number[]; readonly strayQuotes: boolean } {
  const records: string[][] = [];
  const ends: number[] = [];
  let record: string[] = [];
  let cell = '';
  let quoted = false;
  let strayQuotes = false;
  // Whether the cell holds but white space so far: asking the cell itself takes time in its length.
  let blank = true;
  const endRecord = (end: number): void => {
    record.push(cell);
    if (record.length > 1 || !blank) {
      records.push(record);
      ends.push(end);
    }
    record = [];
    cell = '';
    blank = true;
  };
  for (let i = 0; i < text.length && records.length < most && (ends.at(-1) ?? 0) < until; i++) {
    const character = text[i];
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[i + 1] === '"') {
        cell += '"';
        i++;
      } else quoted = false;
    } else if (character === '"' && blank) {
      quoted = true;
      blank = false;
      cell = '';
    } else if (character === delimiter) {
      record.push(cell);
      cell = '';
      blank = true;
    } else if (character === '\n' || character === '\r') {
      if (character === '\r' && text[i + 1] === '\n') i++;
      endRecord(i + 1);
    } else {
      if (character === '"') strayQuotes = true;
      if (character !== ' ' && character !== '\t') blank = false;
      cell += character;
    }
  }
  if (records.length === 0 && (cell !== '' || record.length > 0)) endRecord(text.length);
  return { records, ends, strayQuotes };
}

function looksLikeHeader(first: readonly string[], rest: readonly (readonly string[])[]): boolean {
  const cells = first.map((cell) => cell.trim());
  if (cells.some((cell) => cell.length > 120 || /[?!]$|\n/.test(cell))) return false;
  if (cells.every((cell) => cell === '' || /^[-+]?[\d.]+$/.test(cell))) return false;
  if (cells.some((cell) => knownHeader.test(cell))) return true;
  const filled = cells.filter((cell) => cell !== '');
  if (new Set(filled).size < filled.length) return false;
  // Names are short; where the cells below are no longer than the first row's, it is one of them.
  const mean = (rows: readonly (readonly string[])[]): number => {
    const all = rows.flat();
    return all.reduce((sum, cell) => sum + cell.length, 0) / Math.max(1, all.length);
  };
  return rest.length === 0 || mean([cells]) < 40 || mean(rest) > mean([cells]);
}

const knownHeader =
  /^(id|prompts?|questions?|inputs?|instructions?|query|queries|text|problem|messages|answers?|targets?|labels?|outputs?|responses?|completion|category|context|expected|__expected)$/i;

function uniqueNames(cells: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return cells.map((cell, index) => {
    const name = cell.trim() || `column${index + 1}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}

/**
 * Reads CSV or TSV (RFC 4180, quotes also inside unquoted cells). Bytes must be UTF-8. A row with another number of cells
 * than the header is skipped with its reason, unless the surplus cells are empty.
 */
export async function* readCsv(chunks: AsyncIterable<Uint8Array>, dialect: CsvDialect, limits: ReadLimits): RowStream {
  let batch: RowOutcome[] = [];
  let header = dialect.hasHeader;
  let lines = 0;
  let failure: unknown = null;
  const parser = parse({
    delimiter: dialect.delimiter,
    columns: false,
    bom: false,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: limits.recordBytes,
    // Records are taken here and not from the stream: an error would drop those that wait in it.
    on_record: (record: string[], { empty_lines: emptyLines }) => {
      const line = 1 + lines + emptyLines;
      for (const cell of record) lines += lineBreaks(cell);
      lines++;
      if (header) header = false;
      else batch.push(toRow(record, line, dialect.columns));
      return null;
    },
  });
  parser.on('error', (cause) => {
    failure ??= cause;
  });
  parser.resume();
  try {
    for await (const chunk of chunks) {
      // csv-parse keeps hold of a chunk past the next read: hand it a copy.
      await settled((done) => parser.write(Buffer.from(chunk), done));
      if (failure) break;
      if (batch.length > 0) {
        yield batch;
        batch = [];
      }
    }
    if (!failure) await settled((done) => parser.end(done));
  } finally {
    parser.destroy();
  }
  if (failure) {
    if (!(failure instanceof CsvError)) throw failure;
    batch.push({ line: 1 + lines + parser.info.empty_lines, reason: csvFault(failure, limits) });
  }
  if (batch.length > 0) yield batch;
}

/** Waits for a callback; what went wrong is told by the stream's `error` event. */
function settled(step: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => step(() => resolve()));
}

function lineBreaks(cell: string): number {
  let count = 0;
  for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) count++;
  return count;
}

function toRow(record: readonly string[], line: number, columns: readonly string[]): RowOutcome {
  if (record.length < columns.length) return { line, reason: otherWidth(record, columns) };
  for (let i = columns.length; i < record.length; i++) {
    if (record[i] !== '') return { line, reason: otherWidth(record, columns) };
  }
  const value: Record<string, unknown> = Object.create(null);
  for (let i = 0; i < columns.length; i++) value[columns[i] ?? ''] = record[i] ?? '';
  return { line, value };
}

function otherWidth(record: readonly string[], columns: readonly string[]): Sentence {
  return say('the row has {0} cells where the header has {1}', record.length, columns.length);
}

function csvFault(error: CsvError, limits: ReadLimits): Sentence {
  if (error.code === 'CSV_QUOTE_NOT_CLOSED')
    return say('a quote opened in this row is never closed: nothing after it was read');
  if (error.code === 'CSV_MAX_RECORD_SIZE')
    return say(
      'the row is longer than {0} MB (a quote that is never closed?): nothing after it was read',
      Math.round(limits.recordBytes / (1 << 20)),
    );
  return say('the row cannot be read ({0}): nothing after it was read', error.code);
}
