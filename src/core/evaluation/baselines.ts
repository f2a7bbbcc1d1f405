import type { CellCounts } from './heldOut';
import { minCellResults } from './rasch';

/**
 * The best model on average by **plain average**: each model's mean accuracy over the tasks that it happens to have been
 * run on. Confounded by which tasks those are; the baseline that most routers are compared with.
 * @returns one score for each model; 0 for a model without results
 */
export function plainAverages({ sums, counts }: CellCounts, models: number): Float64Array {
  const totals = new Float64Array(models);
  const tasks = new Float64Array(models);
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at] as number;
    if (count < minCellResults) continue;
    const model = at % models;
    totals[model] = (totals[model] as number) + (sums[at] as number) / count;
    tasks[model] = (tasks[model] as number) + 1;
  }
  return totals.map((total, model) => ((tasks[model] as number) > 0 ? total / (tasks[model] as number) : 0));
}

/**
 * The winner on the nearest benchmark: pool models in the order of their accuracy on the most similar training task where
 * at least two of them were run; models that were not run there come after, in the order of `fallback`.
 * @param similarities likeness of each task to the held-out one; −∞ for tasks that are held out
 * @param fallback scores that order models without results there
 * @returns one score for each model of the pool
 */
export function nearestBenchmarkScores(
  { sums, counts }: CellCounts,
  models: number,
  pool: Int32Array,
  similarities: ArrayLike<number>,
  fallback: readonly number[] | Float64Array,
): Float64Array {
  const order = Array.from({ length: similarities.length }, (_, task) => task)
    .filter((task) => (similarities[task] as number) > Number.NEGATIVE_INFINITY)
    .sort((a, b) => (similarities[b] as number) - (similarities[a] as number));
  const wasRun = (task: number, model: number): boolean => (counts[task * models + model] as number) >= minCellResults;
  const nearest = order.find((task) => pool.reduce((run, model) => run + (wasRun(task, model) ? 1 : 0), 0) >= 2);
  const range = 1 + Math.max(...fallback) - Math.min(...fallback);
  return Float64Array.from(pool, (model, at) => {
    if (nearest !== undefined && wasRun(nearest, model))
      return (sums[nearest * models + model] as number) / (counts[nearest * models + model] as number);
    return ((fallback[at] as number) - Math.max(...fallback)) / range - 1;
  });
}
