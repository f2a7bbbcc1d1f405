import { fork } from 'node:child_process';
import { join } from 'node:path';
import { RecommendError } from '../core/errors';
import type { PartOutcome } from '../core/evaluation/groupEvaluation';
import { type PoolAnswers, promptFolds } from '../core/evaluation/inDistribution';
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
  const tasks = Array.from({ length: folds }, (_, fold) => ({ type: 'fold', fold }) as const);
  await runTasks(job, tasks, workers, (message) => {
    if (message.type === 'progress') progress(message.text);
    if (message.type !== 'group') return;
    progress(`${message.group}: ${message.outcome.inferred.length} tested`);
    inferred.push(...message.outcome.inferred);
    given.push(...message.outcome.given);
  });
  return { inferred, given };
}

/** Runs the folds of the in-distribution protocol. */
export async function runPools(
  job: EvaluationJob,
  workers: number,
  progress: (text: string) => void,
): Promise<readonly PoolAnswers[]> {
  const answers = new Map<number, readonly PoolAnswers[]>();
  const tasks = Array.from({ length: promptFolds }, (_, fold) => ({ type: 'pools', fold }) as const);
  await runTasks(job, tasks, workers, (message) => {
    if (message.type === 'progress') progress(message.text);
    if (message.type === 'pools') answers.set(message.fold, message.answers);
  });
  return [...answers].sort(([a], [b]) => a - b).flatMap(([, own]) => own);
}

/** Gives tasks to worker processes, each taking the next one that is left. */
async function runTasks(
  job: EvaluationJob,
  tasks: readonly ToEvaluationWorker[],
  workers: number,
  receive: (message: FromEvaluationWorker) => void,
): Promise<void> {
  let next = 0;
  const serve = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(join(__dirname, 'evaluationWorker.js'), {
        execArgv: ['--max-old-space-size=8192'],
        serialization: 'advanced',
      });
      let failure: RecommendError | null = null;
      child.on('message', (message: FromEvaluationWorker) => {
        receive(message);
        if (message.type === 'failed') {
          failure = new RecommendError('INTERNAL', message.message, message.nextStep);
          child.kill();
        } else if (message.type === 'ready' || message.type === 'done') child.send(tasks[next++] ?? { type: 'end' });
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
      child.send({ type: 'job', job } satisfies ToEvaluationWorker);
    });
  await Promise.all(Array.from({ length: Math.min(workers, tasks.length) }, serve));
}
