import type { BenchmarkTable } from '../benchmarks/benchmarkTable';
import type { ModelFacts } from '../benchmarks/modelFacts';
import type { TaskSplit } from '../benchmarks/tasks';
import { buildCatalog, type CatalogFacts, reasoningSettings } from '../cost/buildCatalog';
import { type OfferedModel, offeredModels } from '../cost/catalog';
import { fitTokenModel } from '../cost/fitTokenModel';
import type { UsageRow } from '../cost/readUsage';
import type { TokenModel } from '../cost/tokenModel';
import type { Encoder } from '../features/encoder';
import { type NearestPrompts, VectorIndex } from '../predictors/vectorIndex';
import { conditionOnLabels } from '../recommendation/labels';
import type { CandidateAssessment } from '../recommendation/recommendation';
import { differenceVariance } from '../scores/guard';
import { expectedSigmoid, interval80, sigmoid, z80 } from '../scores/normal';
import { normalDraw, seededRandom } from '../scores/seededRandom';
import { choleskyFactor } from '../training/invertPositiveDefinite';
import { type LinkedFit, linkedWeights, predictLogits } from '../training/linkedGaussianProcess';
import { type MatMul, transpose } from '../training/matMul';
import type { RouterConfig } from '../training/routerConfig';
import { condenseRouter, type HeldOutSpread, type PreparedTraining } from '../training/trainRouter';
import { nearestBenchmarkScores, plainAverages } from './baselines';
import { evenlySpaced, rowsOf } from './chosenRows';
import {
  type ComparisonMethod,
  type ComparisonPredictors,
  comparisonMethods,
} from './comparisons/comparisonPredictors';
import type { NetworkConfig } from './comparisons/correctnessNetwork';
import { type CellCounts, cellCounts, type HeldOutGroup, type HeldOutPart, poolResults } from './heldOut';
import { noiseCeiling } from './noiseCeiling';
import {
  type DistancePair,
  estimateAccuracy,
  hardAccuracy,
  paperPredictions,
  paperScores,
  withoutGaps,
} from './paperMode';
import {
  choices,
  type DialPick,
  dialPicks,
  type ProductAnswer,
  productAnswer,
  promptOf,
  qualityPick,
} from './partEvaluation';
import {
  accuracyMetrics,
  type MethodMetrics,
  type PartTruth,
  pairsOf,
  partTruth,
  pickMetrics,
  promptMetrics,
  scoreMetrics,
} from './partMetrics';
import { PlainRouter } from './plainRouter';
import { modelAccuracies, type PoolResults, promptOracle, routedAccuracy } from './poolResults';
import { SeededRandom, seedOf } from './random';
import { argMax, mean, spearman } from './rankMetrics';
import { cellsOf, linkedAbilities, logitOf } from './rasch';
import { type RealUsage, realUsd } from './realUsage';
import type { PartReport } from './summary';
import { heldOutOf, withoutHeldOut } from './withoutGroup';

/** Everything that an evaluation reads, whatever is held out. */
export interface EvaluationData {
  readonly table: BenchmarkTable;
  readonly split: TaskSplit;
  readonly models: ReadonlyMap<string, ModelFacts>;
  readonly catalogFacts: CatalogFacts;
  readonly usage: readonly UsageRow[];
  readonly realUsage: RealUsage;
  readonly urls: ReadonlyMap<string, string>;
  readonly config: RouterConfig;
  readonly seed: number;
  /** The MLP that the router is compared with. */
  readonly network: NetworkConfig;
  /** Prompts of a benchmark that are scored, at most; accuracies are taken over all. */
  readonly promptsPerPart: number;
}

/** What training made of everything but the text of one fold of groups. */
export interface FoldState {
  readonly prepared: PreparedTraining;
  readonly fit: LinkedFit;
  /** Of the router that was trained without the whole fold. */
  readonly spread: HeldOutSpread;
  readonly thresholds: { readonly near: number; readonly far: number };
  readonly encoder: Encoder;
  readonly paper: PaperIndex;
  readonly comparisons: FoldComparisons;
}

