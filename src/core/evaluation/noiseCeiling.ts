import type { PoolResults } from './poolResults';
import { modelAccuracies } from './poolResults';
import { SeededRandom } from './random';
import { argMax, mean, spearman } from './rankMetrics';

/** Splits of the items into random halves that every noise ceiling is averaged over (ROUTING part 3). */
export const halfSplits = 40;

/** What noise alone allows on one benchmark. */
export interface NoiseCeiling {
  /**
   * Accuracy of the **fair best**: the best model on one random half of the items, taken on the other half; mean of
   * {@link halfSplits} splits, both directions of each. The apparent best of many models on few items is partly luck.
   */
  readonly fairBest: number;
  /** Spearman between the two halves, averaged; null where it is undefined in every split. */
  readonly splitHalfSpearman: number | null;
  /**
   * Highest Spearman that scores without noise could reach with accuracies on all items: the square root of the split-half
   * reliability after the Spearman–Brown correction 2r/(1 + r).
   */
  readonly spearmanCeiling: number | null;
}

/**
 * @param results items × models of one benchmark, at least 2 items
 * @param seed draws are a function of this seed alone
 */
export function noiseCeiling(results: PoolResults, seed: number): NoiseCeiling {
  const random = new SeededRandom(seed);
  const order = Int32Array.from({ length: results.items }, (_, i) => i);
  const half = Math.floor(results.items / 2);
  const fair: number[] = [];
  const correlations: number[] = [];
  for (let split = 0; split < halfSplits; split++) {
    random.shuffle(order);
    const first = modelAccuracies(results, order.subarray(0, half));
    const second = modelAccuracies(results, order.subarray(half));
    for (const [chooseOn, takeOn] of [
      [first, second],
      [second, first],
    ] as const) {
      const taken = takeOn[argMax(chooseOn)];
      if (taken !== undefined && !Number.isNaN(taken)) fair.push(taken);
    }
    const correlation = spearman(first, second);
    if (correlation !== null && !Number.isNaN(correlation)) correlations.push(correlation);
  }
  const reliability = correlations.length > 0 ? mean(correlations) : null;
  return {
    fairBest: mean(fair),
    splitHalfSpearman: reliability,
    spearmanCeiling: reliability === null ? null : Math.sqrt(Math.max(0, (2 * reliability) / (1 + reliability))),
  };
}
