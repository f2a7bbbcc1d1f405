import { type OfferedModel, offeredModels } from '../cost/catalog';
import type { MatMul } from '../training/matMul';
import { fitScaled } from '../training/taskScales';
import {
  condenseRouter,
  type EncodedTable,
  groupsOfTasks,
  heldOutSpread,
  indexThresholds,
  prepareTraining,
  type TrainingFacts,
} from '../training/trainRouter';
import { evenlySpaced, rowsOf } from './chosenRows';
import { type ComparisonMethod, comparisonMethods, learnComparisons } from './comparisons/comparisonPredictors';
import { accuracyGained, averageImprovementInQuality, type CostPoint, costSaved } from './costQuality';
import { costModels, type EvaluationData } from './groupEvaluation';
import { cellCounts, type HeldOutGroup, poolResults } from './heldOut';
import { dials, productAnswer, promptOf } from './partEvaluation';
import type { MethodMetrics } from './partMetrics';
import { PlainEncoder, PlainRouter } from './plainRouter';
import type { PoolResults } from './poolResults';
import { SeededRandom, seedOf } from './random';
import { argMax, mean } from './rankMetrics';
import type { PartReport } from './summary';
import { heldOutOf, withoutHeldOut } from './withoutGroup';

/** Benchmarks and models of which every model was run on (nearly) every item (ROUTING part 4). */
export interface Pool {
  readonly name: string;
  /** Benchmarks, by name or by the beginning of it. */
  readonly benchmarks: readonly string[];
  readonly models: readonly string[];
}

export const pools: readonly Pool[] = [
  {
    name: 'A: agents of late 2025',
    benchmarks: ['swe-bench-verified', 'mcpmark', 'terminal-bench-2.0', 'lineage-bench/'],
    models: [
      'claude-opus-4-5-20251101',
      'claude-sonnet-4-5-20250929',
      'gemini-3-pro-preview',
      'gpt-5',
      'gpt-5-mini',
      'gpt-5-nano',
      'gpt-oss-120b',
    ],
  },
  {
    name: 'B: reasoning of early 2025',
    benchmarks: ['reasoning-gym-easy', 'reasoning-gym-hard'],
    models: [
      'o3-mini',
      'deepseek-r1',
      'llama-4-maverick',
      'llama-4-scout',
      'mistral-small-2503',
      'claude-3-5-sonnet-20241022',
      'gemma-3-27b-it',
    ],
  },
  {
    name: 'C: knowledge',
    benchmarks: ['mmlu-pro'],
    models: [
      'gpt-4o-2024-05-13',
      'gemini-1.5-pro-002',
      'llama-3.1-70b-instruct',
      'llama-3.1-8b-instruct',
      'mixtral-8x7b-instruct-v0.1',
      'deepseek-coder-v2-0614',
    ],
  },
  {
    name: 'D: 2024 mixed',
    benchmarks: ['cruxeval-o', 'math-level5', 'gsm8k', 'numersense-v2', 'bfcl-v1'],
    models: [
      'gpt-4o-2024-05-13',
      'gpt-4o-mini-2024-07-18',
      'claude-3-5-sonnet-20240620',
      'llama-3-70b-instruct',
      'gpt-3.5-turbo-0125',
    ],
  },
];

export const promptFolds = 5;

/** Some items of a pool, and its models as the table numbers them. */
export interface PoolFold {
  readonly pool: Pool;
  readonly items: Int32Array;
  readonly models: Int32Array;
}

/** Real cost of a model on an item in US dollars; null where use was not measured. */
export type ItemCost = (item: number, model: string) => number | null;

/** What one fold gives for one pool. */
export interface PoolAnswers {
  /** Name of the pool. */
  readonly pool: string;
  readonly results: PoolResults;
  readonly tasks: Int32Array;
  readonly items: Int32Array;
  readonly quality: Int32Array;
  readonly unguarded: Int32Array;
  /** Picks by the predictors compared, which learn from the pool's prompts of the other folds. */
  readonly compared: Readonly<Record<ComparisonMethod, Int32Array>>;
  /** Positions in the pool of the models with a list price whose tokens were measured; the costs are compared among them. */
  readonly measured: readonly number[];
  /** Prompts × positions of the dial: picks among the measured models by expected cost, and by list price. */
  readonly dialPicks: Int32Array;
  readonly listPicks: Int32Array;
  /** Position of the most accurate model on the other folds. */
  readonly bestBefore: number;
  /** By prompt, the same on those prompts of the other folds that are of its own task. */
  readonly bestOfTaskBefore: Int32Array;
}

