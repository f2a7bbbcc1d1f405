import type { BenchmarkTable } from './benchmarkTable';

/**
 * A task: a benchmark, or a part of one that is wide enough to be a task of its own. Tasks are what the linked model
 * compares and what an evaluation holds out.
 */
export interface Task {
  /** The benchmark's name, with `/<part>` where the benchmark is split. */
  readonly name: string;
  /** Index into `BenchmarkTable.benchmarks`. */
  readonly benchmark: number;
  readonly family: string;
  /**
   * Tasks with the same group are held out together: the family, or the part for benchmarks that are split (their parts
   * do not resemble one another more than other benchmarks do).
   */
  readonly group: string;
  readonly kind: string | null;
  readonly language: string | null;
  readonly source: string;
  readonly scoredBy: 'verifier' | 'judge' | 'human' | 'unknown';
  /** Indices into `BenchmarkTable.items`, ascending. */
  readonly items: Int32Array;
}

export interface TaskSplit {
  /** Sorted by name. */
  readonly tasks: readonly Task[];
  /** Index into `tasks`, one for each item of the table. */
  readonly taskOfItem: Int32Array;
}

/** Benchmarks that are split, by family: the part of an item's category that names its task. */
const splitFamilies: Readonly<Record<string, (category: string) => string>> = {
  'mmlu-pro': (category) => category,
  'reasoning-gym': (category) => category.split('/')[0] ?? category,
};

/** Splits a table into tasks: MMLU-Pro by category, Reasoning Gym by the first part of the category, the rest by benchmark. */
export function splitIntoTasks(table: BenchmarkTable): TaskSplit {
  const itemsByTask = new Map<string, { benchmark: number; part: string | null; items: number[] }>();
  for (const [index, item] of table.items.entries()) {
    const facts = table.benchmarks[item.benchmark];
    if (facts === undefined) continue;
    const split = splitFamilies[facts.family];
    const part = split === undefined || item.category === null ? null : split(item.category);
    const name = part === null ? facts.name : `${facts.name}/${part}`;
    const entry = itemsByTask.get(name) ?? { benchmark: item.benchmark, part, items: [] };
    entry.items.push(index);
    itemsByTask.set(name, entry);
  }
  const taskOfItem = new Int32Array(table.items.length);
  const names = [...itemsByTask.keys()].sort();
  const tasks = names.flatMap((name, task) => {
    const entry = itemsByTask.get(name);
    const facts = entry && table.benchmarks[entry.benchmark];
    if (entry === undefined || facts === undefined) return [];
    for (const item of entry.items) taskOfItem[item] = task;
    return [
      {
        name,
        benchmark: entry.benchmark,
        family: facts.family,
        group: entry.part === null ? facts.family : `${facts.family}/${entry.part}`,
        kind: facts.kind,
        language: facts.language,
        source: facts.source,
        scoredBy: facts.scoredBy,
        items: Int32Array.from(entry.items),
      },
    ];
  });
  return { tasks, taskOfItem };
}
