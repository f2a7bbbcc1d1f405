import { fork } from 'node:child_process';
import { RecommendError, type SaidError } from '../core/errors';
import { readSaidLine } from '../core/saidLine';
import { type Sentence, say } from '../core/sentence';

export interface EvidenceHooks {
  readonly signal: AbortSignal;
  readonly onStep: (step: Sentence) => void;
}

/** How much is kept of what the process says besides, for the log. */
const keptWords = 10_000;

/**
 * Runs a command of the bundled command line in a process of its own: importing and training take memory and time that
 * the extension host does not have. Ending the process leaves nothing half-written: tables and routers appear whole.
 * @returns what it printed, parsed as JSON
 * @throws RecommendError the command's own failure, or CANCELLED
 */
export function runEvidenceCommand(cli: string, args: readonly string[], hooks: EvidenceHooks): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = fork(cli, [...args, '--sentences'], {
      execArgv: [],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let out = '';
    let rest = '';
    let words = '';
    let failure: SaidError | null = null;
    const hear = (line: string): void => {
      const told = readSaidLine(line);
      if (told === null) words = `${words}${line}\n`.slice(-keptWords);
      else if ('step' in told) hooks.onStep(told.step);
      else failure = told.failure;
    };
    const stop = (): void => {
      child.kill();
    };
    hooks.signal.addEventListener('abort', stop, { once: true });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) hear(line);
    });
    child.once('error', (error) => reject(failed(null, error.message)));
    child.once('close', (code) => {
      hooks.signal.removeEventListener('abort', stop);
      if (hooks.signal.aborted) {
        reject(new RecommendError('CANCELLED', say('Cancelled.'), say('Nothing was changed.')));
        return;
      }
      hear(rest);
      if (code !== 0) {
        reject(failed(failure, words));
        return;
      }
      try {
        resolve(JSON.parse(out));
      } catch (error) {
        reject(failed(null, error instanceof Error ? error.message : String(error)));
      }
    });
  });
}

/**
 * @param failure as the command told it; null where it ended without a word of its own
 * @param words what was said besides: it goes to the log
 */
function failed(failure: SaidError | null, words: string): RecommendError {
  const { code, message, nextStep } = failure ?? {
    code: 'TRAINING_DATA',
    message: say('The process that imports and trains ended unexpectedly.'),
    nextStep: say('See the log for details, and try again.'),
  };
  const said = words.trim();
  return new RecommendError(code, message, nextStep, said === '' ? {} : { cause: new Error(said) });
}
