import { inEnglish, type Sentence, say } from './sentence';

/** Machine-readable causes of a failure that a user can act on. */
export const errorCodes = [
  'FILE_NOT_FOUND',
  'FILE_UNREADABLE',
  'FILE_EMPTY',
  'FILE_BINARY',
  'FILE_TOO_LARGE',
  'FILE_CHANGED',
  'FORMAT_UNKNOWN',
  'FORMAT_BROKEN',
  'NO_PROMPT_COLUMN',
  'NO_PROMPTS',
  'NO_LABELS',
  'NO_CANDIDATES',
  'BUNDLE_MISSING',
  'BUNDLE_TAMPERED',
  'BUNDLE_VERSION',
  'BUNDLE_BROKEN',
  'TRAINING_DATA',
  'BAD_ARGUMENT',
  'BAD_SETTING',
  'OUTPUT_FAILED',
  'SCORER_FAILED',
  'CANCELLED',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

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

/**
 * A fault that the error around it tells as its cause: a clause, with neither a code nor a next step of its own.
 */
export class Fault extends Error {
  override readonly name = 'Fault';

  constructor(readonly said: Sentence) {
    super(inEnglish(said));
  }
}

/** What a thrown value says, as a value of another sentence; the words of libraries and of the system stay as they are. */
export function causeOf(thrown: unknown): Sentence | string {
  if (RecommendError.is(thrown)) return thrown.said.message;
  if (thrown instanceof Fault) return thrown.said;
  return thrown instanceof Error ? thrown.message : String(thrown);
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

const defect = say(
  'This is a defect of Recommend LLM: please report it with the log of the "Recommend LLM" output channel.',
);

/** As {@link toErrorReport}, with the sentences still open for another language. */
export function toSaidError(thrown: unknown): SaidError {
  if (RecommendError.is(thrown)) return { code: thrown.code, ...thrown.said };
  return {
    code: 'INTERNAL',
    message: asSentence(thrown instanceof Error ? thrown.message : String(thrown)),
    nextStep: defect,
  };
}

/** Describes any thrown value; what is not a {@link RecommendError} is reported as INTERNAL. */
export function toErrorReport(thrown: unknown): ErrorReport {
  const { code, message, nextStep } = toSaidError(thrown);
  return { code, message: inEnglish(message), nextStep: inEnglish(nextStep) };
}