/** Predictors that learned from no prompt of the whole fold. */
export interface FoldComparisons {
  /** Columns of the predictions: indices into the table's models. */
  readonly models: Int32Array;
  readonly predictors: ComparisonPredictors;
}

/** The index of known prompts that paper mode searches, and neighbours of a sample of every task outside its group. */
export interface PaperIndex {
  readonly items: Int32Array;
  readonly index: VectorIndex;
  readonly samples: readonly { readonly items: Int32Array; readonly nearest: NearestPrompts }[];
}

/** One model of the pool on one held-out benchmark: what was predicted and what came true. */
export interface PoolCell {
  readonly model: string;
  readonly accuracy: number;
  readonly results: number;
  /** Expected correctness and its 80 % interval. */
  readonly probability: number;
  readonly interval: readonly [number, number];
  /** US dollars a prompt: as the router expects, as measured tokens at today's price say, and the list price of output tokens a million. */
  readonly expectedUsd: number | null;
  readonly realUsd: number | null;
  readonly listPrice: number | null;
  /** Natural logarithm of the output tokens against the average model's, learned without the held-out part. */
  readonly verbosity: number;
  readonly expectedOutputTokens: number;
  readonly realOutputTokens: number | null;
}

/** Choices with few labels of the held-out benchmark itself. */
export interface FewShotResult {
  readonly labels: number;
  /** Accuracy on the prompts that were not labelled, by the fair best on all, mean of the draws. */
  readonly router: number;
  /** The same when the labels alone choose. */
  readonly labelsOnly: number;
}

/** What one way of seeing a held-out benchmark gives. */
export interface PartOutcome {
  readonly report: PartReport;
  readonly cells: readonly PoolCell[];
  /** Positions in the pool of the picks under each position of the dial, among the models with a list price. */
  readonly pricedPicks: readonly DialPick[];
  /** The same among the models whose use was measured on the benchmark. */
  readonly measuredPicks: readonly DialPick[];
  /** Share of the pairs of the pool whose difference in accuracy lies within its 80 % interval. */
  readonly coverage: number | null;
  readonly fewShot: readonly FewShotResult[];
  /** Predictions for single prompts in bins of .1: count, sum of predictions, sum of correctness. */
  readonly promptBins: readonly (readonly [number, number, number])[];
  readonly distance: number;
  readonly distanceWord: string;
}

export interface GroupOutcome {
  /** Kind and language inferred from the text. */
  readonly inferred: readonly PartOutcome[];
  /** Kind and language given. */
  readonly given: readonly PartOutcome[];
}

const fewShotSizes = [5, 10, 20, 40] as const;
const fewShotDraws = 10;
/** Benchmarks need this many items for labels to leave enough to judge by. */
const fewShotItems = 60;
const paperSample = 24;
const paperSearched = 400;

/** Prepares paper mode for a fold. */
export async function paperIndex(
  { split }: EvaluationData,
  prepared: PreparedTraining,
  indexItems: Int32Array,
  matMul: MatMul,
): Promise<PaperIndex> {
  const D = prepared.encoder.projection.columns;
  const index = new VectorIndex(rowsOf(prepared.vectors, D, indexItems), D, matMul);
  const groupOfRow = Array.from(indexItems, (item) => split.tasks[split.taskOfItem[item] as number]?.group);
  const samples: { items: Int32Array; nearest: NearestPrompts }[] = [];
  for (const task of split.tasks) {
    const items = evenlySpaced(task.items, paperSample);
    const nearest = await index.search(
      rowsOf(prepared.vectors, D, items),
      paperSearched,
      (row) => groupOfRow[row] !== task.group,
    );
    samples.push({ items, nearest });
  }
  return { items: indexItems, index, samples };
}

