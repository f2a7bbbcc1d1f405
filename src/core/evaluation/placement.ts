import { sigmoid, z80 } from '../scores/normal';
import { type LinkedFit, leaveOut } from '../training/linkedGaussianProcess';
import type { MatMul } from '../training/matMul';
import type { PreparedTraining } from '../training/trainRouter';
import { describedPart, type EvaluationData } from './groupEvaluation';
import { cellCounts, type HeldOutPart, poolResults } from './heldOut';
import { noiseCeiling } from './noiseCeiling';
import { accuracyMetrics, type MethodMetrics, partTruth, scoreMetrics } from './partMetrics';
import { SeededRandom, seedOf } from './random';
import { argMax, mean } from './rankMetrics';
import { abilityFrom, type Cell, cellsOf, type LinkedEffects, linkedEffects, logitOf } from './rasch';
import type { PartReport } from './summary';

/** How well results that were hidden are foretold, besides the metrics of the picks. */
export interface PlacementErrors {
  /** Root mean squared error of the logit of accuracy. */
  readonly logitError: number;
  /** Mean absolute error of the accuracy, points. */
  readonly accuracyError: number;
  /** Share of the hidden accuracies within the 80 % interval; absent for methods without a spread. */
  readonly coverage80?: number;
}

export interface PlacementOutcome {
  readonly parts: readonly PartReport[];
  /** By method. */
  readonly errors: Readonly<Record<string, PlacementErrors>>;
}

interface Foretold {
  readonly logit: number;
  readonly observed: number;
  /** Variance of the difference, sampling noise included; null for methods without a spread. */
  readonly variance: number | null;
}

/** Benchmarks of the tested kind that a model must be in the pool of, to be hidden. */
const fewestParts = 6;
const draws = 3;
const keptCounts = [0, 1, 2] as const;

/**
 * A model appears: all of its results are hidden but those on none, one or two benchmarks (its scores on public boards are
 * hidden too), and its place on every other benchmark is foretold, where the other models' results are known. The pick on a
 * benchmark is the best of the known models or the new one, by what is known and what is foretold.
 */
export async function newModelProtocol(
  data: EvaluationData,
  prepared: PreparedTraining,
  fit: LinkedFit,
  parts: readonly HeldOutPart[],
  matMul: MatMul,
): Promise<PlacementOutcome> {
  const { table, split, seed } = data;
  const models = table.models.length;
  const counts = cellCounts(table, split);
  const effects = linkedEffects(cellsOf(counts, models), split.tasks.length, models);
  const pairsOf = pairsByModel(prepared, fit);
  const partOf = new Map(parts.map((part) => [part.task, part]));
  const truths = new Map(parts.map((part) => [part.task, truthOf(data, part, effects)]));
  const metrics = new Map<HeldOutPart, Map<string, MethodMetrics[]>>();
  const errors = new Map<string, Foretold[]>();

  for (let model = 0; model < models; model++) {
    const id = table.models[model] as string;
    if ((data.models.get(id)?.released ?? '') < '2025') continue;
    const own = pairsOf.get(id) ?? [];
    const perItem = own.filter((pair) => (fit.pairs.tasks[pair] as number) < split.tasks.length);
    const tested = perItem.filter((pair) => partOf.get(fit.pairs.tasks[pair] as number)?.models.includes(model));
    if (tested.length < fewestParts) continue;
    const random = new SeededRandom(seedOf(`new ${id}`, seed));
    for (const kept of keptCounts) {
      for (let draw = 0; draw < (kept === 0 ? 1 : draws); draw++) {
        const shown = new Set(Array.from(random.sample(kept, perItem.length), (at) => perItem[at] as number));
        const hidden = own.filter((pair) => !shown.has(pair));
        const foretold = await leaveOut(fit, hidden, matMul);
        const ability = abilityFrom(
          [...shown].map((pair) => cellOf(fit, pair, counts, models, model)),
          effects,
        );
        for (const [at, pair] of hidden.entries()) {
          const task = fit.pairs.tasks[pair] as number;
          const part = partOf.get(task);
          const truth = truths.get(task);
          if (part === undefined || truth === undefined || !part.models.includes(model)) continue;
          const scale = fit.pairs.scale[pair] as number;
          const observed = scale * (fit.pairs.logits[pair] as number);
          const variance = scale ** 2 * (foretold.covariance[at * hidden.length + at] as number);
          const linked = effects.mean + (effects.difficulties[task] as number) + ability;
          const place = part.models.indexOf(model);
          for (const [method, logit, spread] of [
            [`router, ${kept} known`, scale * (foretold.mean[at] as number), variance],
            [`linked ability, ${kept} known`, linked, null],
          ] as const) {
            append(errors, method, { logit, observed, variance: spread });
            const scores = Array.from(truth.accuracies);
            scores[place] = sigmoid(logit);
            const known = metrics.get(part) ?? new Map<string, MethodMetrics[]>();
            metrics.set(part, known);
            append(known, method, scoreMetrics(truth, scores));
          }
        }
      }
    }
  }
  const reports = [...metrics].map(([part, byMethod]) =>
    placementReport(data, part, part.name, effects, (truth) => ({
      random: accuracyMetrics(truth, mean(truth.accuracies)),
      ...Object.fromEntries([...byMethod].map(([method, all]) => [method, meanMetrics(all)])),
    })),
  );
  return { parts: reports, errors: errorsOf(errors) };
}

/** Dates up to which models are known. */
export const newestFirstDates: readonly string[] = ['2024-10', '2025-04', '2025-10', '2026-03'];
const fewestNewest = 4;

