import { middleWeight } from '../predictors/posteriorAt';
import type { RouterParameters } from '../predictors/routerParameters';
import { OnnxGraph } from './onnxGraph';
import { toHalf } from './quantise';

/** Constants of the graphs that training on top of a bundle reads back. */
export const constantNames = {
  /** V × D, int8. */
  projection: 'projection',
  projectionScales: 'projection_scales',
  /** D × N, int8. */
  index: 'index',
  indexScales: 'index_scales',
  /** T' × M, half precision. */
  skill: 'skill',
  /** M. */
  ability: 'ability',
  /** T' × 1. */
  difficulty: 'difficulty',
  /** D × T'. */
  centroids: 'centroids',
  /** T'. */
  cosineFactors: 'cosine_factors',
  /** T × T. */
  likeness: 'likeness',
  /** T × (M × rank), int8. */
  factors: 'loadings',
  factorScales: 'loading_scales',
  /** T × M, half precision. */
  own: 'own',
  /** M × novelty rank. */
  noveltyFactors: 'novelty_factors',
  /** M. */
  noveltyOwn: 'novelty_own',
  /** M × 1. */
  difficultySpread: 'difficulty_spread',
} as const;

/** Feature ids and weights (n × F, padded with weight 0) to unit vectors (n × D). */
export function encoderGraph(parameters: RouterParameters): Uint8Array {
  const { projection } = parameters;
  const graph = new OnnxGraph('encoder');
  const ids = graph.input('ids', 'int32', ['n', 'f']);
  const weights = graph.input('weights', 'float', ['n', 'f']);
  const { rows: V, columns: D } = projection;
  const matrix = graph.constant('int8', [V, D], projection.values, constantNames.projection);
  const scales = graph.constant('float', [V], projection.scales, constantNames.projectionScales);
  const rows = graph.node('Cast', [graph.node('Gather', [matrix, ids])], { to: 1 });
  const scaled = graph.node('Mul', [weights, graph.node('Gather', [scales, ids])]);
  const sums = graph.node('Squeeze', [
    graph.node('MatMul', [graph.node('Unsqueeze', [scaled, graph.axes(1)]), rows]),
    graph.axes(1),
  ]);
  graph.output('vectors', 'float', ['n', D], unitRows(graph, sums));
  return graph.finish();
}

function unitRows(graph: OnnxGraph, value: string): string {
  const length = graph.node('ReduceL2', [value], { axes: [-1], keepdims: 1 });
  return graph.node('Div', [value, graph.node('Max', [length, graph.scalar(1e-12)])]);
}

/** Half-precision constant, as float values in the graph. */
function half(graph: OnnxGraph, dimensions: readonly number[], values: Float32Array, name: string): string {
  return graph.node('Cast', [graph.constant('float16', dimensions, toHalf(values), name)], { to: 1 });
}

/** Logits from kernel rows (n × T' each): n × M. */
function weightedLogits(graph: OnnxGraph, parameters: RouterParameters, task: string, difficulty: string): string {
  const M = parameters.models.length;
  const all = parameters.weights.difficulty.length;
  const skill = half(graph, [all, M], parameters.weights.skill, constantNames.skill);
  const ability = graph.constant('float', [M], parameters.weights.ability, constantNames.ability);
  const tasksOfDifficulty = graph.constant('float', [all, 1], parameters.weights.difficulty, constantNames.difficulty);
  const logits = graph.node('Add', [graph.node('MatMul', [task, skill]), ability]);
  return graph.node('Add', [logits, graph.node('MatMul', [difficulty, tasksOfDifficulty])]);
}

/** Kernel rows (n × T' each) of inputs (n × D) with their mixtures (n × T); see `kernelRow` of the reference. */
function kernelRows(
  graph: OnnxGraph,
  parameters: RouterParameters,
  inputs: string,
  mixture: string,
): { task: string; difficulty: string } {
  const { kernels, constants } = parameters;
  const T = parameters.tasks.length;
  const all = kernels.cosineFactors.length;
  const D = parameters.projection.columns;
  const transposed = new Float32Array(D * all);
  for (let b = 0; b < all; b++) {
    for (let j = 0; j < D; j++) transposed[j * all + b] = kernels.centroids[b * D + j] as number;
  }
  const middles = graph.constant('float', [T, D], kernels.centroids.subarray(0, T * D));
  const middle = graph.node('Mul', [graph.node('MatMul', [mixture, middles]), graph.scalar(middleWeight)]);
  const direction = unitRows(graph, graph.node('Add', [inputs, middle]));
  const centroids = graph.constant('float', [D, all], transposed, constantNames.centroids);
  const cosine = graph.node('MatMul', [direction, centroids]);
  const factors = graph.constant('float', [all], kernels.cosineFactors, constantNames.cosineFactors);
  const factored = graph.node('Mul', [cosine, factors]);
  const distance = graph.node('Sub', [factored, graph.scalar(1)]);
  const likeness = (scale: number): string => graph.node('Exp', [graph.node('Div', [distance, graph.scalar(scale)])]);
  const inherited = new Float32Array(T * all);
  for (let t = 0; t < T; t++) inherited[t * all + t] = constants.inheritedDifficulty;
  const handedOn = graph.node('MatMul', [mixture, graph.constant('float', [T, all], inherited)]);
  const shared = graph.node('Mul', [likeness(constants.difficultyScale), graph.scalar(constants.sharedDifficulty)]);
  return { task: likeness(constants.taskScale), difficulty: graph.node('Add', [shared, handedOn]) };
}

