import { fork } from 'node:child_process';
import { l10n } from 'vscode';
import { RecommendError } from '../core/errors';

export interface EvidenceHooks {
  readonly signal: AbortSignal;
  /** A line of progress. */
  readonly onStep: (step: string) => void;
}

/**
 * Runs a command of the bundled command line in a process of its own: importing and training take memory and time that
 * the extension host does not have. Ending the process leaves nothing half-written: tables and routers appear whole.
 * @returns what it printed, parsed as JSON
 * @throws RecommendError the command's own failure, or CANCELLED
 */
export function runEvidenceCommand(cli: string, args: readonly string[], hooks: EvidenceHooks): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = fork(cli, args, {
      execArgv: [],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let out = '';
    let errors = '';
    const stop = (): void => {
      child.kill();
    };
    hooks.signal.addEventListener('abort', stop, { once: true });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
      const step = /^ *\d+ s {2}(.+)$/.exec(text.trimEnd().split('\n').at(-1) ?? '')?.[1];
      if (step !== undefined) hooks.onStep(step);
    });
    child.once('error', (error) => reject(failed(error.message)));
    child.once('close', (code) => {
      hooks.signal.removeEventListener('abort', stop);
      if (hooks.signal.aborted) {
        reject(new RecommendError('CANCELLED', l10n.t('Cancelled.'), l10n.t('Nothing was changed.')));
        return;
      }
      if (code !== 0) {
        reject(failed(errors));
        return;
      }
      try {
        resolve(JSON.parse(out));
      } catch (error) {
        reject(failed(error instanceof Error ? error.message : String(error)));
      }
    });
  });
}

/** The command line tells a failure in two lines: what happened, and what can be done. */
function failed(errors: string): RecommendError {
  const [message, nextStep] = errors.slice(Math.max(0, errors.indexOf('recommend-llm: '))).split('\n');
  return new RecommendError(
    'TRAINING_DATA',
    message?.replace(/^recommend-llm: /, '') || l10n.t('The process that imports and trains ended unexpectedly.'),
    nextStep || l10n.t('See the log for details, and try again.'),
  );
}
