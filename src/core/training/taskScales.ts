import { choleskyFactor } from './invertPositiveDefinite';
import type { KernelMatrices } from './kernels';
import { fitLinkedGaussianProcess, type LinkedFit, leaveOut, type Pairs } from './linkedGaussianProcess';
import type { MatMul } from './matMul';

/** Standard deviation of the prior of a scale's logarithm. */
const priorDeviation = 0.35;
/** Scales are sought between exp(−this) and exp(this). */
const largestLog = 1.3;
const logStep = 0.1;
/** Variance of a task's level: so wide that only differences between models count. */
const levelVariance = 100;
/** Tasks with fewer models keep scale 1. */
const fewestModels = 3;

/**
 * How far apart each task sets models, against the average task: the discrimination of item response theory, for whole
 * tasks. Judged scores lie close together, chains of deduction far apart; unscaled, the former would look like agreement
 * and the latter like large differences in ability. The scale of a task is the one under which its results, given all
 * tasks outside its group, are most likely (differences between models only, log-normal prior around 1).
 *
 * @param fit made with all scales at 1
 * @param groupOfTask by task: tasks of one group do not tell of one another
 * @returns one scale for each task of `fit.kernels`
 */
export async function taskScales(
  fit: LinkedFit,
  groupOfTask: readonly string[],
  matMul: MatMul,
): Promise<Float64Array> {
  const { pairs } = fit;
  const scales = new Float64Array(fit.kernels.tasks).fill(1);
  const byGroup = new Map<string, number[]>();
  for (let pair = 0; pair < pairs.tasks.length; pair++) {
    const group = groupOfTask[pairs.tasks[pair] as number] as string;
    const members = byGroup.get(group);
    if (members) members.push(pair);
    else byGroup.set(group, [pair]);
  }
  for (const members of byGroup.values()) {
    const { mean, covariance } = await leaveOut(fit, members, matMul);
    const positions = new Map<number, number[]>();
    for (const [at, pair] of members.entries()) {
      const task = pairs.tasks[pair] as number;
      positions.set(task, [...(positions.get(task) ?? []), at]);
    }
    for (const [task, own] of positions) {
      if (own.length < fewestModels) continue;
      scales[task] = likeliestScale(
        own.map((at) => pairs.logits[members[at] as number] as number),
        own.map((at) => mean[at] as number),
        own.map((at) => pairs.noise[members[at] as number] as number),
        (i, j) => covariance[(own[i] as number) * members.length + (own[j] as number)] as number,
      );
    }
  }
  return scales;
}

/**
 * The likeliest scale of one task.
 * @param logits observed
 * @param means predicted at scale 1
 * @param noise variance of each observation
 * @param covariance of the prediction at scale 1, the noise included
 */
export function likeliestScale(
  logits: readonly number[],
  means: readonly number[],
  noise: readonly number[],
  covariance: (i: number, j: number) => number,
): number {
  const n = logits.length;
  const matrix = new Float64Array(n * n);
  const logDensity = (log: number): number => {
    const scale = Math.exp(log);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        const own = i === j ? (noise[i] as number) : 0;
        const value = scale * scale * (covariance(i, j) - own) + own + levelVariance;
        matrix[i * n + j] = value;
        matrix[j * n + i] = value;
      }
    }
    const factor = choleskyFactor(matrix, n);
    let density = -(log * log) / (2 * priorDeviation * priorDeviation);
    const solved = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      let value = (logits[i] as number) - scale * (means[i] as number);
      for (let j = 0; j < i; j++) value -= (factor[i * n + j] as number) * (solved[j] as number);
      const diagonal = factor[i * n + i] as number;
      solved[i] = value / diagonal;
      density -= 0.5 * (solved[i] as number) ** 2 + Math.log(diagonal);
    }
    return density;
  };
  const steps = Math.round((2 * largestLog) / logStep);
  let best = { log: 0, density: Number.NEGATIVE_INFINITY };
  for (let step = 0; step <= steps; step++) {
    const log = -largestLog + step * logStep;
    const density = logDensity(log);
    if (density > best.density) best = { log, density };
  }
  return Math.exp(best.log);
}

/** Observations on the scale of the average task: logits and their deviations divided by their task's scale. */
export function rescaledPairs(pairs: Pairs, scales: Float64Array): Pairs {
  const scale = Float64Array.from(pairs.tasks, (task) => scales[task] as number);
  return {
    ...pairs,
    scale,
    logits: pairs.logits.map((logit, pair) => logit / (scale[pair] as number)),
    noise: pairs.noise.map((variance, pair) => variance / (scale[pair] as number) ** 2),
  };
}

/** Fits once to learn the scales of the tasks, then again to the rescaled observations. */
export async function fitScaled(
  pairs: Pairs,
  kernels: KernelMatrices,
  groupOfTask: readonly string[],
  matMul: MatMul,
): Promise<LinkedFit> {
  const unscaled = await fitLinkedGaussianProcess(pairs, kernels, matMul);
  const scales = await taskScales(unscaled, groupOfTask, matMul);
  return fitLinkedGaussianProcess(rescaledPairs(pairs, scales), kernels, matMul);
}
