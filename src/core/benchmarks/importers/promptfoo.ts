import { parse as parseCsv } from 'csv-parse/sync';
import * as v from 'valibot';
import { parse as parseYaml } from 'yaml';
import { say } from '../../sentence';
import {
  brokenLog,
  type LogFile,
  type LogGroup,
  type LogImporter,
  type LogSink,
  type MetricValue,
  stemOf,
} from './evaluationLog';
import { firstJsonLine, isRecord, jsonOf, linesOf, messagesText, textOf } from './logText';

const resultRow = v.object({
  provider: v.union([v.string(), v.object({ id: v.optional(v.string()), label: v.optional(v.nullable(v.string())) })]),
  prompt: v.object({ raw: v.string(), label: v.optional(v.nullable(v.string())) }),
  vars: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
  testIdx: v.optional(v.number()),
  success: v.optional(v.boolean()),
  score: v.optional(v.nullable(v.number())),
  namedScores: v.optional(v.nullable(v.record(v.string(), v.number()))),
  cost: v.optional(v.nullable(v.number())),
  error: v.optional(v.nullable(v.string())),
  failureReason: v.optional(v.nullable(v.union([v.number(), v.string()]))),
  response: v.optional(
    v.nullable(v.object({ tokenUsage: v.optional(v.nullable(v.object({ completion: v.optional(v.number()) }))) })),
  ),
  testCase: v.optional(
    v.nullable(
      v.object({
        description: v.optional(v.nullable(v.string())),
        metadata: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
      }),
    ),
  ),
});

/** promptfoo's own numbering: 2 is an error of the provider or the harness, not a wrong answer. */
const providerError = 2;

const resultsFile = v.object({
  evalId: v.optional(v.nullable(v.string())),
  config: v.optional(v.nullable(v.object({ description: v.optional(v.nullable(v.string())) }))),
  results: v.union([v.object({ results: v.array(v.unknown()) }), v.array(v.unknown())]),
});

/** promptfoo: `promptfoo eval --output results.json | .jsonl | .yaml | .csv`. */
export const promptfoo: LogImporter = {
  id: 'promptfoo',
  title: 'promptfoo',
  follows: 'results version 3 and 4 (promptfoo 0.90 to 0.120): JSON, JSON Lines, YAML, CSV',
  preferredMetrics: ['success', 'score'],

  async recognise(files: readonly LogFile[], peek): Promise<readonly LogGroup[]> {
    const groups: LogGroup[] = [];
    for (const file of files) {
      const kind = /\.(json|jsonl|ya?ml|csv)(?:\.gz)?$/.exec(file.name)?.[1];
      if (kind === undefined) continue;
      const head = await peek(file);
      const found =
        kind === 'csv'
          ? /(?:^|,)"?\[[^\]\n]+\] /.test(head.split('\n', 1)[0] ?? '') && /\[(?:PASS|FAIL|ERROR)\]/.test(head)
          : kind === 'jsonl'
            ? isResultLine(firstJsonLine(head))
            : /["']?evalId["']?\s*:/.test(head.slice(0, 400)) && /["']?results["']?\s*:/.test(head);
      if (found) groups.push({ name: file.name, files: [file] });
    }
    return groups;
  },

  async read(group, sink, choices): Promise<void> {
    const file = group.files[0];
    if (!file) return;
    const benchmark = choices.benchmark ?? stemOf(file.name);
    if (/\.csv(?:\.gz)?$/.test(file.name)) return readTable(file, await textOf(file), benchmark, sink);
    if (/\.jsonl(?:\.gz)?$/.test(file.name)) {
      for await (const { line, text } of linesOf(file)) {
        if (sink.stopped) return;
        if (text.trim() === '') continue;
        try {
          readPromptfooRow(JSON.parse(text), line, file.name, benchmark, sink);
        } catch {
          sink.reject({ file: file.name, line, reason: say('not valid JSON (cut off?)') });
        }
      }
      return;
    }
    const parsed = v.safeParse(
      resultsFile,
      /\.ya?ml(?:\.gz)?$/.test(file.name) ? yamlIn(file.name, await textOf(file)) : await jsonOf(file),
    );
    if (!parsed.success)
      throw brokenLog(file.name, say('no result list at {0}', v.getDotPath(parsed.issues[0]) ?? 'results.results'));
    const { results, config } = parsed.output;
    const rows = Array.isArray(results) ? results : results.results;
    rows.forEach((row, index) => {
      if (!sink.stopped)
        readPromptfooRow(row, index + 1, file.name, choices.benchmark ?? config?.description ?? benchmark, sink);
    });
  },
};

function isResultLine(value: unknown): boolean {
  return (
    isRecord(value) && 'provider' in value && 'success' in value && isRecord(value.prompt) && 'raw' in value.prompt
  );
}

function yamlIn(file: string, text: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 100 });
  } catch (error) {
    throw brokenLog(file, say('not valid YAML'), error);
  }
}

