import { fork } from 'node:child_process';
import { join } from 'node:path';
import { RecommendError } from '../core/errors';
import type { PartOutcome } from '../core/evaluation/groupEvaluation';
import type { EvaluationJob } from './evaluationData';
import type { FromEvaluationWorker, ToEvaluationWorker } from './evaluationWorker';

export interface HeldOutOutcomes {
  readonly inferred: readonly PartOutcome[];
  readonly given: readonly PartOutcome[];
}

/** Runs the folds of a job in worker processes, each taking the next fold that is left. */
export async function runFolds(
  job: EvaluationJob,
  folds: number,
  workers: number,
  progress: (text: string) => void,
): Promise<HeldOutOutcomes> {
  const inferred: PartOutcome[] = [];
  const given: PartOutcome[] = [];
  let next = 0;
  const serve = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(join(__dirname, 'evaluationWorker.js'), { execArgv: ['--max-old-space-size=8192'] });
      const send = (message: ToEvaluationWorker): void => {
        child.send(message);
      };
      const takeNext = (): void => {
        if (next < folds) send({ type: 'fold', fold: next++ });
        else send({ type: 'end' });
      };
      let failure: RecommendError | null = null;
      child.on('message', (message: FromEvaluationWorker) => {
        if (message.type === 'progress') progress(message.text);
        else if (message.type === 'group') {
          progress(`${message.group}: ${message.outcome.inferred.length} tested`);
          inferred.push(...message.outcome.inferred);
          given.push(...message.outcome.given);
        } else if (message.type === 'failed') {
          failure = new RecommendError('INTERNAL', message.message, message.nextStep);
          child.kill();
        } else takeNext();
      });
      child.on('error', reject);
      child.on('exit', (code, signal) => {
        if (failure !== null) reject(failure);
        else if (code === 0) resolve();
        else
          reject(
            new RecommendError(
              'INTERNAL',
              `An evaluation worker ended early (${signal ?? `exit code ${code}`}).`,
              'Free some memory, or use --workers 1.',
            ),
          );
      });
      send({ type: 'job', job });
    });
  await Promise.all(Array.from({ length: Math.min(workers, folds) }, serve));
  return { inferred, given };
}
