import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { BenchmarkReading } from '../core/benchmarks/readBenchmarks';
import { readBenchmarks, splitLines } from '../core/benchmarks/readBenchmarks';
import { causeOf, RecommendError } from '../core/errors';
import { say } from '../core/sentence';

/**
 * Lines of a text file, decompressed on the way where its name ends in `.gz`.
 * @throws RecommendError TRAINING_DATA (while iterating) where the file cannot be read or decompressed
 */
export async function* linesOfFile(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  // The callback only keeps a broken stream from being an unhandled error: the reader gets the error by itself.
  const bytes = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file;
  bytes.setEncoding('utf8');
  try {
    yield* splitLines(bytes as AsyncIterable<string>);
  } catch (error) {
    throw new RecommendError(
      'TRAINING_DATA',
      say('{0} could not be read: {1}.', path, causeOf(error)),
      say('Restore the file, or remove it from the folder.'),
      { cause: error },
    );
  }
}

/**
 * Reads a JSON file.
 * @throws RecommendError FILE_NOT_FOUND or TRAINING_DATA
 */
export async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new RecommendError(
      'FILE_NOT_FOUND',
      say('{0} could not be read.', path),
      say('Check the path of the training data.'),
      { cause: error },
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RecommendError(
      'TRAINING_DATA',
      say('{0} is not valid JSON: {1}.', path, causeOf(error)),
      say('Restore the file.'),
      { cause: error },
    );
  }
}

/** Names in `folder` that end in one of `suffixes`, sorted; FILE_NOT_FOUND where the folder cannot be listed. */
export async function filesIn(folder: string, suffixes: readonly string[]): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => suffixes.some((suffix) => name.endsWith(suffix))).sort();
  } catch (error) {
    throw new RecommendError(
      'FILE_NOT_FOUND',
      say('The folder {0} could not be read.', folder),
      say('Check the path.'),
      { cause: error },
    );
  }
}

/** Reads a folder of benchmark tables (`*.jsonl.gz` or `*.jsonl`, with `benchmarks.json`) in the order of the file names. */
export async function readBenchmarkFolder(folder: string): Promise<BenchmarkReading> {
  const names = await filesIn(folder, ['.jsonl', '.jsonl.gz']);
  const facts = await readJson(join(folder, 'benchmarks.json'));
  return readBenchmarks(
    names.map((name) => ({ name, lines: linesOfFile(join(folder, name)) })),
    facts,
  );
}