/**
 * Models released after a date are foretold from their features alone, on benchmarks that are known from older models: all
 * results and board scores of every newer model are hidden.
 */
export async function newestFirstProtocol(
  data: EvaluationData,
  prepared: PreparedTraining,
  fit: LinkedFit,
  parts: readonly HeldOutPart[],
  matMul: MatMul,
): Promise<PlacementOutcome> {
  const { table } = data;
  const errors = new Map<string, Foretold[]>();
  const reports: PartReport[] = [];
  const ids = prepared.traits.map((trait) => trait.id);
  const counts = cellCounts(table, data.split);
  const effects = linkedEffects(cellsOf(counts, table.models.length), data.split.tasks.length, table.models.length);
  for (const date of newestFirstDates) {
    const isNew = (id: string): boolean => (data.models.get(id)?.released ?? '') >= date;
    const hidden = Array.from(fit.pairs.logits.keys()).filter((pair) =>
      isNew(ids[fit.pairs.models[pair] as number] ?? ''),
    );
    if (hidden.length === 0 || hidden.length === fit.pairs.logits.length) continue;
    const foretold = await leaveOut(fit, hidden, matMul);
    const place = new Map(hidden.map((pair, at) => [pairKey(fit, pair), at]));
    for (const part of parts) {
      const found = Array.from(part.models).flatMap((model) => {
        const id = table.models[model] as string;
        const at = place.get(`${part.task}\n${prepared.modelIndex.get(id) ?? -1}`);
        return at === undefined ? [] : [{ model, id, at }];
      });
      if (found.length < fewestNewest) continue;
      for (const { at } of found) {
        const pair = hidden[at] as number;
        const scale = fit.pairs.scale[pair] as number;
        append(errors, 'router', {
          logit: scale * (foretold.mean[at] as number),
          observed: scale * (fit.pairs.logits[pair] as number),
          variance: scale ** 2 * (foretold.covariance[at * hidden.length + at] as number),
        });
      }
      const own = { ...part, models: Int32Array.from(found, ({ model }) => model) };
      const newer = { ...own, results: poolResults(table, part.items, own.models) };
      reports.push(
        placementReport(data, newer, `${part.name} (models since ${date})`, effects, (truth) => ({
          router: scoreMetrics(
            truth,
            found.map(({ at }) => foretold.mean[at] as number),
          ),
          random: accuracyMetrics(truth, mean(truth.accuracies)),
          'newest model': scoreMetrics(
            truth,
            found.map(({ id }) => Number((data.models.get(id)?.released ?? '').replaceAll('-', '').padEnd(8, '0'))),
          ),
          'dataset-oracle': accuracyMetrics(truth, truth.best),
        })),
      );
    }
  }
  return { parts: reports, errors: errorsOf(errors) };
}

function placementReport(
  data: EvaluationData,
  part: HeldOutPart,
  name: string,
  effects: LinkedEffects,
  methods: (truth: ReturnType<typeof truthOf>) => Readonly<Record<string, MethodMetrics>>,
): PartReport {
  const truth = truthOf(data, part, effects);
  return { ...describedPart(data, part, truth), name, picks: {}, methods: methods(truth) };
}

function truthOf(data: EvaluationData, part: HeldOutPart, effects: LinkedEffects) {
  const bma = argMax(Array.from(part.models, (model) => effects.abilities[model] as number));
  return partTruth(part.results, noiseCeiling(part.results, seedOf(part.name, data.seed)), bma);
}

function pairsByModel(prepared: PreparedTraining, fit: LinkedFit): ReadonlyMap<string, readonly number[]> {
  const pairs = new Map<string, number[]>();
  for (const [pair, model] of fit.pairs.models.entries()) append(pairs, prepared.traits[model]?.id ?? '', pair);
  return pairs;
}

function pairKey(fit: LinkedFit, pair: number): string {
  return `${fit.pairs.tasks[pair]}\n${fit.pairs.models[pair]}`;
}

function cellOf(
  fit: LinkedFit,
  pair: number,
  { sums, counts }: { readonly sums: Float64Array; readonly counts: Float64Array },
  models: number,
  model: number,
): Cell {
  const task = fit.pairs.tasks[pair] as number;
  const at = task * models + model;
  return { task, model, ...logitOf(sums[at] as number, counts[at] as number) };
}

function append<K, T>(lists: Map<K, T[]>, key: K, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Means of metrics that every entry has. */
function meanMetrics(all: readonly MethodMetrics[]): MethodMetrics {
  const names = Object.keys(all[0] ?? {}) as (keyof MethodMetrics)[];
  const entries = names.flatMap((name) => {
    const values = all.flatMap((metrics) => metrics[name] ?? []);
    return values.length > 0 ? [[name, mean(values)] as const] : [];
  });
  return Object.fromEntries(entries) as unknown as MethodMetrics;
}

function errorsOf(errors: ReadonlyMap<string, readonly Foretold[]>): Readonly<Record<string, PlacementErrors>> {
  return Object.fromEntries(
    [...errors].map(([method, all]) => {
      const spreads = all.flatMap(({ logit, observed, variance }) =>
        variance === null ? [] : [Math.abs(logit - observed) <= z80 * Math.sqrt(variance) ? 1 : 0],
      );
      return [
        method,
        {
          logitError: Math.sqrt(mean(all.map(({ logit, observed }) => (logit - observed) ** 2))),
          accuracyError: 100 * mean(all.map(({ logit, observed }) => Math.abs(sigmoid(logit) - sigmoid(observed)))),
          ...(spreads.length > 0 ? { coverage80: mean(spreads) } : {}),
        },
      ];
    }),
  );
}
