import type { Encoder } from '../features/encoder';

/** A benchmark of the bundle, as evidence is named to the user. */
export interface RouterBenchmark {
  readonly name: string;
  readonly title: string;
  readonly family: string;
  readonly kind: string;
  readonly language: string;
  readonly items: number;
  readonly url: string | null;
  /** Mean correctness by model id, for models with results there. */
  readonly accuracies: Readonly<Record<string, number>>;
}

/** An item of the bundle's index: its text is not in the bundle. */
export interface RouterItem {
  /** Index into {@link RouterFacts.benchmarks}. */
  readonly benchmark: number;
  readonly category: string | null;
  readonly id: string;
}

/** What a loaded bundle is, before anything is scored. */
export interface RouterFacts {
  readonly version: string;
  /** SHA-256 of the manifest: names the bundle in results. */
  readonly sha256: string;
  /** Date of training, YYYY-MM-DD. */
  readonly trained: string;
  /** M model ids, in the order of every per-model array. */
  readonly models: readonly string[];
  /** Number of per-item results of each model. */
  readonly resultCounts: Int32Array;
  /** Linked ability of each model: its posterior mean logit, averaged over all kinds of task. The largest is the best on average. */
  readonly abilities: Float32Array;
  readonly benchmarks: readonly RouterBenchmark[];
  /** Mean distance to the nearest known prompts above which an input is `near`, and above which it is `far`. */
  readonly distanceThresholds: { readonly near: number; readonly far: number };
}

/** What the router says of n prompts. All matrices are row-major, one row for each prompt. */
export interface PromptPredictions {
  readonly count: number;
  /** n × D vectors of length 1, or less where part of a text is unknown to the encoder. */
  readonly vectors: Float32Array;
  /** n × K index rows of the nearest known prompts, nearest first. */
  readonly neighbours: Int32Array;
  /** n × K cosines, of `neighbours`. */
  readonly similarities: Float32Array;
  /** n × B weights of the benchmarks in the neighbourhood; rows sum to 1. */
  readonly mixture: Float32Array;
  /** n × M posterior means of the logit of correctness, each prompt by itself. */
  readonly logits: Float32Array;
}

/** Joint posterior of the logits of M models on one input; see `CandidateAssessment.posterior` for the meaning. */
export interface JointPosterior {
  /** M means. */
  readonly mean: Float32Array;
  /** M × R loadings. */
  readonly factors: Float32Array;
  readonly rank: number;
  /** M variances. */
  readonly ownVariance: Float32Array;
}

/** A loaded router bundle: the encoder, the index, and the predictors over it. */
export interface Router {
  readonly facts: RouterFacts;
  readonly encoder: Encoder;
  predict(texts: readonly string[]): Promise<PromptPredictions>;
  /**
   * The joint posterior for one prompt or a whole dataset.
   * @param centroid D values: the vector of the prompt, or the mean vector of the dataset's prompts; only its direction
   *   counts; zeros = the middle of the mixture
   * @param mixture B weights: the prompt's, or the mean of the dataset's prompts
   */
  posterior(centroid: Float32Array, mixture: Float32Array): Promise<JointPosterior>;
  item(index: number): RouterItem;
  /** Known results of an index row: calls `visit` with each model index and correctness 0..1. */
  results(index: number, visit: (model: number, correctness: number) => void): void;
}
