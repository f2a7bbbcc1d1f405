import { toErrorReport } from '../core/errors';
import { prepareFold } from '../core/evaluation/folds';
import { evaluateGroup, type GroupOutcome } from '../core/evaluation/groupEvaluation';
import { nativeMatMul } from '../scoring/session';
import { type EvaluationJob, loadEvaluation } from './evaluationData';

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
  let loaded: ReturnType<typeof loadEvaluation> | null = null;
  const matMul = nativeMatMul();
  const handle = async (message: ToEvaluationWorker): Promise<void> => {
    if (message.type === 'end') {
      process.disconnect();
      return;
    }
    if (message.type === 'job') {
      loaded = loadEvaluation(message.job);
      await loaded;
      send({ type: 'ready' });
      return;
    }
    if (loaded === null) return;
    const { data, facts, folds } = await loaded;
    const groups = folds[message.fold] ?? [];
    const state = await prepareFold(
      data,
      facts,
      groups.map(({ group }) => group),
      await matMul,
      (text) => send({ type: 'progress', text: `fold ${message.fold + 1}: ${text}` }),
    );
    for (const { group, parts } of groups) {
      send({
        type: 'group',
        group: group.group,
        outcome: await evaluateGroup(data, state, group, parts, await matMul),
      });
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

serve();
