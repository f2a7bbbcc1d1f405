import { auroc, averagePrecision, brier } from './calibrationMetrics';
import type { NoiseCeiling } from './noiseCeiling';
import { modelAccuracies, type PoolResults, routedAccuracy } from './poolResults';
import { argMax, bestAmongTop, mean, pearson, rankOfPick, ratioToBest, regretPoints, spearman } from './rankMetrics';

/** What is measured of a method on one held-out benchmark. A metric that is not defined for it is absent. */
export interface MethodMetrics {
  /** Accuracy of the pick, 0..1. */
  readonly accuracy: number;
  /** Accuracy of the pick by that of the apparent best model. */
  readonly ratioToBest?: number;
  /** The same by the fair best, see `noiseCeiling`. */
  readonly ratioToFairBest?: number;
  /** Points below the fair best (negative: above it). */
  readonly regret: number;
  /** Points below the apparent best. */
  readonly regretToBest: number;
  /** 1 + the number of models of the pool that are more accurate than the pick. */
  readonly rank?: number;
  /** 1 where the pick is the best model on average by linked ability. */
  readonly bmaShare?: number;
  /** 1 where the most accurate model is among the three highest scores. */
  readonly bestInTop3?: number;
  readonly pearson?: number;
  readonly spearman?: number;
  /** Accuracy with every prompt routed by itself, and its ratio to the apparent best model's on the same prompts. */
  readonly perPromptAccuracy?: number;
  readonly perPromptRatio?: number;
  /** Over the (prompt, model) pairs. */
  readonly auroc?: number;
  /** Mean over the models of the AUROC over their prompts: does it know which prompts are hard? */
  readonly aurocWithinModel?: number;
  readonly averagePrecision?: number;
  readonly brier?: number;
  /** Ratio to best and Spearman that the method expects of itself: the truth drawn from its own posterior. */
  readonly expectedRatioToBest?: number;
  readonly expectedSpearman?: number;
  /** Gain in accuracy over the best single model on the same prompts, relative to it, and its standard error over prompts. */
  readonly gain?: number;
  readonly gainError?: number;
  /** Share of the best single model's real cost that is saved at its accuracy by moving the dial. */
  readonly costSaved?: number;
  /** Points above the best single model's accuracy at no more than its real cost. */
  readonly accuracyGained?: number;
  /** Area under the non-decreasing hull of the dial's curve. */
  readonly aiq?: number;
  /** Models and prompts that the costs were compared on. */
  readonly costModels?: number;
  readonly costPrompts?: number;
}

/** What every method is measured against on one benchmark. */
export interface PartTruth {
  readonly results: PoolResults;
  readonly accuracies: Float64Array;
  readonly best: number;
  readonly ceiling: NoiseCeiling;
  /** Position in the pool of the best model on average by linked ability. */
  readonly bma: number;
}

export function partTruth(results: PoolResults, ceiling: NoiseCeiling, bma: number): PartTruth {
  const accuracies = modelAccuracies(results);
  return { results, accuracies, best: Math.max(...accuracies), ceiling, bma };
}

/** Metrics that follow from an accuracy alone, whatever reached it. */
export function accuracyMetrics(
  truth: PartTruth,
  accuracy: number,
): Pick<MethodMetrics, 'accuracy' | 'ratioToBest' | 'ratioToFairBest' | 'regret' | 'regretToBest'> {
  return {
    accuracy,
    ...defined('ratioToBest', ratioToBest(accuracy, truth.best)),
    ...defined('ratioToFairBest', ratioToBest(accuracy, truth.ceiling.fairBest)),
    regret: regretPoints(accuracy, truth.ceiling.fairBest),
    regretToBest: regretPoints(accuracy, truth.best),
  };
}

/**
 * Metrics of a method that scores the pool.
 * @param pick the method's choice where it is not simply its highest score (a guard); position in the pool
 */
export function scoreMetrics(truth: PartTruth, scores: ArrayLike<number>, pick = argMax(scores)): MethodMetrics {
  return {
    ...pickMetrics(truth, pick),
    bestInTop3: bestAmongTop(scores, truth.accuracies) ? 1 : 0,
    ...defined('pearson', pearson(scores, truth.accuracies)),
    ...defined('spearman', spearman(scores, truth.accuracies)),
  };
}

/** Metrics of a choice without scores. */
export function pickMetrics(truth: PartTruth, pick: number): MethodMetrics {
  return {
    ...accuracyMetrics(truth, truth.accuracies[pick] as number),
    rank: rankOfPick(pick, truth.accuracies),
    bmaShare: pick === truth.bma ? 1 : 0,
  };
}

/** Metrics of predictions for single prompts. */
export interface PromptMetrics
  extends Pick<
    MethodMetrics,
    'perPromptAccuracy' | 'perPromptRatio' | 'auroc' | 'aurocWithinModel' | 'averagePrecision' | 'brier'
  > {}

/**
 * @param results the prompts that were predicted (all of the benchmark, or a sample) × pool
 * @param probabilities P(correct), prompts × pool
 */
export function promptMetrics(results: PoolResults, probabilities: ArrayLike<number>): PromptMetrics {
  const { predicted, actual, perModel } = pairsOf(results, probabilities);
  const accuracy = routedAccuracy(results, probabilities);
  const within = perModel.flatMap((pairs) => auroc(pairs.predicted, pairs.actual) ?? []);
  return {
    perPromptAccuracy: accuracy,
    ...defined('perPromptRatio', ratioToBest(accuracy, Math.max(...modelAccuracies(results)))),
    ...defined('auroc', auroc(predicted, actual)),
    ...defined('aurocWithinModel', within.length > 0 ? mean(within) : null),
    ...defined('averagePrecision', averagePrecision(predicted, actual)),
    ...defined('brier', predicted.length > 0 ? brier(predicted, actual) : null),
  };
}

interface Pairs {
  readonly predicted: number[];
  readonly actual: number[];
}

/** The (prompt, model) pairs that have a result. */
export function pairsOf(
  results: PoolResults,
  probabilities: ArrayLike<number>,
): Pairs & { readonly perModel: readonly Pairs[] } {
  const all: Pairs = { predicted: [], actual: [] };
  const perModel = Array.from({ length: results.models }, (): Pairs => ({ predicted: [], actual: [] }));
  for (let at = 0; at < results.scores.length; at++) {
    const score = results.scores[at] as number;
    if (Number.isNaN(score)) continue;
    for (const pairs of [all, perModel[at % results.models] as Pairs]) {
      pairs.predicted.push(probabilities[at] as number);
      pairs.actual.push(score);
    }
  }
  return { ...all, perModel };
}

function defined<K extends string>(name: K, value: number | null): { [key in K]?: number } {
  return value === null || Number.isNaN(value) ? {} : ({ [name]: value } as { [key in K]: number });
}
