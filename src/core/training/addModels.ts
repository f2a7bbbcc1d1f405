import type { ModelFacts } from '../benchmarks/modelFacts';
import { RecommendError } from '../errors';
import { posteriorAt } from '../predictors/posteriorAt';
import type { RouterParameters } from '../predictors/routerParameters';
import { say } from '../sentence';
import { choleskyFactor, solveFactored } from './invertPositiveDefinite';
import { type KernelMatrices, kernelMatrices, type TaskTraits, textLikeness } from './kernels';
import { observedLogit } from './linkedGaussianProcess';
import { columnOf, type ModelColumn, withColumns } from './modelColumns';
import { ModelKriging, skillVariance } from './modelKriging';
import { modelTraits } from './modelTraits';
import type { KernelConfig } from './routerConfig';

/** Results of one benchmark of the user's, and where its prompts lie. */
export interface PlacedBenchmark {
  readonly name: string;
  /** The router's task that it is; null where the router does not know it. */
  readonly task: number | null;
  /** D: unit vector. */
  readonly centroid: Float64Array;
  /** T: mean mixture of its prompts. */
  readonly mixture: Float32Array;
  readonly results: readonly { readonly model: string; readonly sum: number; readonly count: number }[];
}

/** A task without prompts in the index. */
export interface BoardFacts {
  readonly name: string;
  readonly kind: string;
  /** True for benchmarks that came with added models: their own centroid is known, their kind is not. */
  readonly added?: boolean | undefined;
}

/** What is known besides the router's numbers. */
export interface AddingFacts {
  /** Facts by model id: of the router's models, and of new ones as far as any are known. */
  readonly models: ReadonlyMap<string, ModelFacts>;
  /** Public index of general ability by market id. */
  readonly indices: ReadonlyMap<string, number>;
  /** In the order of the router's kernels, after the tasks with prompts. */
  readonly boards: readonly BoardFacts[];
  /** Models that were added before: their columns hold results that are to be told anew. */
  readonly addedBefore: ReadonlySet<string>;
  readonly kernel: KernelConfig;
  /** Results that a pair of task and model needs to be an observation. */
  readonly minimumResults: number;
}

/** An estimate in logits with its 95 % interval. */
export interface Estimate {
  readonly logit: number;
  readonly interval: readonly [low: number, high: number];
}

/** One benchmark's say on an added model. */
export interface AddedEvidence {
  readonly benchmark: string;
  /** The router's task that it is; null for an unknown one. */
  readonly task: string | null;
  readonly results: number;
  readonly accuracy: number;
  /** P(correct) that the router expected before these results, at the level that the other models show there. */
  readonly expected: number;
  /** Models known to the router with results on the same benchmark: they tell how hard it is. */
  readonly comparedWith: number;
  /** The router's tasks that its prompts are nearest to. */
  readonly nearest: readonly { readonly task: string; readonly cosine: number }[];
}

/** What adding a model changed, and on what evidence. */
export interface AddedModel {
  readonly model: string;
  /** Known models that said most of it before it had results; none where the router knew the model by its facts. */
  readonly relatives: readonly { readonly model: string; readonly weight: number }[];
  readonly evidence: readonly AddedEvidence[];
  /** Mean logit over the kinds of task, without and with the results. */
  readonly before: Estimate;
  readonly after: Estimate;
  /** Its place by ability among the models with at least 100 results of their own, itself included. */
  readonly place: number;
  readonly of: number;
}

export interface AddedModels {
  readonly parameters: RouterParameters;
  /** Tasks without prompts, in the order of the new parameters' kernels. */
  readonly boards: readonly BoardFacts[];
  readonly added: readonly AddedModel[];
}

/** Standard deviation of how much harder a known benchmark is in the user's harness than in the router's, logits. */
const harnessSpread = 0.3;
/** Results of its own that a model needs to be ranked, as for the best on average. */
const rankedFrom = 100;
/** Scales of tasks are multiples of this on the logarithm (`taskScales`). */
const logScaleStep = 0.1;
const fewestModels = 3;
const shownNearest = 3;

