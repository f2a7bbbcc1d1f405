import type { Task } from '../benchmarks/tasks';
import { invertPositiveDefinite } from '../training/invertPositiveDefinite';
import type { KernelMatrices } from '../training/kernels';
import { type LinkedFit, observedLogit, type Pairs, priorMean } from '../training/linkedGaussianProcess';
import { type MatMul, transpose } from '../training/matMul';
import type { RouterConfig } from '../training/routerConfig';
import type { PreparedTraining } from '../training/trainRouter';
import type { CellCounts, HeldOutGroup } from './heldOut';

/** What is held out, beyond the group itself. */
export interface HeldOut {
  /** Tasks (indices into the split) that are out. */
  readonly tasks: ReadonlySet<number>;
  /** Families whose boards are out too. */
  readonly families: ReadonlySet<string>;
  /** 1 for items that are out: those of the tasks, and copies of their prompts in others. */
  readonly excluded: Uint8Array;
  /** Result counts without the excluded items: tasks × models of the table. */
  readonly counts: CellCounts;
  /** Excluded items of each task. */
  readonly lost: Int32Array;
  /** Further observations that are out: a model whose results are hidden. `board` is true for aggregate scores. */
  readonly hidden?: (model: string, task: number, board: boolean) => boolean;
}

/** Everything that several groups together hold out. */
export function heldOutOf(
  prepared: PreparedTraining,
  groups: readonly HeldOutGroup[],
  countsWithout: (excluded: Uint8Array) => CellCounts,
): HeldOut {
  const excluded = new Uint8Array(prepared.table.items.length);
  const tasks = new Set<number>();
  for (const group of groups) {
    for (const task of group.tasks) tasks.add(task);
    for (let item = 0; item < excluded.length; item++) if (group.excluded[item] === 1) excluded[item] = 1;
  }
  const families = new Set([...tasks].map((task) => (prepared.split.tasks[task] as Task).family));
  const lost = Int32Array.from(prepared.split.tasks, ({ items }) =>
    items.reduce((sum, item) => sum + (excluded[item] as number), 0),
  );
  return { tasks, families, excluded, counts: countsWithout(excluded), lost };
}

/** A cell that loses more than this share of its results to exclusions is left out as a whole. */
const largestLoss = 0.5;

/**
 * What training would have made without the held-out part: tasks, boards and their observations removed, observations of
 * other tasks recomputed without copies of held-out prompts. The inverse covariance follows in closed form from that of all
 * pairs: with F the removed pairs and R the rest, (K_RR)⁻¹ = P_RR − P_RF (P_FF)⁻¹ P_FR, P = K⁻¹.
 * @param first models that the router shall answer for; they come first, those with observations after them
 */
export async function withoutHeldOut(
  prepared: PreparedTraining,
  fit: LinkedFit,
  heldOut: HeldOut,
  first: readonly string[],
  config: RouterConfig,
  matMul: MatMul,
): Promise<{ readonly prepared: PreparedTraining; readonly fit: LinkedFit }> {
  const { split, taskTraits, boardFamilies, table } = prepared;
  const T = split.tasks.length;
  const keptTasks = taskTraits.flatMap((_, t) =>
    (t < T ? heldOut.tasks.has(t) : heldOut.families.has(boardFamilies[t - T] ?? '')) ? [] : [t],
  );
  const newTask = new Map(keptTasks.map((task, index) => [task, index]));
  const tableModel = new Map(table.models.map((id, index) => [id, index]));
  const ids = prepared.traits.map((trait) => trait.id);

  const { pairs } = fit;
  const kept: number[] = [];
  const removed: number[] = [];
  const logits: number[] = [];
  for (let pair = 0; pair < pairs.logits.length; pair++) {
    const task = pairs.tasks[pair] as number;
    const id = ids[pairs.models[pair] as number] as string;
    const logit = newTask.has(task)
      ? logitWithout(prepared, heldOut, pairs, pair, id, tableModel.get(id), config)
      : null;
    if (logit === null) removed.push(pair);
    else {
      kept.push(pair);
      logits.push(logit);
    }
  }

  const observed = new Set(kept.map((pair) => ids[pairs.models[pair] as number] as string));
  for (const id of first) observed.delete(id);
  const order = [...first, ...ids.filter((id) => observed.has(id))];
  const modelIndex = new Map(order.map((id, index) => [id, index]));
  const oldModels = order.map((id) => prepared.modelIndex.get(id) as number);
  const kernels = subKernels(fit.kernels, keptTasks, oldModels);
  const newPairs: Pairs = {
    tasks: Int32Array.from(kept, (pair) => newTask.get(pairs.tasks[pair] as number) as number),
    models: Int32Array.from(kept, (pair) => modelIndex.get(ids[pairs.models[pair] as number] as string) as number),
    logits: Float64Array.from(logits),
    noise: Float64Array.from(kept, (pair) => pairs.noise[pair] as number),
    scale: Float64Array.from(kept, (pair) => pairs.scale[pair] as number),
  };
  const inverse = await reducedInverse(fit.inverse, pairs.logits.length, kept, removed, matMul);
  const mean = priorMean(newPairs, kernels);
  const n = kept.length;
  const alpha = await matMul(
    inverse,
    newPairs.logits.map((logit) => logit - mean),
    n,
    n,
    1,
  );

  const keptItemTasks = keptTasks.filter((task) => task < T);
  const taskOfItem = new Int32Array(table.items.length).fill(-1);
  const tasks = keptItemTasks.map((task, index) => {
    const old = split.tasks[task] as Task;
    const items = old.items.filter((item) => heldOut.excluded[item] !== 1);
    for (const item of items) taskOfItem[item] = index;
    return { ...old, items };
  });
  return {
    prepared: {
      ...prepared,
      split: { tasks, taskOfItem },
      taskTraits: keptTasks.map((task) => taskTraits[task] as PreparedTraining['taskTraits'][number]),
      boardFamilies: keptTasks.filter((task) => task >= T).map((task) => boardFamilies[task - T] as string),
      exported: first,
      traits: oldModels.map((model) => prepared.traits[model] as PreparedTraining['traits'][number]),
      modelIndex,
      kernels,
      pairs: newPairs,
    },
    // The likelihood is that of all pairs: nothing here is chosen by it.
    fit: { ...fit, pairs: newPairs, kernels, mean, inverse, alpha },
  };
}

