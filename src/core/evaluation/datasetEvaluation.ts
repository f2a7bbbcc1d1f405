import type { ReadReport } from '../prompts/readReport';
import type { RoutingMode } from '../recommendation/recommendation';
import type { Sentence } from '../sentence';

/** One LLM that a labelled dataset has results of. */
export interface LabelledModel {
  /** Catalog id where the label could be mapped, else the label as written. */
  readonly model: string;
  readonly name: string;
  /** True where the router knows this model and could choose it. */
  readonly known: boolean;
  /** Prompts of the dataset with a result of this model. */
  readonly labelled: number;
  /** Mean correctness over those, 0..1. */
  readonly accuracy: number;
  /** Prompts for which the router chose this model. */
  readonly picked: number;
  /** Accuracy that the router predicted on these prompts, with its 80 % interval. */
  readonly predicted?: { readonly accuracy: number; readonly interval: readonly [number, number] };
  /** Mean expected cost of a prompt in US dollars; null without a price. */
  readonly usd?: number | null;
}

/** Whether the predicted probabilities of single (prompt, model) pairs came true. */
export interface LabelledCalibration {
  /** Bins of equal width that hold pairs: mean prediction, mean correctness, number of pairs. */
  readonly bins: readonly { readonly predicted: number; readonly observed: number; readonly count: number }[];
  /** Expected calibration error over `bins`. */
  readonly ece: number;
  readonly brier: number;
}

/** The same comparison within one category of the dataset. */
export interface LabelledCategory {
  readonly category: string;
  readonly prompts: number;
  readonly routed: number;
  readonly recommended: number;
  readonly bestSingle: number;
  readonly oracle: number;
}

/** A prompt on which the router's choice was wrong though another model was right. */
export interface MissedPrompt {
  readonly id: string;
  /** 1-based line or row. */
  readonly line: number;
  /** The beginning of the prompt on one line, at most 120 characters. */
  readonly excerpt: string;
  readonly category: string | null;
  readonly pick: string;
  /** Predicted probability that the pick is right. */
  readonly probability: number;
  /** Models that were right. */
  readonly right: readonly string[];
}

/** What `evaluate FILE` reports: the router's choices judged by a dataset's own per-LLM results. */
export interface DatasetEvaluation<Text = Sentence> {
  readonly file: string;
  readonly mode: RoutingMode;
  /** Labelled prompts that the figures are taken over. */
  readonly prompts: number;
  readonly models: readonly LabelledModel[];
  /** Mean correctness of the model that the router chose, one choice per prompt. */
  readonly routed: number;
  /** 95 % interval of `routed − bestSingle.accuracy`, paired over prompts. */
  readonly gainInterval: readonly [number, number];
  /** Mean correctness of the one model that the router recommends for the dataset as a whole. */
  readonly recommended: { readonly model: string; readonly accuracy: number };
  /** The best model in hindsight. */
  readonly bestSingle: { readonly model: string; readonly accuracy: number };
  /** A model drawn at random for each prompt. */
  readonly random: number;
  /** The best model for each prompt, in hindsight. */
  readonly oracle: number;
  /** Mean expected cost of a prompt in US dollars for the routed, the recommended and the best single model. */
  readonly costs?: {
    readonly routed: number | null;
    readonly recommended: number | null;
    readonly bestSingle: number | null;
  };
  readonly calibration?: LabelledCalibration;
  readonly categories?: readonly LabelledCategory[];
  /** At most 1,000; `missedPrompts` counts all. */
  readonly missed?: readonly MissedPrompt[];
  readonly missedPrompts?: number;
  readonly read: ReadReport<Text>;
  readonly bundle: { readonly version: string; readonly sha256: string; readonly trained: string };
}