/** A benchmark with its kernel row and the level that it sets for all models. */
interface Level {
  readonly benchmark: PlacedBenchmark;
  /** T': likeness to every task of the router. */
  readonly row: Float64Array;
  readonly scale: number;
  /** What is added to every model's logit there, and its variance. */
  readonly level: number;
  readonly variance: number;
  readonly comparedWith: number;
}

/** Prior covariance of a model's own logits: C(s,t) = ability + skill · K(s,t). */
interface OwnPrior {
  readonly ability: number;
  readonly skill: number;
}

/**
 * Adds models to a router from their own results: the posterior of each is conditioned on what it reached, and no number of
 * any other model changes.
 *
 * Without results, a new model's mean and spread are what its relatives say ({@link ModelKriging}), or those that the router
 * has for it where it knows its facts. Its spread is taken for C(s,t) = v_A + v_R K(s,t). With e_b the deviation of its
 * observed logit on benchmark b from that mean, at the level that the models known to the router show on b, N_b the noise of
 * both, V = C + N and w = V⁻¹ e (Rasmussen and Williams 2006, 2.25):
 *
 * A += v_A Σ_b w_b, R_b += v_R w_b, and the variance at t falls to C(t,t) − C(t,b) V⁻¹ C(b,t).
 *
 * A benchmark that the router does not know becomes a task without prompts in which the other models have no skill.
 *
 * @throws RecommendError TRAINING_DATA where a model has too few results
 */