/** The logit of an observation without the excluded items; null where too little is left of it, or it is hidden. */
function logitWithout(
  prepared: PreparedTraining,
  heldOut: HeldOut,
  pairs: Pairs,
  pair: number,
  id: string,
  model: number | undefined,
  config: RouterConfig,
): number | null {
  const task = pairs.tasks[pair] as number;
  const logit = pairs.logits[pair] as number;
  const board = task >= prepared.split.tasks.length;
  if (heldOut.hidden?.(id, task, board) === true) return null;
  if (board || model === undefined) return logit;
  const models = prepared.table.models.length;
  const count = heldOut.counts.counts[task * models + model] as number;
  const lost = heldOut.lost[task] as number;
  if (lost === 0) return logit;
  const { items } = prepared.split.tasks[task] as Task;
  if (count < config.minimumResults || lost > largestLoss * items.length) return null;
  const sum = heldOut.counts.sums[task * models + model] as number;
  return observedLogit(sum, count, 0).logit / (pairs.scale[pair] as number);
}

/** The observations of tasks and boards that are not held out. */
export function pairsOutside({ pairs, split, boardFamilies }: PreparedTraining, heldOut: HeldOut): Pairs {
  const T = split.tasks.length;
  const kept = [...pairs.tasks.keys()].filter((pair) => {
    const task = pairs.tasks[pair] as number;
    return task < T ? !heldOut.tasks.has(task) : !heldOut.families.has(boardFamilies[task - T] ?? '');
  });
  return {
    tasks: Int32Array.from(kept, (pair) => pairs.tasks[pair] as number),
    models: Int32Array.from(kept, (pair) => pairs.models[pair] as number),
    logits: Float64Array.from(kept, (pair) => pairs.logits[pair] as number),
    noise: Float64Array.from(kept, (pair) => pairs.noise[pair] as number),
    scale: Float64Array.from(kept, (pair) => pairs.scale[pair] as number),
  };
}

function subKernels(kernels: KernelMatrices, tasks: readonly number[], models: readonly number[]): KernelMatrices {
  return {
    tasks: tasks.length,
    models: models.length,
    task: subMatrix(kernels.task, kernels.tasks, tasks, tasks),
    promptless: Uint8Array.from(tasks, (task) => kernels.promptless[task] as number),
    difficulty: subMatrix(kernels.difficulty, kernels.tasks, tasks, tasks),
    ability: subMatrix(kernels.ability, kernels.models, models, models),
    skill: subMatrix(kernels.skill, kernels.models, models, models),
  };
}

/** Rows and columns of a matrix with rows of length `width`. */
function subMatrix(
  matrix: Float64Array,
  width: number,
  rows: ArrayLike<number>,
  columns: ArrayLike<number>,
): Float64Array {
  const result = new Float64Array(rows.length * columns.length);
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * width;
    for (let j = 0; j < columns.length; j++)
      result[i * columns.length + j] = matrix[from + (columns[j] as number)] as number;
  }
  return result;
}

/** The inverse of the kept block of a matrix from the matrix's inverse (n × n). */
export async function reducedInverse(
  inverse: Float64Array,
  n: number,
  kept: readonly number[],
  removed: readonly number[],
  matMul: MatMul,
): Promise<Float64Array> {
  const rest = subMatrix(inverse, n, kept, kept);
  if (removed.length === 0) return rest;
  const r = kept.length;
  const f = removed.length;
  const across = subMatrix(inverse, n, kept, removed);
  const inner = await invertPositiveDefinite(subMatrix(inverse, n, removed, removed), f, matMul);
  const left = await matMul(across, inner.inverse, r, f, f);
  const correction = await matMul(left, transpose(across, r, f), r, f, r);
  for (let at = 0; at < rest.length; at++) rest[at] = (rest[at] as number) - (correction[at] as number);
  return rest;
}