/** Tests the parts of one group with the group held out. */
export async function evaluateGroup(
  data: EvaluationData,
  fold: FoldState,
  group: HeldOutGroup,
  parts: readonly HeldOutPart[],
  matMul: MatMul,
): Promise<GroupOutcome> {
  const { table, split, config } = data;
  const heldOut = heldOutOf(fold.prepared, [group], (excluded) => cellCounts(table, split, excluded));
  const first = [
    ...new Set(parts.flatMap((part) => Array.from(part.models, (model) => table.models[model] as string))),
  ].sort();
  const reduced = await withoutHeldOut(fold.prepared, fold.fit, heldOut, first, config, matMul);
  const parameters = await condenseRouter(
    reduced.prepared,
    reduced.fit,
    fold.spread,
    fold.thresholds,
    data.urls,
    config,
    matMul,
  );
  const router = new PlainRouter(parameters, fold.encoder, matMul);
  const { catalog, tokens } = await costModels(data, group, reduced.prepared, matMul);
  const bundle = { router, catalog, tokens, paper: null };
  const offered = new Map(offeredModels(catalog).models.map((model) => [model.id, model]));
  const baselines = averageBaselines(table, split, heldOut.counts);
  const pairs = paperPairsWithout(data, fold.paper, group);

  const inferred: PartOutcome[] = [];
  const given: PartOutcome[] = [];
  for (const part of parts) {
    const pool = Array.from(part.models, (model) => table.models[model] as string);
    const candidates = pool.flatMap((id) => offered.get(id) ?? []);
    const rows = evenlySpaced(
      Int32Array.from({ length: part.items.length }, (_, row) => row),
      data.promptsPerPart,
    );
    const items = Int32Array.from(rows, (row) => part.items[row] as number);
    const answer = await productAnswer(
      bundle,
      Array.from(items, (item) => promptOf(table, item)),
      candidates,
    );
    const truth = partTruth(
      part.results,
      noiseCeiling(part.results, seedOf(part.name, data.seed)),
      argMax(Array.from(part.models, (model) => baselines.linked[model] as number)),
    );
    const shared = await sharedMethods(data, fold, group, part, items, truth, baselines, pairs, heldOut.counts);
    const sample = poolResults(table, items, part.models);
    inferred.push(partOutcome(data, part, truth, sample, shared, answer, offered));
    const posteriors = await givenPosteriors(
      fold,
      reduced,
      part.task,
      candidates.map(({ id }) => id),
      matMul,
    );
    const assessed = answer.assessed.map((candidate, at) => withPosterior(candidate, posteriors[at] as Posterior));
    given.push(
      partOutcome(
        data,
        part,
        truth,
        sample,
        shared,
        { ...answer, assessed, distanceWord: 'in', ...choices(assessed, 'in', items.length) },
        offered,
      ),
    );
  }
  return { inferred, given };
}

interface AverageBaselines {
  readonly linked: Float64Array;
  readonly plain: Float64Array;
}

function averageBaselines(table: BenchmarkTable, split: TaskSplit, counts: CellCounts): AverageBaselines {
  const models = table.models.length;
  return {
    linked: linkedAbilities(cellsOf(counts, models), split.tasks.length, models),
    plain: plainAverages(counts, models),
  };
}

/** Catalog and token model without what was measured on the held-out group. */
export async function costModels(
  data: EvaluationData,
  group: HeldOutGroup,
  prepared: PreparedTraining,
  matMul: MatMul,
): Promise<{ readonly catalog: ReturnType<typeof buildCatalog>; readonly tokens: TokenModel }> {
  const { split, table } = data;
  const heldTasks = new Set(group.tasks.map((task) => split.tasks[task]?.name));
  const splitFamilies = new Set(
    split.tasks.filter((task) => task.group !== task.family).map((task) => table.benchmarks[task.benchmark]?.name),
  );
  const heldBenchmarks = new Set(
    group.tasks
      .map((task) => table.benchmarks[split.tasks[task]?.benchmark ?? -1]?.name)
      .filter((name) => !splitFamilies.has(name)),
  );
  const usage = data.usage.filter(
    (row) =>
      !heldBenchmarks.has(row.benchmark) && !heldTasks.has(`${row.benchmark}/${row.category?.split('/')[0] ?? ''}`),
  );
  const ids = [...new Set([...prepared.exported, ...usage.map((row) => row.model)])].sort();
  const reasons = reasoningSettings(data.catalogFacts, data.models, ids);
  const tasks = prepared.split.tasks.map(({ name, kind }, task) => ({
    name,
    kind,
    centroid: prepared.taskTraits[task]?.centroid ?? [],
  }));
  const fit = await fitTokenModel(usage, tasks, reasons, matMul);
  const catalog = buildCatalog(
    data.catalogFacts,
    data.models,
    prepared.exported,
    () => ({ items: 1, aggregates: 0 }),
    (model) => fit.verbosity(model),
  );
  return { catalog, tokens: fit.tokens };
}