export function addModels(
  parameters: RouterParameters,
  facts: AddingFacts,
  ids: readonly string[],
  benchmarks: readonly PlacedBenchmark[],
): AddedModels {
  const models = [...new Set([...parameters.models, ...ids])];
  const traits = modelTraits(models, facts.models, facts.indices);
  const kernels = kernelMatrices(taskTraitsOf(parameters, facts.boards), traits, facts.kernel);
  const known = [...parameters.models.keys()].filter((m) => !ids.includes(models[m] as string));
  /** Models that tell what all models have in common: those with results, the ones to be added left out. */
  const reference = known.filter((m) => (parameters.resultCounts[m] as number) > 0);
  const inflation = inflationOf(parameters, facts.kernel);
  const levels = benchmarks.map((benchmark) => levelOf(parameters, kernels, facts, benchmark, reference));
  const counted = (level: Level): boolean =>
    level.benchmark.results.some(({ model, count }) => ids.includes(model) && count >= facts.minimumResults);
  const boards = [...facts.boards];
  const centroids: Float64Array[] = [];
  for (const level of levels) {
    const { task, name, centroid } = level.benchmark;
    if (task !== null || !counted(level) || boards.some((board) => board.added && board.name === name)) continue;
    boards.push({ name, kind: 'own', added: true });
    centroids.push(centroid);
  }
  const boardIndex = new Map(boards.flatMap(({ name, added }, at) => (added ? [[name, at] as const] : [])));
  const slot = ({ task, name }: PlacedBenchmark): number =>
    task ?? parameters.tasks.length + (boardIndex.get(name) as number);

  let kriging: ModelKriging | null = null;
  const average = averageOf(parameters, kernels);
  const middle = middleFactors(parameters, reference);
  const columns: ModelColumn[] = [];
  const told = ids.map((id) => {
    const m = models.indexOf(id);
    const unseen = m >= parameters.models.length || facts.addedBefore.has(id);
    if (unseen) kriging ??= new ModelKriging(parameters, kernels, known, reference, facts.kernel, inflation);
    const kriged = unseen && kriging ? kriging.column(id, m) : null;
    const before = kriged?.column ?? columnOf(parameters, m);
    const results = levels.flatMap((level) => {
      const own = level.benchmark.results.find(({ model }) => model === id);
      return own && own.count >= facts.minimumResults ? [{ ...level, own }] : [];
    });
    if (results.length === 0) {
      throw new RecommendError(
        'TRAINING_DATA',
        say('{0} has fewer than {1} results on every benchmark: too few to be added.', id, facts.minimumResults),
        say('Import at least {0} results of it on one benchmark.', facts.minimumResults),
      );
    }
    const prior = ownPrior(before, parameters, kernels, middle, facts.kernel, inflation);
    const noise: number[] = [];
    const errors = results.map(({ row, scale, level, variance, own }) => {
      const { logit, noise: sampling } = observedLogit(own.sum, own.count, facts.kernel.extraNoise);
      noise.push(sampling / scale ** 2 + variance);
      return logit / scale - level - logitWithoutLevel(before, row);
    });
    const n = results.length;
    const covariance = new Float64Array(n * n);
    for (const [i, a] of results.entries()) {
      for (const [j, b] of results.entries()) {
        const likeness = i === j ? 1 : likenessOf(a, b, facts.kernel);
        covariance[i * n + j] = prior.ability + prior.skill * likeness + (i === j ? (noise[i] as number) : 0);
      }
    }
    const factor = choleskyFactor(covariance, n);
    const weights = solveFactored(factor, n, errors);
    /** What the results leave of a variance, by its covariances with them. */
    const left = (variance: number, covariances: readonly number[]): number =>
      Math.max(0, variance - dot(covariances, solveFactored(factor, n, covariances)));

    const skill = new Float64Array(parameters.weights.difficulty.length + centroids.length);
    skill.set(before.skill);
    let ability = before.ability;
    for (const [at, { benchmark }] of results.entries()) {
      const weight = weights[at] as number;
      ability += prior.ability * weight;
      skill[slot(benchmark)] = (skill[slot(benchmark)] as number) + prior.skill * weight;
    }
    const total = prior.ability + prior.skill;
    const kept = Float64Array.from(parameters.tasks, (_, t) => {
      const covariances = results.map(({ row }) => prior.ability + prior.skill * (row[t] as number));
      return total > 0 ? left(total, covariances) / total : 1;
    });
    const towards = results.map(({ row }) => prior.ability + prior.skill * average.likenessTo(row));
    const start = average.logit(before);
    const variance = prior.ability + prior.skill * average.likeness;
    columns.push({
      ...before,
      ...narrowed(before, kept, middle, parameters),
      ability,
      skill,
      averageLogit: start + dot(towards, weights),
      resultCount: results.reduce((sum, { own }) => sum + own.count, 0),
      accuracies: new Map([
        ...before.accuracies,
        ...results.flatMap(({ benchmark, own }) =>
          benchmark.task === null ? [] : [[benchmark.task, own.sum / own.count] as const],
        ),
      ]),
    });
    return {
      model: id,
      relatives: kriged ? strongest(kriged.weights, known, models) : [],
      evidence: results.map(({ benchmark, own, row, scale, level, comparedWith }) => ({
        benchmark: benchmark.name,
        task: benchmark.task === null ? null : (parameters.tasks[benchmark.task]?.name ?? null),
        results: own.count,
        accuracy: own.sum / own.count,
        expected: 1 / (1 + Math.exp(-scale * (logitWithoutLevel(before, row) + level))),
        comparedWith,
        nearest: nearestTasks(parameters, benchmark),
      })),
      before: estimate(start, inflation * variance),
      after: estimate(start + dot(towards, weights), inflation * left(variance, towards)),
    };
  });
  const grown = withColumns(parameters, columns, centroids);
  return {
    parameters: grown,
    boards,
    added: told.map((model) => ({ ...model, ...placeOf(grown, model.model) })),
  };
}

/** The tasks of a router's kernels, as training described them. */
function taskTraitsOf(parameters: RouterParameters, boards: readonly BoardFacts[]): TaskTraits[] {
  const D = parameters.projection.columns;
  const centroid = (task: number): Float64Array =>
    Float64Array.from(parameters.kernels.centroids.subarray(task * D, (task + 1) * D));
  return [
    ...parameters.tasks.map(({ kind, language, source }, t) => ({
      kind,
      language,
      source,
      centroid: centroid(t),
      promptless: false,
    })),
    ...boards.map(({ name, kind, added }, at) => ({
      kind: added ? null : kind,
      language: added || kind === 'multilingual' ? null : 'en',
      source: name.split('/')[0] ?? name,
      centroid: centroid(parameters.tasks.length + at),
      promptless: !added,
    })),
  ];
}

