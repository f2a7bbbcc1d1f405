import { sigmoid } from '../../scores/normal';
import { type MatMul, transpose } from '../../training/matMul';
import { rowsOf } from '../chosenRows';
import { SeededRandom } from '../random';
import { type CorrectnessPredictor, type CorrectnessRows, logLoss, splitRows } from './correctnessPredictor';

/** Constants of the network and of how it is fitted. */
export interface NetworkConfig {
  /** Units of each of the two hidden layers. */
  readonly hidden: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Epochs without a lower validation loss after which fitting stops. */
  readonly patience: number;
  readonly epochs: number;
}

/** The MLP of arXiv 2309.15789, §5; what it leaves open (batch, patience) is as scikit-learn's or a round number. */
export const paperNetwork: NetworkConfig = { hidden: 1500, batch: 256, learningRate: 0.001, patience: 5, epochs: 100 };

/** One fully connected layer and the moments that Adam keeps of its gradients. */
interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** inputs × outputs, then one bias for each output. */
  readonly weights: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/**
 * Fits two hidden layers of ReLU units with one sigmoid output for each model, by Adam (Kingma and Ba 2015) on the mean
 * binary cross-entropy of the known labels, with early stopping: the weights of the epoch with the lowest loss on a tenth of
 * the prompts are kept.
 */
export async function fitCorrectnessNetwork(
  data: CorrectnessRows,
  config: NetworkConfig,
  seed: number,
  matMul: MatMul,
): Promise<CorrectnessPredictor> {
  const random = new SeededRandom(seed);
  const { dimensions, models } = data;
  const { fitted, judged } = splitRows(random.sample(data.rows, data.rows));
  const layers = [
    layerOf(dimensions, config.hidden, random),
    layerOf(config.hidden, config.hidden, random),
    layerOf(config.hidden, models, random),
  ] as const;
  const validation = scaled(rowsOf(data.vectors, dimensions, judged), dimensions);
  let best = layers.map(({ weights }) => weights.slice());
  let least = Number.POSITIVE_INFINITY;
  let step = 0;
  for (let epoch = 0, since = 0; epoch < config.epochs && since < config.patience; epoch++) {
    const order = random.shuffle(fitted.slice());
    for (let start = 0; start < order.length; start += config.batch) {
      step++;
      await descend(data, order.subarray(start, start + config.batch), layers, config.learningRate, step, matMul);
    }
    const { outputs } = await forward(layers, validation, judged.length, matMul);
    const loss = logLoss(data, judged, outputs.map(sigmoid));
    since++;
    if (loss < least) {
      least = loss;
      since = 0;
      best = layers.map(({ weights }) => weights.slice());
    }
  }
  for (const [at, { weights }] of layers.entries()) weights.set(best[at] as Float64Array);
  const known = new Uint8Array(models);
  for (const [at, label] of data.labels.entries()) if (!Number.isNaN(label)) known[at % models] = 1;
  return async (vectors) => {
    const input = scaled(vectors, dimensions);
    const { outputs } = await forward(layers, input, vectors.length / dimensions, matMul);
    return outputs.map((logit, at) => (known[at % models] === 1 ? sigmoid(logit) : Number.NaN));
  };
}

/** Glorot's uniform initialisation. */
function layerOf(inputs: number, outputs: number, random: SeededRandom): Layer {
  const reach = Math.sqrt(6 / (inputs + outputs));
  const weights = new Float64Array((inputs + 1) * outputs);
  for (let at = 0; at < inputs * outputs; at++) weights[at] = reach * (2 * random.next() - 1);
  return {
    inputs,
    outputs,
    weights,
    first: new Float64Array(weights.length),
    second: new Float64Array(weights.length),
  };
}

/** Unit vectors of D dimensions, scaled so that a coordinate has a variance of about 1. */
function scaled(vectors: Float32Array, dimensions: number): Float64Array {
  return Float64Array.from(vectors, (value) => value * Math.sqrt(dimensions));
}

type Layers = readonly [Layer, Layer, Layer];

interface Activations {
  /** n × hidden, after ReLU. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** n × M logits. */
  readonly outputs: Float64Array;
}

