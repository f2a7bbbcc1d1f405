import { toErrorReport } from '../core/errors';
import { prepareFold } from '../core/evaluation/folds';
import { evaluateGroup, type GroupOutcome } from '../core/evaluation/groupEvaluation';
import { answerPools, type PoolAnswers } from '../core/evaluation/inDistribution';
import { inEnglish } from '../core/sentence';
import type { MatMul } from '../core/training/matMul';
import type { EncodedTable } from '../core/training/trainRouter';
import { nativeMatMul } from '../scoring/session';
import { cachedEncodeTable } from './encoderCache';
import { type EvaluationJob, type LoadedEvaluation, loadEvaluation } from './evaluationData';
import { KeptOutcomes } from './keptOutcomes';

/** What the parent process sends: one job, then folds one by one. */
export type ToEvaluationWorker =
  /** `threads`: of one matrix product. */
  | { readonly type: 'job'; readonly job: EvaluationJob; readonly threads: number }
  | { readonly type: 'fold'; readonly fold: number }
  | { readonly type: 'pools'; readonly fold: number }
  /** No further group is begun. */
  | { readonly type: 'stop' }
  | { readonly type: 'end' };

export type FromEvaluationWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'group'; readonly group: string; readonly outcome: GroupOutcome }
  | { readonly type: 'pools'; readonly fold: number; readonly answers: readonly PoolAnswers[] }
  | { readonly type: 'done'; readonly fold: number }
  | { readonly type: 'failed'; readonly message: string; readonly nextStep: string };

/** Prompts of a pool that one fold of the in-distribution protocol tests, at most. */
const promptsPerPoolFold = 800;

function send(message: FromEvaluationWorker): void {
  process.send?.(message);
}

/** Serves one evaluation: folds are learned and their groups tested in the order in which they are asked for. */
function serve(): void {
  let loaded: {
    readonly job: EvaluationJob;
    readonly evaluation: Promise<LoadedEvaluation>;
    readonly matMul: Promise<MatMul>;
  } | null = null;
  let stopped = false;
  const handle = async (message: ToEvaluationWorker): Promise<void> => {
    if (message.type === 'stop') {
      stopped = true;
      return;
    }
    if (message.type === 'end') {
      process.disconnect();
      return;
    }
    if (message.type === 'job') {
      const { job, threads } = message;
      loaded = { job, evaluation: loadEvaluation(job), matMul: nativeMatMul(threads) };
      await loaded.evaluation;
      send({ type: 'ready' });
      return;
    }
    if (loaded === null) return;
    const { cache } = loaded.job;
    const { data, facts, folds, clusters } = await loaded.evaluation;
    const matMul = await loaded.matMul;
    const progress = (text: string): void => send({ type: 'progress', text: `fold ${message.fold + 1}: ${text}` });
    const encode = (learnFrom: (item: number) => boolean): Promise<EncodedTable> =>
      cachedEncodeTable(cache, data.table, data.config, matMul, (step) => progress(inEnglish(step)), learnFrom);
    if (message.type === 'pools') {
      const prompts = promptsPerPoolFold;
      send({
        type: 'pools',
        fold: message.fold,
        answers: await answerPools(data, facts, clusters, message.fold, encode, prompts, matMul),
      });
      send({ type: 'done', fold: message.fold });
      return;
    }
    const groups = folds[message.fold] ?? [];
    const kept = new KeptOutcomes(loaded.job, __filename);
    const prepare = once(() => prepareFold(data, facts, groups, encode, matMul, progress));
    for (const { group, parts } of groups) {
      if (stopped) break;
      const known = kept.get(group.group);
      const outcome = known ?? (await evaluateGroup(data, await prepare(), group, parts, matMul));
      if (known === null) await kept.set(group.group, outcome);
      send({ type: 'group', group: group.group, outcome });
    }
    send({ type: 'done', fold: message.fold });
  };
  process.on('message', (message: ToEvaluationWorker) => {
    handle(message).catch((error: unknown) => {
      const { message: text, nextStep, code } = toErrorReport(error);
      const trace = code === 'INTERNAL' && error instanceof Error ? `\n${error.stack ?? ''}` : '';
      send({ type: 'failed', message: `${text}${trace}`, nextStep });
    });
  });
}

/** Calls `make` on first use. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

serve();
