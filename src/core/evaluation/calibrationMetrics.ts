/** Metrics of predicted probabilities. `predicted` and `actual` are parallel; actual correctness is 0..1. */

/** Correctness from which on a graded result counts as correct where a metric needs two classes. */
const correctFrom = 0.5;

/**
 * Area under the ROC curve: the probability that a correct result has a higher prediction than a wrong one, half for ties
 * (Mann–Whitney U). Null where one class is missing.
 */
export function auroc(predicted: ArrayLike<number>, actual: ArrayLike<number>): number | null {
  const order = byPrediction(predicted);
  let correct = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    const end = endOfTies(order, predicted, start);
    for (let i = start; i < end; i++) {
      if ((actual[order[i] as number] as number) < correctFrom) continue;
      correct++;
      rankSum += (start + 1 + end) / 2;
    }
    start = end;
  }
  const wrong = order.length - correct;
  if (correct === 0 || wrong === 0) return null;
  return (rankSum - (correct * (correct + 1)) / 2) / (correct * wrong);
}

/**
 * Average precision: the sum over distinct thresholds of (recall gained) × (precision there). Null where nothing is
 * correct.
 */
export function averagePrecision(predicted: ArrayLike<number>, actual: ArrayLike<number>): number | null {
  const order = byPrediction(predicted).reverse();
  let total = 0;
  for (let i = 0; i < actual.length; i++) if ((actual[i] as number) >= correctFrom) total++;
  if (total === 0) return null;
  let correct = 0;
  let sum = 0;
  for (let start = 0; start < order.length; ) {
    const end = endOfTies(order, predicted, start);
    const before = correct;
    for (let i = start; i < end; i++) if ((actual[order[i] as number] as number) >= correctFrom) correct++;
    sum += ((correct - before) / total) * (correct / end);
    start = end;
  }
  return sum;
}

/** Mean squared difference of prediction and correctness. NaN for empty lists. */
export function brier(predicted: ArrayLike<number>, actual: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < predicted.length; i++) sum += ((predicted[i] as number) - (actual[i] as number)) ** 2;
  return sum / predicted.length;
}

/** One bin of a reliability curve. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean prediction and mean correctness of the bin; null where it is empty. */
  readonly predicted: number | null;
  readonly actual: number | null;
}

/** Predictions 0..1 in `bins` bins of equal width. */
export function reliabilityCurve(
  predicted: ArrayLike<number>,
  actual: ArrayLike<number>,
  bins = 10,
): readonly ReliabilityBin[] {
  const counts = new Float64Array(bins);
  const predictions = new Float64Array(bins);
  const outcomes = new Float64Array(bins);
  for (let i = 0; i < predicted.length; i++) {
    const p = predicted[i] as number;
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(p * bins)));
    counts[bin] = (counts[bin] as number) + 1;
    predictions[bin] = (predictions[bin] as number) + p;
    outcomes[bin] = (outcomes[bin] as number) + (actual[i] as number);
  }
  return Array.from(counts, (count, bin) => ({
    from: bin / bins,
    to: (bin + 1) / bins,
    count,
    predicted: count > 0 ? (predictions[bin] as number) / count : null,
    actual: count > 0 ? (outcomes[bin] as number) / count : null,
  }));
}

/** Expected calibration error: the mean distance of prediction and correctness over the bins, weighted by their counts. */
export function expectedCalibrationError(curve: readonly ReliabilityBin[]): number {
  let sum = 0;
  let count = 0;
  for (const bin of curve) {
    if (bin.predicted === null || bin.actual === null) continue;
    sum += bin.count * Math.abs(bin.predicted - bin.actual);
    count += bin.count;
  }
  return sum / count;
}

function byPrediction(predicted: ArrayLike<number>): number[] {
  return Array.from({ length: predicted.length }, (_, i) => i).sort(
    (i, j) => (predicted[i] as number) - (predicted[j] as number),
  );
}

function endOfTies(order: readonly number[], predicted: ArrayLike<number>, start: number): number {
  let end = start + 1;
  while (end < order.length && predicted[order[end] as number] === predicted[order[start] as number]) end++;
  return end;
}
