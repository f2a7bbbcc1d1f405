/**
 * Metrics of scores that rank candidates on one benchmark. `scores` and `accuracies` are parallel, one entry for each
 * candidate of the pool; higher is better. Accuracies are 0..1.
 */

/** Index of the largest value; the first of several equal ones. −1 for an empty list. */
export function argMax(values: ArrayLike<number>): number {
  let best = -1;
  for (let i = 0; i < values.length; i++) {
    if (best < 0 || (values[i] as number) > (values[best] as number)) best = i;
  }
  return best;
}

/** NaN for an empty list. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

/** The middle value, or the mean of the two middle ones. NaN for an empty list. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Linear interpolation between order statistics (type 7 of Hyndman & Fan). NaN for an empty list. */
export function quantile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (at - Math.floor(at)) * (high - low);
}

/** Ranks from 1, the mean rank where values are equal. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort(
    (i, j) => (values[i] as number) - (values[j] as number),
  );
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) end++;
    for (let i = start; i < end; i++) result[order[i] as number] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}

/**
 * Pearson's correlation. Null where the accuracies do not differ (nothing to order); 0 where only the scores do not
 * differ (they order nothing).
 */
export function pearson(scores: ArrayLike<number>, accuracies: ArrayLike<number>): number | null {
  const meanX = mean(scores);
  const meanY = mean(accuracies);
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < scores.length; i++) {
    const x = (scores[i] as number) - meanX;
    const y = (accuracies[i] as number) - meanY;
    xx += x * x;
    yy += y * y;
    xy += x * y;
  }
  if (!(yy > 1e-24)) return null;
  if (!(xx > 1e-24)) return 0;
  return xy / Math.sqrt(xx * yy);
}

/** Spearman's rank correlation, mean ranks for equal values; null and 0 as in {@link pearson}. */
export function spearman(scores: ArrayLike<number>, accuracies: ArrayLike<number>): number | null {
  return pearson(ranks(scores), ranks(accuracies));
}

/** 1 + the number of candidates that are strictly more accurate than the pick. */
export function rankOfPick(pick: number, accuracies: ArrayLike<number>): number {
  let rank = 1;
  for (let i = 0; i < accuracies.length; i++) {
    if ((accuracies[i] as number) > (accuracies[pick] as number)) rank++;
  }
  return rank;
}

/** Whether one of the (possibly several, equally) most accurate candidates is among the `count` highest scores. */
export function bestAmongTop(scores: ArrayLike<number>, accuracies: ArrayLike<number>, count = 3): boolean {
  const best = accuracies[argMax(accuracies)];
  return Array.from({ length: scores.length }, (_, i) => i)
    .sort((i, j) => (scores[j] as number) - (scores[i] as number))
    .slice(0, count)
    .some((i) => accuracies[i] === best);
}

/** Accuracy of the choice by the accuracy of the best candidate; null where no candidate got anything right. */
export function ratioToBest(accuracy: number, best: number): number | null {
  return best > 0 ? accuracy / best : null;
}

/** How far the choice is below the best candidate, in percentage points. */
export function regretPoints(accuracy: number, best: number): number {
  return 100 * (best - accuracy);
}