/** The pairs (u(d), accuracy of ḡ_m on d) of the tasks outside a group, from neighbours outside it and outside d's own group. */
function paperPairsWithout(data: EvaluationData, index: PaperIndex, group: HeldOutGroup): readonly DistancePair[] {
  const { table, split } = data;
  const held = new Set(group.tasks);
  return split.tasks.flatMap((_, task) => {
    const sample = index.samples[task];
    if (held.has(task) || sample === undefined) return [];
    const nearest = itemsOf(sample.nearest, index.items, (item) => group.excluded[item] !== 1);
    const models = modelsOf(table, sample.items);
    const predictions = paperPredictions(table, nearest, models);
    const accuracies = hardAccuracy(predictions, poolResults(table, sample.items, models));
    const known = new Map<number, number>();
    for (const [at, model] of models.entries()) {
      const accuracy = accuracies[at] as number;
      if (!Number.isNaN(accuracy)) known.set(model, accuracy);
    }
    return [{ distance: predictions.distance, accuracies: known }];
  });
}

/** Replaces index rows by table items and leaves out those that are not allowed. */
function itemsOf(nearest: NearestPrompts, items: Int32Array, allowed: (item: number) => boolean): NearestPrompts {
  const found = new Int32Array(nearest.items.length).fill(-1);
  const similarities = new Float32Array(nearest.items.length).fill(-2);
  for (let query = 0; query < nearest.count; query++) {
    let to = query * nearest.width;
    for (let at = query * nearest.width; at < (query + 1) * nearest.width; at++) {
      const row = nearest.items[at] as number;
      if (row < 0) break;
      const item = items[row] as number;
      if (!allowed(item)) continue;
      found[to] = item;
      similarities[to] = nearest.similarities[at] as number;
      to++;
    }
  }
  return { ...nearest, items: found, similarities };
}

function modelsOf(table: BenchmarkTable, items: Int32Array): Int32Array {
  const models = new Set<number>();
  for (const item of items) {
    for (let at = table.offsets[item] as number; at < (table.offsets[item + 1] as number); at++)
      models.add(table.resultModels[at] as number);
  }
  return Int32Array.from(models).sort();
}

