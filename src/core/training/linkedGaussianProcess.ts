import { invertInPlace } from './invertPositiveDefinite';
import type { KernelMatrices } from './kernels';
import { type MatMul, transpose } from './matMul';

/** Observations: what model `models[i]` reached on task `tasks[i]`, as a logit with its noise variance. */
export interface Pairs {
  readonly tasks: Int32Array;
  readonly models: Int32Array;
  readonly logits: Float64Array;
  readonly noise: Float64Array;
  /** What each logit and its deviation were divided by; see `taskScales`. */
  readonly scale: Float64Array;
}

/** A fitted linked Gaussian process over (task, model). */
export interface LinkedFit {
  readonly pairs: Pairs;
  readonly kernels: KernelMatrices;
  /** Prior mean, see {@link priorMean}. */
  readonly mean: number;
  /** n × n: K⁻¹, noise included. */
  readonly inverse: Float64Array;
  /** n: K⁻¹ (y − mean). */
  readonly alpha: Float64Array;
  readonly logMarginalLikelihood: number;
}

/** Logit and noise variance of `sum` points in `count` items: logit((s + ½)/(n + 1)) and 1/(n p (1 − p)) + extra. */
export function observedLogit(sum: number, count: number, extraNoise: number): { logit: number; noise: number } {
  const p = (sum + 0.5) / (count + 1);
  return { logit: Math.log(p / (1 - p)), noise: 1 / (count * p * (1 - p)) + extraNoise };
}

/** The mean of the observed logits on tasks with prompts; of all where there are none. */
export function priorMean(pairs: Pairs, { promptless }: KernelMatrices): number {
  const onPrompts = pairs.logits.filter((_, pair) => promptless[pairs.tasks[pair] as number] !== 1);
  const logits = onPrompts.length > 0 ? onPrompts : pairs.logits;
  return logits.reduce((sum, logit) => sum + logit / logits.length, 0);
}

/** Prior covariance of two pairs, without noise. */
function covariance(pairs: Pairs, kernels: KernelMatrices, i: number, j: number): number {
  const ti = (pairs.tasks[i] as number) * kernels.tasks + (pairs.tasks[j] as number);
  const mi = (pairs.models[i] as number) * kernels.models + (pairs.models[j] as number);
  return (
    (kernels.ability[mi] as number) +
    (kernels.task[ti] as number) * (kernels.skill[mi] as number) +
    (kernels.difficulty[ti] as number)
  );
}

/**
 * Fits the linked Gaussian process exactly: O(n³) in the number of pairs, nearly all of it in `matMul`.
 */
export async function fitLinkedGaussianProcess(
  pairs: Pairs,
  kernels: KernelMatrices,
  matMul: MatMul,
): Promise<LinkedFit> {
  const n = pairs.logits.length;
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const value = covariance(pairs, kernels, i, j);
      matrix[i * n + j] = value;
      matrix[j * n + i] = value;
    }
    matrix[i * n + i] = covariance(pairs, kernels, i, i) + (pairs.noise[i] as number);
  }
  const { inverse, logDeterminant } = await invertInPlace(matrix, n, matMul);
  const mean = priorMean(pairs, kernels);
  const alpha = new Float64Array(n);
  let fit = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += (inverse[i * n + j] as number) * ((pairs.logits[j] as number) - mean);
    alpha[i] = sum;
    fit += sum * ((pairs.logits[i] as number) - mean);
  }
  const logMarginalLikelihood = -0.5 * (fit + logDeterminant + n * Math.log(2 * Math.PI));
  return { pairs, kernels, mean, inverse, alpha, logMarginalLikelihood };
}

/** Prediction of held-out pairs from all others, their noise included. */
export interface HeldOutPrediction {
  /** f means, in the order of the indices asked for. */
  readonly mean: Float64Array;
  /** f × f covariance. */
  readonly covariance: Float64Array;
}

/**
 * Predicts a block of pairs as if it had never been observed, in closed form: μ_F = y_F − Σ_F α_F with
 * Σ_F = ([K⁻¹]_FF)⁻¹ (Rasmussen and Williams 2006, 5.4.2, for blocks). The prior mean stays that of all pairs.
 */
