import type { QuantisedRows } from '../bundle/quantise';
import type { Vocabulary } from '../features/vocabulary';

/** A task (a benchmark, or a part of a wide one) as the bundle names it. */
export interface RouterTask {
  readonly name: string;
  readonly title: string;
  readonly family: string;
  readonly kind: string | null;
  readonly language: string | null;
  readonly source: string;
  readonly url: string | null;
  /** Prompts in the training data (the index may hold fewer). */
  readonly items: number;
  /** Mean correctness by model index. */
  readonly accuracies: ReadonlyMap<number, number>;
}

/** Per-item results of the index in compressed rows. */
export interface IndexLabels {
  /** N + 1. */
  readonly offsets: Int32Array;
  readonly models: Uint16Array;
  /** Correctness in 0 … 255. */
  readonly scores: Uint8Array;
}

/** Everything that a router knows, as training makes it and as a bundle stores it. T tasks with prompts, T' ≥ T with aggregate ones. */
export interface RouterParameters {
  readonly models: readonly string[];
  /** M: per-item results of each model in the training data. */
  readonly resultCounts: Int32Array;
  /** M: posterior mean logit, averaged over the kinds of task with prompts. */
  readonly abilities: Float32Array;
  readonly vocabulary: Vocabulary;
  /** V × D. */
  readonly projection: QuantisedRows;
  /** T. */
  readonly tasks: readonly RouterTask[];
  readonly index: {
    /** N × D unit vectors. */
    readonly vectors: QuantisedRows;
    /** N: task of each prompt. */
    readonly tasks: Int32Array;
    readonly categories: readonly (string | null)[];
    readonly ids: readonly string[];
    readonly labels: IndexLabels;
  };
  readonly kernels: {
    /** T' × D unit vectors. */
    readonly centroids: Float32Array;
    /** T': factor of the cosine with an input: below 1 for boards, whose text is not known. */
    readonly cosineFactors: Float32Array;
    /** T × T: text likeness among tasks with prompts. */
    readonly likeness: Float32Array;
  };
  readonly weights: {
    /** M: prior mean and ability. */
    readonly ability: Float32Array;
    /** T' × M. */
    readonly skill: Float32Array;
    /** T'. */
    readonly difficulty: Float32Array;
  };
  readonly posterior: {
    readonly rank: number;
    /** T × (M × rank): loadings of the latent logits at each task. */
    readonly factors: QuantisedRows;
    /** T × M: variance that the factors leave. */
    readonly own: Float32Array;
    readonly noveltyRank: number;
    /** M × noveltyRank: loadings, per square root of novelty. */
    readonly noveltyFactors: Float32Array;
    /** M: own variance per novelty. */
    readonly noveltyOwn: Float32Array;
    /** Standard deviation of the difficulty of an unknown task, logits. */
    readonly difficultySpread: number;
  };
  readonly constants: {
    readonly neighbours: number;
    readonly sharpness: number;
    readonly distanceNeighbours: number;
    readonly taskScale: number;
    readonly difficultyScale: number;
    readonly sharedDifficulty: number;
    /** Covariance with the own difficulty of a task that makes up the whole neighbourhood. */
    readonly inheritedDifficulty: number;
  };
  readonly distanceThresholds: { readonly near: number; readonly far: number };
}
