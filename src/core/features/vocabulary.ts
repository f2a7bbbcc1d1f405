import { featureBuckets, TokenCache, visitFeatures } from './ngrams';

/** The features that an encoder knows: which hash buckets, and how much each counts. */
export interface Vocabulary {
  /** V buckets in ascending order; a feature's id is its position here. */
  readonly buckets: Int32Array;
  /** V inverse document frequencies. */
  readonly idf: Float32Array;
  /** Weight of a feature that occurs c times at index min(c, length − 1). Stored, because Math.log differs by engine. */
  readonly frequencyWeights: Float32Array;
}

/** A sparse matrix in compressed rows. */
export interface SparseRows {
  /** rows + 1 offsets into `ids` and `weights`. */
  readonly offsets: Int32Array;
  readonly ids: Int32Array;
  readonly weights: Float32Array;
}

/** Feature rows of texts. */
export interface FeatureRows extends SparseRows {
  /**
   * Per text, 0..1: how much of it is in known language. 1 from {@link plainlyKnown} on, the square
   * of the share below it: invented words share short n-grams with real ones. Near 0 for random letters.
   * Vectors are as long as this, so that what is unknown is far from everything.
   */
  readonly known: Float32Array;
}

/** Share of known n-grams from which on a text is plainly in known language: nine in ten prompts of any benchmark have more. */
const plainlyKnown = 0.6;

/** Table for {@link Vocabulary.frequencyWeights}: 1 + ln c, sublinear in the count. */
export function sublinearWeights(): Float32Array {
  return Float32Array.from({ length: 64 }, (_, count) => (count === 0 ? 0 : 1 + Math.log(count)));
}

/** Turns texts into feature ids and weights (term frequency × inverse document frequency). */
export class Featuriser {
  /** Bucket → feature id + 1; 0 = unknown. */
  private readonly idOfBucket = new Uint16Array(featureBuckets);
  private readonly counts: Int32Array;
  private readonly cache = new TokenCache();
  private touched: number[] = [];

  constructor(private readonly vocabulary: Vocabulary) {
    if (vocabulary.buckets.length >= 65_536) throw new RangeError('A vocabulary holds at most 65,535 features.');
    for (const [id, bucket] of vocabulary.buckets.entries()) this.idOfBucket[bucket] = id + 1;
    this.counts = new Int32Array(vocabulary.buckets.length);
  }

  /**
   * @param scale true: rows have unit length
   * @returns one row for each text; ids ascend within a row; a text without a known feature has an empty row
   */
  features(texts: readonly string[], scale = false): FeatureRows {
    const offsets = new Int32Array(texts.length + 1);
    const known = new Float32Array(texts.length);
    const ids: number[][] = [];
    const weights: Float32Array[] = [];
    let total = 0;
    for (const [row, text] of texts.entries()) {
      this.touched = [];
      let telling = 0;
      let found = 0;
      const countFeature = (bucket: number): void => {
        const id = (this.idOfBucket[bucket] as number) - 1;
        if (id < 0) return;
        if (this.counts[id] === 0) this.touched.push(id);
        this.counts[id] = (this.counts[id] as number) + 1;
      };
      visitFeatures(text, this.cache, countFeature, (grams, count) => {
        telling += count;
        for (let i = 0; i < count; i++) if (this.idOfBucket[grams[i] as number] !== 0) found++;
      });
      const share = telling > 0 ? Math.min(1, found / telling / plainlyKnown) : 0;
      known[row] = share * share;
      const features = this.touched.sort((a, b) => a - b);
      const own = new Float32Array(features.length);
      let squares = 0;
      for (const [position, id] of features.entries()) {
        const count = this.counts[id] as number;
        this.counts[id] = 0;
        const { frequencyWeights, idf } = this.vocabulary;
        const frequency = frequencyWeights[Math.min(count, frequencyWeights.length - 1)] as number;
        const weight = Math.fround(frequency * (idf[id] as number));
        own[position] = weight;
        squares += weight * weight;
      }
      if (scale && squares > 0) {
        const factor = 1 / Math.sqrt(squares);
        for (let i = 0; i < own.length; i++) own[i] = Math.fround((own[i] as number) * factor);
      }
      ids.push(features);
      weights.push(own);
      total += features.length;
      offsets[row + 1] = total;
    }
    const flatIds = new Int32Array(total);
    const flatWeights = new Float32Array(total);
    for (const [row, found] of ids.entries()) {
      flatIds.set(found, offsets[row] as number);
      flatWeights.set(weights[row] as Float32Array, offsets[row] as number);
    }
    return { offsets, ids: flatIds, weights: flatWeights, known };
  }
}

/**
 * Selects the features of an encoder: the `size` buckets that occur in most documents, each document counting by its
 * weight, so that a large benchmark does not fill the vocabulary alone.
 *
 * idf = ln((1 + W) / (1 + w_f)) + 1 with W the sum of the weights and w_f that of the documents with the feature, both
 * scaled so that the mean weight is 1.
 *
 * @param weights one weight ≥ 0 for each text
 * @param minimum least number of documents that a feature must occur in
 */
export function learnVocabulary(
  texts: readonly string[],
  weights: Float64Array,
  size: number,
  minimum: number,
): Vocabulary {
  const weighted = new Float64Array(featureBuckets);
  const documents = new Int32Array(featureBuckets);
  const lastSeen = new Int32Array(featureBuckets).fill(-1);
  const cache = new TokenCache();
  let sum = 0;
  for (const weight of weights) sum += weight;
  const factor = texts.length / sum;
  for (const [index, text] of texts.entries()) {
    const weight = (weights[index] as number) * factor;
    visitFeatures(text, cache, (bucket) => {
      if (lastSeen[bucket] === index) return;
      lastSeen[bucket] = index;
      weighted[bucket] = (weighted[bucket] as number) + weight;
      documents[bucket] = (documents[bucket] as number) + 1;
    });
  }
  const candidates: number[] = [];
  for (let bucket = 0; bucket < featureBuckets; bucket++) {
    if ((documents[bucket] as number) >= minimum) candidates.push(bucket);
  }
  candidates.sort((a, b) => (weighted[b] as number) - (weighted[a] as number) || a - b);
  const buckets = Int32Array.from(candidates.slice(0, size)).sort();
  const idf = Float32Array.from(
    buckets,
    (bucket) => Math.log((1 + texts.length) / (1 + (weighted[bucket] as number))) + 1,
  );
  return { buckets, idf, frequencyWeights: sublinearWeights() };
}
