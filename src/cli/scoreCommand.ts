import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { RecommendError } from '../core/errors';
import { singlePassSource } from '../core/files/source';
import type { PipelineOptions } from '../core/pipeline';
import { type PromptReading, readPrompts } from '../core/prompts/readPrompts';
import { type RowResult, scoreRows } from '../core/scoreRows';
import { inEnglish } from '../core/sentence';
import { localSources, localWorkspace } from '../scoring/localFiles';
import {
  badArgument,
  candidatesOf,
  modeOf,
  parseCommand,
  preferenceOf,
  routingHelp,
  routingOptions,
} from './arguments';
import { type CliContext, progressLine } from './inputs';
import { outputFormatOf, RowJournal, resultLine } from './rowJournal';
import { counted } from './terminal';

export const scoreUsage = `recommend-llm score FILE… --output OUT.jsonl|csv|parquet [options]
recommend-llm score - [options]

Recommends an LLM for each row of a dataset: the pick, its expected correctness, the distance to what is known and the
expected cost, in the order of the input. Rows that cannot be read keep their place, with the reason.

With a FILE, results are collected in OUT.partial; OUT appears when all rows are done. After an interruption --resume
continues without doing a row again. With "-", JSON Lines come on standard input and go to standard output, line for
line: engines that split work among machines carry it (see docs/SCALE.md). Each line depends on its own input line alone
where --column or --template says where the prompt is.

Options:
  --output OUT              where the results go; the ending tells the format
  --resume                  continue an interrupted run of the same input and options
${routingHelp.replace(/ {2}--json .*\n/, '')}`;

/** `recommend-llm score`. @returns the exit code */
export async function scoreCommand(args: readonly string[], context: CliContext): Promise<number> {
  const { json: _, ...routing } = routingOptions;
  const { values, positionals } = parseCommand('score', args, {
    ...routing,
    output: { type: 'string' },
    resume: { type: 'boolean' },
  });
  if (values.help) {
    context.terminal.out(scoreUsage);
    return 0;
  }
  if (positionals.length === 0) throw badArgument('No file was named.', 'score');
  const mode = modeOf(values.mode, 'score');
  // Paper mode compares S1, S2 and S3 of a whole dataset: it has no choice for one row.
  if (mode === 'paper') throw badArgument('--mode paper chooses for whole datasets, not row by row.', 'score');
  const cancel = new AbortController();
  const interrupt = (): void => cancel.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const run: Run = {
    context,
    paths: positionals,
    bundleFolder: values.bundle ?? context.bundleFolder,
    options: {
      mode,
      preference: preferenceOf(values.preference, 'score', 'balanced'),
      candidates: candidatesOf(values.candidates),
      signal: cancel.signal,
    },
    reading: {
      signal: cancel.signal,
      ...(values.column === undefined ? {} : { column: values.column }),
      ...(values.template === undefined ? {} : { template: values.template }),
    },
  };
  try {
    if (positionals.length === 1 && positionals[0] === '-') {
      if (values.output !== undefined || values.resume)
        throw badArgument('With "-", results go to standard output: --output and --resume do not apply.', 'score');
      return await filter(run);
    }
    if (values.output === undefined) throw badArgument('--output is missing.', 'score');
    return await scoreFiles(run, values.output, values.resume ?? false);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

interface Run {
  readonly context: CliContext;
  readonly paths: readonly string[];
  readonly bundleFolder: string;
  readonly options: PipelineOptions;
  readonly reading: { readonly signal: AbortSignal; readonly column?: string; readonly template?: string };
}

/** One line out for each line in, nothing about its place: parts that are scored apart join to the same whole. */
async function filter({ context, bundleFolder, options, reading }: Run): Promise<number> {
  const bundle = await context.load(bundleFolder);
  const source = singlePassSource('standard input', context.standardInput);
  const { outcomes } = readPrompts([source], { ...reading, everyLine: true });
  for await (const results of scoreRows(bundle, outcomes, options))
    await context.write(results.map(filteredLine).join(''));
  return 0;
}

function filteredLine(result: RowResult): string {
  if (result.kind === 'skip') return `${JSON.stringify({ skipped: inEnglish(result.reason) })}\n`;
  const { kind: _kind, file: _file, line: _line, ...fields } = result;
  return `${JSON.stringify(fields)}\n`;
}

async function scoreFiles(run: Run, output: string, resume: boolean): Promise<number> {
  const { context, options } = run;
  const format = outputFormatOf(output);
  if (!format) throw badArgument(`--output ${output} must end in .jsonl, .csv or .parquet.`, 'score');
  if (run.paths.some((path) => resolve(path) === resolve(output)))
    throw badArgument('--output names the input itself.', 'score');
  const sources = await localSources(run.paths, null);
  const bundle = await context.load(run.bundleFolder);
  const { signal: _, ...inputOptions } = run.reading;
  const journal = await RowJournal.open(
    output,
    {
      bundle: bundle.router.facts.sha256,
      options: JSON.stringify([options.preference, options.candidates, inputOptions]),
      sources: await Promise.all(
        sources.map(async ({ name, size }) => ({ name, size, modified: (await stat(name)).mtimeMs })),
      ),
    },
    resume,
  );
  const reading = readPrompts(sources, { ...run.reading, workspace: localWorkspace(process.cwd()) });
  const line = progressLine(context.terminal, reading.progress);
  const started = performance.now();
  let row = journal.rowsDone;
  try {
    const todo = afterRows(reading.outcomes, journal.rowsDone);
    for await (const results of scoreRows(bundle, todo, { ...options, onBatch: line.update }))
      await journal.append(results.map((result) => resultLine(result, ++row)).join(''));
  } catch (thrown) {
    await (row === 0 ? journal.discard() : journal.close());
    line.clear();
    if (options.signal?.aborted) {
      throw new RecommendError(
        'CANCELLED',
        `Interrupted after ${counted(row, 'row')}.`,
        'Run the same command with --resume to continue.',
        { cause: thrown },
      );
    }
    throw thrown;
  }
  line.clear();
  await journal.finish(format);
  context.terminal.error(summary(reading, row, journal.rowsDone, performance.now() - started, output));
  return 0;
}

/** Leaves out the first rows: an interrupted run has written their results. */
async function* afterRows(outcomes: PromptReading['outcomes'], done: number): PromptReading['outcomes'] {
  let left = done;
  for await (const batch of outcomes) {
    if (left < batch.length) yield left === 0 ? batch : batch.slice(left);
    left = Math.max(0, left - batch.length);
  }
}

function summary(reading: PromptReading, rows: number, before: number, milliseconds: number, output: string): string {
  const { rowsSkipped, skipped, promptColumn, promptsTruncated, encoding, warnings = [] } = reading.report();
  const seconds = milliseconds / 1000;
  const lines = [
    `${output}: ${counted(rows, 'row')}${before > 0 ? ` (${before.toLocaleString('en-US')} of them from the interrupted run)` : ''}` +
      `, ${Math.round((rows - before) / Math.max(seconds, 0.001)).toLocaleString('en-US')} a second`,
    `prompt: ${promptColumn ?? 'the whole file'}; encoding: ${inEnglish(encoding)}; cut for scoring: ${promptsTruncated.toLocaleString('en-US')}`,
    ...(rowsSkipped > 0 ? [`skipped: ${counted(rowsSkipped, 'row')}, for example`] : []),
    ...skipped.slice(0, 5).map((skip) => `  ${skip.file}, line ${skip.line}: ${inEnglish(skip.reason)}`),
    ...warnings.map(inEnglish),
  ];
  return `${lines.join('\n')}\n`;
}