/** Methods that do not depend on how the task is seen: baselines, oracles and the paper's scores. */
async function sharedMethods(
  data: EvaluationData,
  fold: FoldState,
  group: HeldOutGroup,
  part: HeldOutPart,
  items: Int32Array,
  truth: PartTruth,
  baselines: AverageBaselines,
  pairs: readonly DistancePair[],
  counts: CellCounts,
): Promise<{ readonly methods: Record<string, MethodMetrics>; readonly picks: Record<string, number> }> {
  const { table, split } = data;
  const linked = Array.from(part.models, (model) => baselines.linked[model] as number);
  const plain = Array.from(part.models, (model) => baselines.plain[model] as number);
  const D = fold.prepared.encoder.projection.columns;
  const vectors = rowsOf(fold.prepared.vectors, D, items);
  const centroid = new Float64Array(D);
  for (let at = 0; at < vectors.length; at++) centroid[at % D] = (centroid[at % D] as number) + (vectors[at] as number);
  const length = Math.hypot(...centroid);
  const held = new Set(group.tasks);
  const similarities = split.tasks.map((_, task) => {
    if (held.has(task)) return Number.NEGATIVE_INFINITY;
    const other = fold.prepared.taskTraits[task]?.centroid ?? [];
    return centroid.reduce((sum, value, d) => sum + (value * (other[d] ?? 0)) / length, 0);
  });
  const nearestScores = nearestBenchmarkScores(counts, table.models.length, part.models, similarities, linked);

  const nearest = itemsOf(
    await fold.paper.index.search(
      vectors,
      paperSearched,
      (row) => group.excluded[fold.paper.items[row] as number] !== 1,
    ),
    fold.paper.items,
    () => true,
  );
  const predictions = paperPredictions(table, nearest, part.models);
  const sample = poolResults(table, items, part.models);
  const p = Float64Array.from(part.models, (model) => estimateAccuracy(pairs, predictions.distance, model));
  const paper = paperScores(predictions, part.models.length, p, truth.bma);
  const trueP = paperScores(predictions, part.models.length, hardAccuracy(predictions, sample), truth.bma);
  const random = mean(truth.accuracies);
  return {
    methods: {
      random: accuracyMetrics(truth, random),
      'bma-average': scoreMetrics(truth, plain),
      'bma-linked': scoreMetrics(truth, linked),
      'nearest-benchmark': scoreMetrics(truth, nearestScores),
      'paper-s1': {
        ...scoreMetrics(truth, withoutGaps(paper.s1)),
        ...promptMetrics(sample, filled(predictions.means)),
      },
      'paper-s2': scoreMetrics(truth, withoutGaps(paper.s2)),
      'paper-s3': scoreMetrics(truth, withoutGaps(paper.s3), paper.pick),
      'paper-s3-true-p': scoreMetrics(truth, withoutGaps(trueP.s3)),
      ...(await comparedMethods(fold.comparisons, vectors, part, sample, truth)),
      'fair-best': accuracyMetrics(truth, truth.ceiling.fairBest),
      'dataset-oracle': pickMetrics(truth, argMax(truth.accuracies)),
      'prompt-oracle': accuracyMetrics(truth, promptOracle(part.results)),
    },
    picks: {
      'bma-average': argMax(plain),
      'bma-linked': truth.bma,
      'nearest-benchmark': argMax(nearestScores),
      'paper-s3': paper.pick,
    },
  };
}

/** S1 and single prompts by each of the predictors compared. */
async function comparedMethods(
  { models, predictors }: FoldComparisons,
  vectors: Float32Array,
  part: HeldOutPart,
  sample: PoolResults,
  truth: PartTruth,
): Promise<Partial<Record<ComparisonMethod, MethodMetrics>>> {
  const columns = Array.from(part.models, (model) => models.indexOf(model));
  const measured: Partial<Record<ComparisonMethod, MethodMetrics>> = {};
  for (const method of comparisonMethods) {
    const all = await predictors[method](vectors);
    const means = Float64Array.from(
      sample.scores,
      (_, at) =>
        all[Math.floor(at / columns.length) * models.length + (columns[at % columns.length] as number)] as number,
    );
    measured[method] = {
      ...scoreMetrics(truth, withoutGaps(modelAccuracies({ ...sample, scores: means }))),
      ...promptMetrics(sample, filled(means)),
    };
  }
  return measured;
}

/** A prediction for every pair: where nothing is known, even odds. */
function filled(means: Float64Array): Float64Array {
  return means.map((value) => (Number.isNaN(value) ? 0.5 : value));
}

interface Posterior {
  readonly mean: number;
  readonly factors: readonly number[];
  readonly ownVariance: number;
}

