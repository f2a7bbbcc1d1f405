/** What a correctness predictor learns from: n prompts, D dimensions, M models, all row-major. */
export interface CorrectnessRows {
  readonly rows: number;
  readonly dimensions: number;
  readonly models: number;
  /** n × D unit vectors. */
  readonly vectors: Float32Array;
  /** n × M: correctness 0..1, NaN where the model was not run on the prompt. */
  readonly labels: Float32Array;
}

/**
 * One binary classifier for each model: P(correct) of the models on some prompts (arXiv 2309.15789, §3).
 * @param vectors n × D unit vectors
 * @returns n × M; NaN where nothing is known
 */
export type CorrectnessPredictor = (vectors: Float32Array) => Promise<Float64Array>;

/** Share of the prompts by which a predictor that is fitted step by step decides when to stop, or how much to shrink. */
const validationShare = 0.1;

/** Splits row numbers into those to fit and those to judge by, as a seeded order says; at least one of each from two rows on. */
export function splitRows(order: Int32Array): { readonly fitted: Int32Array; readonly judged: Int32Array } {
  const judged = Math.max(1, Math.floor(validationShare * order.length));
  return { fitted: order.subarray(judged), judged: order.subarray(0, judged) };
}

/** Mean negative log likelihood of the known labels of some rows; predictions are rows × M in their order. */
export function logLoss({ labels, models }: CorrectnessRows, rows: Int32Array, predictions: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const [at, row] of rows.entries()) {
    for (let model = 0; model < models; model++) {
      const label = labels[row * models + model] as number;
      if (Number.isNaN(label)) continue;
      sum += binaryLogLoss(label, predictions[at * models + model] as number);
      count++;
    }
  }
  return count > 0 ? sum / count : 0;
}

const leastProbability = 1e-7;

/** −y log p − (1 − y) log(1 − p), bounded away from infinity. */
export function binaryLogLoss(label: number, prediction: number): number {
  const p = Math.min(1 - leastProbability, Math.max(leastProbability, prediction));
  return -label * Math.log(p) - (1 - label) * Math.log(1 - p);
}
