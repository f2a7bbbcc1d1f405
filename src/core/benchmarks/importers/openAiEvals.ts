import * as v from 'valibot';
import { type Sentence, say } from '../../sentence';
import {
  brokenLog,
  type LogFile,
  type LogGroup,
  type LogImporter,
  type LogSink,
  type MetricValue,
} from './evaluationLog';
import { asText, firstJsonLine, isRecord, linesOf, messagesText, textOf } from './logText';

const spec = v.object({
  completion_fns: v.array(v.string()),
  eval_name: v.optional(v.string()),
  base_eval: v.optional(v.string()),
});

const event = v.object({ sample_id: v.nullable(v.string()), type: v.string(), data: v.unknown() });

/** openai/evals: the event log that `oaieval` writes: a spec line, then sampling, match and metrics events. */
export const openAiEvals: LogImporter = {
  id: 'openai-evals',
  title: 'OpenAI evals',
  follows: 'evals 2.x / 3.x event log (LocalRecorder)',
  preferredMetrics: ['correct', 'choice', 'score', 'accuracy', 'f1_score'],

  async recognise(files: readonly LogFile[], peek): Promise<readonly LogGroup[]> {
    const groups: LogGroup[] = [];
    for (const file of files) {
      if (!/\.(?:jsonl|json|log)(?:\.gz)?$/.test(file.name)) continue;
      const first = firstJsonLine(await peek(file));
      if (isRecord(first) && isRecord(first.spec) && 'completion_fns' in first.spec)
        groups.push({ name: file.name, files: [file] });
    }
    return groups;
  },

  async read(group, sink, choices): Promise<void> {
    const file = group.files[0];
    if (!file) return;
    let run: v.InferOutput<typeof spec> | null = null;
    const prompts = new Map<string, string>();
    const verdicts = new Map<string, { readonly line: number; readonly metrics: Record<string, MetricValue> }>();
    for await (const { line, text } of linesOf(file)) {
      if (sink.stopped) return;
      if (text.trim() === '') continue;
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        sink.reject({ file: file.name, line, reason: say('not valid JSON (cut off?)') });
        continue;
      }
      if (isRecord(value) && 'spec' in value) {
        const parsed = v.safeParse(spec, value.spec);
        if (!parsed.success) throw brokenLog(file.name, say('the spec line names no completion_fns'));
        run = parsed.output;
        continue;
      }
      if (isRecord(value) && 'final_report' in value) continue;
      const parsed = v.safeParse(event, value);
      if (!parsed.success) {
        sink.reject({
          file: file.name,
          line,
          reason: say('event without {0}', v.getDotPath(parsed.issues[0]) ?? say('its fields')),
        });
        continue;
      }
      const { sample_id: sample, type, data } = parsed.output;
      if (sample === null || !isRecord(data)) continue;
      if (type === 'sampling') {
        const prompt = messagesText(data.prompt);
        // A model-graded eval samples the grader too: the first sampling of a sample is the model's.
        if (prompt !== null && !prompts.has(sample)) prompts.set(sample, prompt);
      } else if (type === 'match' || type === 'metrics') {
        const metrics = verdicts.get(sample)?.metrics ?? {};
        for (const [name, each] of Object.entries(data)) {
          if (typeof each === 'number' || typeof each === 'boolean') metrics[name] = each;
          else if (name === 'choice' && typeof each === 'string') metrics[name] = each;
        }
        verdicts.set(sample, { line, metrics });
      }
    }
    if (run === null) throw brokenLog(file.name, say('no spec line'));
    const model = choices.model ?? run.completion_fns[0];
    if (model === undefined) throw brokenLog(file.name, say('the spec line names no model'));
    const benchmark = choices.benchmark ?? run.base_eval ?? run.eval_name ?? group.name;
    for (const [sample, { line, metrics }] of verdicts) {
      if (sink.stopped) return;
      const prompt = prompts.get(sample);
      if (prompt === undefined)
        sink.reject({ file: file.name, line, reason: say('sample {0} has a verdict and no sampling event', sample) });
      else if (Object.keys(metrics).length === 0)
        sink.reject({ file: file.name, line, reason: say('sample {0} has no number as its verdict', sample) });
      else sink.result({ benchmark, category: null, item: sample, prompt, model, metrics });
    }
  },
};