/** Exact posterior of the logits of models on a task whose place among the other tasks is known. */
async function givenPosteriors(
  fold: FoldState,
  reduced: { readonly prepared: PreparedTraining; readonly fit: LinkedFit },
  task: number,
  models: readonly string[],
  matMul: MatMul,
): Promise<readonly Posterior[]> {
  const all = fold.fit.kernels;
  const { fit, prepared } = reduced;
  const { kernels, pairs } = fit;
  const keptTasks = keptTaskIndices(fold.prepared, prepared);
  const taskRow = Float64Array.from(keptTasks, (kept) => all.task[task * all.tasks + kept] as number);
  const difficultyRow = Float64Array.from(keptTasks, (kept) => all.difficulty[task * all.tasks + kept] as number);
  const logits = await predictLogits(
    await linkedWeights(fit, matMul),
    [{ task: taskRow, difficulty: difficultyRow }],
    matMul,
  );
  const places = models.map((id) => prepared.modelIndex.get(id) as number);
  const n = pairs.logits.length;
  const m = places.length;
  const cross = new Float64Array(n * m);
  for (let pair = 0; pair < n; pair++) {
    const t = pairs.tasks[pair] as number;
    const row = (pairs.models[pair] as number) * kernels.models;
    for (const [column, place] of places.entries()) {
      cross[pair * m + column] =
        (kernels.ability[row + place] as number) +
        (taskRow[t] as number) * (kernels.skill[row + place] as number) +
        (difficultyRow[t] as number);
    }
  }
  const solved = await matMul(fit.inverse, cross, n, n, m);
  const explained = await matMul(transpose(cross, n, m), solved, m, n, m);
  const inflation = Math.max(1, fold.spread.standardised);
  const covariance = new Float64Array(m * m);
  for (const [i, a] of places.entries()) {
    for (const [j, b] of places.entries()) {
      const prior =
        (kernels.ability[a * kernels.models + b] as number) +
        (kernels.skill[a * kernels.models + b] as number) +
        (all.difficulty[task * all.tasks + task] as number);
      const symmetric = 0.5 * ((explained[i * m + j] as number) + (explained[j * m + i] as number));
      covariance[i * m + j] = inflation * (prior - symmetric) + (i === j ? 1e-9 : 0);
    }
  }
  const factor = choleskyFactor(covariance, m);
  return places.map((place, i) => ({
    mean: logits[place] as number,
    factors: [...factor.subarray(i * m, (i + 1) * m)],
    ownVariance: 0,
  }));
}

/** Indices into the full preparation's tasks of those that a reduced one kept. */
function keptTaskIndices(full: PreparedTraining, reduced: PreparedTraining): readonly number[] {
  const kept = new Set(reduced.taskTraits);
  return full.taskTraits.flatMap((traits, index) => (kept.has(traits) ? [index] : []));
}

function withPosterior(candidate: CandidateAssessment, posterior: Posterior): CandidateAssessment {
  const variance = posterior.factors.reduce((sum, loading) => sum + loading * loading, posterior.ownVariance);
  return {
    ...candidate,
    probability: expectedSigmoid(posterior.mean, variance),
    interval: interval80(posterior.mean, variance),
    posterior,
  };
}

function partOutcome(
  data: EvaluationData,
  part: HeldOutPart,
  truth: PartTruth,
  sample: PoolResults,
  shared: { readonly methods: Record<string, MethodMetrics>; readonly picks: Record<string, number> },
  answer: ProductAnswer,
  offered: ReadonlyMap<string, OfferedModel>,
): PartOutcome {
  const { seed } = data;
  const described = describedPart(data, part, truth);
  const { pool } = described;
  const scores = answer.assessed.map(({ probability }) => probability);
  const perPrompt = promptMetrics(sample, answer.promptProbabilities);
  const guarded = guardedRoute(sample, answer.promptPicks);
  const cells = poolCells(data, part, truth, answer.assessed, offered);
  const picks = {
    ...shared.picks,
    router: answer.pick,
    'router-unguarded': argMax(scores),
    'router-value': answer.valuePick,
  };
  return {
    report: {
      ...described,
      picks: Object.fromEntries(Object.entries(picks).map(([method, pick]) => [method, pool[pick] ?? ''])),
      methods: {
        router: {
          ...scoreMetrics(truth, scores, answer.pick),
          ...perPrompt,
          ...guarded,
          ...selfExpectation(answer, part.items.length, seedOf(`draw ${part.name}`, seed)),
        },
        'router-unguarded': { ...scoreMetrics(truth, scores), ...perPrompt },
        'router-value': pickMetrics(truth, answer.valuePick),
        ...shared.methods,
      },
    },
    cells,
    pricedPicks: picksAmong(answer, cells, (cell) => cell.listPrice !== null),
    measuredPicks: picksAmong(answer, cells, (cell) => cell.realUsd !== null),
    coverage: pairCoverage(part.results, truth.accuracies, answer.assessed),
    fewShot: fewShot(part, truth, answer, seedOf(`few ${part.name}`, seed)),
    promptBins: promptBins(sample, answer.promptProbabilities),
    distance: answer.distance,
    distanceWord: answer.distanceWord,
  };
}