/** A fold of prompts, by near-duplicate cluster, so that copies stay together. */
export function promptFold(cluster: number, seed: number): number {
  return new SeededRandom(seedOf(`prompt ${cluster}`, seed)).integer(promptFolds);
}

/** The pools that a table holds, with their items and models. */
export function presentPools(data: EvaluationData): readonly PoolFold[] {
  return pools.flatMap((pool) => {
    const models = pool.models.map((id) => data.table.models.indexOf(id));
    const items = models.includes(-1) ? new Int32Array(0) : itemsOfPool(data, pool, models);
    return items.length > 0 ? [{ pool, items, models: Int32Array.from(models) }] : [];
  });
}

/**
 * One fold of the in-distribution protocol: a fifth of the prompts of the pools is held out, everything else is learned
 * from, and every held-out prompt is routed by itself.
 * @param promptsPerFold prompts of a pool tested in one fold, at most
 */
export async function answerPools(
  data: EvaluationData,
  facts: TrainingFacts,
  clusters: Int32Array,
  fold: number,
  encode: (learnFrom: (item: number) => boolean) => Promise<EncodedTable>,
  promptsPerFold: number,
  matMul: MatMul,
): Promise<readonly PoolAnswers[]> {
  const present = presentPools(data);
  const heldOut = (item: number): boolean => promptFold(clusters[item] as number, data.seed) === fold;
  const tested = present.map(({ pool, items, models }): PoolFold => {
    return { pool, items: evenlySpaced(items.filter(heldOut), promptsPerFold), models };
  });
  const out = new Set<number>();
  for (const { items } of present) for (const item of items.filter(heldOut)) out.add(clusters[item] as number);
  const excluded = Uint8Array.from(clusters, (cluster) => (out.has(cluster) ? 1 : 0));
  return answerFold(data, facts, excluded, tested, encode, matMul);
}

/** One report for each pool, from the answers of all folds. */
export function poolReports(answers: readonly PoolAnswers[], itemCost: ItemCost): readonly PartReport[] {
  return pools.flatMap((pool) => {
    const folds = answers.filter((answer) => answer.pool === pool.name);
    return folds.length > 0 ? [poolReport(pool, folds, itemCost)] : [];
  });
}

function itemsOfPool(data: EvaluationData, pool: Pool, models: readonly number[]): Int32Array {
  const { table } = data;
  const wanted = new Set(
    table.benchmarks.flatMap(({ name }, index) =>
      pool.benchmarks.some((one) => name === one || (one.endsWith('/') && name.startsWith(one))) ? [index] : [],
    ),
  );
  const items: number[] = [];
  for (const [index, item] of table.items.entries()) {
    if (!wanted.has(item.benchmark)) continue;
    const run = new Set(table.resultModels.subarray(table.offsets[index], table.offsets[index + 1]));
    if (models.every((model) => run.has(model))) items.push(index);
  }
  return Int32Array.from(items);
}

