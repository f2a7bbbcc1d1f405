import {
  featureBuckets,
  TokenCache,
  type TokenFeatures,
  tokenFeatures,
  visitFeatures,
  visitTokenFeatures,
} from './ngrams';
import type { SparseRows } from './sparseRows';

/** The features that an encoder knows: which hash buckets, and how much each counts. */
export interface Vocabulary {
  /** V buckets in ascending order; a feature's id is its position here. */
  readonly buckets: Int32Array;
  /** V inverse document frequencies. */
  readonly idf: Float32Array;
  /** Weight of a feature that occurs c times at index min(c, length − 1). Stored, because Math.log differs by engine. */
  readonly frequencyWeights: Float32Array;
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

/** A token as a vocabulary knows it. */
interface KnownToken extends Omit<TokenFeatures, 'grams'> {
  /** Ids of its own n-grams that the vocabulary holds, repeated as often as they occur. */
  readonly ids: readonly number[];
  /** How many of its telling n-grams the vocabulary holds. */
  readonly found: number;
}

/** Turns texts into feature ids and weights (term frequency × inverse document frequency). */
export class Featuriser {
  /** Bucket → feature id + 1; 0 = unknown. */
  private readonly idOfBucket = new Uint16Array(featureBuckets);
  private readonly cache = new TokenCache((token, kind) => this.knownToken(tokenFeatures(token, kind)));
  /** Occurrences in the text at hand, by feature id. */
  private readonly counts: Int32Array;
  /** One bit for each feature that occurs in it: read from the first to the last, they are sorted ids. */
  private readonly occurs: Int32Array;
  /** Ids and weights of the batch at hand; grow as needed. */
  private ids = new Int32Array(1 << 14);
  private weights = new Float32Array(1 << 14);

  constructor(private readonly vocabulary: Vocabulary) {
    if (vocabulary.buckets.length >= 65_536) throw new RangeError('A vocabulary holds at most 65,535 features.');
    for (const [id, bucket] of vocabulary.buckets.entries()) this.idOfBucket[bucket] = id + 1;
    this.counts = new Int32Array(vocabulary.buckets.length);
    this.occurs = new Int32Array(Math.ceil(vocabulary.buckets.length / 32));
  }

  /**
   * @param scale true: rows have unit length
   * @returns one row for each text; ids ascend within a row; a text without a known feature has an empty row
   */
  features(texts: readonly string[], scale = false): FeatureRows {
    const offsets = new Int32Array(texts.length + 1);
    const known = new Float32Array(texts.length);
    let total = 0;
    for (const [row, text] of texts.entries()) {
      known[row] = this.count(text);
      const start = total;
      total = this.append(total);
      if (scale) this.scaleToUnit(start, total);
      offsets[row + 1] = total;
    }
    return { offsets, ids: this.ids.slice(0, total), weights: this.weights.slice(0, total), known };
  }

  /** Counts the features of a text. @returns how much of it is in known language, see {@link FeatureRows.known} */
  private count(text: string): number {
    const { counts, occurs } = this;
    let telling = 0;
    let found = 0;
    const add = (id: number): void => {
      counts[id] = (counts[id] as number) + 1;
      occurs[id >> 5] = (occurs[id >> 5] as number) | (1 << (id & 31));
    };
    visitTokenFeatures(
      text,
      this.cache,
      (token) => {
        telling += token.telling;
        found += token.found;
        for (let at = 0; at < token.ids.length; at++) add(token.ids[at] as number);
      },
      (bucket) => {
        const id = (this.idOfBucket[bucket] as number) - 1;
        if (id >= 0) add(id);
      },
    );
    const share = telling > 0 ? Math.min(1, found / telling / plainlyKnown) : 0;
    return share * share;
  }

  /** Writes the counted features from `start` on, and forgets their counts. @returns where they end */
  private append(start: number): number {
    const { counts, occurs } = this;
    const { frequencyWeights, idf } = this.vocabulary;
    let at = start;
    for (let word = 0; word < occurs.length; word++) {
      let bits = occurs[word] as number;
      if (bits === 0) continue;
      occurs[word] = 0;
      this.reserve(at + 32);
      for (; bits !== 0; bits &= bits - 1) {
        const id = word * 32 + 31 - Math.clz32(bits & -bits);
        const count = Math.min(counts[id] as number, frequencyWeights.length - 1);
        counts[id] = 0;
        this.ids[at] = id;
        this.weights[at++] = (frequencyWeights[count] as number) * (idf[id] as number);
      }
    }
    return at;
  }

  private scaleToUnit(start: number, end: number): void {
    let squares = 0;
    for (let at = start; at < end; at++) squares += (this.weights[at] as number) * (this.weights[at] as number);
    if (squares === 0) return;
    const factor = 1 / Math.sqrt(squares);
    for (let at = start; at < end; at++) this.weights[at] = (this.weights[at] as number) * factor;
  }

  private reserve(length: number): void {
    if (length <= this.ids.length) return;
    const [ids, weights] = [new Int32Array(2 * length), new Float32Array(2 * length)];
    ids.set(this.ids);
    weights.set(this.weights);
    this.ids = ids;
    this.weights = weights;
  }

  private knownToken({ grams, telling, hash, beginsPair }: TokenFeatures): KnownToken {
    const ids: number[] = [];
    let found = 0;
    for (const [at, bucket] of grams.entries()) {
      const id = (this.idOfBucket[bucket] as number) - 1;
      if (id < 0) continue;
      ids.push(id);
      if (at < telling) found++;
    }
    return { ids, found, telling, hash, beginsPair };
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
  const cache = new TokenCache(tokenFeatures);
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
