import { bootstrapOverFamilies } from './bootstrap';
import type { MethodMetrics } from './partMetrics';
import { mean } from './rankMetrics';

/** One tested benchmark with what every method reached on it. */
export interface PartReport {
  readonly name: string;
  readonly family: string;
  readonly kind: string | null;
  readonly items: number;
  /** Ids of the models that were compared. */
  readonly pool: readonly string[];
  /** True where the most accurate model of the pool was released in 2025 or later. */
  readonly leaders2025: boolean;
  readonly best: { readonly model: string; readonly accuracy: number };
  readonly fairBest: number;
  /** Highest Spearman that noise leaves possible; null where it is undefined. */
  readonly spearmanCeiling: number | null;
  /** Model that a method picked, by method, where it picks one. */
  readonly picks: Readonly<Record<string, string>>;
  readonly methods: Readonly<Record<string, MethodMetrics>>;
}

type MetricName = keyof MethodMetrics;

const metricNames: readonly MetricName[] = [
  'accuracy',
  'ratioToBest',
  'ratioToFairBest',
  'regret',
  'regretToBest',
  'rank',
  'bmaShare',
  'bestInTop3',
  'pearson',
  'spearman',
  'perPromptAccuracy',
  'perPromptRatio',
  'auroc',
  'aurocWithinModel',
  'averagePrecision',
  'brier',
  'expectedRatioToBest',
  'expectedSpearman',
  'gain',
  'costSaved',
  'accuracyGained',
  'aiq',
];

/** Metrics that get a bootstrap interval, and a paired difference from linked BMA. */
const comparedNames: readonly MetricName[] = [
  'accuracy',
  'ratioToBest',
  'ratioToFairBest',
  'regret',
  'spearman',
  'perPromptRatio',
];

/**
 * Means over benchmarks (each weighs the same). Keys: the metrics of {@link MethodMetrics}; `<metric>Ci` their 95 %
 * interval; `<metric>OverBma` the mean paired difference from linked BMA and `<metric>OverBmaCi` its interval;
 * `worstOverBma` the lowest difference in accuracy from linked BMA on one benchmark in points, `worstOverBma100` the same
 * over benchmarks of at least 100 items; further keys where a protocol measures more (`ece`, `coverage80`, `costSaved`, …).
 */
export type MethodSummary = Readonly<Record<string, number | readonly [number, number] | string>>;

/** The method that every other one is compared with. */
export const linkedBma = 'bma-linked';

/** Averages one method over the benchmarks where it was measured. */
export function summarise(parts: readonly PartReport[], method: string, seed: number): MethodSummary {
  const summary: Record<string, number | readonly [number, number] | string> = {};
  for (const metric of metricNames) {
    const measured = parts.flatMap((part) => {
      const value = part.methods[method]?.[metric];
      return value === undefined ? [] : [{ part, value }];
    });
    if (measured.length === 0) continue;
    summary[metric] = mean(measured.map(({ value }) => value));
    if (!comparedNames.includes(metric)) continue;
    const interval = bootstrapOverFamilies(
      measured.map(({ value }) => value),
      measured.map(({ part }) => part.family),
      seed,
    );
    if (interval !== null) summary[`${metric}Ci`] = interval.ci;
    const baseline: MetricName = metric === 'perPromptRatio' ? 'ratioToBest' : metric;
    const paired = measured.flatMap(({ part, value }) => {
      const other = part.methods[linkedBma]?.[baseline];
      return other === undefined ? [] : [{ part, value: value - other }];
    });
    const difference = bootstrapOverFamilies(
      paired.map(({ value }) => value),
      paired.map(({ part }) => part.family),
      seed,
    );
    if (difference === null || method === linkedBma) continue;
    summary[`${metric}OverBma`] = difference.mean;
    summary[`${metric}OverBmaCi`] = difference.ci;
  }
  for (const [key, least] of [
    ['worstOverBma', 0],
    ['worstOverBma100', 100],
  ] as const) {
    const worst = worstAgainst(parts, method, linkedBma, least);
    if (worst !== null && method !== linkedBma) {
      summary[key] = worst.points;
      summary[`${key}Benchmark`] = worst.benchmark;
    }
  }
  return summary;
}

/** The benchmark of at least `minItems` items on which a method loses most against another, in points of accuracy. */
export function worstAgainst(
  parts: readonly PartReport[],
  method: string,
  reference: string,
  minItems: number,
): { readonly benchmark: string; readonly points: number } | null {
  let worst: { readonly benchmark: string; readonly points: number } | null = null;
  for (const part of parts) {
    const own = part.methods[method];
    const other = part.methods[reference];
    if (own === undefined || other === undefined || part.items < minItems) continue;
    const points = 100 * (own.accuracy - other.accuracy);
    if (worst === null || points < worst.points) worst = { benchmark: part.name, points };
  }
  return worst;
}

/** All methods that were measured on any of the parts, in order of first appearance. */
export function methodNames(parts: readonly PartReport[]): readonly string[] {
  return [...new Set(parts.flatMap((part) => Object.keys(part.methods)))];
}

export function summariseAll(parts: readonly PartReport[], seed: number): Readonly<Record<string, MethodSummary>> {
  return Object.fromEntries(methodNames(parts).map((method) => [method, summarise(parts, method, seed)]));
}