const outputItem = v.object({
  eval_id: v.optional(v.string()),
  datasource_item_id: v.union([v.number(), v.string()]),
  datasource_item: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
  status: v.optional(v.string()),
  results: v.array(
    v.looseObject({
      name: v.optional(v.string()),
      passed: v.optional(v.nullable(v.boolean())),
      score: v.optional(v.nullable(v.number())),
    }),
  ),
  sample: v.object({
    model: v.optional(v.nullable(v.string())),
    input: v.optional(v.unknown()),
    usage: v.optional(v.nullable(v.object({ completion_tokens: v.optional(v.number()) }))),
    error: v.optional(v.nullable(v.unknown())),
  }),
});

/** OpenAI's Evals API: output items of a run, as the list endpoint returns them or as JSON Lines. */
export const openAiEvalsApi: LogImporter = {
  id: 'openai-evals-api',
  title: 'OpenAI Evals API',
  follows: 'eval.run.output_item objects (API of 2025)',
  preferredMetrics: ['passed', 'score'],

  async recognise(files: readonly LogFile[], peek): Promise<readonly LogGroup[]> {
    const groups: LogGroup[] = [];
    for (const file of files) {
      if (!/\.jsonl?(?:\.gz)?$/.test(file.name)) continue;
      if (/"object"\s*:\s*"eval\.run\.output_item"/.test(await peek(file)))
        groups.push({ name: file.name, files: [file] });
    }
    return groups;
  },

  async read(group, sink, choices): Promise<void> {
    const file = group.files[0];
    if (!file) return;
    const text = await textOf(file);
    let items: unknown[] | null = null;
    try {
      const whole: unknown = JSON.parse(text);
      items = isRecord(whole) && Array.isArray(whole.data) ? whole.data : Array.isArray(whole) ? whole : [whole];
    } catch {
      items = null;
    }
    if (items) for (const [index, item] of items.entries()) readItem(item, index + 1, file.name, sink, choices);
    else {
      text.split('\n').forEach((each, index) => {
        if (each.trim() === '') return;
        try {
          readItem(JSON.parse(each), index + 1, file.name, sink, choices);
        } catch {
          sink.reject({ file: file.name, line: index + 1, reason: say('not valid JSON (cut off?)') });
        }
      });
    }
  },
};

function readItem(
  value: unknown,
  line: number,
  file: string,
  sink: LogSink,
  choices: { readonly model?: string; readonly benchmark?: string },
): void {
  if (sink.stopped) return;
  const parsed = v.safeParse(outputItem, value);
  const reject = (reason: Sentence): void => sink.reject({ file, line, reason });
  if (!parsed.success) {
    reject(say('output item without {0}', v.getDotPath(parsed.issues[0]) ?? say('its fields')));
    return;
  }
  const { eval_id: evalId, datasource_item_id: id, datasource_item: row, results, sample, status } = parsed.output;
  const model = choices.model ?? sample.model;
  if (!model) {
    reject(say('output item {0} names no model', String(id)));
    return;
  }
  if (status === 'error') {
    reject(say('output item {0} ended with an error; this is not a wrong answer', String(id)));
    return;
  }
  const prompt =
    messagesText(sample.input) ?? (row ? (asText(row.question) ?? asText(row.input) ?? asText(row.prompt)) : null);
  if (prompt === null) {
    reject(say('output item {0} has no input', String(id)));
    return;
  }
  const metrics: Record<string, MetricValue> = {};
  const verdicts = results.map((result) => result.passed).filter((passed) => typeof passed === 'boolean');
  if (verdicts.length > 0) metrics.passed = verdicts.every((passed) => passed);
  for (const result of results) {
    if (typeof result.score === 'number')
      metrics[results.length === 1 ? 'score' : `score/${result.name ?? ''}`] = result.score;
  }
  if (Object.keys(metrics).length === 0) {
    reject(say('output item {0} has no verdict', String(id)));
    return;
  }
  const tokens = sample.usage?.completion_tokens;
  sink.result({
    benchmark: choices.benchmark ?? evalId ?? file,
    category: null,
    item: String(id),
    prompt,
    model,
    metrics,
    ...(tokens === undefined ? {} : { outputTokens: tokens }),
  });
}
