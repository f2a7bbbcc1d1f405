import * as v from 'valibot';
import type { BenchmarkTable } from '../benchmarks/benchmarkTable';
import { RecommendError } from '../errors';
import { VectorIndex } from '../predictors/vectorIndex';
import type { MatMul } from '../training/matMul';

/** Constants of arXiv 2309.15789 and of its authors' experiment code. */
export const paperConstants = {
  /** Neighbours of the correctness predictor g_m. */
  neighbours: 5,
  /** Neighbours of the dataset distance u(d). */
  distanceNeighbours: 19,
  /** Bandwidth of the Gaussian kernel over distances. */
  bandwidth: 0.09,
  /** Smallest cosine distance. */
  leastDistance: 1e-7,
} as const;

/** Prompts of a benchmark that its pair is taken over; more are sampled evenly, in the order of the table. */
const promptsPerBenchmark = 40;

const unit = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** `paper.json` of a bundle: the pairs (u(d), accuracy of the hard predictions on d) of the training benchmarks. */
export const paperPairsSchema = v.object({
  formatVersion: v.literal(1),
  models: v.array(v.string()),
  pairs: v.array(
    v.object({
      benchmark: v.string(),
      /** u(d): mean cosine distance of d's prompts to their 19 nearest prompts outside d. */
      distance: v.pipe(v.number(), v.minValue(0), v.maxValue(2)),
      /** By index into `models`, as [model, accuracy]. */
      accuracies: v.array(v.tuple([v.pipe(v.number(), v.integer(), v.minValue(0)), unit])),
    }),
  ),
});

export type PaperPairs = v.InferOutput<typeof paperPairsSchema>;

/**
 * The training pairs of the paper's estimate of p(d, m): each benchmark d is held out, g_m predicts it from the 5 nearest
 * prompts of the other benchmarks that have a result of m, and the accuracy of the hard predictions stands beside u(d).
 * @param vectors items × D unit vectors of the table's items, row-major
 */
export async function paperPairs(table: BenchmarkTable, vectors: Float32Array, matMul: MatMul): Promise<PaperPairs> {
  const items = table.items.length;
  const dimensions = items === 0 ? 0 : vectors.length / items;
  if (!Number.isInteger(dimensions))
    throw new RecommendError(
      'INTERNAL',
      'The vectors do not fit the benchmark table.',
      'Encode every item of the table.',
    );
  const members = new Map<number, number[]>();
  table.items.forEach(({ benchmark }, item) => {
    const its = members.get(benchmark);
    if (its) its.push(item);
    else members.set(benchmark, [item]);
  });
  const index = new VectorIndex(vectors, dimensions, matMul);
  const pairs: PaperPairs['pairs'] = [];
  for (const [benchmark, its] of members) {
    const rights = new Float64Array(table.models.length);
    const counts = new Float64Array(table.models.length);
    let distance = 0;
    const sample = evenly(its, promptsPerBenchmark);
    const queries = new Float32Array(sample.length * dimensions);
    for (const [at, item] of sample.entries()) {
      queries.set(vectors.subarray(item * dimensions, (item + 1) * dimensions), at * dimensions);
    }
    const found = await index.search(queries, searched, (row) => table.items[row]?.benchmark !== benchmark);
    for (const [query, item] of sample.entries()) {
      const rows = found.items.subarray(query * searched, (query + 1) * searched);
      const nearest = rows.filter((row) => row >= 0);
      distance += meanDistance(found.similarities.subarray(query * searched, query * searched + nearest.length));
      const predictions = knnMeans(table, nearest);
      for (let at = table.offsets[item] ?? 0; at < (table.offsets[item + 1] ?? 0); at++) {
        const model = table.resultModels[at] ?? 0;
        const predicted = predictions.get(model);
        if (predicted === undefined) continue;
        const right = (table.resultScores[at] ?? 0) > 0.5;
        counts[model] = (counts[model] ?? 0) + 1;
        if (predicted > 0.5 === right) rights[model] = (rights[model] ?? 0) + 1;
      }
    }
    const accuracies = [...counts].flatMap((count, model): [number, number][] =>
      count < 10 ? [] : [[model, Math.round((1000 * (rights[model] ?? 0)) / count) / 1000]],
    );
    pairs.push({
      benchmark: table.benchmarks[benchmark]?.name ?? '',
      distance: Math.round((1e5 * distance) / sample.length) / 1e5,
      accuracies,
    });
  }
  return { formatVersion: 1, models: [...table.models], pairs };
}

/** Candidates that are searched for each model's five nearest results: beyond them a model has none nearby. */
const searched = 400;

/** @param similarities of the nearest prompts, nearest first */
function meanDistance(similarities: Float32Array): number {
  const nearest = similarities.subarray(0, paperConstants.distanceNeighbours);
  if (nearest.length === 0) return 1;
  return nearest.reduce((sum, cosine) => sum + Math.max(1 - cosine, paperConstants.leastDistance), 0) / nearest.length;
}

/** g_m of every model with a result among the nearest: the mean of its five nearest results. */
function knnMeans(table: BenchmarkTable, nearest: Int32Array): Map<number, number> {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const item of nearest) {
    for (let at = table.offsets[item] ?? 0; at < (table.offsets[item + 1] ?? 0); at++) {
      const model = table.resultModels[at] ?? 0;
      const found = sums.get(model) ?? { sum: 0, count: 0 };
      if (found.count >= paperConstants.neighbours) continue;
      found.sum += table.resultScores[at] ?? 0;
      found.count++;
      sums.set(model, found);
    }
  }
  return new Map([...sums].map(([model, { sum, count }]) => [model, sum / count]));
}

/** At most `limit` of the values, evenly spaced, in order. */
function evenly(values: readonly number[], limit: number): number[] {
  if (values.length <= limit) return [...values];
  return Array.from({ length: limit }, (_, index) => values[Math.floor((index * values.length) / limit)] ?? 0);
}

/**
 * Nadaraya–Watson estimate of p(d', m) with a Gaussian kernel over dataset distances.
 * @returns null where the model has no pair
 */
export function estimateP(pairs: PaperPairs, distance: number): (model: string) => number | null {
  const weights = pairs.pairs.map(({ distance: other }) =>
    Math.exp(-0.5 * ((distance - other) / paperConstants.bandwidth) ** 2),
  );
  const sums = new Map<string, { weighted: number; weight: number; plain: number; count: number }>();
  pairs.pairs.forEach(({ accuracies }, index) => {
    const weight = weights[index] ?? 0;
    for (const [model, accuracy] of accuracies) {
      const id = pairs.models[model] ?? '';
      const found = sums.get(id) ?? { weighted: 0, weight: 0, plain: 0, count: 0 };
      found.weighted += weight * accuracy;
      found.weight += weight;
      found.plain += accuracy;
      found.count++;
      sums.set(id, found);
    }
  });
  return (model) => {
    const found = sums.get(model);
    if (!found) return null;
    // Far from every pair all kernel weights vanish in floating point: the limit is the plain mean.
    return found.weight > 1e-12 ? found.weighted / found.weight : found.plain / found.count;
  };
}
