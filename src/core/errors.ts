/** Machine-readable causes of a failure that a user can act on. */
export type ErrorCode =
  | 'FILE_NOT_FOUND'
  | 'FILE_UNREADABLE'
  | 'FILE_EMPTY'
  | 'FILE_BINARY'
  | 'FILE_TOO_LARGE'
  | 'FILE_CHANGED'
  | 'FORMAT_UNKNOWN'
  | 'FORMAT_BROKEN'
  | 'NO_PROMPT_COLUMN'
  | 'NO_PROMPTS'
  | 'NO_LABELS'
  | 'NO_CANDIDATES'
  | 'BUNDLE_MISSING'
  | 'BUNDLE_TAMPERED'
  | 'BUNDLE_VERSION'
  | 'BUNDLE_BROKEN'
  | 'TRAINING_DATA'
  | 'BAD_ARGUMENT'
  | 'BAD_SETTING'
  | 'OUTPUT_FAILED'
  | 'SCORER_FAILED'
  | 'CANCELLED'
  | 'INTERNAL';

/** A sentence with holes `{0}`, `{1}`, … for its values, so that the editor can say it in the user's language. */
export interface Sentence {
  readonly text: string;
  readonly values: readonly (string | number)[];
}

/** Makes a {@link Sentence}; `text` is literal at each call, since it is looked up in the translations. */
export function say(text: string, ...values: readonly (string | number)[]): Sentence {
  return { text, values };
}

/** The sentence in English. */
function inEnglish({ text, values }: Sentence): string {
  return text.replace(/\{(\d+)\}/g, (hole, index: string) => String(values[Number(index)] ?? hole));
}

/** An expected failure: what went wrong (one sentence) and what the user can do next (one sentence). */
export class RecommendError extends Error {
  override readonly name = 'RecommendError';
  readonly nextStep: string;
  /** Both sentences as they were given: what the editor translates. */
  readonly said: { readonly message: Sentence; readonly nextStep: Sentence };

  /** Plain strings stand for themselves: they are translated only where the whole text is known. */
  constructor(
    readonly code: ErrorCode,
    message: string | Sentence,
    nextStep: string | Sentence,
    options?: ErrorOptions,
  ) {
    const said = { message: asSentence(message), nextStep: asSentence(nextStep) };
    super(inEnglish(said.message), options);
    this.nextStep = inEnglish(said.nextStep);
    this.said = said;
  }

  static is(value: unknown): value is RecommendError {
    return value instanceof RecommendError;
  }
}

function asSentence(given: string | Sentence): Sentence {
  return typeof given === 'string' ? { text: given, values: [] } : given;
}

/** A {@link RecommendError} as it is shown. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  readonly nextStep: string;
}

/** A {@link RecommendError} as it crosses from one process to another. */
export interface SaidError {
  readonly code: ErrorCode;
  readonly message: Sentence;
  readonly nextStep: Sentence;
}

/** As {@link toErrorReport}, with the sentences still open for another language. */
export function toSaidError(thrown: unknown): SaidError {
  if (RecommendError.is(thrown)) return { code: thrown.code, ...thrown.said };
  const { code, message, nextStep } = toErrorReport(thrown);
  return { code, message: asSentence(message), nextStep: asSentence(nextStep) };
}

/** Describes any thrown value; what is not a {@link RecommendError} is reported as INTERNAL. */
export function toErrorReport(thrown: unknown): ErrorReport {
  if (RecommendError.is(thrown)) return { code: thrown.code, message: thrown.message, nextStep: thrown.nextStep };
  return {
    code: 'INTERNAL',
    message: thrown instanceof Error ? thrown.message : String(thrown),
    nextStep: 'This is a defect of Recommend LLM: please report it with the log of the "Recommend LLM" output channel.',
  };
}
