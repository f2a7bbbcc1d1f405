import type { RouterParameters } from '../predictors/routerParameters';

/** Everything that a router's parameters hold of one model. T tasks with prompts, T' ≥ T with others. */
export interface ModelColumn {
  readonly id: string;
  readonly resultCount: number;
  /** Mean logit, averaged over the kinds of task. */
  readonly averageLogit: number;
  readonly ability: number;
  /** T'. */
  readonly skill: Float64Array;
  /** T × rank. */
  readonly factors: Float64Array;
  /** T. */
  readonly own: Float64Array;
  readonly noveltyFactors: Float64Array;
  readonly noveltyOwn: number;
  /** Mean correctness by task. */
  readonly accuracies: ReadonlyMap<number, number>;
}

/** The column of a model that the router knows. */
export function columnOf(parameters: RouterParameters, model: number): ModelColumn {
  const { weights, posterior, models } = parameters;
  const M = models.length;
  const T = parameters.tasks.length;
  const { rank, noveltyRank } = posterior;
  const factors = new Float64Array(T * rank);
  for (let t = 0; t < T; t++) {
    for (let r = 0; r < rank; r++) {
      const value = posterior.factors.values[(t * M + model) * rank + r] as number;
      factors[t * rank + r] = value * (posterior.factors.scales[t] as number);
    }
  }
  return {
    id: models[model] as string,
    resultCount: parameters.resultCounts[model] as number,
    averageLogit: parameters.abilities[model] as number,
    ability: weights.ability[model] as number,
    skill: Float64Array.from(weights.difficulty, (_, b) => weights.skill[b * M + model] as number),
    factors,
    own: Float64Array.from({ length: T }, (_, t) => posterior.own[t * M + model] as number),
    noveltyFactors: Float64Array.from(
      posterior.noveltyFactors.subarray(model * noveltyRank, (model + 1) * noveltyRank),
    ),
    noveltyOwn: posterior.noveltyOwn[model] as number,
    accuracies: new Map(
      parameters.tasks.flatMap(({ accuracies }, t) => {
        const accuracy = accuracies.get(model);
        return accuracy === undefined ? [] : [[t, accuracy] as const];
      }),
    ),
  };
}

/**
 * A router with columns replaced (of models that it knows) and appended (of others), and with further tasks without prompts,
 * in which all other models have no skill. Every number of the other models stays as it is, bit for bit: 8-bit loadings
 * keep the scale of their task, and what a new loading loses by it becomes variance of its own.
 * @param centroids D each, of the further tasks; the columns' skills cover them
 */
export function withColumns(
  parameters: RouterParameters,
  columns: readonly ModelColumn[],
  centroids: readonly Float64Array[],
): RouterParameters {
  const old = parameters.models.length;
  const models = [...new Set([...parameters.models, ...columns.map(({ id }) => id)])];
  const M = models.length;
  const T = parameters.tasks.length;
  const known = parameters.weights.difficulty.length;
  const all = known + centroids.length;
  const D = parameters.projection.columns;
  const { rank, noveltyRank } = parameters.posterior;
  const resultCounts = grown(parameters.resultCounts, new Int32Array(M));
  const abilities = grown(parameters.abilities, new Float32Array(M));
  const ability = grown(parameters.weights.ability, new Float32Array(M));
  const skill = grownRows(parameters.weights.skill, new Float32Array(all * M), old, M);
  const factors = grownRows(parameters.posterior.factors.values, new Int8Array(T * M * rank), old * rank, M * rank);
  const own = grownRows(parameters.posterior.own, new Float32Array(T * M), old, M);
  const noveltyFactors = grown(parameters.posterior.noveltyFactors, new Float32Array(M * noveltyRank));
  const noveltyOwn = grown(parameters.posterior.noveltyOwn, new Float32Array(M));
  const accuracies = parameters.tasks.map((task) => new Map(task.accuracies));
  for (const column of columns) {
    const m = models.indexOf(column.id);
    resultCounts[m] = column.resultCount;
    abilities[m] = column.averageLogit;
    ability[m] = column.ability;
    for (let b = 0; b < all; b++) skill[b * M + m] = column.skill[b] as number;
    for (let t = 0; t < T; t++) {
      const scale = parameters.posterior.factors.scales[t] as number;
      let lost = 0;
      for (let r = 0; r < rank; r++) {
        const wanted = column.factors[t * rank + r] as number;
        const step = scale === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(wanted / scale)));
        factors[(t * M + m) * rank + r] = step;
        lost += (wanted - step * scale) ** 2;
      }
      own[t * M + m] = (column.own[t] as number) + lost;
    }
    noveltyFactors.set(column.noveltyFactors, m * noveltyRank);
    noveltyOwn[m] = column.noveltyOwn;
    for (const [t, accuracy] of column.accuracies) accuracies[t]?.set(m, accuracy);
  }
  const directions = grown(parameters.kernels.centroids, new Float32Array(all * D));
  for (const [at, centroid] of centroids.entries()) directions.set(centroid, (known + at) * D);
  return {
    ...parameters,
    models,
    resultCounts,
    abilities,
    tasks: parameters.tasks.map((task, t) => ({ ...task, accuracies: accuracies[t] as Map<number, number> })),
    kernels: {
      ...parameters.kernels,
      centroids: directions,
      cosineFactors: grown(parameters.kernels.cosineFactors, new Float32Array(all).fill(1)),
    },
    weights: {
      ...parameters.weights,
      ability,
      skill,
      difficulty: grown(parameters.weights.difficulty, new Float32Array(all)),
    },
    posterior: {
      ...parameters.posterior,
      factors: { ...parameters.posterior.factors, columns: M * rank, values: factors },
      own,
      noveltyFactors,
      noveltyOwn,
    },
  };
}

type Numbers = Float32Array | Int8Array | Int32Array;

/** `to` with `from` at its start. */
function grown<A extends Numbers>(from: A, to: A): A {
  to.set(from);
  return to;
}

/** `to` (rows of length `after`) with the rows of `from` (of length `before`) at the start of its own. */
function grownRows<A extends Numbers>(from: A, to: A, before: number, after: number): A {
  for (let row = 0; row * before < from.length; row++) {
    to.set(from.subarray(row * before, (row + 1) * before), row * after);
  }
  return to;
}