/** What a report says of a benchmark whatever the methods did there. */
export function describedPart(
  { table, models }: EvaluationData,
  part: HeldOutPart,
  truth: PartTruth,
): Omit<PartReport, 'picks' | 'methods'> {
  const pool = Array.from(part.models, (model) => table.models[model] as string);
  const best = pool[argMax(truth.accuracies)] ?? '';
  return {
    name: part.name,
    family: part.family,
    kind: part.kind,
    items: part.items.length,
    pool,
    leaders2025: (models.get(best)?.released ?? '') >= '2025',
    best: { model: best, accuracy: truth.best },
    fairBest: truth.ceiling.fairBest,
    spearmanCeiling: truth.ceiling.spearmanCeiling,
  };
}

/** Picks under every position of the dial among some of the pool; none where fewer than three models are left. */
function picksAmong(
  answer: ProductAnswer,
  cells: readonly PoolCell[],
  wanted: (cell: PoolCell) => boolean,
): readonly DialPick[] {
  const places = cells.flatMap((cell, at) => (wanted(cell) ? [at] : []));
  if (places.length < 3) return [];
  const assessed = places.map((at) => answer.assessed[at] as CandidateAssessment);
  return dialPicks(assessed, answer.distanceWord, answer.promptPicks.length).map(({ dial, pick }) => ({
    dial,
    pick: places[pick] as number,
  }));
}

/** Every prompt to its own guarded pick; where that model was not run on it, the prompt does not count. */
function guardedRoute(
  sample: PoolResults,
  picks: Int32Array,
): Pick<MethodMetrics, 'perPromptAccuracy' | 'perPromptRatio'> {
  const indicator = new Float64Array(sample.items * sample.models);
  for (const [row, pick] of picks.entries()) indicator[row * sample.models + pick] = 1;
  const accuracy = routedAccuracy(sample, indicator);
  const best = Math.max(...modelAccuracies(sample));
  return best > 0 ? { perPromptAccuracy: accuracy, perPromptRatio: accuracy / best } : {};
}

function poolCells(
  data: EvaluationData,
  part: HeldOutPart,
  truth: PartTruth,
  assessed: readonly CandidateAssessment[],
  offered: ReadonlyMap<string, OfferedModel>,
): readonly PoolCell[] {
  const characters =
    part.items.reduce((sum, item) => sum + (data.table.items[item]?.prompt.length ?? 0), 0) / part.items.length;
  return assessed.map((candidate, at) => {
    const use = data.realUsage.of(part.name, candidate.model);
    let results = 0;
    for (let row = 0; row < part.results.items; row++)
      if (!Number.isNaN(part.results.scores[row * part.results.models + at] as number)) results++;
    return {
      model: candidate.model,
      accuracy: truth.accuracies[at] as number,
      results,
      probability: candidate.probability,
      interval: candidate.interval,
      expectedUsd: candidate.cost.usd,
      realUsd: use === null || candidate.price === null ? null : realUsd(use, candidate.price, characters),
      listPrice: candidate.price?.output ?? null,
      verbosity: offered.get(candidate.model)?.verbosity ?? 0,
      expectedOutputTokens: candidate.cost.outputTokens,
      realOutputTokens: use?.outputTokens ?? null,
    };
  });
}

const expectationDraws = 100;

/**
 * What the method would reach if the truth were drawn from its own posterior, sampling noise of the items included: an
 * oracle with the same information reaches no more, if the posterior is honest.
 */