async function forward(
  [one, two, three]: Layers,
  input: Float64Array,
  n: number,
  matMul: MatMul,
): Promise<Activations> {
  const lower = rectified(await affine(one, input, n, matMul));
  const upper = rectified(await affine(two, lower, n, matMul));
  return { lower, upper, outputs: await affine(three, upper, n, matMul) };
}

async function affine(
  { weights, inputs, outputs }: Layer,
  input: Float64Array,
  n: number,
  matMul: MatMul,
): Promise<Float64Array> {
  const result = await matMul(input, weights.subarray(0, inputs * outputs), n, inputs, outputs);
  const bias = weights.subarray(inputs * outputs);
  for (let at = 0; at < result.length; at++) result[at] = (result[at] as number) + (bias[at % outputs] as number);
  return result;
}

function rectified(values: Float64Array): Float64Array {
  for (let at = 0; at < values.length; at++) if ((values[at] as number) < 0) values[at] = 0;
  return values;
}

/** One step of Adam on some rows. */
async function descend(
  data: CorrectnessRows,
  rows: Int32Array,
  layers: Layers,
  rate: number,
  step: number,
  matMul: MatMul,
): Promise<void> {
  const [one, two, three] = layers;
  const n = rows.length;
  const input = scaled(rowsOf(data.vectors, data.dimensions, rows), data.dimensions);
  const { lower, upper, outputs } = await forward(layers, input, n, matMul);
  const error = outputErrors(data, rows, outputs);
  const upperError = await errorBelow(three, error, upper, n, matMul);
  const lowerError = await errorBelow(two, upperError, lower, n, matMul);
  adam(three, await gradient(three, upper, error, n, matMul), rate, step);
  adam(two, await gradient(two, lower, upperError, n, matMul), rate, step);
  adam(one, await gradient(one, input, lowerError, n, matMul), rate, step);
}

/** Derivative of the mean binary cross-entropy by the logits: n × M, 0 where nothing is known. */
function outputErrors({ labels, models }: CorrectnessRows, rows: Int32Array, outputs: Float64Array): Float64Array {
  const errors = new Float64Array(outputs.length);
  let known = 0;
  for (const [at, row] of rows.entries()) {
    for (let model = 0; model < models; model++) {
      const label = labels[row * models + model] as number;
      if (Number.isNaN(label)) continue;
      errors[at * models + model] = sigmoid(outputs[at * models + model] as number) - label;
      known++;
    }
  }
  return errors.map((value) => value / Math.max(1, known));
}

/** Error of the layer below, through the weights and the ReLU that led to `activations`. */
async function errorBelow(
  { weights, inputs, outputs }: Layer,
  error: Float64Array,
  activations: Float64Array,
  n: number,
  matMul: MatMul,
): Promise<Float64Array> {
  const back = transpose(weights.subarray(0, inputs * outputs), inputs, outputs);
  const below = await matMul(error, back, n, outputs, inputs);
  for (let at = 0; at < below.length; at++) if (!((activations[at] as number) > 0)) below[at] = 0;
  return below;
}

/** Gradient of the weights, then of the biases. */
async function gradient(
  { inputs, outputs }: Layer,
  input: Float64Array,
  error: Float64Array,
  n: number,
  matMul: MatMul,
): Promise<Float64Array> {
  const result = new Float64Array((inputs + 1) * outputs);
  result.set(await matMul(transpose(input, n, inputs), error, inputs, n, outputs));
  const bias = inputs * outputs;
  for (let at = 0; at < error.length; at++)
    result[bias + (at % outputs)] = (result[bias + (at % outputs)] as number) + (error[at] as number);
  return result;
}

const [firstDecay, secondDecay, smallest] = [0.9, 0.999, 1e-8];

function adam({ weights, first, second }: Layer, gradients: Float64Array, rate: number, step: number): void {
  const size = (rate * Math.sqrt(1 - secondDecay ** step)) / (1 - firstDecay ** step);
  for (let at = 0; at < weights.length; at++) {
    const g = gradients[at] as number;
    const m = firstDecay * (first[at] as number) + (1 - firstDecay) * g;
    const v = secondDecay * (second[at] as number) + (1 - secondDecay) * g * g;
    first[at] = m;
    second[at] = v;
    weights[at] = (weights[at] as number) - (size * m) / (Math.sqrt(v) + smallest);
  }
}
