/** Constants of the text encoder. */
export interface EncoderConfig {
  /** Features kept of all n-grams, at most 65,535. */
  readonly vocabulary: number;
  /** Documents that a feature must occur in. */
  readonly minimumDocuments: number;
  readonly dimensions: number;
  readonly svdIterations: number;
  /** Documents of one task used to learn the vocabulary and the projection. */
  readonly documentsPerTask: number;
  /** A task of n documents weighs n^balance in all: 0 = every task alike, 1 = every document alike. */
  readonly balance: number;
  /** Axis j of the projection is scaled by (σ_j)^(−whitening). */
  readonly whitening: number;
}

/** Constants of the index of known prompts. */
export interface IndexConfig {
  /** Prompts of one task kept in the index. */
  readonly promptsPerTask: number;
  /** Neighbours that make up the mixture of tasks. */
  readonly neighbours: number;
  /** Weights of the neighbours: softmax of this × cosine. */
  readonly sharpness: number;
  /** Neighbours whose mean distance says how far an input is from everything known (19 in arXiv 2309.15789). */
  readonly distanceNeighbours: number;
}

/** Kernels of the linked Gaussian process; docs/METHOD.md gives the formulas. */
export interface KernelConfig {
  /** Length scale of the release date, years. */
  readonly dateScale: number;
  /** Length scale of log₂ of the size. */
  readonly sizeScale: number;
  /** Length scale of 1 − cosine of two tasks. */
  readonly taskScale: number;
  /** Length scale of 1 − cosine in the difficulty. */
  readonly difficultyScale: number;
  /** Weight of the linear ability in the model's features. */
  readonly linearAbility: number;
  readonly ownAbility: number;
  readonly sharedAbility: number;
  readonly ownSkill: number;
  readonly sharedSkill: number;
  /** Ability and skill that settings of one model (effort, thinking) have in common beyond what their facts tell. */
  readonly sameModelAbility: number;
  readonly sameModelSkill: number;
  readonly sameKind: number;
  readonly sameLanguage: number;
  readonly sameSource: number;
  readonly ownDifficulty: number;
  readonly sharedDifficulty: number;
  /** Variance added to the sampling noise of every pair. */
  readonly extraNoise: number;
  /** The same for aggregate scores. */
  readonly extraAggregateNoise: number;
}

/** What an input takes from its neighbourhood, and how the posterior is condensed. */
export interface InputConfig {
  /** Share of a known task's own difficulty that an input in its neighbourhood inherits. */
  readonly inheritedDifficulty: number;
  /** Shared factors of the posterior that are shipped. */
  readonly posteriorRank: number;
  /** Pathwise samples from which the remaining own variances are estimated. */
  readonly posteriorSamples: number;
}

/** All constants of a router, as the manifest records them. */
export interface RouterConfig {
  readonly encoder: EncoderConfig;
  readonly index: IndexConfig;
  readonly kernel: KernelConfig;
  readonly input: InputConfig;
  /** Results that a pair of task and model needs to be an observation. */
  readonly minimumResults: number;
  readonly seed: number;
}

export const defaultRouterConfig: RouterConfig = {
  encoder: {
    vocabulary: 49_152,
    minimumDocuments: 4,
    dimensions: 192,
    svdIterations: 2,
    documentsPerTask: 250,
    balance: 0.5,
    whitening: 0,
  },
  index: { promptsPerTask: 500, neighbours: 200, sharpness: 12, distanceNeighbours: 19 },
  kernel: {
    dateScale: 0.76,
    sizeScale: 3.4,
    taskScale: 0.75,
    difficultyScale: 0.5,
    linearAbility: 0.15,
    ownAbility: 0.11,
    sharedAbility: 0.22,
    ownSkill: 0.08,
    sharedSkill: 0.37,
    sameModelAbility: 0.1,
    sameModelSkill: 0.03,
    sameKind: 0.17,
    sameLanguage: 0.03,
    sameSource: 0.17,
    ownDifficulty: 4,
    sharedDifficulty: 4,
    extraNoise: 0.005,
    extraAggregateNoise: 0.03,
  },
  input: { inheritedDifficulty: 0.5, posteriorRank: 12, posteriorSamples: 200 },
  minimumResults: 10,
  seed: 20_230_915,
};
