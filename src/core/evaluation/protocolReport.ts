import { bootstrapOverFamilies } from './bootstrap';
import { expectedCalibrationError, type ReliabilityBin, reliabilityCurve } from './calibrationMetrics';
import {
  accuracyGained,
  averageImprovementInQuality,
  type CostPoint,
  costSaved,
  routerArenaScore,
} from './costQuality';
import type { PartOutcome, PoolCell } from './groupEvaluation';
import type { UntestedTask } from './heldOut';
import type { DialPick } from './partEvaluation';
import type { PlacementOutcome } from './placement';
import { mean, median } from './rankMetrics';
import { linkedBma, type MethodSummary, methodNames, type PartReport, summarise, summariseAll } from './summary';

/** The method that the product ships. */
export const defaultMethod = 'router';

/** Accuracy given up for a lower cost, over the benchmarks where three models or more have a list price. */
export interface ValuePoint {
  readonly dial: number;
  /** Geometric mean over benchmarks of (cost of the pick / cost of the quality pick); cost = list output price × √verbosity. */
  readonly cost: number;
  /** Mean accuracy against the quality pick's, points. */
  readonly points: number;
  /** The benchmark that loses most. */
  readonly worst: number;
}

/** Cost and quality with the tokens that models really used, at today's list prices. */
export interface MeasuredCost {
  readonly benchmarks: number;
  /** Mean over benchmarks of the area under the non-decreasing hull. */
  readonly aiq: { readonly router: number; readonly linkedBma: number; readonly hindsight: number };
  /** Share of linked BMA's cost saved at its accuracy by moving the dial; a benchmark where it is not reached counts as 0. */
  readonly costSaved: number;
  readonly costSavedCi: readonly [number, number] | null;
  readonly reached: number;
  /** Points of accuracy above linked BMA's at no more than its cost. */
  readonly accuracyGained: number;
  /** RouterArena's score of the quality and the balanced pick, and of linked BMA. */
  readonly routerArena: { readonly quality: number; readonly balanced: number; readonly linkedBma: number };
  /** Mean curve over benchmarks: cost as a share of the dearest model's, accuracy as a share of the best model's. */
  readonly curve: readonly { readonly dial: number; readonly cost: number; readonly accuracy: number }[];
}

/** Expected against real output tokens of models on held-out benchmarks. */
export interface TokenErrors {
  readonly cells: number;
  /** Median of max(expected/real, real/expected). */
  readonly medianFactor: number;
  /** The same over benchmarks whose best model was released since 2025. */
  readonly medianFactor2025: number | null;
  readonly cells2025: number;
}

export interface FewShotPoint {
  readonly labels: number;
  readonly benchmarks: number;
  readonly ratioToFairBest: number;
  readonly ratioToFairBestCi: readonly [number, number];
  /** When the labels alone choose. */
  readonly labelsOnly: number;
}

/** What `--json` prints, and each value of docs/evaluation.json; some protocols measure more. */
export interface BasicReport {
  readonly protocol: string;
  /** Whether kind and language of a task were inferred from its text or given. */
  readonly kinds: 'inferred' | 'given';
  readonly seed: number;
  readonly benchmarks: readonly PartReport[];
  readonly untested: readonly UntestedTask[];
  readonly methods: Readonly<Record<string, MethodSummary>>;
  /** The method that the product ships. */
  readonly default: string;
}

/** The report of the protocols that hold families out. */
export interface ProtocolReport extends BasicReport {
  /** Scores on public leaderboards that the routers learned from besides results. */
  readonly aggregates: number;
  /** Benchmarks that the time did not suffice to test; empty where the evaluation is complete. */
  readonly pending: readonly string[];
  /** By kind of task: number of benchmarks and means. */
  readonly byKind: Readonly<Record<string, GroupSummary>>;
  /** Benchmarks whose most accurate model was released in 2025 or later. */
  readonly leaders2025: GroupSummary;
  readonly reliability: {
    /** Over (benchmark, model) cells. */
    readonly cells: readonly ReliabilityBin[];
    /** Over (prompt, model) pairs, every benchmark weighing the same. */
    readonly prompts: readonly ReliabilityBin[];
  };
  readonly fewShot: readonly FewShotPoint[];
  readonly value: readonly ValuePoint[];
  readonly measuredCost: MeasuredCost | null;
  readonly tokens: TokenErrors | null;
  /** Share of held-out benchmarks by how far they were said to be. */
  readonly distanceWords: Readonly<Record<string, number>>;
}

