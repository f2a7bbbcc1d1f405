import { toErrorReport } from '../core/errors';
import { prepareFold } from '../core/evaluation/folds';
import { evaluateGroup, type GroupOutcome } from '../core/evaluation/groupEvaluation';
import { nativeMatMul } from '../scoring/session';
import { cachedEncodeTable } from './encoderCache';
import { type EvaluationJob, type LoadedEvaluation, loadEvaluation } from './evaluationData';

/** What the parent process sends: one job, then folds one by one. */
export type ToEvaluationWorker =
  | { readonly type: 'job'; readonly job: EvaluationJob }
  | { readonly type: 'fold'; readonly fold: number }
  | { readonly type: 'end' };

export type FromEvaluationWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'group'; readonly group: string; readonly outcome: GroupOutcome }
  | { readonly type: 'done'; readonly fold: number }
  | { readonly type: 'failed'; readonly message: string; readonly nextStep: string };

function send(message: FromEvaluationWorker): void {
  process.send?.(message);
}

/** Serves one evaluation: folds are learned and their groups tested in the order in which they are asked for. */
function serve(): void {
  let loaded: { readonly job: EvaluationJob; readonly evaluation: Promise<LoadedEvaluation> } | null = null;
  const starting = nativeMatMul();
  const handle = async (message: ToEvaluationWorker): Promise<void> => {
    if (message.type === 'end') {
      process.disconnect();
      return;
    }
    if (message.type === 'job') {
      loaded = { job: message.job, evaluation: loadEvaluation(message.job) };
      await loaded.evaluation;
      send({ type: 'ready' });
      return;
    }
    if (loaded === null) return;
    const { cache } = loaded.job;
    const { data, facts, folds } = await loaded.evaluation;
    const matMul = await starting;
    const progress = (text: string): void => send({ type: 'progress', text: `fold ${message.fold + 1}: ${text}` });
    const groups = folds[message.fold] ?? [];
    const state = await prepareFold(
      data,
      facts,
      groups.map(({ group }) => group),
      (learnFrom) => cachedEncodeTable(cache, data.table, data.config, matMul, progress, learnFrom),
      matMul,
      progress,
    );
    for (const { group, parts } of groups)
      send({ type: 'group', group: group.group, outcome: await evaluateGroup(data, state, group, parts, matMul) });
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

serve();
