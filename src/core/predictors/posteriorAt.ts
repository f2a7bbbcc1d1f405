import { dequantiseRows } from '../bundle/quantise';
import type { JointPosterior } from './router';
import type { RouterParameters } from './routerParameters';

/** Weights of the tasks in a neighbourhood: softmax of sharpness × cosine, summed by task. */
export function mixtureOf(
  neighbours: ArrayLike<number>,
  similarities: ArrayLike<number>,
  taskOfRow: Int32Array,
  tasks: number,
  sharpness: number,
): Float32Array {
  const mixture = new Float32Array(tasks);
  const largest = Math.max(...Array.from(similarities));
  const weights = Array.from(similarities, (cosine) => Math.exp(sharpness * (cosine - largest)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  for (const [i, weight] of weights.entries()) {
    const task = taskOfRow[neighbours[i] as number] as number;
    mixture[task] = (mixture[task] as number) + weight / sum;
  }
  return mixture;
}

function vectorTimes(vector: ArrayLike<number>, matrix: Float32Array, rows: number, columns: number): Float64Array {
  const product = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    const factor = vector[i] as number;
    if (factor === 0) continue;
    for (let j = 0; j < columns; j++)
      product[j] = (product[j] as number) + factor * (matrix[i * columns + j] as number);
  }
  return product;
}

/** Logits of every model at an input with the given kernel rows: M. */
function logitsAt(parameters: RouterParameters, task: Float64Array, difficulty: Float64Array): Float64Array {
  const { weights, models } = parameters;
  let shift = 0;
  for (let b = 0; b < difficulty.length; b++) shift += (difficulty[b] as number) * (weights.difficulty[b] as number);
  return vectorTimes(task, weights.skill, task.length, models.length).map(
    (value, m) => value + shift + (weights.ability[m] as number),
  );
}

/**
 * Kernel row of an input: its likeness to every task by text, exp(−(1 − cos)/ℓ), and the covariance of its difficulty
 * with theirs, which the tasks of its neighbourhood hand on.
 */
function kernelRow(
  parameters: RouterParameters,
  centroid: ArrayLike<number>,
  mixture: ArrayLike<number>,
): { task: Float64Array; difficulty: Float64Array } {
  const { kernels, constants } = parameters;
  const T = parameters.tasks.length;
  const D = parameters.projection.columns;
  const all = kernels.cosineFactors.length;
  const direction = vectorTimes(mixture, kernels.centroids, T, D);
  let squares = 0;
  for (let j = 0; j < D; j++) {
    direction[j] = (centroid[j] as number) + middleWeight * (direction[j] as number);
    squares += (direction[j] as number) ** 2;
  }
  const length = Math.max(Math.sqrt(squares), 1e-12);
  const task = new Float64Array(all);
  const difficulty = new Float64Array(all);
  for (let b = 0; b < all; b++) {
    let cosine = 0;
    for (let j = 0; j < D; j++)
      cosine += ((direction[j] as number) / length) * (kernels.centroids[b * D + j] as number);
    const distance = cosine * (kernels.cosineFactors[b] as number) - 1;
    task[b] = Math.exp(distance / constants.taskScale);
    difficulty[b] = constants.sharedDifficulty * Math.exp(distance / constants.difficultyScale);
  }
  for (let t = 0; t < T; t++) {
    difficulty[t] = (difficulty[t] as number) + constants.inheritedDifficulty * (mixture[t] as number);
  }
  return { task, difficulty };
}

/** Weight of the mixture's middle in an input's direction: it counts only where the input itself is zero. */
export const middleWeight = 1e-5;

/** Logits of every model for one input. */
export function inputLogits(
  parameters: RouterParameters,
  centroid: ArrayLike<number>,
  mixture: ArrayLike<number>,
): Float64Array {
  const { task, difficulty } = kernelRow(parameters, centroid, mixture);
  return logitsAt(parameters, task, difficulty);
}

/**
 * The joint posterior at one input, in plain arithmetic: the reference of the bundle's posterior graph.
 *
 * The input is taken for a mixture of known tasks, whose spread it inherits, and a remainder: ν = 1 − 2 w·k + wᵀK_T w is the
 * prior variance of what the mixture leaves of an input with kernel row k (at most 1), and adds the prior's spread.
 */
export function posteriorAt(
  parameters: RouterParameters,
  centroid: ArrayLike<number>,
  mixture: ArrayLike<number>,
): JointPosterior {
  const { kernels, posterior } = parameters;
  const T = parameters.tasks.length;
  const M = parameters.models.length;
  const { task, difficulty } = kernelRow(parameters, centroid, mixture);
  const mean = Float32Array.from(logitsAt(parameters, task, difficulty));
  const likeness = vectorTimes(mixture, kernels.likeness, T, T);
  let left = 1;
  for (let t = 0; t < T; t++) left += (mixture[t] as number) * ((likeness[t] as number) - 2 * (task[t] as number));
  const novelty = Math.min(1, Math.max(0, left));
  const known = vectorTimes(mixture, dequantiseRows(posterior.factors), T, M * posterior.rank);
  const own = vectorTimes(mixture, posterior.own, T, M);
  const rank = posterior.rank + posterior.noveltyRank + 1;
  const factors = new Float32Array(M * rank);
  const ownVariance = new Float32Array(M);
  for (let m = 0; m < M; m++) {
    for (let r = 0; r < posterior.rank; r++) factors[m * rank + r] = known[m * posterior.rank + r] as number;
    for (let r = 0; r < posterior.noveltyRank; r++) {
      factors[m * rank + posterior.rank + r] =
        Math.sqrt(novelty) * (posterior.noveltyFactors[m * posterior.noveltyRank + r] as number);
    }
    factors[m * rank + rank - 1] = posterior.difficultySpread;
    ownVariance[m] = (own[m] as number) + novelty * (posterior.noveltyOwn[m] as number);
  }
  return { mean, factors, rank, ownVariance };
}
