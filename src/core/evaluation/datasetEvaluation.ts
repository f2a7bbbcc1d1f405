import type { ReadReport } from '../prompts/readReport';
import type { RoutingMode } from '../recommendation/recommendation';

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
}

/** What `evaluate FILE` reports: the router's choices judged by a dataset's own per-LLM results. */
export interface DatasetEvaluation {
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
  readonly read: ReadReport;
  readonly bundle: { readonly version: string; readonly sha256: string; readonly trained: string };
}
