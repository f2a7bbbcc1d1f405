import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RecommendError } from '../core/errors';
import { qualitySection, withQuality } from '../core/evaluation/cardQuality';
import { evaluationDocument } from '../core/evaluation/evaluationDocument';
import { poolReports } from '../core/evaluation/inDistribution';
import { type ItemTokens, itemCosts, readItemTokens } from '../core/evaluation/itemCosts';
import { newestFirstProtocol, newModelProtocol } from '../core/evaluation/placement';
import {
  type BasicReport,
  defaultMethod,
  type ProtocolReport,
  placementReport,
  poolsReport,
  protocolReport,
} from '../core/evaluation/protocolReport';
import type { MethodSummary } from '../core/evaluation/summary';
import type { AllReports } from '../core/evaluation/targets';
import { inEnglish } from '../core/sentence';
import type { LinkedFit } from '../core/training/linkedGaussianProcess';
import { fitScaled } from '../core/training/taskScales';
import { groupsOfTasks, type PreparedTraining, prepareTraining } from '../core/training/trainRouter';
import { nativeMatMul } from '../scoring/session';
import { badArgument, parseCommand } from './arguments';
import { linesOfFile, readJson } from './benchmarkFolder';
import { cachedEncodeTable } from './encoderCache';
import { type EvaluationJob, type LoadedEvaluation, loadEvaluation } from './evaluationData';
import { type HeldOutOutcomes, runFolds, runPools } from './evaluationRun';

