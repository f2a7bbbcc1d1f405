import { RecommendError, toSaidError } from '../../errors';
import { inEnglish, type Sentence, say } from '../../sentence';
import { deepEval, ragas } from './deepEvalRagas';
import type {
  ImportChoices,
  LogFile,
  LogGroup,
  LoggedResult,
  LogImporter,
  LogSink,
  RejectedRow,
} from './evaluationLog';
import { genericTable } from './genericTable';
import { helm } from './helm';
import { inspectAi } from './inspectAi';
import { llmRouterBench } from './llmRouterBench';
import { lmEvaluationHarness } from './lmEvaluationHarness';
import { peekText } from './logText';
import { catalogIdOf, type ModelMapping, modelNameIndex, type NamedModel } from './modelNames';
import { openAiEvals, openAiEvalsApi } from './openAiEvals';
import { promptfoo } from './promptfoo';
import { promptfooDatabase } from './promptfooDatabase';
import { ResultCollector, type TableLine } from './resultCollector';
import {
  addToSummary,
  applyRule,
  canBeCorrectness,
  linearRule,
  type MetricSummary,
  newSummary,
  ruleFor,
  type ScoreRule,
} from './scoreRule';
import { sweBench } from './sweBench';

/** Every importer, the more particular first: a file belongs to the first that recognises it. */
export const importers: readonly LogImporter[] = [
  lmEvaluationHarness,
  helm,
  inspectAi,
  promptfooDatabase,
  openAiEvals,
  openAiEvalsApi,
  llmRouterBench,
  deepEval,
  promptfoo,
  sweBench,
  ragas,
  genericTable,
];

/** Rejected rows that are reported one by one; the others are counted. */
const reportedRejections = 100;

/** What was found of one benchmark, and how its scores will be read. */
export interface PlannedBenchmark<Text = Sentence> {
  readonly benchmark: string;
  readonly tool: string;
  readonly follows: string;
  readonly results: number;
  readonly models: readonly string[];
  readonly metrics: readonly MetricSummary[];
  /** Null where no metric can be read as correctness. */
  readonly rule: ScoreRule<Text> | null;
}

/** What an import would do, before anything is written: shown as the preview. */
export interface ImportPlan<Text = Sentence> {
  readonly logs: readonly { readonly name: string; readonly tool: string; readonly follows: string }[];
  readonly benchmarks: readonly PlannedBenchmark<Text>[];
  readonly models: readonly ModelMapping[];
  readonly rejected: { readonly count: number; readonly first: readonly RejectedRow<Text>[] };
  /** Logs that could not be read at all. */
  readonly failures: readonly { readonly name: string; readonly message: Text; readonly nextStep: Text }[];
  /** Files that no importer recognised. */
  readonly unrecognised: readonly string[];
}

/** The user's changes to a plan. */
export interface ImportSettings extends ImportChoices {
  /** Metric to take, by benchmark; '*' for all. */
  readonly metrics?: Readonly<Record<string, string>>;
  /** Raw values for correctness 0 and 1, by benchmark; '*' for all. */
  readonly scales?: Readonly<Record<string, readonly [low: number, high: number]>>;
  /** Catalog id by name in the log, where the user maps by hand. */
  readonly models?: Readonly<Record<string, string>>;
}

export interface ImportHooks {
  readonly signal?: AbortSignal;
  /** Called for each finished log. */
  progress?(done: number, total: number, log: string): void;
}

interface RecognisedLog {
  readonly importer: LogImporter;
  readonly group: LogGroup;
}

/** Recognises the logs among the files, by name and content. Each file belongs to one log only, statements files excepted. */
export async function recogniseLogs(
  files: readonly LogFile[],
): Promise<{ readonly logs: readonly RecognisedLog[]; readonly unrecognised: readonly string[] }> {
  const heads = new Map<LogFile, Promise<string>>();
  const peek = (file: LogFile): Promise<string> => {
    const known = heads.get(file) ?? peekText(file).catch(() => '');
    heads.set(file, known);
    return known;
  };
  const logs: RecognisedLog[] = [];
  const claimed = new Set<LogFile>();
  for (const importer of importers) {
    const free = files.filter((file) => !claimed.has(file));
    for (const group of await importer.recognise(free, peek)) {
      logs.push({ importer, group });
      for (const file of group.files) claimed.add(file);
    }
  }
  logs.sort((a, b) => (a.group.name < b.group.name ? -1 : a.group.name > b.group.name ? 1 : 0));
  return { logs, unrecognised: files.filter((file) => !claimed.has(file)).map((file) => file.name) };
}

