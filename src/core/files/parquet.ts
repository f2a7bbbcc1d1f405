import { type AsyncBuffer, type Compressors, type FileMetaData, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { compressors } from 'hyparquet-compressors';
import { causeOf, Fault, RecommendError } from '../errors';
import { type Sentence, say } from '../sentence';
import { readAll } from './decode';
import type { ReadLimits } from './limits';
import type { Row, RowStream } from './rows';
import { type ByteSource, copyOf, memorySource } from './source';

const batchRows = 256;
const rowsPerGroup = 20_000_000;

/** @returns whether the bytes begin as a Parquet file does */
export function isParquet(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x41 && head[2] === 0x52 && head[3] === 0x31;
}

/**
 * Reads Parquet one row group at a time, all codecs of the format except LZO. `line` is the number of the row.
 * @param wanted columns (dotted paths) to read from now on, null for all; asked before each row group
 * @throws RecommendError FORMAT_BROKEN (cut, damaged), FILE_TOO_LARGE (a row group or page beyond the limits)
 */
export async function* readParquet(
  original: ByteSource,
  limits: ReadLimits,
  wanted: () => readonly string[] | null,
): RowStream {
  const source =
    original.slice && original.size !== null
      ? original
      : memorySource(original.name, await readAll(original, limits.parquetChunkBytes));
  const file = bufferOf(source);
  const metadata = await orBroken(source.name, say('its footer'), () => parquetMetadataAsync(file));
  let start = 0;
  for (const [index, group] of metadata.row_groups.entries()) {
    const rows = Number(group.num_rows);
    const paths = wanted();
    const columns = readableColumns(metadata).filter(
      (name) => paths === null || paths.some((path) => path === name || path.startsWith(`${name}.`)),
    );
    const place = say('row group {0} of {1}', index + 1, metadata.row_groups.length);
    if (columns.length === 0) throw broken(source.name, place, say('it has no readable column'));
    const cached = await orBroken(source.name, place, () => checkedChunks(file, group, columns, rows, limits));
    let read: Record<string, unknown>[] = [];
    await orBroken(source.name, place, () =>
      parquetRead({
        file: cached,
        metadata,
        columns: [...columns],
        rowStart: start,
        rowEnd: start + rows,
        rowFormat: 'object',
        compressors: boundedCompressors(limits),
        geoparquet: false,
        onComplete: (found) => {
          read = found;
        },
      }),
    );
    for (let at = 0; at < read.length; at += batchRows) {
      yield read.slice(at, at + batchRows).map((value, offset): Row => ({ line: start + at + offset + 1, value }));
    }
    start += rows;
  }
}

function bufferOf(source: ByteSource): AsyncBuffer {
  const byteLength = source.size ?? 0;
  return {
    byteLength,
    async slice(start, end = byteLength) {
      if (start < 0 || end > byteLength || start > end) throw new Fault(say('it points outside of the file'));
      const bytes = (await source.slice?.(start, end)) ?? new Uint8Array(0);
      return copyOf(bytes).buffer;
    },
  };
}

/** Columns except raw bytes (pictures, sound), which are no part of a prompt. */
function readableColumns(metadata: FileMetaData): string[] {
  const names = new Set<string>();
  for (const column of metadata.row_groups[0]?.columns ?? []) {
    const path = column.meta_data?.path_in_schema;
    const top = path?.[0];
    if (!path || top === undefined) continue;
    if (path.length > 1 && path.at(-1) === 'bytes') names.delete(top);
    else if (!metadata.row_groups[0]?.columns.some((other) => isBytesOf(other.meta_data?.path_in_schema, top)))
      names.add(top);
  }
  return [...names];
}

function isBytesOf(path: readonly string[] | undefined, top: string): boolean {
  return path !== undefined && path.length > 1 && path[0] === top && path.at(-1) === 'bytes';
}

/**
 * Reads the chunks of a row group and looks at the headers of their pages before anything is decoded: a few bytes of Parquet
 * can claim any number of values, and the decoder believes them.
 */
async function checkedChunks(
  file: AsyncBuffer,
  group: FileMetaData['row_groups'][number],
  columns: readonly string[],
  rows: number,
  limits: ReadLimits,
): Promise<AsyncBuffer> {
  const most = limits.parquetChunkBytes;
  if (!Number.isSafeInteger(rows) || rows < 0 || rows > rowsPerGroup) throw tooLarge(say('it claims {0} rows', rows));
  const chunks: { start: number; bytes: ArrayBuffer }[] = [];
  let expanded = 0;
  let compressed = 0;
  for (const { meta_data: meta } of group.columns) {
    if (!meta || !columns.includes(meta.path_in_schema[0] ?? '')) continue;
    const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const length = Number(meta.total_compressed_size);
    compressed += length;
    if (compressed > most) throw tooLarge(say('its columns take {0} MB', Math.round(compressed / (1 << 20))));
    const bytes = await file.slice(start, start + length);
    const reader = { view: new DataView(bytes), offset: 0 };
    const values = Number(meta.num_values);
    if (values > rowsPerGroup)
      throw tooLarge(say('column {0} claims {1} values', meta.path_in_schema.join('.'), values));
    let seen = 0;
    while (reader.offset < bytes.byteLength - 1 && seen < values) {
      const before = reader.offset;
      const header = parquetHeader(reader);
      const size = header.compressed_page_size;
      expanded += header.uncompressed_page_size;
      if (!(size >= 0 && header.uncompressed_page_size >= 0) || reader.offset + size > bytes.byteLength)
        throw new Fault(say('a page is cut'));
      if (expanded > most) throw tooLarge(say('its columns expand to more than {0} MB', Math.round(most / (1 << 20))));
      const page = header.data_page_header ?? header.data_page_header_v2;
      const count = page?.num_values ?? header.dictionary_page_header?.num_values ?? 0;
      if (count < 0 || count > Math.max(values, rows))
        throw new Fault(say('a page claims more values than the column has'));
      if (page) seen += count;
      reader.offset += size;
      if (reader.offset <= before) throw new Fault(say('a page has no length'));
    }
    chunks.push({ start, bytes });
  }
  return {
    byteLength: file.byteLength,
    slice(start, end = file.byteLength) {
      const held = chunks.find((chunk) => chunk.start <= start && end <= chunk.start + chunk.bytes.byteLength);
      return held ? held.bytes.slice(start - held.start, end - held.start) : file.slice(start, end);
    },
  };
}

function boundedCompressors(limits: ReadLimits): Compressors {
  return Object.fromEntries(
    Object.entries(compressors).map(([codec, decompress]) => [
      codec,
      (input: Uint8Array, outputLength: number): Uint8Array => {
        if (outputLength > limits.parquetChunkBytes) throw tooLarge(say('a page expands beyond the limit'));
        return decompress(input, outputLength);
      },
    ]),
  );
}

function tooLarge(why: Sentence): RecommendError {
  return new RecommendError('FILE_TOO_LARGE', why, say('Write it again with smaller row groups (about 10,000 rows).'));
}

async function orBroken<T>(name: string, place: Sentence, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (thrown) {
    if (RecommendError.is(thrown) && thrown.code === 'FILE_TOO_LARGE' && !thrown.message.startsWith(name))
      throw new RecommendError(
        'FILE_TOO_LARGE',
        say('{0}, {1}: {2}.', name, place, causeOf(thrown)),
        thrown.said.nextStep,
        {
          cause: thrown,
        },
      );
    if (RecommendError.is(thrown)) throw thrown;
    throw broken(name, place, causeOf(thrown), thrown);
  }
}

function broken(name: string, place: Sentence, why: string | Sentence, cause?: unknown): RecommendError {
  return new RecommendError(
    'FORMAT_BROKEN',
    say('{0} is not a complete Parquet file: {1} cannot be read ({2}).', name, place, why),
    say('Copy or write it again.'),
    { cause },
  );
}
