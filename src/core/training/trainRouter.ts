import type { BenchmarkTable } from '../benchmarks/benchmarkTable';
import type { ModelFacts } from '../benchmarks/modelFacts';
import { splitIntoTasks, type Task, type TaskSplit } from '../benchmarks/tasks';
import { dequantiseRows, type QuantisedRows, quantiseRows } from '../bundle/quantise';
import { RecommendError } from '../errors';
import { neighbourDistance } from '../predictors/nearestRows';
import type { IndexLabels, RouterParameters, RouterTask } from '../predictors/routerParameters';
import { VectorIndex } from '../predictors/vectorIndex';
import { seededRandom } from '../scores/seededRandom';
import { decimal, type Sentence, say } from '../sentence';
import { type AggregateScore, aggregateObservation } from './aggregates';
import { type KernelMatrices, kernelMatrices, promptlessFactor, type TaskTraits, textLikeness } from './kernels';
import { leadingFactors } from './leadingEigenvectors';
import {
  type LinkedFit,
  type LinkedWeights,
  leaveOut,
  linkedWeights,
  observedLogit,
  type Pairs,
} from './linkedGaussianProcess';
import type { MatMul } from './matMul';
import { type ModelTraits, modelTraits } from './modelTraits';
import { posteriorFactors } from './posteriorFactors';
import type { RouterConfig } from './routerConfig';
import { fitScaled } from './taskScales';
import { encodeTexts, evenly, type TrainedEncoder, trainEncoder } from './trainEncoder';

/** What training learns from besides the table. */
export interface TrainingFacts {
  readonly models: ReadonlyMap<string, ModelFacts>;
  /** Public index of general ability by market id. */
  readonly indices: ReadonlyMap<string, number>;
  /** Source page by benchmark source. */
  readonly urls: ReadonlyMap<string, string>;
  readonly aggregates: readonly AggregateScore[];
  /** Models to know besides those with results: what can be bought, by their own ids. */
  readonly furtherModels: ReadonlyMap<string, ModelFacts>;
}

/** Is told of each step as it begins. */
export type TrainingProgress = (step: Sentence) => void;

/** Keeps the benchmarks of a table that a shipped bundle may learn from. */
export function shippableTable(table: BenchmarkTable): BenchmarkTable {
  const kept = [...table.items.keys()].filter(
    (item) => table.benchmarks[(table.items[item] as BenchmarkTable['items'][number]).benchmark]?.ship,
  );
  const offsets = new Int32Array(kept.length + 1);
  let results = 0;
  for (const [row, item] of kept.entries()) {
    results += (table.offsets[item + 1] as number) - (table.offsets[item] as number);
    offsets[row + 1] = results;
  }
  const resultModels = new Uint16Array(results);
  const resultScores = new Float32Array(results);
  for (const [row, item] of kept.entries()) {
    const [start, end] = [table.offsets[item] as number, table.offsets[item + 1] as number];
    resultModels.set(table.resultModels.subarray(start, end), offsets[row] as number);
    resultScores.set(table.resultScores.subarray(start, end), offsets[row] as number);
  }
  return {
    benchmarks: table.benchmarks,
    models: table.models,
    items: kept.map((item) => table.items[item] as BenchmarkTable['items'][number]),
    offsets,
    resultModels,
    resultScores,
  };
}

/** Sum of scores and number of results of every (model, task): both M × T. Items of task −1 do not count. */
export function taskSums(
  table: BenchmarkTable,
  taskOfItem: Int32Array,
  tasks: number,
): { sums: Float64Array; counts: Int32Array } {
  const sums = new Float64Array(table.models.length * tasks);
  const counts = new Int32Array(table.models.length * tasks);
  for (let item = 0; item < table.items.length; item++) {
    if ((taskOfItem[item] as number) < 0) continue;
    for (let at = table.offsets[item] as number; at < (table.offsets[item + 1] as number); at++) {
      const cell = (table.resultModels[at] as number) * tasks + (taskOfItem[item] as number);
      sums[cell] = (sums[cell] as number) + (table.resultScores[at] as number);
      counts[cell] = (counts[cell] as number) + 1;
    }
  }
  return { sums, counts };
}

