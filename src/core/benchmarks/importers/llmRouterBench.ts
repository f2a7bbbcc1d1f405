import * as v from 'valibot';
import { type Sentence, say } from '../../sentence';
import { brokenLog, type LogFile, type LogGroup, type LogImporter } from './evaluationLog';
import { jsonOf } from './logText';

const resultFile = v.object({
  model_name: v.string(),
  dataset_name: v.string(),
  records: v.array(v.unknown()),
});

const record = v.object({
  index: v.union([v.number(), v.string()]),
  origin_query: v.optional(v.nullable(v.string())),
  prompt: v.optional(v.nullable(v.string())),
  score: v.union([v.number(), v.boolean()]),
  completion_tokens: v.optional(v.nullable(v.number())),
  cost: v.optional(v.nullable(v.number())),
});

/** LLMRouterBench: one JSON for each dataset and model, with `records`. */
export const llmRouterBench: LogImporter = {
  id: 'llmrouterbench',
  title: 'LLMRouterBench',
  follows: 'result files of LLMRouterBench 1.0 (arXiv 2601.07206)',
  preferredMetrics: ['score'],

  async recognise(files: readonly LogFile[], peek): Promise<readonly LogGroup[]> {
    const groups: LogGroup[] = [];
    for (const file of files) {
      if (!/\.json(?:\.gz)?$/.test(file.name)) continue;
      const head = await peek(file);
      if (/"records"\s*:\s*\[/.test(head) && /"origin_query"\s*:/.test(head))
        groups.push({ name: file.name, files: [file] });
    }
    return groups;
  },

  async read(group, sink, choices): Promise<void> {
    const file = group.files[0];
    if (!file) return;
    const parsed = v.safeParse(resultFile, await jsonOf(file));
    if (!parsed.success) throw brokenLog(file.name, say('no {0}', v.getDotPath(parsed.issues[0]) ?? 'records'));
    const { model_name: model, dataset_name: dataset, records } = parsed.output;
    records.forEach((value, index) => {
      if (sink.stopped) return;
      const one = v.safeParse(record, value);
      const reject = (reason: Sentence): void => sink.reject({ file: file.name, line: index + 1, reason });
      if (!one.success) {
        reject(say('record without {0}', v.getDotPath(one.issues[0]) ?? say('its fields')));
        return;
      }
      const prompt = one.output.origin_query ?? one.output.prompt;
      if (!prompt) {
        reject(say('record without "origin_query" and "prompt"'));
        return;
      }
      const { completion_tokens: tokens, cost } = one.output;
      sink.result({
        benchmark: choices.benchmark ?? dataset,
        category: null,
        item: String(one.output.index),
        prompt,
        model: choices.model ?? model,
        metrics: { score: one.output.score },
        ...(tokens ? { outputTokens: tokens } : {}),
        ...(cost ? { costUsd: cost } : {}),
      });
    });
  },
};