export const evaluateBenchmarksUsage = `recommend-llm evaluate --benchmarks DIR [options]

Evaluates the router on benchmark tables: each benchmark is tested by a router that was trained without its family, beside
the best single models, the paper's scores and the oracles.

Options:
  --benchmarks DIR   tables of per-item results (*.jsonl, *.jsonl.gz) with benchmarks.json, models.json, catalog_facts.json
  --aggregates DIR   aggregate scores of public leaderboards (aggregates.jsonl.gz)
  --usage DIR        measured token use (usage.jsonl.gz)
  --test DIR         external tables in the same format: train on --benchmarks, test on these; families and prompts that
                     occur in both are removed from training. benchmarks.json may be missing there: kinds are unknown then
  --protocol P       leave-one-family-out (default); few-shot: the same with 5, 10, 20 and 40 labels; in-distribution: a
                     fifth of the prompts held out; new-model: a model known on none, one or two benchmarks; newest-first:
                     models foretold from older ones; all
  --kinds K          inferred (default): the router sees text only; given: kind and language of each task are told
  --json             print the report as JSON (for all: an object by protocol)
  --docs DIR         run every protocol and write EVALUATION.md, its figures and evaluation.json there; with --protocol P
                     only that one is run, and takes its place among those that evaluation.json there holds; with
                     --aggregates beside the one without
  --card FILE        with --docs: the model card whose section on quality is written anew
  --seed N           seed of all draws (default 1)
  --folds N          folds whose text the encoder does not learn from (default 4)
  --prompts N        prompts of a benchmark that are scored, at most (default 200); accuracies are taken over all
  --workers N        processes (default 2)
  --cache DIR        keeps learned encoders between evaluations
  --minutes N        begins no further benchmark after N minutes; the report names what is missing, and with --cache the
                     next run goes on from there
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
  docs: { type: 'string' },
  card: { type: 'string' },
  seed: { type: 'string' },
  folds: { type: 'string' },
  prompts: { type: 'string' },
  workers: { type: 'string' },
  cache: { type: 'string' },
  only: { type: 'string' },
  minutes: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const protocols = ['leave-one-family-out', 'few-shot', 'in-distribution', 'new-model', 'newest-first', 'all'] as const;

/**
 * `recommend-llm evaluate --benchmarks DIR`.
 * @returns the exit code: 0 done
 * @throws RecommendError on bad arguments and unreadable data
 */
export async function evaluateBenchmarksCommand(args: string[]): Promise<number> {
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
    folds: integer(values.folds, 4, '--folds'),
    promptsPerPart: integer(values.prompts, 200, '--prompts'),
    cache: values.cache ?? null,
    only: values.only ?? '',
  };
  const started = performance.now();
  const progress = (text: string): void => {
    process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${text}\n`);
  };
  const deadline = values.minutes === undefined ? null : started + 60_000 * integer(values.minutes, 1, '--minutes');
  const evaluation = new Evaluation(job, integer(values.workers, 2, '--workers'), progress, deadline);
  if (protocol !== 'all' && values.protocol !== undefined && values.docs !== undefined) {
    const known = await keptReports(values.docs);
    const report = await evaluation.report(protocol, kinds);
    await writeDocs(values.docs, values.card, {
      ...known,
      [reportKey(protocol, kinds, job.aggregates !== null)]: report,
    });
    return 0;
  }
  if (protocol === 'all' || values.docs !== undefined) {
    const reports = await evaluation.all(async (known) => {
      if (values.docs !== undefined) await writeDocs(values.docs, values.card, known);
    });
    process.stdout.write(
      values.json ? `${JSON.stringify(reports, null, 1)}\n` : Object.values(reports).map(textOf).join('\n'),
    );
    return 0;
  }
  const report = await evaluation.report(protocol, kinds);
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 1)}\n` : textOf(report));
  return 0;
}

type Protocol = Exclude<(typeof protocols)[number], 'all'>;

/** Where a report stands in evaluation.json; few labels are part of the held-out protocol's. */
function reportKey(protocol: Protocol, kinds: 'inferred' | 'given', aggregates: boolean): keyof AllReports {
  if (protocol !== 'leave-one-family-out' && protocol !== 'few-shot') return protocol;
  if (kinds === 'given')
    return aggregates ? 'leave-one-family-out/kinds-given/aggregates' : 'leave-one-family-out/kinds-given';
  return aggregates ? 'leave-one-family-out/aggregates' : 'leave-one-family-out';
}

/** Runs protocols on one set of data; what several protocols need is made once. */
class Evaluation {
  private loading: Promise<LoadedEvaluation> | null = null;
  private testing: Promise<HeldOutOutcomes> | null = null;
  private placing: Promise<{ readonly prepared: PreparedTraining; readonly fit: LinkedFit }> | null = null;

  constructor(
    private readonly job: EvaluationJob,
    private readonly workers: number,
    private readonly progress: (text: string) => void,
    private readonly deadline: number | null,
  ) {}

  /**
   * Every protocol, by its key.
   * @param keep called with all reports so far after each protocol: a long run that is broken off leaves what it has
   */
  async all(keep: (reports: AllReports) => Promise<void>): Promise<AllReports> {
    let reports: AllReports = {
      'leave-one-family-out': await this.heldOut('leave-one-family-out', 'inferred'),
      'leave-one-family-out/kinds-given': await this.heldOut('leave-one-family-out', 'given'),
    };
    await keep(reports);
    if (this.job.test !== null) return reports;
    for (const protocol of ['new-model', 'newest-first', 'in-distribution'] as const) {
      if (this.deadline !== null && performance.now() > this.deadline) break;
      const kinds = protocol === 'in-distribution' ? 'inferred' : 'given';
      reports = { ...reports, [protocol]: await this.report(protocol, kinds) };
      await keep(reports);
    }
    return reports;
  }

  async report(protocol: Protocol, kinds: 'inferred' | 'given'): Promise<BasicReport> {
    if (protocol === 'leave-one-family-out' || protocol === 'few-shot') return this.heldOut(protocol, kinds);
    if (this.job.test !== null)
      throw badArgument(
        `--test goes with leave-one-family-out and few-shot, not ${protocol}.`,
        'evaluate --benchmarks',
      );
    if (protocol === 'in-distribution') return this.inDistribution();
    const { data, parts } = await this.loaded();
    const { prepared, fit } = await this.placed();
    const matMul = await nativeMatMul();
    return protocol === 'new-model'
      ? placementReport(
          protocol,
          data.seed,
          await newModelProtocol(data, prepared, fit, parts, matMul),
          'router, 1 known',
        )
      : placementReport(
          protocol,
          data.seed,
          await newestFirstProtocol(data, prepared, fit, parts, matMul),
          defaultMethod,
        );
  }

  private async heldOut(protocol: Protocol, kinds: 'inferred' | 'given'): Promise<ProtocolReport> {
    const { folds, untested, data, facts } = await this.loaded();
    if (folds.length === 0) {
      throw new RecommendError(
        'TRAINING_DATA',
        `No benchmark can be tested${untested[0] ? `; ${untested[0].name}: ${untested[0].reason}` : ''}.`,
        'A benchmark needs 40 items or more and four models that also have results elsewhere.',
      );
    }
    const count = folds.reduce((sum, fold) => sum + fold.reduce((parts, group) => parts + group.parts.length, 0), 0);
    this.testing ??= (async () => {
      this.progress(`${count} benchmarks to test in ${folds.length} folds, ${untested.length} not testable`);
      return runFolds(this.job, folds.length, this.workers, this.progress, this.deadline);
    })();
    const planned = folds.flatMap((fold) => fold.flatMap(({ parts }) => parts.map((part) => part.name)));
    const outcomes = (await this.testing)[kinds];
    return protocolReport(protocol, kinds, data.seed, outcomes, untested, planned, facts.aggregates.length);
  }

  private async inDistribution(): Promise<BasicReport> {
    const { data } = await this.loaded();
    const answers = await runPools(this.job, this.workers, this.progress);
    const tokens = this.job.usage === null ? new Map() : await itemTokens(this.job.usage);
    const reports = poolReports(answers, itemCosts(data, tokens));
    if (reports.length === 0) {
      throw new RecommendError(
        'TRAINING_DATA',
        'The benchmarks hold none of the pools of models that were run on the same prompts.',
        'Use another protocol.',
      );
    }
    return poolsReport(data.seed, reports);
  }

  private async loaded(): Promise<LoadedEvaluation> {
    this.loading ??= loadEvaluation(this.job).then((loaded) => {
      for (const note of loaded.notes) this.progress(note);
      return loaded;
    });
    return this.loading;
  }

  private async placed(): Promise<{ readonly prepared: PreparedTraining; readonly fit: LinkedFit }> {
    this.placing ??= (async () => {
      const { data, facts } = await this.loaded();
      const matMul = await nativeMatMul();
      const everything = (): boolean => true;
      const encoded = await cachedEncodeTable(
        this.job.cache,
        data.table,
        data.config,
        matMul,
        (step) => this.progress(inEnglish(step)),
        everything,
      );
      const prepared = prepareTraining(data.table, encoded, facts, data.config);
      this.progress(`linked Gaussian process: ${prepared.pairs.logits.length} pairs`);
      return { prepared, fit: await fitScaled(prepared.pairs, prepared.kernels, groupsOfTasks(prepared), matMul) };
    })();
    return this.placing;
  }
}

/** The reports of an earlier run, as that run wrote them. @throws RecommendError FILE_NOT_FOUND */
async function keptReports(folder: string): Promise<AllReports> {
  const known = (await readJson(join(folder, 'evaluation.json'))) as Partial<AllReports>;
  if (known['leave-one-family-out'] && known['leave-one-family-out/kinds-given']) return known as AllReports;
  throw badArgument(`${folder}/evaluation.json lacks the held-out protocols.`, 'evaluate --benchmarks');
}

/** docs/EVALUATION.md with its figures, docs/evaluation.json and the quality in a model card; complete or not at all. */
async function writeDocs(folder: string, card: string | undefined, found: AllReports): Promise<void> {
  await mkdir(folder, { recursive: true });
  const reports = rounded(found);
  const files = new Map([...evaluationDocument(reports), ['evaluation.json', `${JSON.stringify(reports, null, 1)}\n`]]);
  const paths = new Map([...files].map(([name, content]) => [join(folder, name), content]));
  if (card !== undefined) paths.set(card, withQuality(await readFile(card, 'utf8'), qualitySection(reports)));
  for (const [path, content] of paths) await writeFile(`${path}.partial`, content);
  for (const path of paths.keys()) await rename(`${path}.partial`, path);
}

/** Six digits tell everything that an evaluation can; the documents are written from the same figures. */
function rounded(reports: AllReports): AllReports {
  const digits = (_: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
  return JSON.parse(JSON.stringify(reports, digits)) as AllReports;
}

async function itemTokens(folder: string): Promise<ItemTokens> {
  const path = ['usage_items.jsonl.gz', 'usage_items.jsonl'].map((name) => join(folder, name)).find(existsSync);
  return path === undefined ? new Map() : readItemTokens(linesOfFile(path));
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
function textOf(report: BasicReport): string {
  const cell = (summary: MethodSummary, metric: string): string => {
    const value = summary[metric];
    return typeof value === 'number' ? value.toFixed(metric === 'regret' ? 2 : 3) : '–';
  };
  const lines = [
    `${report.protocol}, kinds ${report.kinds}: ${report.benchmarks.length} benchmarks`,
    ...('pending' in report && (report as ProtocolReport).pending.length > 0
      ? [`NOT COMPLETE: ${(report as ProtocolReport).pending.length} benchmarks were not tested for lack of time`]
      : []),
    ['method'.padEnd(20), ...columns.map((name) => name.padStart(15))].join(' '),
    ...Object.entries(report.methods).map(([method, summary]) =>
      [method.padEnd(20), ...columns.map((name) => cell(summary, name).padStart(15))].join(' '),
    ),
  ];
  const own = report.methods[defaultMethod] ?? {};
  for (const metric of ['ratioToBestOverBma', 'ece', 'ecePrompts', 'coverage80', 'costSaved', 'worstOverBma100']) {
    if (typeof own[metric] === 'number') lines.push(`${metric.padEnd(20)} ${cell(own, metric)}`);
  }
  for (const { labels, ratioToFairBest, labelsOnly } of 'fewShot' in report ? (report as ProtocolReport).fewShot : [])
    lines.push(
      `${String(labels).padStart(3)} labels           ${ratioToFairBest.toFixed(3)} (labels alone ${labelsOnly.toFixed(3)})`,
    );
  return `${lines.join('\n')}\n`;
}