/** The unit vector in the direction of the mean of the given rows. */
export function centroidOf(vectors: Float32Array, rows: ArrayLike<number>, dimensions: number): Float64Array {
  const sum = new Float64Array(dimensions);
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * dimensions;
    for (let j = 0; j < dimensions; j++) sum[j] = (sum[j] as number) + (vectors[from + j] as number);
  }
  return unit(sum);
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
}

/** Kinds of aggregate boards that no benchmark has, as the nearest kinds that some have. */
const kindsOfBoards: Readonly<Record<string, readonly string[]>> = {
  agent: ['code-agent', 'tools'],
  science: ['knowledge', 'maths'],
  multilingual: ['knowledge'],
};

/** Boards as tasks without prompts: their centroid is the mean of those of the tasks of their kind (else of all). */
export function boardTasks(
  aggregates: readonly AggregateScore[],
  tasks: readonly TaskTraits[],
): { names: string[]; families: string[]; traits: TaskTraits[] } {
  const first = new Map<string, AggregateScore>();
  for (const row of aggregates) if (!first.has(row.board)) first.set(row.board, row);
  const names = [...first.keys()].sort();
  const families: string[] = [];
  const traits = names.map((name) => {
    const row = first.get(name) as AggregateScore;
    families.push(row.family);
    const kinds = kindsOfBoards[row.kind] ?? [row.kind];
    const alike = tasks.filter((task) => task.kind !== null && kinds.includes(task.kind));
    const from = alike.length > 0 ? alike : tasks;
    const sum = new Float64Array((tasks[0] as TaskTraits).centroid.length);
    for (const task of from)
      for (let j = 0; j < sum.length; j++) sum[j] = (sum[j] as number) + (task.centroid[j] as number);
    return {
      kind: row.kind,
      language: row.kind === 'multilingual' ? null : 'en',
      source: name.split('/')[0] ?? name,
      centroid: unit(sum),
      promptless: true,
    };
  });
  return { names, families, traits };
}

/** Every observation of the linked Gaussian process: per-item results by task, then aggregate scores by board. */
export function observedPairs(
  table: BenchmarkTable,
  taskOfItem: Int32Array,
  tasks: number,
  modelIndex: ReadonlyMap<string, number>,
  aggregates: readonly AggregateScore[],
  boards: readonly string[],
  config: RouterConfig,
): Pairs {
  const { sums, counts } = taskSums(table, taskOfItem, tasks);
  const rows: { task: number; model: number; logit: number; noise: number }[] = [];
  for (const [m, id] of table.models.entries()) {
    for (let t = 0; t < tasks; t++) {
      const count = counts[m * tasks + t] as number;
      if (count < config.minimumResults) continue;
      const seen = observedLogit(sums[m * tasks + t] as number, count, config.kernel.extraNoise);
      rows.push({ task: t, model: modelIndex.get(id) as number, ...seen });
    }
  }
  const ratings = new Map<string, number[]>();
  for (const row of aggregates) ratings.set(row.board, [...(ratings.get(row.board) ?? []), row.score]);
  const cells = new Map<string, { task: number; model: number; logit: number; noise: number; count: number }>();
  for (const row of aggregates) {
    const model = modelIndex.get(row.model);
    if (model === undefined) continue;
    const scores = ratings.get(row.board) as number[];
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const seen = aggregateObservation(row, mean, config.kernel.extraAggregateNoise);
    const key = `${row.board}\n${row.model}`;
    const cell = cells.get(key);
    if (cell) {
      cell.logit += seen.logit;
      cell.count++;
    } else cells.set(key, { task: tasks + boards.indexOf(row.board), model, ...seen, count: 1 });
  }
  for (const cell of cells.values()) {
    rows.push({ task: cell.task, model: cell.model, logit: cell.logit / cell.count, noise: cell.noise });
  }
  return {
    tasks: Int32Array.from(rows, (row) => row.task),
    models: Int32Array.from(rows, (row) => row.model),
    logits: Float64Array.from(rows, (row) => row.logit),
    noise: Float64Array.from(rows, (row) => row.noise),
    scale: new Float64Array(rows.length).fill(1),
  };
}

