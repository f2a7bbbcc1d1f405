import type { BenchmarkTable } from '../benchmarks/benchmarkTable';
import type { TaskSplit } from '../benchmarks/tasks';
import type { HeldOutGroup } from './heldOut';

/** Training and test data in one table: test benchmarks come last and keep their names where those are free. */
export interface MergedTable {
  readonly table: BenchmarkTable;
  /** Index of the first test item. */
  readonly firstTestItem: number;
}

/** Appends the items of one table to those of another. */
export function mergeTables(train: BenchmarkTable, test: BenchmarkTable): MergedTable {
  const taken = new Set(train.benchmarks.map(({ name }) => name));
  const models = [...new Set([...train.models, ...test.models])].sort();
  const place = new Map(models.map((id, index) => [id, index]));
  const trainResults = train.offsets[train.items.length] as number;
  const renumber = (table: BenchmarkTable): Uint16Array =>
    table.resultModels.map((model) => place.get(table.models[model] as string) as number);
  const benchmarks = train.benchmarks.length;
  return {
    table: {
      benchmarks: [
        ...train.benchmarks,
        ...test.benchmarks.map((facts) => ({
          ...facts,
          name: taken.has(facts.name) ? `test/${facts.name}` : facts.name,
        })),
      ],
      models,
      items: [...train.items, ...test.items.map((item) => ({ ...item, benchmark: item.benchmark + benchmarks }))],
      offsets: Int32Array.from([...train.offsets, ...test.offsets.slice(1).map((offset) => offset + trainResults)]),
      resultModels: Uint16Array.from([...renumber(train), ...renumber(test)]),
      resultScores: Float32Array.from([...train.resultScores, ...test.resultScores]),
    },
    firstTestItem: train.items.length,
  };
}

/**
 * Holds out everything that external test data may share with the training data: the test tasks, the tasks of the same
 * families, and (near) copies of test prompts.
 * @returns one group, and the test tasks in it
 */
export function testGroup(
  split: TaskSplit,
  clusters: Int32Array,
  firstTestItem: number,
): { readonly group: HeldOutGroup; readonly testTasks: ReadonlySet<number> } {
  const testTasks = new Set<number>();
  const testClusters = new Set<number>();
  for (let item = firstTestItem; item < clusters.length; item++) {
    testTasks.add(split.taskOfItem[item] as number);
    testClusters.add(clusters[item] as number);
  }
  const families = new Set([...testTasks].map((task) => split.tasks[task]?.family));
  const tasks = split.tasks.flatMap((task, index) => (families.has(task.family) ? [index] : []));
  const held = new Set(tasks);
  const excluded = new Uint8Array(clusters.length);
  const overlapping = new Set<number>();
  for (let item = 0; item < clusters.length; item++) {
    const task = split.taskOfItem[item] as number;
    if (held.has(task)) excluded[item] = 1;
    else if (testClusters.has(clusters[item] as number)) {
      excluded[item] = 1;
      overlapping.add(task);
    }
  }
  return {
    group: { group: 'test data', tasks, excluded, overlapping: [...overlapping].sort((a, b) => a - b) },
    testTasks,
  };
}
