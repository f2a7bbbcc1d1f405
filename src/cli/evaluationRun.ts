import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { RecommendError } from '../core/errors';
import type { PartOutcome } from '../core/evaluation/groupEvaluation';
import { type PoolAnswers, promptFolds } from '../core/evaluation/inDistribution';
import type { EvaluationJob } from './evaluationData';
import type { FromEvaluationWorker, ToEvaluationWorker } from './evaluationWorker';

/** Time that workers have to finish the group they are at when the time is up. */
const graceMs = 60_000;

export interface HeldOutOutcomes {
  readonly inferred: readonly PartOutcome[];
  readonly given: readonly PartOutcome[];
}

/**
 * Runs the folds of a job in worker processes, each taking the next fold that is left.
 * @param deadline `performance.now()` from which on no group is begun; null = all are tested
 */
export async function runFolds(
  job: EvaluationJob,
  folds: number,
  workers: number,
  progress: (text: string) => void,
  deadline: number | null = null,
): Promise<HeldOutOutcomes> {
  const inferred: PartOutcome[] = [];
  const given: PartOutcome[] = [];
  const tasks = Array.from({ length: folds }, (_, fold) => ({ type: 'fold', fold }) as const);
  await runTasks(
    job,
    tasks,
    workers,
    (message) => {
      if (message.type === 'progress') progress(message.text);
      if (message.type !== 'group') return;
      progress(`${message.group}: ${message.outcome.inferred.length} tested`);
      inferred.push(...message.outcome.inferred);
      given.push(...message.outcome.given);
    },
    deadline,
  );
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
  deadline: number | null = null,
): Promise<void> {
  let next = 0;
  let stopped = false;
  const threads = Math.max(1, Math.floor(availableParallelism() / workers));
  const children = new Set<ChildProcess>();
  const timers =
    deadline === null
      ? []
      : [
          setTimeout(
            () => {
              stopped = true;
              for (const child of children) child.send({ type: 'stop' } satisfies ToEvaluationWorker);
            },
            Math.max(0, deadline - performance.now()),
          ),
          // What is in the middle of something long is not waited for.
          setTimeout(
            () => {
              for (const child of children) child.kill();
            },
            Math.max(0, deadline - performance.now()) + graceMs,
          ),
        ];
  const serve = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(join(__dirname, 'evaluationWorker.js'), {
        execArgv: ['--max-old-space-size=8192'],
        serialization: 'advanced',
      });
      children.add(child);
      let failure: RecommendError | null = null;
      child.on('message', (message: FromEvaluationWorker) => {
        receive(message);
        if (message.type === 'failed') {
          failure = new RecommendError('INTERNAL', message.message, message.nextStep);
          child.kill();
        } else if (message.type === 'ready' || message.type === 'done')
          child.send((stopped ? undefined : tasks[next++]) ?? ({ type: 'end' } satisfies ToEvaluationWorker));
      });
      child.on('error', reject);
      child.on('exit', (code, signal) => {
        children.delete(child);
        if (failure !== null) reject(failure);
        else if (code === 0 || stopped) resolve();
        else
          reject(
            new RecommendError(
              'INTERNAL',
              `An evaluation worker ended early (${signal ?? `exit code ${code}`}).`,
              'Free some memory, or use --workers 1.',
            ),
          );
      });
      child.send({ type: 'job', job, threads } satisfies ToEvaluationWorker);
    });
  try {
    await Promise.all(Array.from({ length: Math.min(workers, tasks.length) }, serve));
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}