export interface GroupSummary {
  readonly benchmarks: number;
  readonly methods: Readonly<Record<string, MethodSummary>>;
}

/**
 * Sums up all outcomes of one protocol and one way of seeing the tasks.
 * @param planned names of the benchmarks that were to be tested
 * @param aggregates scores on public leaderboards that were learned from
 */
export function protocolReport(
  protocol: string,
  kinds: 'inferred' | 'given',
  seed: number,
  outcomes: readonly PartOutcome[],
  untested: readonly UntestedTask[],
  planned: readonly string[] = [],
  aggregates = 0,
): ProtocolReport {
  const sorted = [...outcomes].sort((a, b) => (a.report.name < b.report.name ? -1 : 1));
  const parts = sorted.map(({ report }) => report);
  const cells = sorted.flatMap((outcome) => outcome.cells);
  const reliability = {
    cells: reliabilityCurve(
      cells.map(({ probability }) => probability),
      cells.map(({ accuracy }) => accuracy),
    ),
    prompts: promptReliability(sorted),
  };
  const covered = sorted.flatMap(({ coverage }) => coverage ?? []);
  const cost = measuredCost(sorted, seed);
  const methods: Record<string, MethodSummary> = { ...summariseAll(parts, seed) };
  methods[defaultMethod] = {
    ...methods[defaultMethod],
    ece: expectedCalibrationError(reliability.cells),
    ecePrompts: expectedCalibrationError(reliability.prompts),
    ...(covered.length > 0 ? { coverage80: mean(covered), coverageAbsolute80: absoluteCoverage(cells) } : {}),
    ...(cost === null ? {} : { costSaved: cost.costSaved, accuracyGained: cost.accuracyGained, aiq: cost.aiq.router }),
  };
  return {
    protocol,
    kinds,
    seed,
    benchmarks: parts,
    untested,
    methods,
    default: defaultMethod,
    aggregates,
    pending: planned.filter((name) => !parts.some((part) => part.name === name)),
    byKind: byKind(parts, seed),
    leaders2025: groupSummary(
      parts.filter((part) => part.leaders2025),
      seed,
    ),
    reliability,
    fewShot: fewShotCurve(sorted, seed),
    value: valueCurve(sorted),
    measuredCost: cost,
    tokens: tokenErrors(sorted),
    distanceWords: distanceWords(sorted),
  };
}

/** The report of a protocol that places models on known benchmarks. */
export function placementReport(
  protocol: string,
  seed: number,
  outcome: PlacementOutcome,
  shipped: string,
): BasicReport {
  const methods = summariseAll(outcome.parts, seed);
  return {
    protocol,
    kinds: 'given',
    seed,
    benchmarks: outcome.parts,
    untested: [],
    methods: Object.fromEntries(
      Object.entries(methods).map(([method, summary]) => [method, { ...summary, ...outcome.errors[method] }]),
    ),
    default: shipped,
  };
}

/** The report of the in-distribution protocol. */
export function poolsReport(seed: number, parts: readonly PartReport[]): BasicReport {
  return {
    protocol: 'in-distribution',
    kinds: 'inferred',
    seed,
    benchmarks: parts,
    untested: [],
    methods: summariseAll(parts, seed),
    default: defaultMethod,
  };
}

function groupSummary(parts: readonly PartReport[], seed: number): GroupSummary {
  return { benchmarks: parts.length, methods: summariseAll(parts, seed) };
}

/** Kinds of task with the methods that matter for a comparison. */
function byKind(parts: readonly PartReport[], seed: number): Readonly<Record<string, GroupSummary>> {
  const kinds = [...new Set(parts.map((part) => part.kind ?? 'unknown'))].sort();
  const compared = methodNames(parts).filter((method) => [defaultMethod, linkedBma, 'paper-s3'].includes(method));
  return Object.fromEntries(
    kinds.map((kind) => {
      const own = parts.filter((part) => (part.kind ?? 'unknown') === kind);
      return [
        kind,
        {
          benchmarks: own.length,
          methods: Object.fromEntries(compared.map((method) => [method, summarise(own, method, seed)])),
        },
      ];
    }),
  );
}

/** Share of cells whose accuracy, its own sampling noise aside, lies in the 80 % interval of the expected correctness. */
function absoluteCoverage(cells: readonly PoolCell[]): number {
  return mean(cells.map(({ accuracy, interval: [low, high] }) => (accuracy >= low && accuracy <= high ? 1 : 0)));
}

