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

/** An expected failure: what went wrong (one sentence) and what the user can do next (one sentence). */
export class RecommendError extends Error {
  override readonly name = 'RecommendError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly nextStep: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  static is(value: unknown): value is RecommendError {
    return value instanceof RecommendError;
  }
}

/** A {@link RecommendError} as it crosses a process or webview boundary. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  readonly nextStep: string;
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
