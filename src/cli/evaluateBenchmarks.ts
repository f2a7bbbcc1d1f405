import { RecommendError } from '../core/errors';
import type { PartOutcome } from '../core/evaluation/groupEvaluation';
import { defaultMethod, type ProtocolReport, protocolReport } from '../core/evaluation/protocolReport';
import type { MethodSummary } from '../core/evaluation/summary';
import { badArgument, parseCommand } from './arguments';
import { type EvaluationJob, loadEvaluation } from './evaluationData';
import { runFolds } from './evaluationRun';

export const evaluateBenchmarksUsage = `recommend-llm evaluate --benchmarks DIR [options]

Evaluates the router on benchmark tables: each benchmark is tested by a router that was trained without its family, beside
the best single models, the paper's scores and the oracles.

Options:
  --benchmarks DIR   tables of per-item results (*.jsonl, *.jsonl.gz) with benchmarks.json, models.json, catalog_facts.json
  --aggregates DIR   aggregate scores of public leaderboards (aggregates.jsonl.gz)
  --usage DIR        measured token use (usage.jsonl.gz)
  --test DIR         external tables in the same format: train on --benchmarks, test on these; families and prompts that
                     occur in both are removed from training. benchmarks.json may be missing there: kinds are unknown then
  --protocol P       leave-one-family-out (default), or few-shot: the same plus 5, 10, 20 and 40 labels
  --kinds K          inferred (default): the router sees text only; given: kind and language of each task are told
  --json             print the report as JSON
  --seed N           seed of all draws (default 1)
  --folds N          folds whose text the encoder does not learn from (default 5)
  --prompts N        prompts of a benchmark that are scored, at most (default 200); accuracies are taken over all
  --workers N        processes (default 2)
  --cache DIR        keeps learned encoders between evaluations
  --only TEXT        only groups of benchmarks whose name contains this
  --help             this text
`;

const options = {
  benchmarks: { type: 'string' },
  aggregates: { type: 'string' },
  usage: { type: 'string' },
  test: { type: 'string' },
  protocol: { type: 'string' },
  kinds: { type: 'string' },
  json: { type: 'boolean' },
  seed: { type: 'string' },
  folds: { type: 'string' },
  prompts: { type: 'string' },
  workers: { type: 'string' },
  cache: { type: 'string' },
  only: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const protocols = ['leave-one-family-out', 'few-shot'] as const;

/**
 * `recommend-llm evaluate --benchmarks DIR`.
 * @returns the exit code: 0 done
 * @throws RecommendError on bad arguments and unreadable data
 */
export async function evaluateBenchmarksCommand(args: readonly string[]): Promise<number> {
  const { values } = parseCommand('evaluate --benchmarks', args, options);
  if (values.help) {
    process.stdout.write(evaluateBenchmarksUsage);
    return 0;
  }
  if (values.benchmarks === undefined) throw badArgument('--benchmarks needs a folder.', 'evaluate --benchmarks');
  const kinds = oneOf(values.kinds ?? 'inferred', ['inferred', 'given'] as const, '--kinds');
  const protocol = oneOf(values.protocol ?? 'leave-one-family-out', protocols, '--protocol');
  const job: EvaluationJob = {
    benchmarks: values.benchmarks,
    aggregates: values.aggregates ?? null,
    usage: values.usage ?? null,
    test: values.test ?? null,
    seed: integer(values.seed, 1, '--seed'),
    folds: integer(values.folds, 5, '--folds'),
    promptsPerPart: integer(values.prompts, 200, '--prompts'),
    cache: values.cache ?? null,
    only: values.only ?? '',
  };
  const started = performance.now();
  const progress = (text: string): void => {
    process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${text}\n`);
  };
  const outcomes = await heldOut(job, integer(values.workers, 2, '--workers'), progress);
  const report = reportOf(protocol, kinds, job.seed, outcomes);
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 1)}\n` : textOf(report));
  return 0;
}

interface Outcomes {
  readonly inferred: readonly PartOutcome[];
  readonly given: readonly PartOutcome[];
  readonly untested: ProtocolReport['untested'];
}

async function heldOut(job: EvaluationJob, workers: number, progress: (text: string) => void): Promise<Outcomes> {
  const { folds, untested, notes } = await loadEvaluation(job);
  for (const note of notes) progress(note);
  if (folds.length === 0) {
    throw new RecommendError(
      'TRAINING_DATA',
      `No benchmark can be tested${untested[0] ? `; ${untested[0].name}: ${untested[0].reason}` : ''}.`,
      'A benchmark needs 40 items or more and four models that also have results elsewhere.',
    );
  }
  const count = folds.reduce((sum, fold) => sum + fold.reduce((parts, group) => parts + group.parts.length, 0), 0);
  progress(`${count} benchmarks to test in ${folds.length} folds, ${untested.length} not testable`);
  return { ...(await runFolds(job, folds.length, workers, progress)), untested };
}

function reportOf(protocol: string, kinds: 'inferred' | 'given', seed: number, outcomes: Outcomes): ProtocolReport {
  return protocolReport(protocol, kinds, seed, outcomes[kinds], outcomes.untested);
}

function oneOf<T extends string>(value: string, allowed: readonly T[], option: string): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined)
    throw badArgument(`${option} is ${allowed.join(' or ')}, not "${value}".`, 'evaluate --benchmarks');
  return found;
}

function integer(value: string | undefined, fallback: number, option: string): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw badArgument(`${option} is a whole number from 1 on, not "${value}".`, 'evaluate --benchmarks');
  return number;
}

const columns = ['ratioToBest', 'ratioToFairBest', 'regret', 'spearman', 'perPromptRatio', 'accuracy'] as const;

/** The report as a short table. */
function textOf(report: ProtocolReport): string {
  const cell = (summary: MethodSummary, metric: string): string => {
    const value = summary[metric];
    return typeof value === 'number' ? value.toFixed(metric === 'regret' ? 2 : 3) : '–';
  };
  const lines = [
    `${report.protocol}, kinds ${report.kinds}: ${report.benchmarks.length} benchmarks`,
    ['method'.padEnd(20), ...columns.map((name) => name.padStart(15))].join(' '),
    ...Object.entries(report.methods).map(([method, summary]) =>
      [method.padEnd(20), ...columns.map((name) => cell(summary, name).padStart(15))].join(' '),
    ),
  ];
  const own = report.methods[defaultMethod] ?? {};
  for (const metric of ['ratioToBestOverBma', 'ece', 'ecePrompts', 'coverage80', 'costSaved', 'worstOverBma100']) {
    if (typeof own[metric] === 'number') lines.push(`${metric.padEnd(20)} ${cell(own, metric)}`);
  }
  for (const { labels, ratioToFairBest, labelsOnly } of report.fewShot)
    lines.push(
      `${String(labels).padStart(3)} labels           ${ratioToFairBest.toFixed(3)} (labels alone ${labelsOnly.toFixed(3)})`,
    );
  return `${lines.join('\n')}\n`;
}
