import { sigmoid } from '../../scores/normal';
import { choleskyFactor, solveFactored } from '../../training/invertPositiveDefinite';
import { type MatMul, transpose } from '../../training/matMul';
import { rowsOf } from '../chosenRows';
import { SeededRandom } from '../random';
import { binaryLogLoss, type CorrectnessPredictor, type CorrectnessRows, splitRows } from './correctnessPredictor';

/** Penalties on half the squared length of the weights that are tried, strongest first: each fit starts from the one before. */
const penalties = [10, 1, 0.1] as const;
/** Newton's method converges in a handful of steps; the penalty keeps it from running away where classes are separable. */
const largestSteps = 25;
const smallestStep = 1e-4;
/** On the intercept, so that a model that was always right has one. */
const interceptPenalty = 1e-3;

/** Rows of one model. */
interface OneModel {
  /** n × (D + 1), the last column 1. */
  readonly inputs: Float64Array;
  readonly transposed: Float64Array;
  readonly labels: Float64Array;
}

/**
 * Logistic regression with a ridge penalty for each model by itself, by Newton's method (iteratively reweighted least
 * squares; Hastie, Tibshirani and Friedman 2009, 4.4.1). The penalty, one for all models, is the one with the lowest loss on
 * a tenth of the prompts.
 */
export async function fitLogisticRegressions(
  data: CorrectnessRows,
  seed: number,
  matMul: MatMul,
): Promise<CorrectnessPredictor> {
  const width = data.dimensions + 1;
  const order = new SeededRandom(seed).sample(data.rows, data.rows);
  const { fitted, judged } = splitRows(order);
  const fits = penalties.map(() => ({ loss: 0, weights: new Float64Array(data.models * width).fill(Number.NaN) }));
  for (let model = 0; model < data.models; model++) {
    const known = rowsOfModel(data, model, fitted);
    if (known.labels.length === 0) continue;
    const test = rowsOfModel(data, model, judged);
    let weights = new Float64Array(width);
    for (const [at, penalty] of penalties.entries()) {
      weights = await fitOne(known, weights, penalty, matMul);
      const fit = fits[at] as (typeof fits)[number];
      fit.weights.set(weights, model * width);
      for (const [row, label] of test.labels.entries())
        fit.loss += binaryLogLoss(label, sigmoid(dot(test.inputs, row, weights)));
    }
  }
  const { weights } = fits.reduce((best, fit) => (fit.loss < best.loss ? fit : best));
  return async (vectors) => {
    const inputs = withIntercept(vectors, data.dimensions);
    const logits = await matMul(
      inputs,
      transpose(weights, data.models, width),
      inputs.length / width,
      width,
      data.models,
    );
    return logits.map(sigmoid);
  };
}

function withIntercept(vectors: Float32Array, dimensions: number): Float64Array {
  const rows = vectors.length / dimensions;
  const inputs = new Float64Array(rows * (dimensions + 1)).fill(1);
  for (let row = 0; row < rows; row++)
    inputs.set(vectors.subarray(row * dimensions, (row + 1) * dimensions), row * (dimensions + 1));
  return inputs;
}

function rowsOfModel(
  { vectors, labels, dimensions, models }: CorrectnessRows,
  model: number,
  rows: Int32Array,
): OneModel {
  const known = rows.filter((row) => !Number.isNaN(labels[row * models + model] as number)).sort();
  const inputs = withIntercept(rowsOf(vectors, dimensions, known), dimensions);
  const transposed = transpose(inputs, known.length, dimensions + 1);
  return { inputs, transposed, labels: Float64Array.from(known, (row) => labels[row * models + model] as number) };
}

function dot(inputs: Float64Array, row: number, weights: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < weights.length; d++) sum += (inputs[row * weights.length + d] as number) * (weights[d] as number);
  return sum;
}

async function fitOne(
  { inputs, transposed, labels }: OneModel,
  start: Float64Array,
  penalty: number,
  matMul: MatMul,
): Promise<Float64Array<ArrayBuffer>> {
  const n = labels.length;
  const width = start.length;
  const weights = start.slice();
  const ridge = (d: number): number => (d === width - 1 ? interceptPenalty : penalty);
  for (let step = 0; step < largestSteps; step++) {
    const gradient = weights.map((weight, d) => ridge(d) * weight);
    const curved = new Float64Array(inputs.length);
    for (let row = 0; row < n; row++) {
      const p = sigmoid(dot(inputs, row, weights));
      const error = p - (labels[row] as number);
      for (let d = 0; d < width; d++) {
        const value = inputs[row * width + d] as number;
        gradient[d] = (gradient[d] as number) + error * value;
        curved[row * width + d] = p * (1 - p) * value;
      }
    }
    const hessian = await matMul(transposed, curved, width, n, width);
    for (let d = 0; d < width; d++) hessian[d * width + d] = (hessian[d * width + d] as number) + ridge(d);
    const change = solveFactored(choleskyFactor(hessian, width), width, gradient);
    for (let d = 0; d < width; d++) weights[d] = (weights[d] as number) - (change[d] as number);
    if (Math.max(...change.map(Math.abs)) < smallestStep) break;
  }
  return weights;
}
