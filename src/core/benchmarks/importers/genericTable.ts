import { RecommendError } from '../../errors';
import { type Sentence, say } from '../../sentence';
import {
  baseName,
  type ColumnMapping,
  type LogFile,
  type LogGroup,
  type LogImporter,
  type LogSink,
  type MetricValue,
  stemOf,
} from './evaluationLog';
import { asText, isRecord, messagesText } from './logText';
import { type TableRow, tableKind, tableRows } from './tableRows';

/** Rows that are looked at to find the columns. */
const sampleRows = 200;

const promptNames = [
  'prompt',
  'question',
  'input',
  'query',
  'instruction',
  'problem',
  'problem_statement',
  'user_input',
  'origin_query',
  'messages',
  'text',
  'doc',
];
const modelNames = ['model', 'model_name', 'model_id', 'llm', 'engine', 'completion_fn', 'prediction_model'];
const scoreNames = [
  'score',
  'correct',
  'is_correct',
  'correctness',
  'label',
  'accuracy',
  'acc',
  'exact_match',
  'pass',
  'passed',
  'success',
  'resolved',
  'reward',
  'rating',
  'grade',
  'result',
];
const itemNames = [
  'item_id',
  'sample_id',
  'prompt_id',
  'question_id',
  'doc_id',
  'instance_id',
  'task_id',
  'id',
  'index',
  'global index',
  'idx',
  'uid',
];
const categoryNames = ['category', 'subject', 'domain', 'subset', 'topic', 'category_id', 'type'];
const benchmarkNames = ['benchmark', 'eval_name', 'dataset', 'dataset_name', 'task', 'task_name', 'source'];

/** Columns that hold numbers in such tables and are no model. */
const neverModels =
  /^(?:id|idx|index|row|split|fold|seed|epoch|difficulty|level|cost|price|tokens?|latency|time|length|n|num|count|weight|year|answer|target|label|ground_truth|expected|reference|choices|options|oracle_model_to_route_to|unnamed: \d+|)$|(?:_tokens|_cost|_time|_length|_id|_index|_count|\|total_cost|\|model_response|_response|_output|_answer)$/i;

/** Any table of (prompt, model, score) rows, or with one column for each LLM, or with a `scores` object: CSV, TSV, JSON Lines, JSON, Parquet. */
export const genericTable: LogImporter = {
  id: 'table',
  title: 'Table of results',
  follows: 'long (prompt, model, score), wide (one column for each LLM), or rows with a "scores" object',
  preferredMetrics: ['correctness', ...scoreNames],

  async recognise(files: readonly LogFile[]): Promise<readonly LogGroup[]> {
    return files
      .filter((file) => tableKind(file.name) !== null && !/\.meta\.json$/.test(file.name))
      .map((file) => ({ name: file.name, files: [file] }));
  },

  async read(group, sink, choices): Promise<void> {
    const file = group.files[0];
    if (!file) return;
    const waiting: TableRow[] = [];
    let mapping: ColumnMapping | null = null;
    for await (const row of tableRows(file, sink)) {
      if (sink.stopped) return;
      if (mapping) emit(row, mapping, file, sink, choices.benchmark, choices.model);
      else if (waiting.push(row) >= sampleRows) {
        mapping = mapColumns(waiting, file.name, choices.columns, choices.model);
        for (const each of waiting) emit(each, mapping, file, sink, choices.benchmark, choices.model);
      }
    }
    if (mapping || waiting.length === 0) return;
    mapping = mapColumns(waiting, file.name, choices.columns, choices.model);
    for (const each of waiting) if (!sink.stopped) emit(each, mapping, file, sink, choices.benchmark, choices.model);
  },
};

/**
 * Finds what the columns hold, by name and then by content; what the user told takes precedence.
 * @throws RecommendError NO_PROMPT_COLUMN or NO_LABELS, naming the columns that there are
 */