async function answerFold(
  data: EvaluationData,
  facts: TrainingFacts,
  excluded: Uint8Array,
  tested: readonly PoolFold[],
  encode: (learnFrom: (item: number) => boolean) => Promise<EncodedTable>,
  matMul: MatMul,
): Promise<readonly PoolAnswers[]> {
  const { table, split, config } = data;
  const learnable = (item: number): boolean => excluded[item] !== 1;
  const prepared = prepareTraining(table, await encode(learnable), facts, config, learnable);
  const fit = await fitScaled(prepared.pairs, prepared.kernels, groupsOfTasks(prepared), matMul);
  const group: HeldOutGroup = { group: 'prompts', tasks: [], excluded, overlapping: [] };
  const heldOut = heldOutOf(prepared, [group], (without) => cellCounts(table, split, without));
  const first = [...new Set(tested.flatMap(({ pool }) => pool.models))].sort();
  const reduced = await withoutHeldOut(prepared, fit, heldOut, first, config, matMul);
  const spread = await heldOutSpread(
    reduced.fit,
    reduced.prepared.split.tasks.map((task) => task.group),
    matMul,
  );
  const thresholds = await indexThresholds(reduced.prepared, config, matMul);
  const parameters = await condenseRouter(reduced.prepared, reduced.fit, spread, thresholds, data.urls, config, matMul);
  const encoder = new PlainEncoder(prepared.encoder);
  const router = new PlainRouter(parameters, encoder, matMul);
  const { catalog, tokens } = await costModels(data, group, reduced.prepared, matMul);
  const offered = new Map(offeredModels(catalog).models.map((model) => [model.id, model]));
  const D = encoder.dimensions;
  const found: PoolAnswers[] = [];
  for (const { pool, items, models } of tested) {
    const candidates = pool.models.flatMap((id) => offered.get(id) ?? []);
    const bundle = { router, catalog, tokens, paper: null };
    const prompts = Array.from(items, (item) => promptOf(table, item));
    const answer = await productAnswer(bundle, prompts, candidates);
    const tasks = items.map((item) => split.taskOfItem[item] as number);
    const names = [...new Set(tasks)].map((task) => split.tasks[task]?.name ?? '');
    const measured = [...candidates.keys()].filter((at) => {
      const { id, price } = candidates[at] as OfferedModel;
      return price !== null && names.some((name) => data.realUsage.of(name, id) !== null);
    });
    const priced = await productAnswer(
      bundle,
      prompts,
      measured.map((at) => candidates[at] as OfferedModel),
    );
    const inPool = (picks: Int32Array): Int32Array => picks.map((pick) => measured[pick] as number);
    const rowPick = (values: ArrayLike<number>, row: number): number =>
      argMax(Array.from(models, (_, at) => (values[row * models.length + at] as number) || 0));
    const training = itemsOfPool(data, pool, [...models]).filter(learnable);
    const predictors = await learnComparisons(
      table,
      prepared.vectors,
      D,
      training,
      models,
      data.network,
      data.seed,
      matMul,
    );
    const queries = rowsOf(prepared.vectors, D, items);
    const comparedPicks = async (method: ComparisonMethod): Promise<Int32Array> => {
      const predictions = await predictors[method](queries);
      return items.map((_, row) => rowPick(predictions, row));
    };
    const bestBefore = bestOn(poolResults(table, training, models));
    const bestOfTask = new Map(
      [...new Set(tasks)].map((task) => {
        const own = training.filter((item) => split.taskOfItem[item] === task);
        return [task, own.length > 0 ? bestOn(poolResults(table, own, models)) : bestBefore];
      }),
    );
    found.push({
      pool: pool.name,
      results: poolResults(table, items, models),
      tasks,
      items,
      quality: answer.promptPicks,
      unguarded: items.map((_, row) => rowPick(answer.promptProbabilities, row)),
      compared: {
        'comparison-knn': await comparedPicks('comparison-knn'),
        'comparison-network': await comparedPicks('comparison-network'),
        'comparison-logistic': await comparedPicks('comparison-logistic'),
      },
      measured,
      dialPicks: inPool(priced.promptDialPicks),
      listPicks: inPool(priced.promptListPricePicks),
      bestBefore,
      bestOfTaskBefore: tasks.map((task) => bestOfTask.get(task) as number),
    });
  }
  return found;
}

function bestOn({ items, models, scores }: PoolResults): number {
  const sums = new Float64Array(models);
  for (let at = 0; at < items * models; at++)
    sums[at % models] = (sums[at % models] as number) + (scores[at] as number);
  return argMax(sums);
}

