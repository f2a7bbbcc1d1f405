/** Who speaks in a part of a prompt. `context` is attached material (documents, references, tool output). */
export type PromptRole = 'system' | 'user' | 'assistant' | 'tool' | 'context';

/** One piece of a prompt, in the order in which an LLM would read it. */
export interface PromptPart {
  readonly role: PromptRole;
  readonly text: string;
  /** Number of images in this part (they are counted, never read). */
  readonly images?: number;
}

/** One unit to route: what would be sent to one LLM in one request. */
export interface Prompt {
  /** Unique within its file or dataset: the row's own id where it has one, else its number. */
  readonly id: string;
  /** True where the row has no id of its own and `id` is its number. */
  readonly numbered?: boolean;
  readonly parts: readonly PromptPart[];
  /** 1-based line (text formats) or row (tables) where the prompt starts. */
  readonly line?: number;
  /** The row's own category, for slices. */
  readonly category?: string;
  /** The model that the file itself names (front matter `model:`): shown, never changed. */
  readonly declaredModel?: string;
  /** Names of the tools that the prompt offers to the LLM. */
  readonly tools?: readonly string[];
  /** Known correctness of LLMs on this prompt, by model id as written, each 0..1. Never part of the features. */
  readonly correctness?: Readonly<Record<string, number>>;
}
