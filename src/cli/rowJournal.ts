import { createReadStream } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { ByteWriter, parquetWriteRows } from 'hyparquet-writer';
import * as v from 'valibot';
import { RecommendError } from '../core/errors';
import type { RowResult } from '../core/scoreRows';
import { inEnglish } from '../core/sentence';

export type OutputFormat = 'jsonl' | 'csv' | 'parquet';

/** What a run must have in common with an interrupted one to continue it. */
export interface RunIdentity {
  readonly bundle: string;
  /** Options that change results, in a fixed order. */
  readonly options: string;
  readonly sources: readonly {
    readonly name: string;
    readonly size: number | null;
    readonly modified: number | null;
  }[];
}

const identitySchema = v.object({
  bundle: v.string(),
  options: v.string(),
  sources: v.array(v.object({ name: v.string(), size: v.nullable(v.number()), modified: v.nullable(v.number()) })),
});

/** Columns of a result, in their order in CSV and Parquet. */
const columns = [
  { name: 'row', type: 'INT32' },
  { name: 'file', type: 'STRING' },
  { name: 'line', type: 'INT32' },
  { name: 'id', type: 'STRING' },
  { name: 'category', type: 'STRING' },
  { name: 'model', type: 'STRING' },
  { name: 'probability', type: 'DOUBLE' },
  { name: 'fallback', type: 'BOOLEAN' },
  { name: 'distance', type: 'DOUBLE' },
  { name: 'distanceWord', type: 'STRING' },
  { name: 'usd', type: 'DOUBLE' },
  { name: 'inputTokens', type: 'INT32' },
  { name: 'outputTokens', type: 'INT32' },
  { name: 'skipped', type: 'STRING' },
] as const;

/** One line of output. `row` counts the rows of the input from 1. */
export function resultLine(result: RowResult, row: number): string {
  if (result.kind === 'skip')
    return `${JSON.stringify({ row, file: result.file, line: result.line, skipped: inEnglish(result.reason) })}\n`;
  const { kind: _, ...fields } = result;
  return `${JSON.stringify({ row, ...fields })}\n`;
}

/**
 * Results on their way to a file. They are kept as JSON Lines beside it (`FILE.partial`) until all are there; only then does the
 * file itself appear, whole. An interrupted run leaves the partial file, which another run can continue.
 */
export class RowJournal {
  private constructor(
    private readonly output: string,
    private readonly file: FileHandle,
    /** Rows that an interrupted run has already written. */
    readonly rowsDone: number,
  ) {}

  /**
   * @param resume continue what an interrupted run of the same input and options has left
   * @throws RecommendError BAD_ARGUMENT (another run's leftovers), OUTPUT_FAILED
   */
  static async open(output: string, identity: RunIdentity, resume: boolean): Promise<RowJournal> {
    const partial = partialOf(output);
    const note = `${partial}.json`;
    const earlier = await readFile(note, 'utf8').catch(() => null);
    if (earlier !== null && !resume) {
      throw new RecommendError(
        'BAD_ARGUMENT',
        `${partial} is there: an earlier run was interrupted.`,
        'Continue it with --resume, or delete that file and its .json.',
      );
    }
    try {
      if (earlier !== null) {
        if (!sameRun(earlier, identity)) {
          throw new RecommendError(
            'BAD_ARGUMENT',
            `${partial} was written from another input, with other options or another bundle: it cannot be continued.`,
            'Delete that file and its .json, and start anew without --resume.',
          );
        }
        const file = await open(partial, 'a+');
        const { rows, bytes } = await wholeLines(partial);
        await file.truncate(bytes);
        return new RowJournal(output, file, rows);
      }
      const file = await open(partial, 'w');
      await writeFile(note, JSON.stringify(identity));
      return new RowJournal(output, file, 0);
    } catch (thrown) {
      throw outputFailed(output, thrown);
    }
  }

  async append(lines: string): Promise<void> {
    try {
      await this.file.appendFile(lines);
    } catch (thrown) {
      throw outputFailed(this.output, thrown);
    }
  }

  /** Leaves the partial file for a later run. */
  async close(): Promise<void> {
    await this.file.close();
  }

  /** Removes what there is, where nothing was written that is worth continuing. */
  async discard(): Promise<void> {
    await this.file.close();
    await rm(partialOf(this.output), { force: true });
    await rm(`${partialOf(this.output)}.json`, { force: true });
  }

  /** Puts the whole output in its place. */
  async finish(format: OutputFormat): Promise<void> {
    const partial = partialOf(this.output);
    try {
      await this.file.sync();
      await this.file.close();
      if (format === 'jsonl') await rename(partial, this.output);
      else {
        const converted = `${this.output}.converting`;
        if (format === 'csv') await writeCsv(partial, converted);
        else await writeParquet(partial, converted);
        await rename(converted, this.output);
        await rm(partial);
      }
      await rm(`${partial}.json`);
    } catch (thrown) {
      throw outputFailed(this.output, thrown);
    }
  }
}

/** @returns the format that the name of an output stands for; null where there is none */
export function outputFormatOf(name: string): OutputFormat | null {
  const ending = /\.(jsonl|ndjson|csv|parquet)$/i.exec(name)?.[1]?.toLowerCase();
  return ending === 'csv' || ending === 'parquet' ? ending : ending ? 'jsonl' : null;
}

function partialOf(output: string): string {
  return `${output}.partial`;
}

function sameRun(note: string, identity: RunIdentity): boolean {
  try {
    const earlier = v.parse(identitySchema, JSON.parse(note));
    return JSON.stringify(earlier) === JSON.stringify(v.parse(identitySchema, identity));
  } catch {
    return false;
  }
}

/** Rows of a partial file that are whole: a killed run may have left half a line at its end. */
async function wholeLines(path: string): Promise<{ rows: number; bytes: number }> {
  let rows = 0;
  let bytes = 0;
  let read = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) {
      rows++;
      bytes = read + at + 1;
    }
    read += chunk.length;
  }
  return { rows, bytes };
}

async function* recordsOf(path: string): AsyncGenerator<Record<string, unknown>> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY }))
    yield JSON.parse(line) as Record<string, unknown>;
}

async function writeCsv(from: string, to: string): Promise<void> {
  const file = await open(to, 'w');
  try {
    let text = `${columns.map(({ name }) => name).join(',')}\n`;
    for await (const record of recordsOf(from)) {
      text += `${columns.map(({ name }) => csvCell(record[name])).join(',')}\n`;
      if (text.length < 1 << 18) continue;
      await file.appendFile(text);
      text = '';
    }
    await file.appendFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function csvCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function writeParquet(from: string, to: string): Promise<void> {
  const file = await open(to, 'w');
  const writer = new ByteWriter();
  // The library's own file writer is synchronous; this one waits for the disk after each row group.
  const flush = async (): Promise<void> => {
    const bytes = new Uint8Array(writer.buffer, 0, writer.index).slice();
    writer.index = 0;
    await file.appendFile(bytes);
  };
  try {
    await parquetWriteRows({
      writer: Object.assign(writer, { flush, finish: () => undefined }),
      rows: recordsOf(from),
      columns: columns.map(({ name, type }) => ({ name, type, nullable: true })),
      rowGroupSize: 20_000,
    });
    await flush();
    await file.sync();
  } finally {
    await file.close();
  }
}

function outputFailed(output: string, thrown: unknown): RecommendError {
  if (RecommendError.is(thrown)) return thrown;
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new RecommendError(
    'OUTPUT_FAILED',
    `${output} could not be written: ${why}.`,
    'Check the folder and its free space; --resume continues.',
    {
      cause: thrown,
    },
  );
}