/** What leaving out each group of tasks in turn says of the router's spread. */
export interface HeldOutSpread {
  /** Standard deviation of the mean error of a task: how wrong the difficulty of an unknown task is. */
  readonly difficulty: number;
  /** Mean squared standardised error of differences between models of one task; 1 = the spread is honest. */
  readonly standardised: number;
}

/** Measures the spread on held-out groups, in closed form. */
export async function heldOutSpread(
  fit: LinkedFit,
  groupOfTask: readonly string[],
  matMul: MatMul,
): Promise<HeldOutSpread> {
  const byGroup = new Map<string, number[]>();
  for (let i = 0; i < fit.pairs.tasks.length; i++) {
    const group = groupOfTask[fit.pairs.tasks[i] as number];
    if (group === undefined) continue;
    byGroup.set(group, [...(byGroup.get(group) ?? []), i]);
  }
  const shifts: number[] = [];
  let squares = 0;
  let compared = 0;
  for (const indices of byGroup.values()) {
    const { mean, covariance } = await leaveOut(fit, indices, matMul);
    const tasks = [...new Set(indices.map((i) => fit.pairs.tasks[i] as number))];
    for (const task of tasks) {
      const own = indices.flatMap((pair, at) => (fit.pairs.tasks[pair] === task ? [at] : []));
      if (own.length < 4) continue;
      const errors = own.map((at) => (fit.pairs.logits[indices[at] as number] as number) - (mean[at] as number));
      const shift = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      shifts.push(shift);
      for (let i = 1; i < own.length; i++) {
        const [a, b] = [own[i - 1] as number, own[i] as number];
        const n = indices.length;
        const variance =
          (covariance[a * n + a] as number) + (covariance[b * n + b] as number) - 2 * (covariance[a * n + b] as number);
        squares += ((errors[i] as number) - (errors[i - 1] as number)) ** 2 / variance;
        compared++;
      }
    }
  }
  return {
    difficulty: Math.sqrt(shifts.reduce((sum, shift) => sum + shift * shift, 0) / Math.max(shifts.length, 1)),
    standardised: compared > 0 ? squares / compared : 1,
  };
}

/** Prompts sampled to see how far held-out prompts are from everything known. */
const distanceSamples = 600;

/** Random texts (letters in the frequencies of the prompts, shuffled) that no benchmark resembles. */
function noiseTexts(count: number, seed: number): string[] {
  const random = seededRandom(seed);
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: count }, () =>
    Array.from({ length: 5 + Math.floor(random() * 40) }, () =>
      Array.from(
        { length: 2 + Math.floor(random() * 9) },
        () => letters[Math.floor(random() * letters.length)] as string,
      ).join(''),
    ).join(' '),
  );
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** A learned encoder and the vectors of a table's prompts. */
export interface EncodedTable {
  readonly encoder: TrainedEncoder;
  /** Items × D. */
  readonly vectors: Float32Array;
  /** Encodes further texts where another encoder stands in the place of the learned one. */
  readonly encode?: (texts: readonly string[]) => Promise<Float32Array>;
}

/**
 * Learns the encoder and encodes every prompt.
 * @param learnFrom items whose text may be learned from; all where absent
 */
export async function encodeTable(
  table: BenchmarkTable,
  config: RouterConfig,
  matMul: MatMul,
  progress: TrainingProgress = () => undefined,
  learnFrom?: (item: number) => boolean,
): Promise<EncodedTable> {
  const { tasks } = splitIntoTasks(table);
  const texts = table.items.map((item) => item.prompt);
  progress(say('encoder: {0} prompts of {1} tasks', texts.length, tasks.length));
  const groups = tasks
    .map((task) => (learnFrom === undefined ? task.items : task.items.filter(learnFrom)))
    .filter((items) => items.length > 0);
  const encoder = await trainEncoder(texts, groups, config.encoder, config.seed, matMul);
  progress(say('vectors'));
  return { encoder, vectors: encodeTexts(encoder, texts) };
}

