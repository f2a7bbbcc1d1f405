import { type CancellationToken, l10n, window } from 'vscode';
import { type ErrorReport, RecommendError, toErrorReport, toSaidError } from '../core/errors';
import type { Log } from './log';
import { said } from './said';

/** Tells the user of a failure, with the next step and a way to the log. A cancellation says nothing. */
export async function showFailure(thrown: unknown, log: Log, showLog: () => void): Promise<void> {
  if (isCancelled(thrown)) return;
  logFailure(thrown, log);
  const { message, nextStep } = inUsersLanguage(thrown);
  const button = l10n.t('Show Log');
  const chosen = await window.showErrorMessage(`${message} ${nextStep}`, button);
  if (chosen === button) showLog();
}

/** A failure in the user's language, as far as its sentences are known there. */
export function inUsersLanguage(thrown: unknown): ErrorReport {
  const { code, message, nextStep } = toSaidError(thrown);
  return { code, message: said(message), nextStep: said(nextStep) };
}

export function logFailure(thrown: unknown, log: Log): void {
  const { code, message, nextStep } = toErrorReport(thrown);
  log.error(`${code}: ${message} ${nextStep}`);
  const cause = RecommendError.is(thrown) ? thrown.cause : thrown;
  if (cause instanceof Error && cause.stack) log.error(cause.stack);
}

export function isCancelled(thrown: unknown): boolean {
  return RecommendError.is(thrown) && thrown.code === 'CANCELLED';
}

/** @returns a signal that follows the token */
export function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