/**
 * Reads every log once and tells what an import would do: benchmarks, metrics with their ranges, the rule for each, and
 * where each model name leads.
 * @throws RecommendError CANCELLED
 */
export async function planImport(
  files: readonly LogFile[],
  catalog: readonly NamedModel[],
  settings: ImportSettings = {},
  hooks: ImportHooks = {},
): Promise<ImportPlan> {
  const { logs, unrecognised } = await recogniseLogs(files);
  const found = new Map<
    string,
    { importer: LogImporter; results: number; models: Set<string>; metrics: Map<string, MetricSummary> }
  >();
  const outcome = await readLogs(logs, settings, hooks, (result, importer) => {
    const key = result.benchmark;
    const benchmark = found.get(key) ?? {
      importer,
      results: 0,
      models: new Set<string>(),
      metrics: new Map<string, MetricSummary>(),
    };
    found.set(key, benchmark);
    benchmark.results += 1;
    benchmark.models.add(result.model);
    for (const [metric, value] of Object.entries(result.metrics)) {
      const summary = benchmark.metrics.get(metric) ?? newSummary(metric);
      benchmark.metrics.set(metric, summary);
      addToSummary(summary, value);
    }
  });
  const names = new Set([...found.values()].flatMap((benchmark) => [...benchmark.models]));
  const index = modelNameIndex(catalog);
  return {
    logs: logs.map(({ importer, group }) => ({ name: group.name, tool: importer.title, follows: importer.follows })),
    benchmarks: [...found].map(([benchmark, { importer, results, models, metrics }]) => ({
      benchmark,
      tool: importer.title,
      follows: importer.follows,
      results,
      models: [...models].sort(),
      metrics: [...metrics.values()],
      rule: chosenRule(benchmark, importer, [...metrics.values()], settings),
    })),
    models: [...names].sort().map((name) => ({ name, model: settings.models?.[name] ?? catalogIdOf(name, index) })),
    rejected: outcome.rejected,
    failures: outcome.failures,
    unrecognised,
  };
}

/** What was imported, for the report and for the file beside the table. */
export interface ImportReport<Text = Sentence> {
  readonly items: number;
  readonly results: number;
  readonly benchmarks: readonly {
    readonly benchmark: string;
    readonly tool: string;
    readonly follows: string;
    readonly metric: string;
    readonly rule: Text;
  }[];
  readonly models: readonly ModelMapping[];
  readonly rejected: ImportPlan<Text>['rejected'];
  /** Results without the chosen metric, or with a value that does not fit its rule. */
  readonly withoutMetric: number;
  readonly failures: ImportPlan<Text>['failures'];
  readonly unrecognised: readonly string[];
}

/** The plan as `import --preview --json` prints it: its sentences in English. */
export function planInEnglish(plan: ImportPlan): ImportPlan<string> {
  return {
    ...plan,
    benchmarks: plan.benchmarks.map((benchmark) => ({
      ...benchmark,
      rule: benchmark.rule && { ...benchmark.rule, text: inEnglish(benchmark.rule.text) },
    })),
    ...problemsInEnglish(plan),
  };
}

/** The report as `import --json` prints it, and as it stands beside the table. */
export function importReportInEnglish(report: ImportReport): ImportReport<string> {
  return {
    ...report,
    benchmarks: report.benchmarks.map((benchmark) => ({ ...benchmark, rule: inEnglish(benchmark.rule) })),
    ...problemsInEnglish(report),
  };
}

function problemsInEnglish({
  rejected,
  failures,
}: Pick<ImportPlan, 'rejected' | 'failures'>): Pick<ImportPlan<string>, 'rejected' | 'failures'> {
  return {
    rejected: { ...rejected, first: rejected.first.map((row) => ({ ...row, reason: inEnglish(row.reason) })) },
    failures: failures.map(({ name, message, nextStep }) => ({
      name,
      message: inEnglish(message),
      nextStep: inEnglish(nextStep),
    })),
  };
}

/**
 * Carries out a plan: reads the logs again and gathers the chosen metric of every result.
 * @returns the table's lines, to be written in order, and the report
 * @throws RecommendError NO_LABELS where nothing could be imported; CANCELLED
 */
