import { dequantiseRows, type QuantisedRows, quantiseRows } from '../bundle/quantise';
import { sparseTimesDense } from '../features/sparseRows';
import { type FeatureRows, Featuriser, learnVocabulary, type Vocabulary } from '../features/vocabulary';
import type { MatMul } from './matMul';
import type { EncoderConfig } from './routerConfig';
import { truncatedSvd } from './truncatedSvd';

/** The learned part of the bundled encoder. */
export interface TrainedEncoder {
  readonly vocabulary: Vocabulary;
  /** V × D. */
  readonly projection: QuantisedRows;
}

/** Up to `count` of `items`, evenly spaced. */
export function evenly(items: ArrayLike<number>, count: number): number[] {
  const taken = Math.min(count, items.length);
  return Array.from({ length: taken }, (_, i) => items[Math.floor((i * items.length) / taken)] as number);
}

/**
 * Learns vocabulary and projection from documents that come in groups (tasks): large groups are thinned and weighed down,
 * so that one benchmark of thousands of prompts does not set the axes.
 *
 * @param groups indices into `texts`, one list for each group
 */
export async function trainEncoder(
  texts: readonly string[],
  groups: readonly ArrayLike<number>[],
  config: EncoderConfig,
  seed: number,
  matMul: MatMul,
): Promise<TrainedEncoder> {
  const documents: string[] = [];
  const weights: number[] = [];
  for (const group of groups) {
    const taken = evenly(group, config.documentsPerTask);
    for (const item of taken) {
      documents.push(texts[item] as string);
      weights.push(group.length ** config.balance / taken.length);
    }
  }
  const documentWeights = Float64Array.from(weights);
  const vocabulary = learnVocabulary(documents, documentWeights, config.vocabulary, config.minimumDocuments);
  const rows = new Featuriser(vocabulary).features(documents, true);
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  for (let row = 0; row < documents.length; row++) {
    const factor = Math.sqrt((weights[row] as number) / mean);
    for (let at = rows.offsets[row] as number; at < (rows.offsets[row + 1] as number); at++) {
      rows.weights[at] = (rows.weights[at] as number) * factor;
    }
  }
  const features = vocabulary.buckets.length;
  const svd = await truncatedSvd(rows, features, config.dimensions, config.svdIterations, seed, matMul);
  const rank = svd.values.length;
  const axis = svd.values.map((value) => value ** -config.whitening);
  const scaled = new Float64Array(features * rank);
  for (let f = 0; f < features; f++) {
    for (let j = 0; j < rank; j++) scaled[f * rank + j] = (svd.vectors[f * rank + j] as number) * (axis[j] as number);
  }
  return { vocabulary, projection: quantiseRows(scaled, features, rank) };
}

/** Projects feature rows to vectors as long as the texts are known (rows × D): the reference of the encoder's ONNX graph. */
export function projectRows(
  rows: FeatureRows,
  projection: QuantisedRows,
  dense = dequantiseRows(projection),
): Float32Array {
  const count = rows.offsets.length - 1;
  const { columns } = projection;
  const vectors = new Float32Array(count * columns);
  const sums = sparseTimesDense(rows, dense, columns);
  for (let row = 0; row < count; row++) {
    const from = row * columns;
    let squares = 0;
    for (let j = 0; j < columns; j++) squares += (sums[from + j] as number) ** 2;
    const factor = squares > 0 ? (rows.known[row] as number) / Math.sqrt(squares) : 0;
    for (let j = 0; j < columns; j++) vectors[from + j] = (sums[from + j] as number) * factor;
  }
  return vectors;
}

/** Encodes texts with a trained encoder, without a runtime. */
export function encodeTexts(encoder: TrainedEncoder, texts: readonly string[]): Float32Array {
  const { columns } = encoder.projection;
  const dense = dequantiseRows(encoder.projection);
  const featuriser = new Featuriser(encoder.vocabulary);
  const vectors = new Float32Array(texts.length * columns);
  const batch = 512;
  for (let start = 0; start < texts.length; start += batch) {
    const rows = featuriser.features(texts.slice(start, start + batch));
    vectors.set(projectRows(rows, encoder.projection, dense), start * columns);
  }
  return vectors;
}
