import { createWriteStream } from 'node:fs';
import { lstat, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import type { ColumnMapping, LogFile } from '../core/benchmarks/importers/evaluationLog';
import {
  type ImportPlan,
  type ImportReport,
  type ImportSettings,
  importers,
  importReportInEnglish,
  planImport,
  planInEnglish,
  runImport,
} from '../core/benchmarks/importers/importEvaluations';
import type { NamedModel } from '../core/benchmarks/importers/modelNames';
import type { TableLine } from '../core/benchmarks/importers/resultCollector';
import { causeOf, RecommendError } from '../core/errors';
import { say } from '../core/sentence';
import { localSource } from '../scoring/localFiles';

export const importUsage = `recommend-llm import PATH… --output table.jsonl.gz [options]

Turns evaluation logs into a table of per-item results that "recommend-llm train" learns from. Folders are searched.

Layouts that are read, recognised by their content:
${importers.map(({ title, follows }) => `  ${title.padEnd(24)} ${follows}`).join('\n')}

Options:
  --output FILE             where to write the table (.jsonl or .jsonl.gz); a .meta.json with the rules is written beside it
  --preview                 show what would be imported and write nothing
  --metric [BENCHMARK=]NAME metric to take as correctness (repeatable)
  --scale [BENCHMARK=]L..H  raw value L counts as wrong, H as right, linear between (repeatable)
  --model NAME              the LLM, for logs that do not name it (Ragas)
  --map NAME=ID             catalog id of a model that a log calls NAME (repeatable)
  --benchmark NAME          name of the benchmark, for tables that do not name it
  --prompt-column NAME      --item-column NAME  --category-column NAME
  --model-column NAME       --score-column NAME (repeatable)      for long tables
  --result-columns A,B,…    one column for each LLM               for wide tables
  --json                    print the report as JSON
  --sentences               sentences as {text, values}, to be said in another language: of --preview --json, and of a
                            failure, as a line of JSON on the error stream
`;

/**
 * `recommend-llm import`.
 * @param catalog the models whose ids the names in the logs are mapped to
 * @returns the exit code
 */
export async function importCommand(
  args: readonly string[],
  catalog: readonly NamedModel[],
  out: (text: string) => void,
): Promise<number> {
  const { values, positionals } = parseImportArguments(args);
  if (values.help) {
    out(importUsage);
    return 0;
  }
  if (positionals.length === 0) throw badArgument('No file or folder to import was named.');
  if (values.output === undefined && !values.preview) throw badArgument('--output is missing.');
  if (values.output !== undefined && !/\.jsonl(\.gz)?$/.test(values.output)) {
    throw badArgument(`--output ${values.output} must end in .jsonl or .jsonl.gz.`);
  }
  const settings = settingsOf(values);
  const files = (await Promise.all(positionals.map((path) => filesUnder(path)))).flat();
  const cancel = new AbortController();
  const onInterrupt = (): void => cancel.abort();
  process.once('SIGINT', onInterrupt);
  const progress = (done: number, total: number, log: string): void => {
    if (process.stderr.isTTY && log !== '') process.stderr.write(`\r\x1b[K${done + 1} of ${total}: ${log}`);
  };
  try {
    const hooks = { signal: cancel.signal, progress };
    const plan = await planImport(files, catalog, settings, hooks);
    if (values.preview) {
      const english = planInEnglish(plan);
      const printed = values.sentences ? plan : english;
      out(values.json ? `${JSON.stringify(printed, null, 2)}\n` : describePlan(english));
      return 0;
    }
    const imported = await runImport(files, plan, settings, hooks);
    const report = importReportInEnglish(imported.report);
    await writeTable(values.output ?? '', imported.lines, report);
    out(values.json ? `${JSON.stringify(report, null, 2)}\n` : describeReport(report, values.output ?? ''));
    return 0;
  } finally {
    process.off('SIGINT', onInterrupt);
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}

function parseImportArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        output: { type: 'string' },
        preview: { type: 'boolean', default: false },
        metric: { type: 'string', multiple: true, default: [] },
        scale: { type: 'string', multiple: true, default: [] },
        model: { type: 'string' },
        map: { type: 'string', multiple: true, default: [] },
        benchmark: { type: 'string' },
        'prompt-column': { type: 'string' },
        'item-column': { type: 'string' },
        'category-column': { type: 'string' },
        'model-column': { type: 'string' },
        'score-column': { type: 'string', multiple: true },
        'result-columns': { type: 'string' },
        json: { type: 'boolean', default: false },
        sentences: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw badArgument(error instanceof Error ? error.message : String(error));
  }
}