/** One result as promptfoo writes it to JSON, JSON Lines and its database. */
export function readPromptfooRow(row: unknown, line: number, file: string, benchmark: string, sink: LogSink): void {
  const parsed = v.safeParse(resultRow, row);
  if (!parsed.success) {
    sink.reject({ file, line, reason: say('result without {0}', v.getDotPath(parsed.issues[0]) ?? say('its fields')) });
    return;
  }
  const {
    provider,
    prompt,
    vars,
    testIdx,
    success,
    score,
    namedScores,
    cost,
    failureReason,
    error,
    response,
    testCase,
  } = parsed.output;
  if (
    failureReason === providerError ||
    (error && success !== true && failureReason === undefined && score === undefined)
  ) {
    sink.reject({ file, line, reason: say('the provider failed; this is not a wrong answer') });
    return;
  }
  const metrics: Record<string, MetricValue> = { ...namedScores };
  if (score !== undefined && score !== null) metrics.score = score;
  if (success !== undefined) metrics.success = success;
  const model = typeof provider === 'string' ? provider : (provider.id ?? provider.label ?? null);
  if (model === null) {
    sink.reject({ file, line, reason: say('result without a provider id') });
    return;
  }
  const category = testCase?.metadata?.category;
  const tokens = response?.tokenUsage?.completion;
  sink.result({
    benchmark,
    category: typeof category === 'string' ? category : null,
    item: itemId(prompt.label ?? prompt.raw, vars ?? {}, testIdx),
    prompt: chatPrompt(prompt.raw),
    model,
    metrics,
    ...(tokens === undefined ? {} : { outputTokens: tokens }),
    ...(cost ? { costUsd: cost } : {}),
  });
}

/** The same test under two prompt templates is two items: what is sent differs. */
function itemId(label: string, vars: Readonly<Record<string, unknown>>, testIdx: number | undefined): string {
  return `${testIdx ?? JSON.stringify(vars)}|${label.slice(0, 60)}`;
}

/** Chat prompts are stored as their JSON text. */
function chatPrompt(raw: string): string {
  if (!/^\s*\[\s*\{/.test(raw)) return raw;
  try {
    return messagesText(JSON.parse(raw)) ?? raw;
  } catch {
    return raw;
  }
}

/** CSV: variables, then one column for each provider and prompt, "[provider] prompt", whose cells start with [PASS], [FAIL] or [ERROR]. */
function readTable(file: LogFile, text: string, benchmark: string, sink: LogSink): void {
  const rows: string[][] = parseCsv(text, { relax_column_count: true, skip_empty_lines: true, bom: true });
  const [header, ...body] = rows;
  const outputs = (header ?? []).flatMap((title, column) => {
    const match = /^\[([^\]]+)\]\s*(.*)$/s.exec(title);
    return match ? [{ column, model: match[1] ?? '', template: match[2] ?? '' }] : [];
  });
  const variables = (header ?? []).flatMap((title, column) =>
    /^\[[^\]]+\]/.test(title) || title === 'Description' ? [] : [{ title, column }],
  );
  body.forEach((row, index) => {
    if (sink.stopped) return;
    for (const { column, model, template } of outputs) {
      const verdict = /^\s*\[(PASS|FAIL|ERROR)\]/.exec(row[column] ?? '')?.[1];
      if (verdict === undefined || verdict === 'ERROR') {
        sink.reject({
          file: file.name,
          line: index + 2,
          reason: verdict
            ? say('the provider failed; this is not a wrong answer')
            : say('no verdict in column {0}', column + 1),
        });
        continue;
      }
      const values = Object.fromEntries(variables.map((variable) => [variable.title, row[variable.column] ?? '']));
      const prompt = template.replace(
        /\{\{\s*([\w.-]+)\s*(?:\|[^}]*)?\}\}/g,
        (whole, name: string) => values[name] ?? whole,
      );
      sink.result({
        benchmark,
        category: null,
        item: itemId(template, values, index),
        prompt: chatPrompt(prompt),
        model,
        metrics: { success: verdict === 'PASS' },
      });
    }
  });
}