function promptReliability(outcomes: readonly PartOutcome[]): readonly ReliabilityBin[] {
  const bins = Array.from({ length: 10 }, () => ({ weight: 0, predicted: 0, actual: 0 }));
  for (const { promptBins } of outcomes) {
    const total = promptBins.reduce((sum, [count]) => sum + count, 0);
    for (const [at, [count, predicted, actual]] of promptBins.entries()) {
      const bin = bins[at];
      if (bin === undefined || total === 0) continue;
      bin.weight += count / total;
      bin.predicted += predicted / total;
      bin.actual += actual / total;
    }
  }
  return bins.map(({ weight, predicted, actual }, at) => ({
    from: at / 10,
    to: (at + 1) / 10,
    count: weight,
    predicted: weight > 0 ? predicted / weight : null,
    actual: weight > 0 ? actual / weight : null,
  }));
}

function fewShotCurve(outcomes: readonly PartOutcome[], seed: number): readonly FewShotPoint[] {
  const measured = outcomes.filter(({ fewShot }) => fewShot.length > 0);
  if (measured.length === 0) return [];
  const families = measured.map(({ report }) => report.family);
  const sizes = measured[0]?.fewShot.map(({ labels }) => labels) ?? [];
  const none = measured.map(({ report }) => report.methods[defaultMethod]?.ratioToFairBest ?? 0);
  const random = measured.map(({ report }) => report.methods.random?.ratioToFairBest ?? 0);
  const point = (labels: number, ratios: readonly number[], labelsOnly: readonly number[]): FewShotPoint[] => {
    const interval = bootstrapOverFamilies(ratios, families, seed);
    if (interval === null) return [];
    return [
      {
        labels,
        benchmarks: measured.length,
        ratioToFairBest: interval.mean,
        ratioToFairBestCi: interval.ci,
        labelsOnly: mean(labelsOnly),
      },
    ];
  };
  const at = (labels: number, which: 'router' | 'labelsOnly'): number[] =>
    measured.map(({ fewShot }) => fewShot.find((result) => result.labels === labels)?.[which] ?? 0);
  return [
    ...point(0, none, random),
    ...sizes.flatMap((labels) => point(labels, at(labels, 'router'), at(labels, 'labelsOnly'))),
  ];
}

/** The pilot's cost of a model: list output price × √(verbosity). */
function listCost({ listPrice, verbosity }: PoolCell): number | null {
  return listPrice === null || listPrice <= 0 ? null : listPrice * Math.exp(verbosity / 2);
}

function valueCurve(outcomes: readonly PartOutcome[]): readonly ValuePoint[] {
  const priced = outcomes.filter(({ pricedPicks }) => pricedPicks.length > 0);
  const dials = priced[0]?.pricedPicks.map(({ dial }) => dial) ?? [];
  return dials.map((dial, at) => {
    const logs: number[] = [];
    const points: number[] = [];
    for (const { cells, pricedPicks } of priced) {
      const quality = cells[pricedPicks[0]?.pick ?? -1];
      const pick = cells[pricedPicks[at]?.pick ?? -1];
      const [from, to] = [quality && listCost(quality), pick && listCost(pick)];
      if (!quality || !pick || !from || !to) continue;
      logs.push(Math.log(to / from));
      points.push(100 * (pick.accuracy - quality.accuracy));
    }
    return { dial, cost: Math.exp(mean(logs)), points: mean(points), worst: Math.min(...points) };
  });
}

/** Where a value curve first comes down to a share of the quality pick's cost; linear in the logarithm of the cost. */
export function valueAt(curve: readonly ValuePoint[], cost: number): Omit<ValuePoint, 'dial'> | null {
  for (const [i, point] of curve.entries()) {
    if (point.cost > cost) continue;
    const before = curve[i - 1];
    if (before === undefined || before.cost <= point.cost) return point;
    const share = Math.log(before.cost / cost) / Math.log(before.cost / point.cost);
    return {
      cost,
      points: before.points + share * (point.points - before.points),
      worst: Math.min(before.worst, point.worst),
    };
  }
  return null;
}

