import type { BenchmarkTable } from '../benchmarks/benchmarkTable';
import type { NearestPrompts } from '../predictors/vectorIndex';
import { paperEta, paperWinProbability } from '../scores/guard';
import { paperConstants } from '../scores/paperPairs';
import { modelAccuracies, type PoolResults } from './poolResults';
import { argMax } from './rankMetrics';

/** What the paper's predictors say of the prompts of one benchmark (arXiv 2309.15789, §3). */
export interface PaperPredictions {
  /** prompts × models: g_m, the mean correctness of m on the five nearest known prompts that it was run on; NaN where none is near. */
  readonly means: Float64Array;
  /** u: mean cosine distance to the 19 nearest known prompts. */
  readonly distance: number;
}

/** Scores of a pool by the paper; NaN for a model without any result near the benchmark. */
export interface PaperPoolScores {
  readonly s1: Float64Array;
  readonly s2: Float64Array;
  readonly s3: Float64Array;
  /** Position of the pick by S3 with its fallback to the best model on average. */
  readonly pick: number;
}

/**
 * @param nearest the known prompts nearest to each prompt, already without anything held out
 * @param models pool, indices into the table's models
 */
export function paperPredictions(table: BenchmarkTable, nearest: NearestPrompts, models: Int32Array): PaperPredictions {
  const place = new Int32Array(table.models.length).fill(-1);
  for (const [at, model] of models.entries()) place[model] = at;
  const means = new Float64Array(nearest.count * models.length).fill(Number.NaN);
  let distance = 0;
  for (let prompt = 0; prompt < nearest.count; prompt++) {
    const sums = new Float64Array(models.length);
    const counts = new Float64Array(models.length);
    let own = 0;
    let searched = 0;
    for (let rank = 0; rank < nearest.width; rank++) {
      const item = nearest.items[prompt * nearest.width + rank] as number;
      if (item < 0) break;
      if (rank < paperConstants.distanceNeighbours) {
        own += Math.max(
          1 - (nearest.similarities[prompt * nearest.width + rank] as number),
          paperConstants.leastDistance,
        );
        searched++;
      }
      for (let at = table.offsets[item] as number; at < (table.offsets[item + 1] as number); at++) {
        const column = place[table.resultModels[at] as number] as number;
        if (column < 0 || (counts[column] as number) >= paperConstants.neighbours) continue;
        sums[column] = (sums[column] as number) + (table.resultScores[at] as number);
        counts[column] = (counts[column] as number) + 1;
      }
    }
    distance += searched > 0 ? own / searched : 1;
    for (let model = 0; model < models.length; model++) {
      if ((counts[model] as number) > 0)
        means[prompt * models.length + model] = (sums[model] as number) / (counts[model] as number);
    }
  }
  return { means, distance: distance / nearest.count };
}

/** Accuracy of the hard predictions 1[g_m > ½] of each model on the prompts; NaN where there is nothing to compare. */
export function hardAccuracy({ means }: PaperPredictions, results: PoolResults): Float64Array {
  const right = new Float64Array(results.models);
  const counts = new Float64Array(results.models);
  for (let at = 0; at < results.scores.length; at++) {
    const actual = results.scores[at] as number;
    const predicted = means[at] as number;
    if (Number.isNaN(actual) || Number.isNaN(predicted)) continue;
    const model = at % results.models;
    counts[model] = (counts[model] as number) + 1;
    if (predicted > 0.5 === actual > 0.5) right[model] = (right[model] as number) + 1;
  }
  return right.map((sum, model) => sum / (counts[model] as number));
}

/**
 * S1, S2, S3 and the guarded choice. A model without any result nearby has no score and is never chosen, unless it is the
 * best on average and the paper's guard falls back to it.
 * @param p probability that ḡ_m is right on this benchmark, NaN where it cannot be estimated
 * @param bma position of the best model on average
 */
export function paperScores(
  { means }: PaperPredictions,
  models: number,
  p: ArrayLike<number>,
  bma: number,
): PaperPoolScores {
  const prompts = means.length / models;
  const s1 = modelAccuracies({ items: prompts, models, scores: means });
  const hard = means.map((value) => (Number.isNaN(value) ? value : Number(value > 0.5)));
  const s2 = modelAccuracies({ items: prompts, models, scores: hard });
  const s3 = s2.map((value, model) => value * (p[model] as number) + (1 - value) * (1 - (p[model] as number)));
  const winner = argMax(s3.map((value) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value)));
  const known = (model: number): boolean => !Number.isNaN(s3[model] as number);
  const wins =
    known(winner) && known(bma)
      ? paperWinProbability(
          { s2: s2[winner] as number, p: p[winner] as number },
          { s2: s2[bma] as number, p: p[bma] as number },
          prompts,
        )
      : 0;
  return { s1, s2, s3, pick: winner === bma || wins < paperEta ? bma : winner };
}

/** Scores with which a missing one can be ranked: below every known one. */
export function withoutGaps(scores: Float64Array): Float64Array {
  const known = scores.filter((score) => !Number.isNaN(score));
  const below = known.length > 0 ? Math.min(...known) - 1 : 0;
  return scores.map((score) => (Number.isNaN(score) ? below : score));
}

/** A pair (u(d), accuracy of ḡ_m on d) of a training benchmark. */
export interface DistancePair {
  readonly distance: number;
  /** By index into the table's models. */
  readonly accuracies: ReadonlyMap<number, number>;
}

/** Nadaraya–Watson estimate of p(d', m), Gaussian kernel with the paper's bandwidth; NaN for a model without pairs. */
export function estimateAccuracy(pairs: readonly DistancePair[], distance: number, model: number): number {
  let weights = 0;
  let weighted = 0;
  let plain = 0;
  let count = 0;
  for (const pair of pairs) {
    const accuracy = pair.accuracies.get(model);
    if (accuracy === undefined) continue;
    const weight = Math.exp(-0.5 * ((distance - pair.distance) / paperConstants.bandwidth) ** 2);
    weights += weight;
    weighted += weight * accuracy;
    plain += accuracy;
    count++;
  }
  // Far from every pair all weights vanish in floating point: the limit is the plain mean.
  return weights > 1e-12 ? weighted / weights : plain / count;
}
