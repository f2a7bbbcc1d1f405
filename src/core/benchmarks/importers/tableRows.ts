import { Readable } from 'node:stream';
import { parse as csvParser } from 'csv-parse';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { causeOf } from '../../errors';
import { say, verbatim } from '../../sentence';
import { brokenLog, type LogFile, type LogSink } from './evaluationLog';
import { isRecord, jsonOf, linesOf, maximumJsonBytes, unpackedBytes } from './logText';

/** A row of a table by column name, with its 1-based line or row number. */
export interface TableRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, unknown>>;
}

const tableName = /\.(csv|tsv|jsonl|ndjson|json|parquet)(?:\.gz)?$/i;

/** The kind of table that a file is by its name, or null. */
export function tableKind(name: string): string | null {
  return tableName.exec(name)?.[1]?.toLowerCase() ?? null;
}

/** The rows of a CSV, TSV, JSON Lines, JSON or Parquet table; broken rows go to the sink. */
export async function* tableRows(file: LogFile, sink: LogSink): AsyncGenerator<TableRow> {
  const kind = tableKind(file.name);
  if (kind === 'csv' || kind === 'tsv') yield* csvRows(file, kind === 'tsv' ? '\t' : ',', sink);
  else if (kind === 'parquet') yield* parquetRows(file);
  else if (kind === 'json') {
    const value = await jsonOf(file);
    const rows = Array.isArray(value)
      ? value
      : isRecord(value)
        ? (['data', 'rows', 'records', 'results'].map((key) => value[key]).find(Array.isArray) ?? null)
        : null;
    if (!Array.isArray(rows)) throw brokenLog(file.name, say('neither a list of rows nor an object with one'));
    for (const [index, row] of rows.entries()) {
      if (isRecord(row)) yield { line: index + 1, cells: row };
      else sink.reject({ file: file.name, line: index + 1, reason: say('not an object') });
    }
  } else {
    for await (const { line, text } of linesOf(file)) {
      if (text.trim() === '') continue;
      let row: unknown;
      try {
        row = JSON.parse(text);
      } catch {
        sink.reject({ file: file.name, line, reason: say('not valid JSON (cut off?)') });
        continue;
      }
      if (isRecord(row)) yield { line, cells: row };
      else sink.reject({ file: file.name, line, reason: say('not an object') });
    }
  }
}

async function* csvRows(file: LogFile, delimiter: string, sink: LogSink): AsyncGenerator<TableRow> {
  const parser = csvParser({
    columns: true,
    delimiter,
    bom: true,
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    relax_quotes: true,
    max_record_size: 64 * 1024 * 1024,
  });
  parser.on('skip', (error) =>
    sink.reject({
      file: file.name,
      line: Number(error?.lines ?? 0),
      reason: error ? verbatim(error.message) : say('broken row'),
    }),
  );
  const source = Readable.from(unpackedBytes(file), { objectMode: false });
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const record of parser as AsyncIterable<{ info: { lines: number }; record: Record<string, string> }>) {
      yield { line: record.info.lines, cells: record.record };
    }
  } catch (error) {
    throw brokenLog(file.name, say('not a readable table ({0})', causeOf(error)), error);
  } finally {
    source.destroy();
  }
}

/** Parquet keeps its index at the end of the file, so the file is held in memory; rows are decoded in slices. */
async function* parquetRows(file: LogFile): AsyncGenerator<TableRow> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of unpackedBytes(file)) {
    size += bytes.length;
    if (size > maximumJsonBytes)
      throw brokenLog(file.name, say('the table is larger than {0} MB; split it, or export it as JSON Lines', 256));
    parts.push(bytes);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const buffer = {
    byteLength: size,
    slice: (start: number, end?: number): ArrayBuffer => whole.buffer.slice(start, end),
  };
  const slice = 4096;
  try {
    const metadata = await parquetMetadataAsync(buffer);
    const total = Number(metadata.num_rows);
    for (let start = 0; start < total; start += slice) {
      const rows = await parquetReadObjects({
        file: buffer,
        metadata,
        compressors,
        rowStart: start,
        rowEnd: Math.min(total, start + slice),
      });
      for (const [index, cells] of rows.entries()) yield { line: start + index + 1, cells: plain(cells) };
    }
  } catch (error) {
    throw brokenLog(file.name, say('not a readable Parquet file ({0})', causeOf(error)), error);
  }
}

/** 64-bit integers as numbers: scores and ids of evaluation tables are far below 2^53. */
function plain(cells: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(cells).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  );
}
