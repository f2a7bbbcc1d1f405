import { SeededRandom } from './random';
import { mean, quantile } from './rankMetrics';

export interface Interval {
  readonly mean: number;
  /** 95 % percentile interval. */
  readonly ci: readonly [number, number];
}

/**
 * Mean over benchmarks with a bootstrap interval over **families**: whole families are drawn with replacement, because
 * benchmarks of one family err together.
 * @param values one value for each benchmark
 * @param families the family of each
 * @returns null for an empty list
 */
export function bootstrapOverFamilies(
  values: readonly number[],
  families: readonly string[],
  seed: number,
  draws = 2000,
): Interval | null {
  if (values.length === 0) return null;
  const sums = new Map<string, { sum: number; count: number }>();
  for (const [i, value] of values.entries()) {
    const family = families[i] ?? '';
    const entry = sums.get(family) ?? { sum: 0, count: 0 };
    entry.sum += value;
    entry.count++;
    sums.set(family, entry);
  }
  const groups = [...sums.values()];
  const random = new SeededRandom(seed);
  const means = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < groups.length; i++) {
      const group = groups[random.integer(groups.length)] as { sum: number; count: number };
      sum += group.sum;
      count += group.count;
    }
    means[draw] = sum / count;
  }
  return { mean: mean(values), ci: [quantile(means, 0.025), quantile(means, 0.975)] };
}
