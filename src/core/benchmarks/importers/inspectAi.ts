import { Unzip, UnzipInflate } from 'fflate';
import * as v from 'valibot';
import { RecommendError } from '../../errors';
import { say } from '../../sentence';
import {
  brokenLog,
  type LogFile,
  type LogGroup,
  type LogImporter,
  type LogSink,
  type MetricValue,
} from './evaluationLog';
import { isRecord, jsonOf, maximumJsonBytes, messagesText, unpackedBytes } from './logText';

const header = v.object({
  eval: v.object({
    task: v.string(),
    model: v.string(),
    dataset: v.optional(v.nullable(v.object({ name: v.optional(v.nullable(v.string())) }))),
  }),
});

const sample = v.object({
  id: v.union([v.string(), v.number()]),
  epoch: v.optional(v.number()),
  input: v.union([v.string(), v.array(v.unknown())]),
  choices: v.optional(v.nullable(v.array(v.string()))),
  metadata: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
  scores: v.optional(v.nullable(v.record(v.string(), v.object({ value: v.unknown() })))),
  output: v.optional(
    v.nullable(v.object({ usage: v.optional(v.nullable(v.object({ output_tokens: v.optional(v.number()) }))) })),
  ),
  error: v.optional(v.nullable(v.unknown())),
});

