import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { BenchmarkTable } from '../core/benchmarks/benchmarkTable';
import { say } from '../core/sentence';
import type { MatMul } from '../core/training/matMul';
import type { RouterConfig } from '../core/training/routerConfig';
import { type EncodedTable, encodeTable, type TrainingProgress } from '../core/training/trainRouter';

/**
 * `encodeTable`, kept in a folder between evaluations: learning the encoder takes longer than all the rest, and depends
 * only on the prompts, the encoder's constants and what may be learned from.
 * @param folder null: nothing is kept
 */
export async function cachedEncodeTable(
  folder: string | null,
  table: BenchmarkTable,
  config: RouterConfig,
  matMul: MatMul,
  progress: TrainingProgress,
  learnFrom: (item: number) => boolean,
): Promise<EncodedTable> {
  const encode = (): Promise<EncodedTable> => encodeTable(table, config, matMul, progress, learnFrom);
  if (folder === null) return encode();
  const hash = createHash('sha256').update(JSON.stringify([config.encoder, config.seed, encodeTable.toString()]));
  for (const [index, item] of table.items.entries()) hash.update(`${learnFrom(index) ? 1 : 0}${item.prompt}\0`);
  const path = join(folder, `${hash.digest('hex').slice(0, 32)}.bin`);
  if (existsSync(path)) {
    progress(say('encoder and vectors from the cache'));
    return deserialize(await readFile(path)) as EncodedTable;
  }
  const encoded = await encode();
  await mkdir(folder, { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, serialize(encoded));
  await rename(temporary, path);
  return encoded;
}