/** What training multiplied all spreads by: the prior variance of skills is known. */
function inflationOf({ posterior }: RouterParameters, kernel: KernelConfig): number {
  let total = posterior.noveltyOwn[0] ?? 0;
  for (let r = 0; r < posterior.noveltyRank; r++) total += (posterior.noveltyFactors[r] ?? 0) ** 2;
  return total / skillVariance(kernel);
}

/**
 * How hard a benchmark is for all models. What the router says (nearly certain for a task that it knows, very uncertain for
 * another) is corrected by the models that the router knows and that have results there.
 */
function levelOf(
  parameters: RouterParameters,
  kernels: KernelMatrices,
  facts: AddingFacts,
  benchmark: PlacedBenchmark,
  reference: readonly number[],
): Level {
  const { task, centroid, mixture, results } = benchmark;
  const { weights, kernels: own, posterior, projection, models } = parameters;
  const all = weights.difficulty.length;
  const row = new Float64Array(all);
  const D = projection.columns;
  const place = task === null ? centroid : Float64Array.from(own.centroids.subarray(task * D, (task + 1) * D));
  const ownDifficulty = (b: number): number => {
    if (task === null) return parameters.constants.inheritedDifficulty * (mixture[b] ?? 0);
    return b === task ? facts.kernel.ownDifficulty : 0;
  };
  let level = 0;
  for (let b = 0; b < all; b++) {
    const cosine = cosineWith(place, own.centroids, b, D) * (own.cosineFactors[b] as number);
    row[b] =
      task === null ? textLikeness(cosine, facts.kernel.taskScale) : (kernels.task[task * kernels.tasks + b] as number);
    // Boards have no weight here; in routers trained before they had none, the weight that they were trained with counts.
    const difficulty = facts.kernel.sharedDifficulty * textLikeness(cosine, facts.kernel.difficultyScale);
    level += (difficulty + ownDifficulty(b)) * (weights.difficulty[b] as number);
  }
  const scale = task === null ? 1 : scaleOf(parameters, task, row, level);
  let precision = 1 / (task === null ? posterior.difficultySpread : harnessSpread) ** 2;
  let shift = 0;
  let comparedWith = 0;
  const seen = new Map(results.filter(({ count }) => count >= facts.minimumResults).map((row) => [row.model, row]));
  const others = reference.filter((m) => seen.has(models[m] as string));
  if (others.length > 0) {
    const { factors, rank, ownVariance } = posteriorAt(parameters, centroid, mixture);
    const middle = meanRow(factors, rank, reference);
    for (const m of others) {
      const { sum, count } = seen.get(models[m] as string) as { sum: number; count: number };
      const { logit, noise } = observedLogit(sum, count, facts.kernel.extraNoise);
      let variance = noise / scale ** 2 + (ownVariance[m] as number);
      for (let r = 0; r < rank; r++) variance += ((factors[m * rank + r] as number) - (middle[r] as number)) ** 2;
      const error = logit / scale - level - knownLogit(parameters, m, row);
      shift += error / variance;
      precision += 1 / variance;
      comparedWith++;
    }
  }
  return { benchmark, row, scale, level: level + shift / precision, variance: 1 / precision, comparedWith };
}

