import type { Sentence } from '../sentence';

/** A row that was not scored, with where and why. */
export interface SkippedRow<Text = Sentence> {
  readonly file: string;
  /** 1-based line or row. */
  readonly line: number;
  readonly reason: Text;
}

/** A file that a prompt refers to, and what became of it. */
export interface ReferencedFile {
  readonly path: string;
  readonly outcome: 'included' | 'outside-workspace' | 'missing' | 'over-limit' | 'not-text';
}

/** What was read of one file or dataset, told in full: nothing is dropped silently. `Text` is `string` once it is said in English. */
export interface ReadReport<Text = Sentence> {
  readonly format: string;
  readonly encoding: Text;
  readonly rowsRead: number;
  readonly promptsScored: number;
  /** Total of skipped rows; `skipped` holds the first ones only (at most 100). */
  readonly rowsSkipped: number;
  readonly skipped: readonly SkippedRow<Text>[];
  /** Prompts whose scored text was cut at the length limit. */
  readonly promptsTruncated: number;
  /** The column (dotted path) or template that prompts were taken from; absent for prompt files. */
  readonly promptColumn?: string;
  /** Other columns that could hold the prompt. */
  readonly otherColumns?: readonly string[];
  /** Columns recognised as answers, labels or per-LLM results: kept away from the features. */
  readonly labelColumns?: readonly string[];
  readonly references?: readonly ReferencedFile[];
  /** Present where only a uniform sample was scored so far. */
  readonly sample?: { readonly prompts: number; readonly ofRows: number | null };
  readonly warnings?: readonly Text[];
  /** What the front matter of a prompt file says, for display: `model`, `tools`, `mode`, `description`. */
  readonly facts?: Readonly<Record<string, string>>;
}