/** Sums up the folds of one pool; the best single model is the best on the tested prompts, in hindsight. */
function poolReport(pool: Pool, folds: readonly PoolAnswers[], itemCost: ItemCost): PartReport {
  const count = pool.models.length;
  const rows = folds.flatMap((fold) =>
    Array.from(fold.items, (item, row) => ({ fold, row, item, task: fold.tasks[row] as number })),
  );
  const score = ({ fold, row }: (typeof rows)[number], model: number): number =>
    fold.results.scores[row * count + model] as number;
  const accuracyOf = (pick: (row: (typeof rows)[number]) => number, over = rows): number =>
    over.reduce((sum, row) => sum + score(row, pick(row)), 0) / over.length;
  const single = pool.models.map((_, model) => accuracyOf(() => model));
  const best = argMax(single);
  const bestAccuracy = single[best] as number;
  const bestOfTask = new Map<number, number>();
  for (const task of new Set(rows.map((row) => row.task))) {
    const own = rows.filter((row) => row.task === task);
    bestOfTask.set(task, argMax(pool.models.map((_, model) => own.reduce((sum, row) => sum + score(row, model), 0))));
  }
  const gainOf = (pick: (row: (typeof rows)[number]) => number): Pick<MethodMetrics, 'gain' | 'gainError'> => {
    const gains = rows.map((row) => (score(row, pick(row)) - score(row, best)) / bestAccuracy);
    const gain = mean(gains);
    return { gain, gainError: Math.sqrt(mean(gains.map((value) => (value - gain) ** 2)) / gains.length) };
  };
  const metrics = (accuracy: number): MethodMetrics => ({
    accuracy,
    ratioToBest: accuracy / bestAccuracy,
    regret: 100 * (bestAccuracy - accuracy),
    regretToBest: 100 * (bestAccuracy - accuracy),
    perPromptAccuracy: accuracy,
    perPromptRatio: accuracy / bestAccuracy,
  });
  const of = (pick: (row: (typeof rows)[number]) => number): MethodMetrics => ({
    ...metrics(accuracyOf(pick)),
    ...gainOf(pick),
  });
  const measured = folds[0]?.measured ?? [];
  const costed = rows.flatMap((row) => {
    const usd = pool.models.map((id) => itemCost(row.item, id));
    return measured.every((model) => (usd[model] ?? null) !== null) ? [{ ...row, usd }] : [];
  });
  const usdOf = (pick: (row: (typeof rows)[number]) => number): number =>
    costed.reduce((sum, row) => sum + (row.usd[pick(row)] ?? 0), 0) / costed.length;
  const pointOf = (pick: (row: (typeof rows)[number]) => number): CostPoint => ({
    cost: usdOf(pick),
    accuracy: accuracyOf(pick, costed),
  });
  const curve = (which: 'dialPicks' | 'listPicks'): Partial<MethodMetrics> => {
    if (measured.length < 3 || costed.length === 0) return {};
    const singles = measured.map((model) => pointOf(() => model));
    const cheapest = singles.reduce((least, point) => (point.cost < least.cost ? point : least));
    const reference = singles.reduce((most, point) => (point.accuracy > most.accuracy ? point : most));
    const points = dials.map((_, at) => pointOf(({ fold, row }) => fold[which][row * dials.length + at] as number));
    const all = [...points, cheapest];
    const saved = costSaved(all, reference);
    const gained = accuracyGained(all, reference);
    return {
      ...(saved === null ? {} : { costSaved: saved }),
      ...(gained === null ? {} : { accuracyGained: gained }),
      aiq: averageImprovementInQuality(all, cheapest.cost, Math.max(...singles.map(({ cost }) => cost))),
      costModels: measured.length,
      costPrompts: costed.length,
    };
  };
  return {
    name: pool.name,
    family: pool.name,
    kind: null,
    items: rows.length,
    pool: pool.models,
    leaders2025: pool.name.startsWith('A') || pool.name.startsWith('B'),
    best: { model: pool.models[best] ?? '', accuracy: bestAccuracy },
    fairBest: bestAccuracy,
    spearmanCeiling: null,
    picks: {},
    methods: {
      router: { ...of(({ fold, row }) => fold.quality[row] as number), ...curve('dialPicks') },
      'router-unguarded': of(({ fold, row }) => fold.unguarded[row] as number),
      'router-list-price': {
        ...of(({ fold, row }) => fold.listPicks[row * dials.length] as number),
        ...curve('listPicks'),
      },
      random: metrics(single.reduce((sum, accuracy) => sum + accuracy, 0) / count),
      'best-single-before': of(({ fold }) => fold.bestBefore),
      'best-single': of(() => best),
      'best-of-task-before': of(({ fold, row }) => fold.bestOfTaskBefore[row] as number),
      ...Object.fromEntries(
        comparisonMethods.map((method) => [method, of(({ fold, row }) => fold.compared[method][row] as number)]),
      ),
      'dataset-oracle': of(({ task }) => bestOfTask.get(task) as number),
      'prompt-oracle': metrics(
        rows.reduce((sum, row) => sum + Math.max(...pool.models.map((_, model) => score(row, model))), 0) / rows.length,
      ),
    },
  };
}