/** The scale of a known task, which bundles do not carry: the slope of its observed logits over those of the router. */
function scaleOf(parameters: RouterParameters, task: number, row: Float64Array, level: number): number {
  const { accuracies, items } = parameters.tasks[task] as RouterParameters['tasks'][number];
  if (accuracies.size < fewestModels) return 1;
  const observed: number[] = [];
  const expected: number[] = [];
  for (const [m, accuracy] of accuracies) {
    observed.push(observedLogit(accuracy * items, items, 0).logit);
    expected.push(level + knownLogit(parameters, m, row));
  }
  const [x, y] = [mean(expected), mean(observed)];
  const spread = expected.reduce((sum, value) => sum + (value - x) ** 2, 0);
  const slope = expected.reduce((sum, value, at) => sum + (value - x) * ((observed[at] as number) - y), 0) / spread;
  if (!(slope > 0)) return 1;
  return Math.exp(Math.round(Math.log(slope) / logScaleStep) * logScaleStep);
}

/** Ability and skills of a model at a kernel row: its logit there but for what all models have in common. */
function logitWithoutLevel(column: ModelColumn, row: Float64Array): number {
  return column.ability + dot(row, column.skill.subarray(0, row.length));
}

/** The same of a model of the router. */
function knownLogit({ weights, models }: RouterParameters, model: number, row: Float64Array): number {
  let logit = weights.ability[model] as number;
  for (let b = 0; b < row.length; b++) {
    logit += (row[b] as number) * (weights.skill[b * models.length + model] as number);
  }
  return logit;
}

/** Likeness of two of the user's benchmarks. */
function likenessOf(a: Level, b: Level, { taskScale }: KernelConfig): number {
  if (a.benchmark.task !== null) return b.row[a.benchmark.task] as number;
  if (b.benchmark.task !== null) return a.row[b.benchmark.task] as number;
  return textLikeness(dot(a.benchmark.centroid, b.benchmark.centroid), taskScale);
}

/** Mean loadings of the models with results, by task: what all have in common, and no comparison can see. T × rank. */
function middleFactors({ posterior, tasks, models }: RouterParameters, reference: readonly number[]): Float64Array {
  const { rank, factors } = posterior;
  const middle = new Float64Array(tasks.length * rank);
  for (let t = 0; t < tasks.length; t++) {
    const from = t * models.length * rank;
    const loadings = Float64Array.from(
      factors.values.subarray(from, from + models.length * rank),
      (value) => value * (factors.scales[t] as number),
    );
    middle.set(meanRow(loadings, rank, reference), t * rank);
  }
  return middle;
}

function meanRow(loadings: ArrayLike<number>, rank: number, reference: readonly number[]): Float64Array {
  const total = new Float64Array(rank);
  for (const m of reference) {
    for (let r = 0; r < rank; r++) total[r] = (total[r] as number) + (loadings[m * rank + r] as number);
  }
  return total.map((value) => value / Math.max(reference.length, 1));
}

/**
 * The two variances under which C(s,t) = v_A + v_R K(s,t) is closest (least squares over all pairs of tasks) to the covariance
 * that a model's loadings and own variances make, what all models have in common left out.
 */
function ownPrior(
  column: ModelColumn,
  parameters: RouterParameters,
  kernels: KernelMatrices,
  middle: Float64Array,
  config: KernelConfig,
  inflation: number,
): OwnPrior {
  const T = parameters.tasks.length;
  const { rank } = parameters.posterior;
  const loadings = column.factors.map((value, at) => value - (middle[at] as number));
  // How far own variance on one task is own variance on another is not stored: as far as in the prior.
  const constant = config.ownAbility + config.sharedAbility;
  const varying = config.ownSkill + config.sharedSkill;
  let [k, kk, c, ck] = [0, 0, 0, 0];
  for (let s = 0; s < T; s++) {
    for (let t = 0; t < T; t++) {
      const likeness = kernels.task[s * kernels.tasks + t] as number;
      const share = (constant + varying * likeness) / (constant + varying);
      let value = share * Math.sqrt((column.own[s] as number) * (column.own[t] as number));
      for (let r = 0; r < rank; r++) value += (loadings[s * rank + r] as number) * (loadings[t * rank + r] as number);
      k += likeness;
      kk += likeness * likeness;
      c += value;
      ck += likeness * value;
    }
  }
  const n = T * T;
  const determinant = n * kk - k * k;
  const skill = determinant > 0 ? (n * ck - k * c) / determinant : 0;
  const ability = (c - skill * k) / n;
  const [least, most] = [0, Math.max(c / n, 0)];
  if (skill < 0) return { ability: most / inflation, skill: least };
  if (ability < 0) return { ability: least, skill: Math.max(ck / kk, 0) / inflation };
  return { ability: ability / inflation, skill: skill / inflation };
}