function measuredCost(outcomes: readonly PartOutcome[], seed: number): MeasuredCost | null {
  const parts = outcomes.flatMap((outcome) => {
    const known = outcome.cells.flatMap((cell) =>
      cell.realUsd === null || cell.realUsd <= 0
        ? []
        : [{ cost: cell.realUsd, accuracy: cell.accuracy, model: cell.model }],
    );
    if (outcome.measuredPicks.length === 0 || known.length < 4) return [];
    const pointOf = ({ pick }: DialPick): CostPoint[] => {
      const cell = outcome.cells[pick];
      return cell === undefined || cell.realUsd === null ? [] : [{ cost: cell.realUsd, accuracy: cell.accuracy }];
    };
    const router = outcome.measuredPicks.flatMap(pointOf);
    const bma = bmaAmong(outcome, known);
    const best = Math.max(...known.map(({ accuracy }) => accuracy));
    const [quality] = router;
    if (bma === null || quality === undefined || best <= 0) return [];
    return [{ outcome, known, router, bma, best, quality }];
  });
  if (parts.length === 0) return null;
  const families = parts.map(({ outcome }) => outcome.report.family);
  const aiq = (points: readonly CostPoint[], known: readonly CostPoint[]): number => {
    const costs = known.map(({ cost }) => cost);
    const cheapest = known.reduce((least, point) => (point.cost < least.cost ? point : least));
    return averageImprovementInQuality([...points, cheapest], cheapest.cost, Math.max(...costs));
  };
  const saved = parts.map(({ router, known, bma }) => Math.max(0, costSaved([...router, cheapestOf(known)], bma) ?? 0));
  const gained = parts.map(({ router, known, bma }) => accuracyGained([...router, cheapestOf(known)], bma) ?? 0);
  const dials = parts[0]?.outcome.measuredPicks.map(({ dial }) => dial) ?? [];
  const balanced = dials.indexOf(0.5);
  return {
    benchmarks: parts.length,
    aiq: {
      router: mean(parts.map(({ router, known }) => aiq(router, known))),
      linkedBma: mean(parts.map(({ bma, known }) => aiq([bma], known))),
      hindsight: mean(parts.map(({ known }) => aiq(known, known))),
    },
    costSaved: mean(saved),
    costSavedCi: bootstrapOverFamilies(saved, families, seed)?.ci ?? null,
    reached: parts.filter(({ router, bma }) => costSaved(router, bma) !== null).length,
    accuracyGained: mean(gained),
    routerArena: {
      quality: mean(parts.map(({ quality }) => routerArenaScore(quality.accuracy, quality.cost))),
      balanced: mean(
        parts.map(({ router, quality }) => {
          const point = router[balanced] ?? quality;
          return routerArenaScore(point.accuracy, point.cost);
        }),
      ),
      linkedBma: mean(parts.map(({ bma }) => routerArenaScore(bma.accuracy, bma.cost))),
    },
    curve: dials.map((dial, at) => ({
      dial,
      cost: mean(
        parts.map(
          ({ router, known, quality }) => (router[at] ?? quality).cost / Math.max(...known.map((point) => point.cost)),
        ),
      ),
      accuracy: mean(parts.map(({ router, best, quality }) => (router[at] ?? quality).accuracy / best)),
    })),
  };
}

function cheapestOf(known: readonly CostPoint[]): CostPoint {
  return known.reduce((least, point) => (point.cost < least.cost ? point : least));
}

/** The best model on average by linked ability among the measured ones: the pick of the pool, or null where it was not measured. */
function bmaAmong(
  { report }: PartOutcome,
  known: readonly (CostPoint & { readonly model: string })[],
): CostPoint | null {
  return known.find(({ model }) => model === report.picks[linkedBma]) ?? null;
}

function tokenErrors(outcomes: readonly PartOutcome[]): TokenErrors | null {
  const factorsOf = (some: readonly PartOutcome[]): number[] =>
    some.flatMap(({ cells }) =>
      cells.flatMap(({ expectedOutputTokens, realOutputTokens }) =>
        realOutputTokens === null || realOutputTokens <= 0 || expectedOutputTokens <= 0
          ? []
          : [Math.exp(Math.abs(Math.log(expectedOutputTokens / realOutputTokens)))],
      ),
    );
  const all = factorsOf(outcomes);
  if (all.length === 0) return null;
  const recent = factorsOf(outcomes.filter(({ report }) => report.leaders2025));
  return {
    cells: all.length,
    medianFactor: median(all),
    medianFactor2025: recent.length > 0 ? median(recent) : null,
    cells2025: recent.length,
  };
}

function distanceWords(outcomes: readonly PartOutcome[]): Readonly<Record<string, number>> {
  const words: Record<string, number> = { in: 0, near: 0, far: 0 };
  for (const { distanceWord } of outcomes) words[distanceWord] = (words[distanceWord] ?? 0) + 1 / outcomes.length;
  return words;
}