/** What training knows before anything is fitted. T tasks with prompts come first, boards after them. */
export interface PreparedTraining extends EncodedTable {
  readonly table: BenchmarkTable;
  readonly split: TaskSplit;
  /** T'. */
  readonly taskTraits: readonly TaskTraits[];
  /** Families of the boards, in the order of `taskTraits` after the tasks with prompts. */
  readonly boardFamilies: readonly string[];
  /** Ids of the models that the router answers for: the first of `traits`. */
  readonly exported: readonly string[];
  readonly traits: readonly ModelTraits[];
  /** By id, index into `traits`. */
  readonly modelIndex: ReadonlyMap<string, number>;
  readonly kernels: KernelMatrices;
  readonly pairs: Pairs;
}

/**
 * Collects everything that a fit needs.
 * @param placeBy items whose tasks may place boards; all where absent
 * @throws RecommendError TRAINING_DATA where the table is too small to link models
 */
export function prepareTraining(
  table: BenchmarkTable,
  encoded: EncodedTable,
  facts: TrainingFacts,
  config: RouterConfig,
  placeBy: (item: number) => boolean = () => true,
): PreparedTraining {
  const { encoder, vectors } = encoded;
  const split = splitIntoTasks(table);
  const T = split.tasks.length;
  const D = encoder.projection.columns;
  const itemTasks: TaskTraits[] = split.tasks.map((task) => ({
    kind: task.kind,
    language: task.language,
    source: task.source,
    centroid: centroidOf(vectors, task.items, D),
    promptless: false,
  }));
  const placing = itemTasks.filter((_, t) => split.tasks[t]?.items.some(placeBy));
  const boards = boardTasks(facts.aggregates, placing.length > 0 ? placing : itemTasks);
  const taskTraits = [...itemTasks, ...boards.traits];

  const allFacts = new Map([...facts.furtherModels, ...facts.models]);
  const exported = [
    ...new Set([
      ...table.models,
      ...facts.aggregates.map((row) => row.model).filter((id) => allFacts.get(id)?.marketId),
      ...facts.furtherModels.keys(),
    ]),
  ].sort();
  const traits: ModelTraits[] = modelTraits(exported, allFacts, facts.indices);
  const modelIndex = new Map(exported.map((id, index) => [id, index]));

  const pairs = observedPairs(table, split.taskOfItem, T, modelIndex, facts.aggregates, boards.names, config);
  if (pairs.logits.length < 2) {
    throw new RecommendError(
      'TRAINING_DATA',
      say('No two (task, model) pairs have {0} results or more.', config.minimumResults),
      say('Add results: the linked model compares models over tasks.'),
    );
  }
  const kernels = kernelMatrices(taskTraits, traits, config.kernel);
  const { families: boardFamilies } = boards;
  return { ...encoded, table, split, taskTraits, boardFamilies, exported, traits, modelIndex, kernels, pairs };
}

/** What each task, boards included, is held out with. */
export function groupsOfTasks(prepared: PreparedTraining): string[] {
  return [...prepared.split.tasks.map((task) => task.group), ...prepared.boardFamilies];
}

/**
 * Learns a router from benchmark results. Deterministic: the same input gives the same parameters.
 * @param encode gives the encoder with its vectors, where they are known already
 * @throws RecommendError TRAINING_DATA where the table is too small to link models
 */
export async function trainRouter(
  table: BenchmarkTable,
  facts: TrainingFacts,
  config: RouterConfig,
  matMul: MatMul,
  progress: TrainingProgress = () => undefined,
  encode: () => Promise<EncodedTable> = () => encodeTable(table, config, matMul, progress),
): Promise<RouterParameters> {
  const prepared = prepareTraining(table, await encode(), facts, config);
  const { pairs, kernels, split, traits } = prepared;
  progress(
    say('linked Gaussian process: {0} pairs, {1} models, {2} tasks', pairs.logits.length, traits.length, kernels.tasks),
  );
  const fit = await fitScaled(pairs, kernels, groupsOfTasks(prepared), matMul);
  progress(say('log marginal likelihood {0}; held-out spread', decimal(fit.logMarginalLikelihood, 1)));
  const spread = await heldOutSpread(
    fit,
    split.tasks.map((task) => task.group),
    matMul,
  );
  progress(
    say(
      'difficulty spread {0}, standardised differences {1}; distances',
      decimal(spread.difficulty, 2),
      decimal(spread.standardised, 2),
    ),
  );
  const thresholds = await indexThresholds(prepared, config, matMul);
  progress(say('distance thresholds {0} and {1}; posterior', thresholds.near, thresholds.far));
  return condenseRouter(prepared, fit, spread, thresholds, facts.urls, config, matMul);
}