/** Loadings and own variances of which, task by task, the given share of the variance is left; see {@link middleFactors}. */
function narrowed(
  column: ModelColumn,
  kept: Float64Array,
  middle: Float64Array,
  { posterior: { rank } }: RouterParameters,
): Pick<ModelColumn, 'factors' | 'own'> {
  const factors = column.factors.slice();
  const own = column.own.map((variance, t) => {
    const share = kept[t] as number;
    let squares = 0;
    for (let r = 0; r < rank; r++) {
      const at = t * rank + r;
      const beyond = (column.factors[at] as number) - (middle[at] as number);
      squares += beyond * beyond;
      factors[at] = (middle[at] as number) + share * beyond;
    }
    return share * (squares + variance) - share * share * squares;
  });
  return { factors, own };
}

interface Average {
  /** Mean logit of a model without levels, by kind of task. */
  logit(column: ModelColumn): number;
  /** Mean likeness of a kernel row to the tasks. */
  likenessTo(row: Float64Array): number;
  /** Mean likeness of two tasks. */
  readonly likeness: number;
}

/** The average over the tasks of each kind, then over the kinds. */
function averageOf({ tasks }: RouterParameters, kernels: KernelMatrices): Average {
  const sizes = new Map<string | null, number>();
  for (const { kind } of tasks) sizes.set(kind, (sizes.get(kind) ?? 0) + 1);
  const shares = Float64Array.from(tasks, ({ kind }) => 1 / (sizes.size * (sizes.get(kind) as number)));
  const row = new Float64Array(kernels.tasks);
  for (let t = 0; t < tasks.length; t++) {
    for (let b = 0; b < row.length; b++) {
      row[b] = (row[b] as number) + (shares[t] as number) * (kernels.task[t * kernels.tasks + b] as number);
    }
  }
  return {
    logit: (column) => logitWithoutLevel(column, row),
    likenessTo: (likeness) => dot(shares, likeness.subarray(0, shares.length)),
    likeness: dot(shares, row.subarray(0, shares.length)),
  };
}

function estimate(logit: number, variance: number): Estimate {
  const half = 1.96 * Math.sqrt(Math.max(variance, 0));
  return { logit, interval: [logit - half, logit + half] };
}

function strongest(
  weights: Float64Array,
  known: readonly number[],
  models: readonly string[],
): { model: string; weight: number }[] {
  return [...weights]
    .map((weight, at) => ({ model: models[known[at] as number] as string, weight }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, shownNearest);
}

function nearestTasks(
  { tasks, kernels, projection }: RouterParameters,
  { centroid }: PlacedBenchmark,
): { task: string; cosine: number }[] {
  return tasks
    .map(({ name }, t) => ({ task: name, cosine: cosineWith(centroid, kernels.centroids, t, projection.columns) }))
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, shownNearest);
}

function placeOf({ models, abilities, resultCounts }: RouterParameters, id: string): { place: number; of: number } {
  const own = models.indexOf(id);
  const others = [...models.keys()].filter((m) => m !== own && (resultCounts[m] as number) >= rankedFrom);
  const ahead = others.filter((m) => (abilities[m] as number) > (abilities[own] as number));
  return { place: ahead.length + 1, of: others.length + 1 };
}

function cosineWith(vector: Float64Array, centroids: Float32Array, row: number, dimensions: number): number {
  let cosine = 0;
  for (let j = 0; j < dimensions; j++) cosine += (vector[j] as number) * (centroids[row * dimensions + j] as number);
  return cosine;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