/** Unit vectors (n × D) to the K nearest rows of the index with cosines, the mixture of their tasks and the logits (n × M). */
export function routerGraph(parameters: RouterParameters): Uint8Array {
  const { index, constants, models } = parameters;
  const T = parameters.tasks.length;
  const { rows: N, columns: D } = index.vectors;
  const K = constants.neighbours;
  const graph = new OnnxGraph('router');
  const vectors = graph.input('vectors', 'float', ['n', D]);
  const transposed = new Int8Array(N * D);
  for (let row = 0; row < N; row++) {
    for (let j = 0; j < D; j++) transposed[j * N + row] = index.vectors.values[row * D + j] as number;
  }
  const matrix = graph.node('Cast', [graph.constant('int8', [D, N], transposed, constantNames.index)], { to: 1 });
  const products = graph.node('MatMul', [vectors, matrix]);
  const scales = graph.constant('float', [N], index.vectors.scales, constantNames.indexScales);
  const cosines = graph.node('Mul', [products, scales]);
  const [similarities = '', rows = ''] = graph.nodeWithOutputs('TopK', [cosines, graph.axes(K)], 2, { axis: -1 });
  graph.output('similarities', 'float', ['n', K], similarities);
  graph.output('neighbours', 'int32', ['n', K], graph.node('Cast', [rows], { to: 6 }));
  const weights = graph.node('Softmax', [graph.node('Mul', [similarities, graph.scalar(constants.sharpness)])], {
    axis: -1,
  });
  const tasks = graph.node('Gather', [graph.constant('int32', [N], index.tasks), rows]);
  const count = graph.node('Shape', [vectors], { start: 0, end: 1 });
  const shape = graph.node('Concat', [count, graph.axes(T)], { axis: 0 });
  const zeros = graph.node('Expand', [graph.scalar(0), shape]);
  const mixture = graph.node('ScatterElements', [zeros, tasks, weights], { axis: 1, reduction: 'add' });
  graph.output('mixture', 'float', ['n', T], mixture);
  const { task, difficulty } = kernelRows(graph, parameters, vectors, mixture);
  graph.output('logits', 'float', ['n', models.length], weightedLogits(graph, parameters, task, difficulty));
  return graph.finish();
}

/** Mean vector (D) and mixture (T) of an input to its joint posterior; see `posteriorAt`. */
export function posteriorGraph(parameters: RouterParameters): Uint8Array {
  const { kernels, posterior } = parameters;
  const T = parameters.tasks.length;
  const M = parameters.models.length;
  const D = parameters.projection.columns;
  const graph = new OnnxGraph('posterior');
  const centroid = graph.node('Unsqueeze', [graph.input('centroid', 'float', [D]), graph.axes(0)]);
  const mixture = graph.node('Unsqueeze', [graph.input('mixture', 'float', [T]), graph.axes(0)]);
  const { task, difficulty } = kernelRows(graph, parameters, centroid, mixture);
  const mean = graph.node('Squeeze', [weightedLogits(graph, parameters, task, difficulty), graph.axes(0)]);
  graph.output('mean', 'float', [M], mean);

  const known = graph.node('Slice', [task, graph.axes(0), graph.axes(T), graph.axes(1)]);
  const ofTasks = graph.constant('float', [T, T], kernels.likeness, constantNames.likeness);
  const likeness = graph.node('MatMul', [mixture, ofTasks]);
  const excess = graph.node('Sub', [likeness, graph.node('Add', [known, known])]);
  const left = graph.node('ReduceSum', [graph.node('Mul', [mixture, excess]), graph.axes(0, 1)], { keepdims: 0 });
  const one = graph.scalar(1);
  const novelty = graph.node('Min', [one, graph.node('Max', [graph.scalar(0), graph.node('Add', [one, left])])]);

  const { values, scales } = posterior.factors;
  const quantised = graph.constant('int8', [T, M * posterior.rank], values, constantNames.factors);
  const loadings = graph.node('Cast', [quantised], { to: 1 });
  const factorScales = graph.constant('float', [T], scales, constantNames.factorScales);
  const scaledMixture = graph.node('Mul', [mixture, factorScales]);
  const shared = graph.node('Reshape', [
    graph.node('MatMul', [scaledMixture, loadings]),
    graph.axes(M, posterior.rank),
  ]);
  const noveltyFactors = graph.node('Mul', [
    graph.constant('float', [M, posterior.noveltyRank], posterior.noveltyFactors, constantNames.noveltyFactors),
    graph.node('Sqrt', [novelty]),
  ]);
  const spreads = new Float32Array(M).fill(posterior.difficultySpread);
  const spread = graph.constant('float', [M, 1], spreads, constantNames.difficultySpread);
  const rank = posterior.rank + posterior.noveltyRank + 1;
  graph.output('factors', 'float', [M, rank], graph.node('Concat', [shared, noveltyFactors, spread], { axis: 1 }));

  const own = graph.node('MatMul', [mixture, half(graph, [T, M], posterior.own, constantNames.own)]);
  const ownOfNovelty = graph.constant('float', [M], posterior.noveltyOwn, constantNames.noveltyOwn);
  const noveltyOwn = graph.node('Mul', [ownOfNovelty, novelty]);
  const variance = graph.node('Add', [graph.node('Squeeze', [own, graph.axes(0)]), noveltyOwn]);
  graph.output('own_variance', 'float', [M], variance);
  return graph.finish();
}