/** Items that stand in the index of known prompts, task by task. */
export function indexItemsOf({ split }: Pick<PreparedTraining, 'split'>, config: RouterConfig): number[] {
  return split.tasks.flatMap((task) => evenly(task.items, config.index.promptsPerTask));
}

function quantisedIndexOf(prepared: PreparedTraining, items: readonly number[]): QuantisedRows {
  const D = prepared.encoder.projection.columns;
  const vectors = new Float32Array(items.length * D);
  for (const [row, item] of items.entries()) {
    vectors.set(prepared.vectors.subarray(item * D, (item + 1) * D), row * D);
  }
  return quantiseRows(vectors, items.length, D);
}

/** Distance thresholds of a router over the prepared prompts. */
export async function indexThresholds(
  prepared: PreparedTraining,
  config: RouterConfig,
  matMul: MatMul,
): Promise<{ near: number; far: number }> {
  const items = indexItemsOf(prepared, config);
  const noise = noiseTexts(200, config.seed + 3);
  return distanceThresholds(
    dequantiseRows(quantisedIndexOf(prepared, items)),
    Int32Array.from(items, (item) => prepared.split.taskOfItem[item] as number),
    prepared.split.tasks,
    prepared.encode ? await prepared.encode(noise) : encodeTexts(prepared.encoder, noise),
    prepared.encoder.projection.columns,
    config,
    matMul,
  );
}

