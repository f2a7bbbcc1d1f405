import * as v from 'valibot';
import { RecommendError } from '../../errors';
import { type Sentence, say } from '../../sentence';
import { brokenLog, type LogFile, type LogGroup, type LogImporter, type MetricValue, stemOf } from './evaluationLog';
import { asText, firstJsonLine, isRecord, jsonOf, linesOf } from './logText';

const testRun = v.object({
  testCases: v.array(v.unknown()),
  hyperparameters: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
});

const testCase = v.object({
  name: v.optional(v.nullable(v.string())),
  input: v.string(),
  success: v.optional(v.nullable(v.boolean())),
  completionCost: v.optional(v.nullable(v.number())),
  metricsData: v.optional(
    v.nullable(
      v.array(
        v.object({
          name: v.string(),
          score: v.optional(v.nullable(v.number())),
          success: v.optional(v.nullable(v.boolean())),
        }),
      ),
    ),
  ),
});

/** DeepEval: a test run as saved under `.deepeval/` or exported; the model is a hyperparameter of the run, or told. */
export const deepEval: LogImporter = {
  id: 'deepeval',
  title: 'DeepEval',
  follows: 'test run JSON of deepeval 2.x / 3.x',
  preferredMetrics: ['success', 'Correctness (GEval)', 'Correctness [GEval]', 'Answer Relevancy'],

  async recognise(files: readonly LogFile[], peek): Promise<readonly LogGroup[]> {
    const groups: LogGroup[] = [];
    for (const file of files) {
      if (/\.json(?:\.gz)?$/.test(file.name) && /"metricsData"\s*:/.test(await peek(file)))
        groups.push({ name: file.name, files: [file] });
    }
    return groups;
  },

  async read(group, sink, choices): Promise<void> {
    const file = group.files[0];
    if (!file) return;
    const value = await jsonOf(file);
    // `.latest_test_run.json` wraps the run in "testRunData".
    const parsed = v.safeParse(testRun, isRecord(value) && isRecord(value.testRunData) ? value.testRunData : value);
    if (!parsed.success) throw brokenLog(file.name, say('no "testCases" list'));
    const model = choices.model ?? modelIn(parsed.output.hyperparameters ?? {});
    if (model === null) throw unnamedModel(file.name, say('DeepEval records the model only as a hyperparameter'));
    parsed.output.testCases.forEach((each, index) => {
      if (sink.stopped) return;
      const one = v.safeParse(testCase, each);
      if (!one.success) {
        sink.reject({
          file: file.name,
          line: index + 1,
          reason: say('test case without {0}', v.getDotPath(one.issues[0]) ?? say('its fields')),
        });
        return;
      }
      const metrics: Record<string, MetricValue> = {};
      for (const metric of one.output.metricsData ?? []) {
        if (typeof metric.score === 'number') metrics[metric.name] = metric.score;
        else if (typeof metric.success === 'boolean') metrics[metric.name] = metric.success;
      }
      if (typeof one.output.success === 'boolean') metrics.success = one.output.success;
      if (Object.keys(metrics).length === 0) {
        sink.reject({ file: file.name, line: index + 1, reason: say('test case without a score') });
        return;
      }
      const cost = one.output.completionCost;
      sink.result({
        benchmark: choices.benchmark ?? stemOf(file.name),
        category: null,
        item: one.output.name ?? String(index),
        prompt: one.output.input,
        model,
        metrics,
        ...(cost ? { costUsd: cost } : {}),
      });
    });
  },
};

function modelIn(parameters: Readonly<Record<string, unknown>>): string | null {
  for (const key of ['model', 'Model', 'model_name', 'llm', 'LLM']) {
    const value = asText(parameters[key]);
    if (value !== null) return value;
  }
  return null;
}

/** Columns of a Ragas result that are not metrics. */
const ragasColumns = new Set([
  'user_input',
  'question',
  'retrieved_contexts',
  'contexts',
  'reference_contexts',
  'response',
  'answer',
  'reference',
  'ground_truth',
  'ground_truths',
  'rubrics',
  'model',
  'synthesizer_name',
  'persona_name',
  'id',
]);

/** Ragas: an evaluation result saved with `to_pandas().to_json(orient="records")`, as a list or as JSON Lines. Ragas records no model. */
export const ragas: LogImporter = {
  id: 'ragas',
  title: 'Ragas',
  follows: 'ragas 0.2 / 0.3 result rows (and 0.1 column names)',
  preferredMetrics: [
    'answer_correctness',
    'factual_correctness',
    'semantic_similarity',
    'faithfulness',
    'answer_relevancy',
  ],

  async recognise(files: readonly LogFile[], peek): Promise<readonly LogGroup[]> {
    const groups: LogGroup[] = [];
    for (const file of files) {
      if (!/\.jsonl?(?:\.gz)?$/.test(file.name)) continue;
      const head = await peek(file);
      const isRagas =
        /"(?:retrieved_contexts|contexts)"\s*:/.test(head) &&
        /"(?:faithfulness|answer_relevancy|answer_correctness|context_precision|context_recall|factual_correctness[^"]*)"\s*:/.test(
          head,
        );
      if (isRagas) groups.push({ name: file.name, files: [file] });
    }
    return groups;
  },

  async read(group, sink, choices): Promise<void> {
    const file = group.files[0];
    if (!file) return;
    const take = (row: unknown, line: number): void => {
      if (sink.stopped) return;
      if (!isRecord(row)) {
        sink.reject({ file: file.name, line, reason: say('not an object') });
        return;
      }
      const prompt = asText(row.user_input) ?? asText(row.question);
      if (prompt === null) {
        sink.reject({ file: file.name, line, reason: say('no "user_input" or "question"') });
        return;
      }
      const model = choices.model ?? asText(row.model);
      if (model === null) throw unnamedModel(file.name, say('Ragas does not record which LLM answered'));
      const metrics: Record<string, MetricValue> = {};
      for (const [name, value] of Object.entries(row))
        if (!ragasColumns.has(name) && typeof value === 'number') metrics[name] = value;
      if (Object.keys(metrics).length === 0) {
        sink.reject({ file: file.name, line, reason: say('row without a score') });
        return;
      }
      sink.result({
        benchmark: choices.benchmark ?? stemOf(file.name),
        category: null,
        item: asText(row.id) ?? String(line - 1),
        prompt,
        model,
        metrics,
      });
    };
    if (/\.jsonl(?:\.gz)?$/.test(file.name)) {
      for await (const { line, text } of linesOf(file)) if (text.trim() !== '') take(firstJsonLine(text), line);
      return;
    }
    const rows = await jsonOf(file);
    if (!Array.isArray(rows)) throw brokenLog(file.name, say('not a list of rows (save it with orient="records")'));
    rows.forEach((row: unknown, index) => {
      take(row, index + 1);
    });
  },
};

function unnamedModel(file: string, why: Sentence): RecommendError {
  return new RecommendError(
    'BAD_ARGUMENT',
    say('{0}: the log does not say which LLM was evaluated ({1}).', file, why),
    say('Name it: --model NAME on the command line, or the model field of the import preview.'),
  );
}
