import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { type BenchmarkReading, readResults } from '../core/benchmarks/readBenchmarks';
import { RecommendError } from '../core/errors';
import { filesIn, linesOfFile, readJson } from './benchmarkFolder';

const describedSchema = v.object({
  source: v.fallback(v.optional(v.string()), undefined),
  family: v.fallback(v.optional(v.string()), undefined),
  kind: v.fallback(v.nullish(v.string()), null),
  language: v.fallback(v.nullish(v.string()), null),
  scored_by: v.fallback(v.optional(v.picklist(['verifier', 'judge', 'human', 'unknown'])), undefined),
});

export interface TestFolder extends BenchmarkReading {
  /** Benchmarks that `benchmarks.json` does not describe: each is a family of its own, of unknown kind. */
  readonly undescribed: readonly string[];
}

/**
 * Reads a folder of external per-item results to test on. Unlike training data, it may come without `benchmarks.json`, or
 * with one that tells only some facts: what is not told is unknown, and a benchmark is a family of its own.
 * @throws RecommendError FILE_NOT_FOUND where there is no such folder, TRAINING_DATA where nothing in it can be read
 */
export async function readTestFolder(folder: string): Promise<TestFolder> {
  const names = await filesIn(folder, ['.jsonl', '.jsonl.gz']);
  if (names.length === 0) {
    throw new RecommendError(
      'TRAINING_DATA',
      `${folder} holds no *.jsonl or *.jsonl.gz file.`,
      'Name a folder with per-item results, one JSON object a line.',
    );
  }
  return readTables(
    names.map((name) => join(folder, name)),
    await describedFacts(join(folder, 'benchmarks.json')),
  );
}

/** Reads files of per-item results whose benchmarks need not be described. @throws RecommendError as {@link readTestFolder} */
export async function readTables(paths: readonly string[], described: DescribedFacts = new Map()): Promise<TestFolder> {
  const undescribed: string[] = [];
  const reading = await readResults(
    paths.map((path) => ({ name: basename(path), lines: linesOfFile(path) })),
    (name, file) => {
      const told = described.get(name);
      if (told === undefined) undescribed.push(name);
      return {
        name,
        source: told?.source ?? file.replace(/\.jsonl(\.gz)?$/, ''),
        family: told?.family ?? name,
        kind: told?.kind ?? null,
        language: told?.language ?? null,
        scoredBy: told?.scored_by ?? 'unknown',
        ship: false,
      };
    },
  );
  return { ...reading, undescribed };
}

type DescribedFacts = ReadonlyMap<string, v.InferOutput<typeof describedSchema>>;

/** By benchmark; empty where there is no file. Both layouts are read: an object by name, and a list with names. */
async function describedFacts(path: string): Promise<DescribedFacts> {
  if (!existsSync(path)) return new Map();
  const content = await readJson(path);
  const entries: (readonly [unknown, unknown])[] = Array.isArray(content)
    ? content.map((entry: unknown) => [(entry as { name?: unknown } | null)?.name, entry])
    : Object.entries(content ?? {});
  return new Map(
    entries.flatMap(([name, entry]) => {
      const parsed = v.safeParse(describedSchema, entry);
      return typeof name === 'string' && parsed.success ? [[name, parsed.output] as const] : [];
    }),
  );
}
