import type { BenchmarkTable } from '../benchmarks/benchmarkTable';
import type { Task, TaskSplit } from '../benchmarks/tasks';
import type { PoolResults } from './poolResults';

/** Which benchmarks are tested, and on which models (ROUTING part 4). */
export interface PoolRules {
  /** Items that a held-out benchmark must have. */
  readonly minItems: number;
  /** Share of the items that a model must have been run on to be in the pool. */
  readonly minCoverage: number;
  /** Results outside everything held out with the benchmark that a model must have. */
  readonly minElsewhere: number;
  readonly minModels: number;
}

export const poolRules: PoolRules = { minItems: 40, minCoverage: 0.9, minElsewhere: 80, minModels: 4 };

/** What may not be learned from while a group of tasks is tested. */
export interface HeldOutGroup {
  readonly group: string;
  /** Tasks that are held out (indices into `TaskSplit.tasks`), ascending. */
  readonly tasks: readonly number[];
  /** 1 for each item of the table that is out of training: the tasks' own, and (near) copies of their prompts anywhere. */
  readonly excluded: Uint8Array;
  /** Tasks of other groups that have such copies. */
  readonly overlapping: readonly number[];
}

/** A benchmark (or part of one) that is tested. */
export interface HeldOutPart {
  /** Index into `TaskSplit.tasks`. */
  readonly task: number;
  readonly name: string;
  readonly family: string;
  readonly group: string;
  readonly kind: string | null;
  /** Indices into `BenchmarkTable.items`. */
  readonly items: Int32Array;
  /** The pool: indices into `BenchmarkTable.models`, ascending. */
  readonly models: Int32Array;
  /** items × pool. */
  readonly results: PoolResults;
}

/** A benchmark that is not tested, and why. */
export interface UntestedTask {
  readonly name: string;
  readonly reason: string;
}

/** Result counts of every model in every task: tasks × models, row-major. */
export interface CellCounts {
  /** Sums of correctness. */
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/** @param excluded items that do not count (1), as in {@link HeldOutGroup} */
export function cellCounts(table: BenchmarkTable, split: TaskSplit, excluded?: Uint8Array): CellCounts {
  const models = table.models.length;
  const sums = new Float64Array(split.tasks.length * models);
  const counts = new Float64Array(split.tasks.length * models);
  for (let item = 0; item < table.items.length; item++) {
    if (excluded?.[item] === 1) continue;
    const row = (split.taskOfItem[item] as number) * models;
    for (let at = table.offsets[item] as number; at < (table.offsets[item + 1] as number); at++) {
      const cell = row + (table.resultModels[at] as number);
      sums[cell] = (sums[cell] as number) + (table.resultScores[at] as number);
      counts[cell] = (counts[cell] as number) + 1;
    }
  }
  return { sums, counts };
}

/**
 * The groups of tasks that are held out together, in order of their names.
 * @param clusters near-duplicate clusters of the table's prompts, see `promptClusters`
 */
export function heldOutGroups(split: TaskSplit, clusters: Int32Array): readonly HeldOutGroup[] {
  const tasksOf = new Map<string, number[]>();
  for (const [index, task] of split.tasks.entries())
    tasksOf.set(task.group, [...(tasksOf.get(task.group) ?? []), index]);
  const itemsOf = new Map<number, number[]>();
  for (const [item, cluster] of clusters.entries()) {
    const known = itemsOf.get(cluster);
    if (known === undefined) itemsOf.set(cluster, [item]);
    else known.push(item);
  }
  return [...tasksOf]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, tasks]) => ({ group, ...holdOut(split, tasks, clusters, itemsOf) }));
}

function holdOut(
  split: TaskSplit,
  tasks: readonly number[],
  clusters: Int32Array,
  itemsOf: ReadonlyMap<number, readonly number[]>,
): Omit<HeldOutGroup, 'group'> {
  const excluded = new Uint8Array(clusters.length);
  const overlapping = new Set<number>();
  for (const task of tasks) {
    for (const item of (split.tasks[task] as Task).items) {
      for (const copy of itemsOf.get(clusters[item] as number) ?? []) excluded[copy] = 1;
    }
  }
  for (let item = 0; item < excluded.length; item++) {
    if (excluded[item] === 1) overlapping.add(split.taskOfItem[item] as number);
  }
  for (const task of tasks) overlapping.delete(task);
  return { tasks, excluded, overlapping: [...overlapping].sort((a, b) => a - b) };
}

/**
 * The parts that can be tested, and the ones that cannot with the reason.
 * @param only tasks to consider; all where absent
 */
export function heldOutParts(
  table: BenchmarkTable,
  split: TaskSplit,
  groups: readonly HeldOutGroup[],
  rules: PoolRules = poolRules,
  only?: ReadonlySet<number>,
): { readonly parts: readonly HeldOutPart[]; readonly untested: readonly UntestedTask[] } {
  const models = table.models.length;
  const { counts } = cellCounts(table, split);
  const parts: HeldOutPart[] = [];
  const untested: UntestedTask[] = [];
  for (const { group, tasks, excluded } of groups) {
    const elsewhere = new Float64Array(models);
    const rest = cellCounts(table, split, excluded).counts;
    for (let cell = 0; cell < rest.length; cell++) {
      elsewhere[cell % models] = (elsewhere[cell % models] as number) + (rest[cell] as number);
    }
    for (const index of tasks) {
      if (only !== undefined && !only.has(index)) continue;
      const task = split.tasks[index] as Task;
      if (task.items.length < rules.minItems) {
        untested.push({ name: task.name, reason: `${task.items.length} items, fewer than ${rules.minItems}` });
        continue;
      }
      const pool = Int32Array.from(
        Array.from({ length: models }, (_, model) => model).filter(
          (model) =>
            (counts[index * models + model] as number) >= rules.minCoverage * task.items.length &&
            (elsewhere[model] as number) >= rules.minElsewhere,
        ),
      );
      if (pool.length < rules.minModels) {
        untested.push({
          name: task.name,
          reason: `${pool.length} models with results on ${Math.round(100 * rules.minCoverage)} % of its items and ${rules.minElsewhere} results elsewhere, fewer than ${rules.minModels}`,
        });
        continue;
      }
      parts.push({
        task: index,
        name: task.name,
        family: task.family,
        group,
        kind: task.kind,
        items: task.items,
        models: pool,
        results: poolResults(table, task.items, pool),
      });
    }
  }
  return { parts, untested };
}

/** Results of chosen models on chosen items, as a dense matrix. */
export function poolResults(table: BenchmarkTable, items: Int32Array, models: Int32Array): PoolResults {
  const place = new Int32Array(table.models.length).fill(-1);
  for (const [at, model] of models.entries()) place[model] = at;
  const scores = new Float32Array(items.length * models.length).fill(Number.NaN);
  for (const [row, item] of items.entries()) {
    for (let at = table.offsets[item] as number; at < (table.offsets[item + 1] as number); at++) {
      const column = place[table.resultModels[at] as number] as number;
      if (column >= 0) scores[row * models.length + column] = table.resultScores[at] as number;
    }
  }
  return { items: items.length, models: models.length, scores };
}