export function mapColumns(
  rows: readonly TableRow[],
  file: string,
  told: Partial<ColumnMapping> = {},
  model?: string,
): ColumnMapping {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row.cells)))];
  const named = (names: readonly string[]): string | null =>
    names
      .map((name) => columns.find((column) => column.trim().toLowerCase() === name))
      .find((column) => column !== undefined) ?? null;
  const prompt = told.prompt ?? named(promptNames);
  if (prompt === null || !columns.includes(prompt)) {
    throw new RecommendError(
      'NO_PROMPT_COLUMN',
      say('{0}: no column holds the prompt (columns: {1}).', file, columns.join(', ')),
      say('Name it: --prompt-column NAME, or the column field of the import preview.'),
    );
  }
  const modelColumn =
    told.model !== undefined
      ? told.model
      : (named(modelNames) ?? (columns.includes('prediction') && columns.includes('accuracy') ? 'prediction' : null));
  const shared = {
    prompt,
    item: told.item ?? named(itemNames),
    category: told.category ?? named(categoryNames),
    benchmark: told.benchmark ?? named(benchmarkNames),
  };
  const holdsScores = (column: string): boolean => {
    const values = rows
      .map((row) => row.cells[column])
      .filter((value) => value !== undefined && value !== null && value !== '');
    return values.length > 0 && values.every((value) => metricOf(value) !== null);
  };
  if (columns.includes('scores') && rows.some((row) => isRecord(row.cells.scores)))
    return { ...shared, model: null, scores: [], models: ['scores'] };
  if (modelColumn !== null || model !== undefined) {
    const found = (told.scores ?? columns.filter((column) => scoreNames.includes(column.trim().toLowerCase()))).filter(
      holdsScores,
    );
    const used = new Set([prompt, modelColumn, shared.item, shared.category, shared.benchmark]);
    const scores =
      found.length > 0
        ? found
        : columns.filter((column) => !used.has(column) && !neverModels.test(column) && holdsScores(column));
    if (scores.length > 0) return { ...shared, model: modelColumn, scores, models: [] };
  }
  const costed = columns.filter((column) => columns.includes(`${column}|total_cost`));
  const used = new Set<string | null>([prompt, shared.item, shared.category, shared.benchmark]);
  const models =
    told.models ??
    (costed.length > 0
      ? costed
      : columns.filter((column) => !used.has(column) && !neverModels.test(column.trim()) && holdsScores(column)));
  if (models.length === 0) {
    throw new RecommendError(
      'NO_LABELS',
      say('{0}: no column holds results of LLMs (columns: {1}).', file, columns.join(', ')),
      say('Name them: --model-column and --score-column for long tables, --result-columns for wide ones.'),
    );
  }
  return { ...shared, model: null, scores: [], models };
}

function metricOf(value: unknown): MetricValue | null {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (text !== '' && Number.isFinite(Number(text.replace(/%$/, '')))) return text;
  return /^(?:true|false|correct|incorrect|pass|passed|fail|failed|yes|no|c|i)$/i.test(text) ? text : null;
}

function emit(
  row: TableRow,
  mapping: ColumnMapping,
  file: LogFile,
  sink: LogSink,
  benchmark: string | undefined,
  toldModel: string | undefined,
): void {
  const { cells, line } = row;
  const reject = (reason: Sentence): void => sink.reject({ file: file.name, line, reason });
  const prompt = promptText(cells[mapping.prompt]);
  if (prompt === null || prompt.trim() === '') {
    reject(say('no prompt in "{0}"', mapping.prompt));
    return;
  }
  const cell = (column: string | null): string | null => (column === null ? null : asText(cells[column]));
  const shared = {
    benchmark: benchmark ?? cell(mapping.benchmark) ?? stemOf(baseName(file.name)),
    category: cell(mapping.category),
    item: cell(mapping.item) ?? prompt.slice(0, 200),
    prompt,
  };
  if (mapping.models.length === 0) {
    const model = toldModel ?? cell(mapping.model);
    if (model === null) {
      reject(say('no model in "{0}"', String(mapping.model)));
      return;
    }
    const metrics: Record<string, MetricValue> = {};
    for (const column of mapping.scores) {
      const value = metricOf(cells[column]);
      if (value !== null) metrics[column] = value;
    }
    if (Object.keys(metrics).length === 0) {
      reject(say('no score in {0}', mapping.scores.map((column) => `"${column}"`).join(', ')));
      return;
    }
    sink.result({ ...shared, model, metrics });
    return;
  }
  const nested =
    mapping.models.length === 1 && isRecord(cells[mapping.models[0] ?? '']) ? cells[mapping.models[0] ?? ''] : null;
  const entries: [string, unknown][] = isRecord(nested)
    ? Object.entries(nested)
    : mapping.models.map((model) => [model, cells[model]]);
  let results = 0;
  for (const [model, value] of entries) {
    const metric = metricOf(value);
    // An empty cell means that this LLM was not run on this prompt: missing, never wrong.
    if (metric === null) continue;
    results += 1;
    const cost = Number(cells[`${model}|total_cost`]);
    sink.result({
      ...shared,
      model,
      metrics: { correctness: metric },
      ...(Number.isFinite(cost) && cost > 0 ? { costUsd: cost } : {}),
    });
  }
  if (results === 0) reject(say('no result of any LLM'));
}

/** A prompt cell: text, a message list, or a message list as JSON text. */
function promptText(value: unknown): string | null {
  if (typeof value === 'string' && /^\s*\[\s*\{/.test(value)) {
    try {
      return messagesText(JSON.parse(value)) ?? value;
    } catch {
      return value;
    }
  }
  return messagesText(value) ?? asText(value);
}