/** Makes the parameters of a router from a fit. */
export async function condenseRouter(
  prepared: PreparedTraining,
  fit: LinkedFit,
  spread: HeldOutSpread,
  thresholds: { readonly near: number; readonly far: number },
  urls: ReadonlyMap<string, string>,
  config: RouterConfig,
  matMul: MatMul,
): Promise<RouterParameters> {
  const { table, split, encoder, taskTraits, exported, modelIndex, kernels } = prepared;
  const T = split.tasks.length;
  const allTasks = taskTraits.length;
  const D = encoder.projection.columns;
  const M = exported.length;
  const withResults = new Set(table.models);
  const weights = await linkedWeights(fit, matMul);
  const { posteriorRank, posteriorSamples } = config.input;
  const posterior = await posteriorFactors(fit, M, T, posteriorRank, posteriorSamples, config.seed, matMul);
  // Held-out differences that were further off than the spread said (or less) widen it (or narrow it) for all inputs.
  const inflation = Math.min(2, Math.max(0.5, spread.standardised));

  const sharedSkill = Float64Array.from({ length: M * M }, (_, at) => {
    const [i, j] = [Math.floor(at / M), at % M];
    return (kernels.skill[i * kernels.models + j] as number) - (i === j ? config.kernel.ownSkill : 0);
  });
  const novelty = await leadingFactors(
    (block, width) => matMul(sharedSkill, block, M, M, width),
    M,
    Math.min(4, M),
    4,
    config.seed + 2,
    matMul,
  );
  const noveltyOwn = Float32Array.from({ length: M }, (_, m) => {
    let shared = 0;
    for (let r = 0; r < novelty.rank; r++) shared += (novelty.factors[m * novelty.rank + r] as number) ** 2;
    return inflation * Math.max(0, (kernels.skill[m * kernels.models + m] as number) - shared);
  });

  const indexItems = indexItemsOf(prepared, config);
  const quantisedIndex = quantisedIndexOf(prepared, indexItems);

  const { sums, counts } = taskSums(table, split.taskOfItem, T);
  const tableIndex = new Map(table.models.map((id, index) => [id, index]));
  const resultCounts = Int32Array.from(exported, (id) => {
    const m = tableIndex.get(id);
    if (m === undefined) return 0;
    return counts.subarray(m * T, (m + 1) * T).reduce((sum, count) => sum + count, 0);
  });
  const routerTasks: RouterTask[] = split.tasks.map((task, t) => ({
    name: task.name,
    title: titleOf(task.name),
    family: task.family,
    kind: task.kind,
    language: task.language,
    source: task.source,
    url: urls.get(task.source) ?? null,
    items: task.items.length,
    accuracies: new Map(
      exported.flatMap((id, m) => {
        const at = (tableIndex.get(id) ?? -1) * T + t;
        const count = withResults.has(id) ? (counts[at] as number) : 0;
        return count > 0 ? [[m, (sums[at] as number) / count] as const] : [];
      }),
    ),
  }));

  const centroids = new Float32Array(allTasks * D);
  for (const [t, task] of taskTraits.entries()) centroids.set(task.centroid, t * D);
  const likeness = new Float32Array(T * T);
  for (let i = 0; i < T; i++) {
    for (let j = 0; j < T; j++) {
      let cosine = 0;
      for (let d = 0; d < D; d++) cosine += (centroids[i * D + d] as number) * (centroids[j * D + d] as number);
      likeness[i * T + j] = i === j ? 1 : textLikeness(cosine, config.kernel.taskScale);
    }
  }

  const skill = new Float32Array(allTasks * M);
  for (let m = 0; m < M; m++) {
    for (let t = 0; t < allTasks; t++) skill[t * M + m] = weights.skill[m * allTasks + t] as number;
  }
  const factors = new Float32Array(T * M * posterior.rank);
  const own = new Float32Array(T * M);
  const scale = Math.sqrt(inflation);
  for (let m = 0; m < M; m++) {
    for (let t = 0; t < T; t++) {
      own[t * M + m] = inflation * (posterior.own[m * T + t] as number);
      for (let r = 0; r < posterior.rank; r++) {
        factors[(t * M + m) * posterior.rank + r] =
          scale * (posterior.factors[(m * T + t) * posterior.rank + r] as number);
      }
    }
  }
  return {
    models: exported,
    resultCounts,
    abilities: averageLogits(kernels.task, weights, split.tasks, M),
    vocabulary: encoder.vocabulary,
    projection: encoder.projection,
    tasks: routerTasks,
    index: {
      vectors: quantisedIndex,
      tasks: Int32Array.from(indexItems, (item) => split.taskOfItem[item] as number),
      categories: indexItems.map((item) => table.items[item]?.category ?? null),
      ids: indexItems.map((item, row) => plainId(table.items[item], row)),
      labels: indexLabels(table, indexItems, modelIndex, M),
    },
    kernels: {
      centroids,
      cosineFactors: Float32Array.from(taskTraits, (task) => (task.promptless ? promptlessFactor : 1)),
      likeness,
    },
    weights: {
      ability: Float32Array.from({ length: M }, (_, m) => weights.mean + (weights.ability[m] as number)),
      skill,
      difficulty: Float32Array.from(weights.difficulty, (weight, task) => (taskTraits[task]?.promptless ? 0 : weight)),
    },
    posterior: {
      rank: posterior.rank,
      factors: quantiseRows(factors, T, M * posterior.rank),
      own,
      noveltyRank: novelty.rank,
      noveltyFactors: Float32Array.from(novelty.factors, (value) => scale * value),
      noveltyOwn,
      difficultySpread: roundTo(spread.difficulty, 4),
    },
    constants: {
      neighbours: Math.min(config.index.neighbours, indexItems.length),
      sharpness: config.index.sharpness,
      distanceNeighbours: Math.min(config.index.distanceNeighbours, indexItems.length),
      taskScale: config.kernel.taskScale,
      difficultyScale: config.kernel.difficultyScale,
      sharedDifficulty: config.kernel.sharedDifficulty,
      inheritedDifficulty: config.input.inheritedDifficulty * config.kernel.ownDifficulty,
    },
    distanceThresholds: thresholds,
  };
}

/** Posterior mean logits averaged over the tasks of each kind, then over the kinds: M. */
function averageLogits(
  taskKernel: Float64Array,
  weights: LinkedWeights,
  tasks: readonly Task[],
  models: number,
): Float32Array {
  const all = weights.difficulty.length;
  const sizes = new Map<string | null, number>();
  for (const task of tasks) sizes.set(task.kind, (sizes.get(task.kind) ?? 0) + 1);
  const row = new Float64Array(all);
  for (const [t, task] of tasks.entries()) {
    const share = 1 / (sizes.size * (sizes.get(task.kind) as number));
    for (let b = 0; b < all; b++) row[b] = (row[b] as number) + share * (taskKernel[t * all + b] as number);
  }
  return Float32Array.from({ length: models }, (_, m) => {
    let logit = weights.mean + (weights.ability[m] as number);
    for (let b = 0; b < all; b++) logit += (row[b] as number) * (weights.skill[m * all + b] as number);
    return logit;
  });
}

