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

/** Logits of every model for one prompt, from the mixture of tasks in its neighbourhood. */
export function promptLogits(parameters: RouterParameters, mixture: ArrayLike<number>): Float64Array {
  const T = parameters.tasks.length;
  const all = parameters.weights.difficulty.length;
  return logitsAt(
    parameters,
    vectorTimes(mixture, parameters.kernels.task, T, all),
    vectorTimes(mixture, parameters.kernels.difficulty, T, all),
  );
}

/**
 * The joint posterior at one input, in plain arithmetic: the reference of the bundle's posterior graph.
 *
 * The kernel row of a dataset is λ times that of its centroid (text likeness × context expected under the mixture) plus
 * 1 − λ times that of its mixture, λ = (n − 1)/(n − 1 + prior): one prompt is its neighbourhood, a dataset its centroid.
 * The interpolation weights z = K_B⁻¹ k carry the spread of the known tasks over, and the part of the input that they do
 * not explain, 1 − k·z, adds the prior's.
 */
export function posteriorAt(
  parameters: RouterParameters,
  centroid: ArrayLike<number>,
  mixture: ArrayLike<number>,
  prompts: number,
): JointPosterior {
  const { kernels, constants, posterior } = parameters;
  const T = parameters.tasks.length;
  const all = parameters.weights.difficulty.length;
  const M = parameters.models.length;
  const D = centroid.length;
  const trust = (prompts - 1) / (prompts - 1 + constants.centroidPrior);
  let squares = 0;
  for (let j = 0; j < D; j++) squares += (centroid[j] as number) ** 2;
  const length = Math.max(Math.sqrt(squares), 1e-12);
  const context = vectorTimes(mixture, kernels.context, T, all);
  const task = vectorTimes(mixture, kernels.task, T, all);
  const difficulty = vectorTimes(mixture, kernels.difficulty, T, all);
  for (let b = 0; b < all; b++) {
    let cosine = 0;
    for (let j = 0; j < D; j++) cosine += ((centroid[j] as number) / length) * (kernels.centroids[b * D + j] as number);
    const distance = cosine * (kernels.cosineFactors[b] as number) - 1;
    task[b] =
      trust * Math.exp(distance / constants.taskScale) * (context[b] as number) + (1 - trust) * (task[b] as number);
    difficulty[b] =
      trust * constants.sharedDifficulty * Math.exp(distance / constants.difficultyScale) +
      (1 - trust) * (difficulty[b] as number);
  }
  const mean = Float32Array.from(logitsAt(parameters, task, difficulty));
  const z = vectorTimes(task.subarray(0, T), kernels.taskInverse, T, T);
  let explained = 0;
  for (let t = 0; t < T; t++) explained += (task[t] as number) * (z[t] as number);
  const novelty = Math.max(0, 1 - explained);
  const known = vectorTimes(z, posterior.factors, T, M * posterior.rank);
  const own = vectorTimes(
    z.map((value) => Math.max(0, value)),
    posterior.own,
    T,
    M,
  );
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
