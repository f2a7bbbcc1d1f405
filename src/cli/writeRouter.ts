import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BenchmarkTable } from '../core/benchmarks/benchmarkTable';
import { benchmarkOf } from '../core/bundle/readParameters';
import { RecommendError } from '../core/errors';
import type { RouterParameters } from '../core/predictors/routerParameters';
import { say } from '../core/sentence';

/** The rows of a table that are in the router's index, in its order, as a table of their own. */
export function indexTable(parameters: RouterParameters, table: BenchmarkTable): BenchmarkTable {
  const { index, tasks, models } = parameters;
  const byName = tasks.map(({ name }) => benchmarkOf(name, table.benchmarks));
  return {
    benchmarks: table.benchmarks,
    models,
    items: index.ids.map((id, row) => ({
      benchmark: byName[index.tasks[row] as number] as number,
      category: index.categories[row] ?? null,
      id,
      prompt: '',
    })),
    offsets: index.labels.offsets,
    resultModels: index.labels.models,
    resultScores: Float32Array.from(index.labels.scores, (score) => score / 255),
  };
}

/** Writes a folder whole or not at all: into a new one beside it, which then takes its place. */
export async function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const target = resolve(folder);
  const fresh = `${target}.new`;
  const old = `${target}.old`;
  try {
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    for (const [name, bytes] of files) await writeFile(join(fresh, name), bytes);
    await rm(old, { recursive: true, force: true });
    await rename(target, old).catch(() => undefined);
    await rename(fresh, target);
    await rm(old, { recursive: true, force: true });
  } catch (error) {
    throw new RecommendError(
      'OUTPUT_FAILED',
      say('The bundle could not be written to {0}.', folder),
      say('Check the permissions and the space left.'),
      { cause: error },
    );
  }
}