function settingsOf(values: ReturnType<typeof parseImportArguments>['values']): ImportSettings {
  const perBenchmark = (text: string): readonly [string, string] => {
    const at = text.lastIndexOf('=');
    return at < 0 ? ['*', text] : [text.slice(0, at), text.slice(at + 1)];
  };
  const scales = values.scale.map((text): readonly [string, readonly [number, number]] => {
    const [benchmark, scale] = perBenchmark(text);
    const [low, high] = scale.split('..').map(Number);
    if (low === undefined || high === undefined || !Number.isFinite(low) || !Number.isFinite(high) || low === high) {
      throw badArgument(`--scale ${text} is not of the form LOW..HIGH.`);
    }
    return [benchmark, [low, high]];
  });
  const maps = values.map.map((text) => {
    const at = text.lastIndexOf('=');
    if (at < 1) throw badArgument(`--map ${text} is not of the form NAME=ID.`);
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  const columns: Partial<ColumnMapping> = {
    ...(values['prompt-column'] === undefined ? {} : { prompt: values['prompt-column'] }),
    ...(values['item-column'] === undefined ? {} : { item: values['item-column'] }),
    ...(values['category-column'] === undefined ? {} : { category: values['category-column'] }),
    ...(values['model-column'] === undefined ? {} : { model: values['model-column'] }),
    ...(values['score-column'] === undefined ? {} : { scores: values['score-column'] }),
    ...(values['result-columns'] === undefined ? {} : { models: values['result-columns'].split(',') }),
  };
  return {
    metrics: Object.fromEntries(values.metric.map(perBenchmark)),
    scales: Object.fromEntries(scales),
    models: Object.fromEntries(maps),
    columns,
    ...(values.model === undefined ? {} : { model: values.model }),
    ...(values.benchmark === undefined ? {} : { benchmark: values.benchmark }),
  };
}

const skippedFolders = new Set(['node_modules', '.git']);

/** A file, or every file below a folder, by names relative to it; symbolic links are not followed. */
export async function filesUnder(path: string): Promise<LogFile[]> {
  const facts = await lstat(path).catch(() => null);
  if (facts === null)
    throw new RecommendError('FILE_NOT_FOUND', say('{0} does not exist.', path), say('Check the path.'));
  if (!facts.isDirectory()) return [await localSource(path, basename(path))];
  const files: LogFile[] = [];
  const walk = async (folder: string): Promise<void> => {
    const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const inner = join(folder, entry.name);
      if (entry.isDirectory() && !skippedFolders.has(entry.name)) await walk(inner);
      else if (entry.isFile()) {
        files.push(await localSource(inner, `${basename(path)}/${relative(path, inner).split(sep).join('/')}`));
      }
    }
  };
  await walk(path);
  return files;
}

/** Writes the table and its `.meta.json`; each appears whole or not at all. */
export async function writeTable(
  output: string,
  lines: Iterable<TableLine>,
  report: ImportReport<string>,
): Promise<void> {
  const temporary = `${output}.${process.pid}.tmp`;
  const meta = output.replace(/\.jsonl(\.gz)?$/, '.meta.json');
  function* text(): Generator<string> {
    for (const line of lines) yield `${JSON.stringify(line)}\n`;
  }
  try {
    const source = Readable.from(text());
    if (output.endsWith('.gz')) await pipeline(source, createGzip(), createWriteStream(temporary));
    else await pipeline(source, createWriteStream(temporary));
    await rename(temporary, output);
    await writeFile(`${meta}.tmp`, `${JSON.stringify(report, null, 2)}\n`);
    await rename(`${meta}.tmp`, meta);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new RecommendError(
      'OUTPUT_FAILED',
      say('{0} could not be written: {1}.', output, causeOf(error)),
      say('Check the folder and the free space; nothing was left behind.'),
      { cause: error },
    );
  }
}

/** The preview: what was found, and what each thing would become. */
export function describePlan(plan: ImportPlan<string>): string {
  const parts: string[] = [];
  for (const { name, tool } of plan.logs) parts.push(`${tool}: ${name}`);
  for (const { benchmark, results, models, metrics, rule } of plan.benchmarks) {
    parts.push('', `${benchmark}: ${results} results of ${models.length} LLMs`);
    for (const { metric, count, numbers, min, max } of metrics) {
      const range = numbers > 0 ? `, ${min} to ${max}` : '';
      parts.push(`  ${metric === rule?.metric ? '→' : ' '} ${metric} (${count} values${range})`);
    }
    parts.push(
      rule ? `    correctness: ${rule.text}` : '    no metric can be read as correctness: name one with --metric',
    );
  }
  parts.push('', ...describeModels(plan.models), ...describeProblems(plan));
  return `${parts.join('\n')}\n`;
}

function describeReport(report: ImportReport<string>, output: string): string {
  const parts = [`${output}: ${report.items} items, ${report.results} results`];
  for (const { benchmark, metric, rule, tool } of report.benchmarks) {
    parts.push(`  ${benchmark} (${tool}): ${metric}, ${rule}`);
  }
  if (report.withoutMetric > 0) parts.push(`  ${report.withoutMetric} results without the chosen metric were left out`);
  parts.push(...describeModels(report.models), ...describeProblems(report));
  return `${parts.join('\n')}\n`;
}

function describeModels(models: ImportPlan['models']): string[] {
  const unmapped = models.filter(({ model }) => model === null).map(({ name }) => name);
  const parts = models
    .filter(({ name, model }) => model !== null && model !== name)
    .map(({ name, model }) => `  ${name} → ${model}`);
  if (unmapped.length > 0) {
    parts.push(`  not in the catalog, kept under their own names (--map NAME=ID changes that): ${unmapped.join(', ')}`);
  }
  return parts.length > 0 ? ['LLMs:', ...parts] : [];
}

function describeProblems({
  rejected,
  failures,
  unrecognised,
}: Pick<ImportPlan<string>, 'rejected' | 'failures' | 'unrecognised'>): string[] {
  const parts: string[] = [];
  if (rejected.count > 0) {
    parts.push(`${rejected.count} rows left out:`);
    for (const { file, line, reason } of rejected.first.slice(0, 10)) parts.push(`  ${file}:${line}: ${reason}`);
    if (rejected.count > 10) parts.push(`  and ${rejected.count - 10} more`);
  }
  for (const { message, nextStep } of failures) parts.push(`${message} ${nextStep}`);
  if (unrecognised.length > 0)
    parts.push(
      `Not evaluation logs: ${unrecognised.slice(0, 10).join(', ')}${unrecognised.length > 10 ? ` and ${unrecognised.length - 10} more` : ''}`,
    );
  return parts;
}

function badArgument(message: string): RecommendError {
  return new RecommendError('BAD_ARGUMENT', message, 'recommend-llm import --help shows the options.');
}