export async function leaveOut(fit: LinkedFit, indices: ArrayLike<number>, matMul: MatMul): Promise<HeldOutPrediction> {
  const n = fit.alpha.length;
  const f = indices.length;
  const inner = new Float64Array(f * f);
  for (let i = 0; i < f; i++) {
    for (let j = 0; j < f; j++) {
      inner[i * f + j] = fit.inverse[(indices[i] as number) * n + (indices[j] as number)] as number;
    }
  }
  const { inverse: covarianceOfBlock } = await invertInPlace(inner, f, matMul);
  const mean = new Float64Array(f);
  for (let i = 0; i < f; i++) {
    let shift = 0;
    for (let j = 0; j < f; j++) {
      shift += (covarianceOfBlock[i * f + j] as number) * (fit.alpha[indices[j] as number] as number);
    }
    mean[i] = (fit.pairs.logits[indices[i] as number] as number) - shift;
  }
  return { mean, covariance: covarianceOfBlock };
}

/** The posterior mean as two small matrices: logit(x, m) = mean + ability_m + Σ_b k(x,b) skill_mb + Σ_b k_D(x,b) difficulty_b. */
export interface LinkedWeights {
  readonly mean: number;
  /** M. */
  readonly ability: Float64Array;
  /** M × T. */
  readonly skill: Float64Array;
  /** T. */
  readonly difficulty: Float64Array;
}

/** Sums of values over pairs of the same model and task: M × T. */
export function scatter(pairs: Pairs, values: ArrayLike<number>, models: number, tasks: number): Float64Array {
  const grid = new Float64Array(models * tasks);
  for (let i = 0; i < pairs.models.length; i++) {
    const at = (pairs.models[i] as number) * tasks + (pairs.tasks[i] as number);
    grid[at] = (grid[at] as number) + (values[i] as number);
  }
  return grid;
}

/** Condenses a fit into {@link LinkedWeights}. */
export async function linkedWeights(fit: LinkedFit, matMul: MatMul): Promise<LinkedWeights> {
  const { tasks, models, ability, skill } = fit.kernels;
  const grid = scatter(fit.pairs, fit.alpha, models, tasks);
  const byModel = new Float64Array(models);
  const difficulty = new Float64Array(tasks);
  for (let m = 0; m < models; m++) {
    for (let t = 0; t < tasks; t++) {
      const value = grid[m * tasks + t] as number;
      byModel[m] = (byModel[m] as number) + value;
      difficulty[t] = (difficulty[t] as number) + value;
    }
  }
  return {
    mean: fit.mean,
    ability: await matMul(ability, byModel, models, models, 1),
    skill: await matMul(skill, grid, models, models, tasks),
    difficulty,
  };
}

/** Kernel row of one input: its likeness to every task, and the covariance of its difficulty with theirs. */
export interface KernelRow {
  /** T. */
  readonly task: ArrayLike<number>;
  /** T. */
  readonly difficulty: ArrayLike<number>;
}

/** Posterior mean logits of all models for inputs given by their kernel rows; inputs × M. */
export async function predictLogits(
  weights: LinkedWeights,
  rows: readonly KernelRow[],
  matMul: MatMul,
): Promise<Float64Array> {
  const models = weights.ability.length;
  const tasks = weights.difficulty.length;
  const task = new Float64Array(rows.length * tasks);
  for (const [index, row] of rows.entries()) task.set(row.task, index * tasks);
  const logits = await matMul(task, transpose(weights.skill, models, tasks), rows.length, tasks, models);
  for (const [index, row] of rows.entries()) {
    let shift = weights.mean;
    for (let t = 0; t < tasks; t++) shift += (row.difficulty[t] as number) * (weights.difficulty[t] as number);
    for (let m = 0; m < models; m++) {
      logits[index * models + m] = (logits[index * models + m] as number) + shift + (weights.ability[m] as number);
    }
  }
  return logits;
}