export async function runImport(
  files: readonly LogFile[],
  plan: ImportPlan,
  settings: ImportSettings = {},
  hooks: ImportHooks = {},
): Promise<{ readonly lines: Iterable<TableLine>; readonly report: ImportReport }> {
  const { logs } = await recogniseLogs(files);
  const rules = new Map(plan.benchmarks.flatMap(({ benchmark, rule }) => (rule ? [[benchmark, rule] as const] : [])));
  const models = new Map(plan.models.map(({ name, model }) => [name, model ?? name]));
  const collector = new ResultCollector();
  let withoutMetric = 0;
  const outcome = await readLogs(logs, settings, hooks, (result, importer) => {
    const rule = rules.get(result.benchmark);
    const value = rule ? result.metrics[rule.metric] : undefined;
    const score = rule && value !== undefined ? applyRule(rule, value) : null;
    if (score === null) {
      // A task with several answer filters has one line for each; only the chosen one carries the metric.
      if (value !== undefined || importer !== lmEvaluationHarness) withoutMetric += 1;
      return;
    }
    // lm-evaluation-harness stores the prompt with each model's own chat template: there the item's number decides.
    const key =
      importer === lmEvaluationHarness
        ? `${result.benchmark}\n${result.item}`
        : `${result.benchmark}\n${result.item}\n${result.prompt}`;
    collector.add(
      key,
      { benchmark: result.benchmark, category: result.category, id: result.item, prompt: result.prompt },
      models.get(result.model) ?? result.model,
      score,
      result.outputTokens,
      result.costUsd,
    );
  });
  if (collector.resultCount === 0) {
    throw new RecommendError(
      'NO_LABELS',
      outcome.failures[0]?.message ??
        (logs.length === 0
          ? say('None of the files is an evaluation log or a table of results.')
          : say('The logs hold no result that can be read as correctness.')),
      outcome.failures[0]?.nextStep ??
        say('docs/OWN_EVIDENCE.md lists the layouts that are read; a table needs a prompt, a model and a score.'),
    );
  }
  return {
    lines: { [Symbol.iterator]: () => collector.lines() },
    report: {
      items: collector.itemCount,
      results: collector.resultCount,
      benchmarks: plan.benchmarks.flatMap(({ benchmark, tool, follows, rule }) =>
        rule ? [{ benchmark, tool, follows, metric: rule.metric, rule: rule.text }] : [],
      ),
      models: plan.models,
      rejected: outcome.rejected,
      withoutMetric,
      failures: outcome.failures,
      unrecognised: plan.unrecognised,
    },
  };
}

async function readLogs(
  logs: readonly RecognisedLog[],
  choices: ImportChoices,
  hooks: ImportHooks,
  take: (result: LoggedResult, importer: LogImporter) => void,
): Promise<Pick<ImportPlan, 'rejected' | 'failures'>> {
  const first: RejectedRow[] = [];
  const failures: { name: string; message: Sentence; nextStep: Sentence }[] = [];
  let count = 0;
  for (const [done, { importer, group }] of logs.entries()) {
    hooks.progress?.(done, logs.length, group.name);
    const sink: LogSink = {
      result: (result) => take(result, importer),
      reject: (row) => {
        count += 1;
        if (first.length < reportedRejections) first.push(row);
      },
      get stopped() {
        return hooks.signal?.aborted === true;
      },
    };
    try {
      await importer.read(group, sink, choices);
    } catch (error) {
      const { message, nextStep } = toSaidError(error);
      failures.push({ name: group.name, message, nextStep });
    }
    if (hooks.signal?.aborted)
      throw new RecommendError('CANCELLED', say('The import was cancelled.'), say('Nothing was written.'));
  }
  hooks.progress?.(logs.length, logs.length, '');
  return { rejected: { count, first }, failures };
}

/** The metric that the user named, else the first preferred one, else the first that can be read as correctness. */
function chosenRule(
  benchmark: string,
  importer: LogImporter,
  metrics: readonly MetricSummary[],
  settings: ImportSettings,
): ScoreRule | null {
  const told = settings.metrics?.[benchmark] ?? settings.metrics?.['*'];
  if (told !== undefined && !metrics.some(({ metric }) => metric === told)) {
    throw new RecommendError(
      'BAD_ARGUMENT',
      say('{0} has no metric "{1}" (it has {2}).', benchmark, told, metrics.map(({ metric }) => metric).join(', ')),
      say('Name one of them.'),
    );
  }
  const usable = metrics.filter(canBeCorrectness);
  const preferred = importer.preferredMetrics
    .flatMap((name) => usable.filter(({ metric }) => metric === name || metric.startsWith(`${name},`)))
    .at(0);
  const chosen = told !== undefined ? metrics.find(({ metric }) => metric === told) : (preferred ?? usable[0]);
  if (!chosen) return null;
  const scale = settings.scales?.[benchmark] ?? settings.scales?.['*'];
  return scale ? linearRule(chosen.metric, scale[0], scale[1]) : ruleFor(chosen);
}
