import * as v from 'valibot';
import { say } from '../../sentence';
import {
  baseName,
  folderOf,
  type LogFile,
  type LogGroup,
  type LogImporter,
  type LogSink,
  type MetricValue,
} from './evaluationLog';
import { asText, isRecord, jsonOf, linesOf, messagesText } from './logText';

const resultsFile = v.object({
  model_name: v.optional(v.nullable(v.string())),
  model_name_sanitized: v.optional(v.nullable(v.string())),
  config: v.optional(v.object({ model: v.optional(v.string()), model_args: v.optional(v.nullable(v.unknown())) })),
});

const sampleLine = v.looseObject({
  doc_id: v.union([v.number(), v.string()]),
  doc: v.optional(v.unknown()),
  arguments: v.optional(v.unknown()),
  filter: v.optional(v.string()),
  metrics: v.optional(v.array(v.string())),
});

/** Fields of a sample line that are not metrics. */
const ownFields = new Set([
  'doc_id',
  'doc',
  'target',
  'arguments',
  'resps',
  'filtered_resps',
  'filter',
  'metrics',
  'doc_hash',
  'prompt_hash',
  'target_hash',
]);

const samplesName = /^samples_(.+?)(?:_\d{4}-\d\d-\d\dT[\d.:-]+)?\.jsonl(?:\.gz)?$/;

/** EleutherAI's lm-evaluation-harness: `samples_<task>_<time>.jsonl` beside `results_<time>.json` (written with --log_samples). */
export const lmEvaluationHarness: LogImporter = {
  id: 'lm-eval',
  title: 'lm-evaluation-harness',
  follows: 'v0.4.0 to v0.4.9',
  preferredMetrics: ['exact_match', 'acc', 'pass@1', 'prompt_level_strict_acc', 'em', 'acc_norm', 'f1'],

  async recognise(files: readonly LogFile[]): Promise<readonly LogGroup[]> {
    return files
      .filter((file) => samplesName.test(baseName(file.name)))
      .map((samples) => {
        const folder = folderOf(samples.name);
        const results = files.filter(
          (file) => folderOf(file.name) === folder && /^results_.*\.json$/.test(baseName(file.name)),
        );
        const time = /\d{4}-\d\d-\d\dT[\d.:-]+(?=\.jsonl)/.exec(samples.name)?.[0];
        const sameRun = results.find((file) => time !== undefined && file.name.includes(time)) ?? results.at(-1);
        return { name: samples.name, files: sameRun ? [samples, sameRun] : [samples] };
      });
  },

  async read(group, sink, choices): Promise<void> {
    const [samples, results] = group.files;
    if (!samples) return;
    const task = samplesName.exec(baseName(samples.name))?.[1] ?? baseName(samples.name);
    const model = choices.model ?? (results ? modelIn(await jsonOf(results)) : null) ?? folderModel(samples.name);
    for await (const { line, text } of linesOf(samples)) {
      if (sink.stopped) return;
      if (text.trim() !== '') readSample(text, line, samples.name, task, model, sink);
    }
  },
};

function readSample(text: string, line: number, file: string, task: string, model: string, sink: LogSink): void {
  let parsed: v.InferOutput<typeof sampleLine>;
  try {
    parsed = v.parse(sampleLine, JSON.parse(text));
  } catch (error) {
    sink.reject({ file, line, reason: v.isValiError(error) ? say('no doc_id') : say('not valid JSON (cut off?)') });
    return;
  }
  const prompt = promptOf(parsed.arguments, parsed.doc);
  if (prompt === null) {
    sink.reject({ file, line, reason: say('no prompt in "arguments" or "doc"') });
    return;
  }
  const metrics: Record<string, MetricValue> = {};
  // A task with several answer filters writes one line for each: the filter becomes a part of the metric's name.
  const suffix = parsed.filter && parsed.filter !== 'none' ? `,${parsed.filter}` : '';
  for (const [name, value] of Object.entries(parsed)) {
    if (ownFields.has(name) || (parsed.metrics && !parsed.metrics.includes(name))) continue;
    if (typeof value === 'number' || typeof value === 'boolean') metrics[name + suffix] = value;
  }
  if (Object.keys(metrics).length === 0) {
    sink.reject({ file, line, reason: say('no metric with a number') });
    return;
  }
  sink.result({ benchmark: task, category: null, item: String(parsed.doc_id), prompt, model, metrics });
}

/** v0.4.5+ writes {"gen_args_0": {"arg_0": prompt, …}}, before that [[prompt, …], …]; a multiple-choice task has one entry for each option. */
function promptOf(args: unknown, doc: unknown): string | null {
  const first = Array.isArray(args) ? args[0] : isRecord(args) ? args.gen_args_0 : null;
  const context = Array.isArray(first) ? first[0] : isRecord(first) ? first.arg_0 : null;
  const text = asText(context);
  if (text !== null && text.trim() !== '') return chatText(text) ?? text;
  if (!isRecord(doc)) return null;
  for (const field of ['question', 'prompt', 'problem', 'query', 'input', 'text', 'instruction']) {
    const value = asText(doc[field]);
    if (value !== null && value.trim() !== '') return value;
  }
  return null;
}

/** With --apply_chat_template for API models the context is a JSON message list in a string. */
function chatText(text: string): string | null {
  if (!text.startsWith('[{')) return null;
  try {
    return messagesText(JSON.parse(text));
  } catch {
    return null;
  }
}

function modelIn(results: unknown): string | null {
  const parsed = v.safeParse(resultsFile, results);
  if (!parsed.success) return null;
  const args = parsed.output.config?.model_args;
  if (typeof args === 'string') {
    const named = /(?:^|,)(?:pretrained|model|engine)=([^,]+)/.exec(args)?.[1];
    if (named) return named;
  }
  if (isRecord(args)) {
    const named = asText(args.pretrained) ?? asText(args.model);
    if (named !== null) return named;
  }
  return parsed.output.model_name ?? parsed.output.model_name_sanitized ?? parsed.output.config?.model ?? null;
}

/** Without a results file the folder names the model, with "/" written as "__". */
function folderModel(name: string): string {
  return baseName(folderOf(name)).replace('__', '/') || 'unknown-model';
}
