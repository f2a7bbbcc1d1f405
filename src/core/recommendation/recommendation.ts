import type { ReadReport } from '../prompts/readReport';
import type { Sentence } from '../sentence';

/** Which pick is *the* recommendation: highest quality, best value at a small loss of quality, or lowest price. */
export type Preference = 'quality' | 'balanced' | 'price';

/** `guarded`: the linked Gaussian process with its guard; `paper`: arXiv 2309.15789 as published. */
export type RoutingMode = 'guarded' | 'paper';

/** How far the input is from everything known. */
export type DistanceWord = 'in' | 'near' | 'far';

/** US dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Date of the price list, YYYY-MM-DD. */
  readonly asOf: string;
}

/** Expected use and cost of one prompt (for a dataset: the mean over its prompts). */
export interface ExpectedCost {
  readonly usd: number | null;
  /** 80 % interval of `usd`. */
  readonly usdInterval: readonly [number, number] | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** True where an agent loop decides the bill: the number of turns is unknown, so the interval is wide. */
  readonly agentic: boolean;
}

/** Scores of arXiv 2309.15789; null where the candidate has no per-item results near this input. */
export interface PaperScores {
  /** Mean of the kNN predictions. */
  readonly s1: number | null;
  /** Mean of the hard predictions. */
  readonly s2: number | null;
  /** S2 · p + (1 − S2) · (1 − p). */
  readonly s3: number | null;
  /** Probability that a hard prediction is right on this input. */
  readonly p: number | null;
}

/** One candidate LLM as assessed for this input. */
export interface CandidateAssessment {
  readonly model: string;
  readonly name: string;
  readonly provider: string;
  readonly openWeights: boolean;
  readonly contextTokens: number | null;
  /** YYYY-MM or YYYY-MM-DD, where known. */
  readonly released: string | null;
  /** False for retired models and for models that only exist in benchmarks. */
  readonly buyable: boolean;
  /** Expected correctness, 0..1 (for a dataset: mean over its prompts). */
  readonly probability: number;
  /** 80 % interval of the probability. */
  readonly interval: readonly [number, number];
  /** P(this candidate is at least as good as the best model on average on this input). */
  readonly beatsBest: number;
  /** Linked ability: posterior mean logit averaged over all kinds of task. The largest is the best model on average. */
  readonly ability: number;
  readonly evidence: {
    readonly kind: 'per-item' | 'aggregate' | 'features';
    /** Per-item results of this model in the bundle. */
    readonly items: number;
    /** Of those, the ones among the nearest prompts of this input. */
    readonly nearby: number;
  };
  readonly price: Price | null;
  readonly cost: ExpectedCost;
  readonly scores: PaperScores;
  /**
   * Posterior of the logit of correctness at this input, for live re-ranking: the mean, loadings on shared factors (the
   * same length for every candidate) and the variance of the candidate's own remainder. The variance of the difference
   * of candidates i and j is |factors_i − factors_j|² + ownVariance_i + ownVariance_j.
   */
  readonly posterior: {
    readonly mean: number;
    readonly factors: readonly number[];
    readonly ownVariance: number;
  };
}

/** A known prompt near this input; the text itself is not in the bundle. */
export interface NearestItem {
  readonly benchmark: string;
  readonly category: string | null;
  readonly item: string;
  /** Cosine. */
  readonly similarity: number;
}

/** Evidence by benchmark: how much of the neighbourhood it is, and what candidates scored there. */
export interface NearestBenchmark {
  readonly benchmark: string;
  readonly title: string;
  readonly kind: string;
  readonly language: string;
  /** Share of the neighbourhood, 0..1. */
  readonly weight: number;
  readonly similarity: number;
  readonly items: number;
  readonly url: string | null;
  /** Mean correctness of candidates that were run there, by model id. */
  readonly accuracies: Readonly<Record<string, number>>;
}

/** The three picks that are always shown (model ids; null where no candidate qualifies). */
export interface Picks {
  readonly quality: string;
  readonly value: string;
  readonly open: string | null;
}

/**
 * What a decision rests on: `quality` the guarded pick of highest expected correctness; `value` the cheapest within the
 * tolerance of it; `best-here-too` the best model on average, which is also the best here; `guard` another model looks
 * better but the evidence is too weak; `far` nothing similar is known; `paper` and `paper-guard` the choice of paper mode
 * and its fallback.
 */
export type DecisionBasis = 'quality' | 'value' | 'best-here-too' | 'guard' | 'far' | 'paper' | 'paper-guard';

