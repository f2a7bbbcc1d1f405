import {
  type AsyncFlateStreamHandler,
  Unzip,
  type UnzipDecoder,
  type UnzipDecoderConstructor,
  type UnzipFile,
  UnzipInflate,
} from 'fflate';
import { Decompress } from 'fzstd';
import { RecommendError } from '../errors';
import { type Sentence, say } from '../sentence';
import type { ReadLimits } from './limits';
import { isRecord, type RowOutcome, type RowStream } from './rows';
import { type ByteSource, concatBytes, copyOf, readHead } from './source';

function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 0x03 && head[3] === 0x04;
}

const batchRows = 64;
/** What one push expands to is held in memory at once: deflate makes up to a thousand bytes of one. */
const sliceBytes = 1 << 14;
const sampleFile = /^samples\/.+\.json$/;
/** Both name the evaluation; the journal is written first, the header when the log is closed. */
const headFiles = ['_journal/start.json', 'header.json'];

/** Four bytes of Zstandard can stand for a block of 128 kB. */
const zstandardSliceBytes = 1 << 11;

/** Zip's compression method 93. fflate knows stored and deflated entries only. */
class UnzipZstandard implements UnzipDecoder {
  static compression = 93;
  ondata: AsyncFlateStreamHandler = () => undefined;
  private readonly stream = new Decompress((data, final) => this.ondata(null, copyOf(data), final ?? false));

  push(data: Uint8Array, final: boolean): void {
    try {
      for (let at = 0; at < data.length; at += zstandardSliceBytes)
        this.stream.push(copyOf(data.subarray(at, at + zstandardSliceBytes)), false);
      if (final) this.stream.push(new Uint8Array(0), true);
    } catch (error) {
      // fflate hands errors on as its own kind; only that there is one is told.
      this.ondata(error as Parameters<AsyncFlateStreamHandler>[0], new Uint8Array(0), final);
    }
  }
}

const decoders: readonly UnzipDecoderConstructor[] = [UnzipInflate, UnzipZstandard];

/**
 * The samples of an `.eval` log of UK AISI's Inspect (a zip of one JSON for each sample and epoch), streamed in the order of the
 * archive, each as `toRow` leaves it: transcripts are a thousand times larger than inputs. `line` is the number of the sample.
 * @param toRow makes a row of a sample and of what the log says of its evaluation (`eval`; empty where it says nothing)
 * @throws RecommendError FORMAT_BROKEN (cut, damaged), FILE_TOO_LARGE (expands absurdly)
 */
export async function* readEvalArchive(
  source: ByteSource,
  limits: ReadLimits,
  toRow: (sample: Readonly<Record<string, unknown>>, evaluated: Readonly<Record<string, unknown>>) => unknown,
): RowStream {
  if (!isZip(await readHead(source, 4))) throw broken(source.name, say('it is not a zip archive'));
  const evaluated = await evaluationOf(source, limits);
  let batch: RowOutcome[] = [];
  let line = 0;
  for await (const entry of entriesOf(source, limits, (name) => sampleFile.test(name))) {
    line++;
    if ('reason' in entry) batch.push({ line, reason: entry.reason });
    else {
      const sample = jsonOf(entry.bytes);
      if (isRecord(sample)) batch.push({ line, value: toRow(sample, evaluated) });
      else batch.push({ line, reason: say('{0} is not valid JSON', entry.name) });
    }
    if (batch.length < batchRows) continue;
    yield batch;
    batch = [];
  }
  if (line === 0) throw broken(source.name, say('it holds no sample'));
  if (batch.length > 0) yield batch;
}

async function evaluationOf(source: ByteSource, limits: ReadLimits): Promise<Readonly<Record<string, unknown>>> {
  for await (const entry of entriesOf(source, limits, (name) => headFiles.includes(name))) {
    const head = 'bytes' in entry ? jsonOf(entry.bytes) : null;
    if (isRecord(head) && isRecord(head.eval)) return head.eval;
  }
  return {};
}

type Entry =
  | { readonly name: string; readonly bytes: Uint8Array }
  | { readonly name: string; readonly reason: Sentence };

async function* entriesOf(
  source: ByteSource,
  limits: ReadLimits,
  isWanted: (name: string) => boolean,
): AsyncIterable<Entry> {
  let ready: Entry[] = [];
  let [bytesIn, bytesOut, open] = [0, 0, 0];
  const unzip = new Unzip((file) => {
    if (!isWanted(file.name)) return;
    open++;
    collect(file, (entry) => {
      open--;
      ready.push(entry);
    });
  });
  const collect = (file: UnzipFile, done: (entry: Entry) => void): void => {
    const { name } = file;
    if (file.compression !== 0 && !decoders.some(({ compression }) => compression === file.compression)) {
      done({
        name,
        reason: say('{0} is compressed in a way that is not read (zip method {1})', name, file.compression),
      });
      return;
    }
    const parts: Uint8Array[] = [];
    let size = 0;
    let damaged = false;
    file.ondata = (error, data, final) => {
      bytesOut += data?.length ?? 0;
      if (damaged) return;
      if (error) {
        damaged = true;
        done({ name, reason: say('{0} is damaged', name) });
        return;
      }
      size += data.length;
      if (size <= limits.wholeFileBytes) parts.push(copyOf(data));
      else parts.length = 0;
      if (!final) return;
      if (size <= limits.wholeFileBytes) done({ name, bytes: concatBytes(parts) });
      else
        done({ name, reason: say('{0} is larger than {1} MB', name, Math.round(limits.wholeFileBytes / (1 << 20))) });
    };
    file.start();
  };
  for (const decoder of decoders) unzip.register(decoder);
  const push = (bytes: Uint8Array, final: boolean): Entry[] => {
    try {
      unzip.push(bytes, final);
    } catch (error) {
      throw broken(source.name, say('it is not a whole zip archive'), error);
    }
    if (bytesOut > limits.expandedFloorBytes && bytesOut > limits.expansion * bytesIn) {
      throw new RecommendError(
        'FILE_TOO_LARGE',
        say('{0} expands to more than {1} times its size: it was not read further.', source.name, limits.expansion),
        say('Unpack it yourself if you trust it.'),
      );
    }
    const found = ready;
    ready = [];
    return found;
  };
  for await (const chunk of source.open()) {
    for (let at = 0; at < chunk.length; at += sliceBytes) {
      const slice = copyOf(chunk.subarray(at, at + sliceBytes));
      bytesIn += slice.length;
      yield* push(slice, false);
    }
  }
  yield* push(new Uint8Array(0), true);
  if (open > 0) throw broken(source.name, say('it ends in the middle of a sample'));
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function broken(name: string, why: Sentence, cause?: unknown): RecommendError {
  return new RecommendError(
    'FORMAT_BROKEN',
    say('{0} cannot be read as an Inspect log: {1}.', name, why),
    say('Copy it again, or turn it into JSON with "inspect log convert".'),
    { cause },
  );
}