/** UK AISI's Inspect: `.eval` logs (a zip of header.json and one JSON for each sample and epoch) and the JSON log format. */
export const inspectAi: LogImporter = {
  id: 'inspect',
  title: 'Inspect AI',
  follows: 'log format version 2 (inspect_ai 0.3), .eval and .json',
  preferredMetrics: [
    'match',
    'includes',
    'exact',
    'choice',
    'pattern',
    'answer',
    'model_graded_qa',
    'model_graded_fact',
    'f1',
  ],

  async recognise(files: readonly LogFile[], peek): Promise<readonly LogGroup[]> {
    const groups: LogGroup[] = [];
    for (const file of files) {
      if (file.name.endsWith('.eval')) groups.push({ name: file.name, files: [file] });
      else if (/\.json(?:\.gz)?$/.test(file.name)) {
        const head = await peek(file);
        if (/^\s*\{\s*"version"\s*:\s*\d/.test(head) && /"eval"\s*:\s*\{/.test(head) && /"task"\s*:/.test(head))
          groups.push({ name: file.name, files: [file] });
      }
    }
    return groups;
  },

  async read(group, sink, choices): Promise<void> {
    const file = group.files[0];
    if (!file) return;
    if (file.name.endsWith('.eval')) await readZip(file, sink, choices.model);
    else {
      const log = await jsonOf(file);
      const parsed = v.safeParse(
        v.object({ ...header.entries, samples: v.optional(v.nullable(v.array(v.unknown()))) }),
        log,
      );
      if (!parsed.success) throw brokenLog(file.name, say('no "eval" with a task and a model'));
      (parsed.output.samples ?? []).forEach((value, index) => {
        if (!sink.stopped) readSample(value, index + 1, file.name, parsed.output.eval, sink, choices.model);
      });
    }
  },
};

function readSample(
  value: unknown,
  line: number,
  file: string,
  task: v.InferOutput<typeof header>['eval'],
  sink: LogSink,
  model: string | undefined,
): void {
  const parsed = v.safeParse(sample, value);
  if (!parsed.success) {
    sink.reject({ file, line, reason: say('sample without {0}', v.getDotPath(parsed.issues[0]) ?? say('its fields')) });
    return;
  }
  const { id, input, choices, metadata, scores, output, error } = parsed.output;
  const question = messagesText(input);
  if (question === null) {
    sink.reject({ file, line, reason: say('sample {0} has no input text', String(id)) });
    return;
  }
  const metrics = metricsIn(scores ?? {});
  if (Object.keys(metrics).length === 0) {
    sink.reject({
      file,
      line,
      reason: error
        ? say('sample {0} ended with an error and has no score', String(id))
        : say('sample {0} has no score', String(id)),
    });
    return;
  }
  const options = choices?.length
    ? `\n${choices.map((choice, index) => `${String.fromCharCode(65 + index)}) ${choice}`).join('\n')}`
    : '';
  const category = metadata
    ? ['category', 'subject', 'domain'].map((key) => metadata[key]).find((each) => typeof each === 'string')
    : undefined;
  const tokens = output?.usage?.output_tokens;
  sink.result({
    benchmark: task.task,
    category: typeof category === 'string' ? category : null,
    item: String(id),
    prompt: question + options,
    model: model ?? task.model,
    metrics,
    ...(tokens === undefined ? {} : { outputTokens: tokens }),
  });
}

/** A scorer's value is a grade letter, a number, a truth value, or an object of those (then each is a metric of its own). */
function metricsIn(scores: Readonly<Record<string, { readonly value: unknown }>>): Record<string, MetricValue> {
  const metrics: Record<string, MetricValue> = {};
  for (const [scorer, { value }] of Object.entries(scores)) {
    const entries: [string, unknown][] = isRecord(value)
      ? Object.entries(value).map(([key, each]) => [`${scorer}/${key}`, each])
      : [[scorer, value]];
    for (const [name, each] of entries) {
      if (typeof each === 'number' || typeof each === 'boolean' || typeof each === 'string') metrics[name] = each;
    }
  }
  return metrics;
}

/** Streams the zip: samples are parsed one by one as they are unpacked; they wait for header.json, which Inspect writes last. */
async function readZip(file: LogFile, sink: LogSink, model: string | undefined): Promise<void> {
  let task: v.InferOutput<typeof header>['eval'] | null = null;
  const waiting: { readonly line: number; readonly value: unknown }[] = [];
  let failure: RecommendError | null = null;
  let count = 0;
  const decoder = new TextDecoder();

  const take = (name: string, bytes: Uint8Array): void => {
    if (name === 'header.json') {
      const parsed = v.safeParse(header, parseJson(decoder.decode(bytes)));
      if (!parsed.success) failure = brokenLog(file.name, say('header.json has no task and model'));
      else task = parsed.output.eval;
      return;
    }
    count += 1;
    const value = parseJson(decoder.decode(bytes));
    if (value === undefined) sink.reject({ file: file.name, line: count, reason: say('{0} is not valid JSON', name) });
    else waiting.push({ line: count, value: slim(value) });
  };

  const unzip = new Unzip((entry) => {
    const wanted = entry.name === 'header.json' || /^samples\/.+\.json$/.test(entry.name);
    if (!wanted) return;
    if (entry.compression !== 0 && entry.compression !== 8) {
      sink.reject({
        file: file.name,
        line: count + 1,
        reason: say(
          '{0} uses zip compression method {1}, which is not supported; re-save the log with "inspect log convert"',
          entry.name,
          entry.compression,
        ),
      });
      return;
    }
    const parts: Uint8Array[] = [];
    let size = 0;
    entry.ondata = (error, data, final) => {
      if (error) failure ??= brokenLog(file.name, say('{0} is damaged', entry.name), error);
      if (failure) return;
      size += data.length;
      if (size > maximumJsonBytes) {
        failure = brokenLog(file.name, say('{0} unpacks to more than {1} MB', entry.name, 256));
        entry.terminate();
        return;
      }
      parts.push(data);
      if (final) take(entry.name, concatenate(parts, size));
    };
    entry.start();
  });
  unzip.register(UnzipInflate);
  try {
    for await (const bytes of unpackedBytes(file)) {
      unzip.push(bytes);
      if (failure) throw failure;
      if (sink.stopped) break;
    }
    if (!sink.stopped) unzip.push(new Uint8Array(0), true);
  } catch (error) {
    throw RecommendError.is(error) ? error : brokenLog(file.name, say('not a complete zip file'), error);
  }
  if (failure) throw failure;
  if (task === null)
    throw brokenLog(file.name, say('no header.json: the run was interrupted before Inspect closed the log'));
  for (const { line, value } of waiting) {
    if (sink.stopped) return;
    readSample(value, line, file.name, task, sink, model);
  }
}

/** Keeps what is read of a sample while it waits: transcripts and events can be a thousand times larger. */
function slim(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { id, epoch, input, choices, metadata, scores, output, error } = value;
  return {
    id,
    epoch,
    input,
    choices,
    metadata,
    scores,
    output: isRecord(output) ? { usage: output.usage } : output,
    error,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function concatenate(parts: readonly Uint8Array[], size: number): Uint8Array {
  if (parts.length === 1 && parts[0]) return parts[0];
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