/** Why the recommendation is what it is. */
export interface Decision<Text = Sentence> {
  readonly model: string;
  /** True where the evidence was too weak and the best model on average was taken. */
  readonly fallback: boolean;
  readonly reason: Text;
  /** P(the recommended model is at least as good as the best model on average). */
  readonly beatsBest: number;
  /** The best model on average among the candidates: the baseline that the guard compares with. */
  readonly bestOnAverage: string;
  readonly basis: DecisionBasis;
  /** Expected correctness given up against the quality pick, in points (0..100). */
  readonly pointsLost: number;
  /** Expected cost as a fraction of the quality pick's; null where a price is unknown. */
  readonly costRatio: number | null;
}

/**
 * Every row routed by itself under one preference. Totals are over all scored rows; the arrays hold one value for each
 * listed row (see {@link DatasetRows}).
 */
export interface PerRowRoute {
  readonly preference: Preference;
  /** Mean expected correctness when each row goes to its own pick, 0..1. */
  readonly probability: number;
  /** 80 % interval of `probability`. */
  readonly interval: readonly [number, number];
  /** Mean expected cost of a row in US dollars; null where a pick has no price. */
  readonly usd: number | null;
  /** How many of all scored rows go to which model, most first. */
  readonly shares: readonly { readonly model: string; readonly rows: number }[];
  /** Index into {@link Recommendation.candidates} of each listed row's pick. */
  readonly picks: readonly number[];
  /** Expected correctness of each listed row's pick on that row. */
  readonly probabilities: readonly number[];
  /** Expected cost of each listed row in US dollars with its pick. */
  readonly costs: readonly (number | null)[];
}

/**
 * The listed rows of a dataset, column by column: all scored rows, or a uniform sample of them in input order where there
 * are more than the panel shows.
 */
export interface DatasetRows {
  readonly ids: readonly string[];
  /** 1-based line or row in the file. */
  readonly lines: readonly number[];
  /** The beginning of each prompt on one line, at most 120 characters. */
  readonly excerpts: readonly string[];
  /** Index into `DatasetBlock.slices.groups`, −1 for rows in none; absent where the dataset has no category column. */
  readonly groups?: readonly number[];
  /** Cosine distance of each row to its nearest known prompts. */
  readonly distances: readonly number[];
}

/** The rows of one category. */
export interface DatasetSlice {
  readonly value: string;
  /** Scored rows of this category, listed or not. */
  readonly rows: number;
  /** Model that would be recommended for these rows alone. */
  readonly pick: string;
  /** Mean expected correctness of each candidate, in the order of {@link Recommendation.candidates}. */
  readonly probabilities: readonly number[];
  /** Mean expected cost of a row in US dollars, in the same order. */
  readonly costs: readonly (number | null)[];
  readonly distance: number;
}

/** What is only known of datasets: the rows, how each would be routed, and slices by category. */
export interface DatasetBlock {
  readonly rows: DatasetRows;
  /** One for each preference. */
  readonly routes: readonly PerRowRoute[];
  readonly slices: { readonly column: string; readonly groups: readonly DatasetSlice[] } | null;
  /** Cosine distance above which a row is far from all evidence. */
  readonly farAbove: number;
  /** How many of all scored rows are. */
  readonly farRows: number;
}

/**
 * Result for one file, selection or dataset. With its sentences in English it is what `recommend --json` prints: extend, never
 * rename.
 */
export interface Recommendation<Text = Sentence> {
  readonly file: string;
  /** Number of prompts scored. */
  readonly prompts: number;
  readonly mode: RoutingMode;
  readonly preference: Preference;
  readonly recommendation: Decision<Text>;
  readonly picks: Picks;
  /** Highest expected correctness first. */
  readonly candidates: readonly CandidateAssessment[];
  /** Mean cosine distance to the nearest known prompts. */
  readonly distance: number;
  readonly distanceWord: DistanceWord;
  /** Distances above which an input is `near`, and above which it is `far`: for the panel's scale. */
  readonly distanceThresholds?: { readonly near: number; readonly far: number };
  readonly outOfDistribution: boolean;
  readonly nearest: readonly NearestItem[];
  readonly nearestBenchmarks: readonly NearestBenchmark[];
  readonly read: ReadReport<Text>;
  /** The model that the file itself names, as written. */
  readonly declaredModel: string | null;
  /** Present where more than one prompt was scored. */
  readonly dataset?: DatasetBlock;
  readonly bundle: { readonly version: string; readonly sha256: string; readonly trained: string };
  readonly timing: { readonly readMs: number; readonly scoreMs: number };
}