/**
 * Thresholds on the mean distance to the nearest known prompts. `near`: beyond what nine in ten known prompts have to the
 * rest of the index. `far`: beyond what nine in ten prompts of held-out groups have to the other groups, and never
 * above what noise reaches.
 */
async function distanceThresholds(
  index: Float32Array,
  taskOfRow: Int32Array,
  tasks: readonly Task[],
  noise: Float32Array,
  dimensions: number,
  config: RouterConfig,
  matMul: MatMul,
): Promise<{ near: number; far: number }> {
  const rows = evenly(Int32Array.from(taskOfRow.keys()), distanceSamples);
  const queries = new Float32Array(rows.length * dimensions);
  for (const [at, row] of rows.entries())
    queries.set(index.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions);
  const groupOfRow = Array.from(taskOfRow, (task) => tasks[task]?.group);
  const groupOfQuery = rows.map((row) => groupOfRow[row]);
  const search = new VectorIndex(index, dimensions, matMul);
  const k = config.index.distanceNeighbours;
  const distances = async (
    vectors: Float32Array,
    allowed?: (row: number, query: number) => boolean,
  ): Promise<number[]> => {
    const { count, width, items, similarities } = await search.search(vectors, k, allowed);
    return Array.from({ length: count }, (_, query) => {
      const found = items.subarray(query * width, (query + 1) * width).filter((row) => row >= 0).length;
      return found === 0 ? [] : [neighbourDistance(similarities.subarray(query * width, query * width + found), found)];
    }).flat();
  };
  const known = await distances(queries, (row, query) => row !== rows[query]);
  const heldOut = await distances(queries, (row, query) => groupOfRow[row] !== groupOfQuery[query]);
  const noiseDistances = await distances(noise);
  const near = quantile(known, 0.9);
  const far = Math.min(quantile(heldOut, 0.9), quantile(noiseDistances, 0.01));
  return { near: roundTo(Math.min(near, far), 4), far: roundTo(Math.max(near, far), 4) };
}

/** Results of the index's prompts, of the first `models` models. */
function indexLabels(
  table: BenchmarkTable,
  items: readonly number[],
  modelIndex: ReadonlyMap<string, number>,
  models: number,
): IndexLabels {
  const offsets = new Int32Array(items.length + 1);
  const labelModels: number[] = [];
  const scores: number[] = [];
  for (const [row, item] of items.entries()) {
    const own: { model: number; score: number }[] = [];
    for (let at = table.offsets[item] as number; at < (table.offsets[item + 1] as number); at++) {
      const model = modelIndex.get(table.models[table.resultModels[at] as number] as string) ?? models;
      if (model < models) own.push({ model, score: Math.round((table.resultScores[at] as number) * 255) });
    }
    own.sort((a, b) => a.model - b.model);
    for (const { model, score } of own) {
      labelModels.push(model);
      scores.push(score);
    }
    offsets[row + 1] = labelModels.length;
  }
  return { offsets, models: Uint16Array.from(labelModels), scores: Uint8Array.from(scores) };
}

/** Words of an id from which on it may quote its prompt. */
const quotingWords = 5;

/** The id of an item; a number instead where the id quotes the prompt, whose text is not to be in a bundle. */
function plainId(item: BenchmarkTable['items'][number] | undefined, row: number): string {
  if (!item) return '';
  const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const prompt = ` ${words(item.prompt).join(' ')} `;
  const own = words(item.id);
  for (let start = 0; start + quotingWords <= own.length; start++) {
    if (prompt.includes(` ${own.slice(start, start + quotingWords).join(' ')} `)) return `#${row}`;
  }
  return item.id;
}

/** A readable form of a task's name. */
function titleOf(name: string): string {
  const words = name.replace(/[-_]/g, ' ').replace(/\//g, ': ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