function selfExpectation(
  { assessed, pick }: ProductAnswer,
  items: number,
  seed: number,
): Pick<MethodMetrics, 'expectedRatioToBest' | 'expectedSpearman'> {
  const random = seededRandom(seed);
  const scores = assessed.map(({ probability }) => probability);
  const ratios: number[] = [];
  const correlations: number[] = [];
  for (let draw = 0; draw < expectationDraws; draw++) {
    const shared = Array.from({ length: assessed[0]?.posterior.factors.length ?? 0 }, () => normalDraw(random));
    const truth = assessed.map(({ posterior: { mean: logit, factors, ownVariance } }) => {
      const common = factors.reduce((sum, loading, at) => sum + loading * (shared[at] as number), logit);
      const p = sigmoid(common + Math.sqrt(ownVariance) * normalDraw(random));
      return Math.min(1, Math.max(0, p + Math.sqrt((p * (1 - p)) / items) * normalDraw(random)));
    });
    const best = Math.max(...truth);
    if (best > 0) ratios.push((truth[pick] as number) / best);
    const correlation = spearman(scores, truth);
    if (correlation !== null) correlations.push(correlation);
  }
  return {
    ...(ratios.length > 0 ? { expectedRatioToBest: mean(ratios) } : {}),
    ...(correlations.length > 0 ? { expectedSpearman: mean(correlations) } : {}),
  };
}

/** Logits of the accuracies with their sampling variances, compared pair by pair with what was predicted. */
function pairCoverage(
  results: PoolResults,
  accuracies: Float64Array,
  assessed: readonly CandidateAssessment[],
): number | null {
  const observed = Array.from(accuracies, (accuracy) => logitOf(accuracy * results.items, results.items));
  let inside = 0;
  let pairs = 0;
  for (const [i, a] of assessed.entries()) {
    for (const [j, b] of assessed.slice(0, i).entries()) {
      const [x, y] = [observed[i], observed[j]];
      if (x === undefined || y === undefined) continue;
      const spread = Math.sqrt(differenceVariance(a.posterior, b.posterior) + x.variance + y.variance);
      const error = x.logit - y.logit - (a.posterior.mean - b.posterior.mean);
      if (Math.abs(error) <= z80 * spread) inside++;
      pairs++;
    }
  }
  return pairs > 0 ? inside / pairs : null;
}

/** Labels a few prompts of the part with every model of the pool, chooses again, and judges on the other prompts. */
function fewShot(part: HeldOutPart, truth: PartTruth, answer: ProductAnswer, seed: number): readonly FewShotResult[] {
  const { results } = part;
  const { fairBest } = truth.ceiling;
  if (results.items < fewShotItems || !(fairBest > 0)) return [];
  const random = new SeededRandom(seed);
  return fewShotSizes.map((labels) => {
    const router: number[] = [];
    const labelsOnly: number[] = [];
    for (let draw = 0; draw < fewShotDraws; draw++) {
      const order = random.sample(results.items, results.items);
      const labelled = order.subarray(0, labels);
      const counts = answer.assessed.map(({ model }, at) => {
        let right = 0;
        let total = 0;
        for (const row of labelled) {
          const score = results.scores[row * results.models + at] as number;
          if (Number.isNaN(score)) continue;
          right += score;
          total++;
        }
        return { model, right, total };
      });
      const rest = modelAccuracies(results, order.subarray(labels));
      const conditioned = conditionOnLabels(answer.assessed, counts);
      const pick = qualityPick(conditioned, answer.distanceWord, results.items, labels);
      // Equal counts of labels are common: the router's expectation breaks the tie in favour of the baseline too.
      const byLabels = argMax(
        counts.map(
          ({ right, total }, at) => right / Math.max(1, total) + 1e-6 * (answer.assessed[at]?.probability ?? 0),
        ),
      );
      router.push((rest[pick] as number) / fairBest);
      labelsOnly.push((rest[byLabels] as number) / fairBest);
    }
    return { labels, router: mean(router), labelsOnly: mean(labelsOnly) };
  });
}

function promptBins(sample: PoolResults, probabilities: Float64Array): readonly (readonly [number, number, number])[] {
  const bins = Array.from({ length: 10 }, () => [0, 0, 0] as [number, number, number]);
  const { predicted, actual } = pairsOf(sample, probabilities);
  for (const [at, p] of predicted.entries()) {
    const bin = bins[Math.min(9, Math.floor(10 * p))] as [number, number, number];
    bin[0]++;
    bin[1] += p;
    bin[2] += actual[at] as number;
  }
  return bins;
}
