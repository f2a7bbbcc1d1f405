import type { CellCounts } from './heldOut';

/** One accuracy of a model on a task, in logits. */
export interface Cell {
  readonly task: number;
  readonly model: number;
  /** logit((s + ½)/(n + 1)), s the sum of scores. */
  readonly logit: number;
  /** Sampling variance 1/(n p (1 − p)) of the logit. */
  readonly variance: number;
}

/** Results that a cell must have to count (ROUTING part 4). */
export const minCellResults = 10;

/** Accuracy as a logit with its sampling variance; the half results keep it finite. */
export function logitOf(sum: number, count: number): { readonly logit: number; readonly variance: number } {
  const p = (sum + 0.5) / (count + 1);
  return { logit: Math.log(p / (1 - p)), variance: 1 / (count * p * (1 - p)) };
}

/** The cells with at least {@link minCellResults} results; tasks and models index the count matrices. */
export function cellsOf({ sums, counts }: CellCounts, models: number): readonly Cell[] {
  const cells: Cell[] = [];
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at] as number;
    if (count < minCellResults) continue;
    cells.push({ task: Math.floor(at / models), model: at % models, ...logitOf(sums[at] as number, count) });
  }
  return cells;
}

/** Prior variances of ability and difficulty, and the noise beyond sampling, in squared logits. */
const abilityVariance = 0.8;
const difficultyVariance = 4;
const excessVariance = 0.25;

/** A Rasch model of accuracies. */
export interface LinkedEffects {
  readonly mean: number;
  /** By model; 0 for a model without cells. */
  readonly abilities: Float64Array;
  /** By task; 0 for a task without cells. */
  readonly difficulties: Float64Array;
}

/** {@link linkedEffects}, the abilities alone. */
export function linkedAbilities(cells: readonly Cell[], tasks: number, models: number): Float64Array {
  return linkedEffects(cells, tasks, models).abilities;
}

/** Ability of one more model, given the effects of the others, from a few cells of its own. */
export function abilityFrom(cells: readonly Cell[], { mean, difficulties }: LinkedEffects): number {
  let weight = 1 / abilityVariance;
  let sum = 0;
  for (const cell of cells) {
    const own = 1 / (cell.variance + excessVariance);
    weight += own;
    sum += own * (cell.logit - mean - (difficulties[cell.task] as number));
  }
  return sum / weight;
}

/**
 * Linked ability (a Rasch model on accuracies): logit accuracy = mean + ability(model) + difficulty(task) + noise, with
 * Gaussian priors, solved by block coordinate descent. Models that never met on one task are compared through the tasks
 * and models between them. This is the "best model on average" that every router must beat.
 */
export function linkedEffects(cells: readonly Cell[], tasks: number, models: number): LinkedEffects {
  const abilities = new Float64Array(models);
  const difficulties = new Float64Array(tasks);
  const weights = cells.map((cell) => 1 / (cell.variance + excessVariance));
  let total = 0;
  let weighted = 0;
  for (const [i, cell] of cells.entries()) {
    total += weights[i] as number;
    weighted += (weights[i] as number) * cell.logit;
  }
  const centre = total > 0 ? weighted / total : 0;
  for (let round = 0; round < 200; round++) {
    sweep(
      cells,
      weights,
      difficulties,
      (cell) => cell.task,
      (cell) => cell.logit - centre - (abilities[cell.model] as number),
      difficultyVariance,
    );
    const moved = sweep(
      cells,
      weights,
      abilities,
      (cell) => cell.model,
      (cell) => cell.logit - centre - (difficulties[cell.task] as number),
      abilityVariance,
    );
    if (moved < 1e-7) break;
  }
  return { mean: centre, abilities, difficulties };
}

/** Sets every effect to its posterior mean given the residuals; returns the largest change. */
function sweep(
  cells: readonly Cell[],
  weights: readonly number[],
  effects: Float64Array,
  effectOf: (cell: Cell) => number,
  residual: (cell: Cell) => number,
  variance: number,
): number {
  const sums = new Float64Array(effects.length);
  const totals = new Float64Array(effects.length).fill(1 / variance);
  for (const [i, cell] of cells.entries()) {
    const effect = effectOf(cell);
    sums[effect] = (sums[effect] as number) + (weights[i] as number) * residual(cell);
    totals[effect] = (totals[effect] as number) + (weights[i] as number);
  }
  let moved = 0;
  for (let effect = 0; effect < effects.length; effect++) {
    const value = (sums[effect] as number) / (totals[effect] as number);
    moved = Math.max(moved, Math.abs(value - (effects[effect] as number)));
    effects[effect] = value;
  }
  return moved;
}
