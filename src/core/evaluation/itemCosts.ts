import * as v from 'valibot';
import { buildCatalog } from '../cost/buildCatalog';
import type { EvaluationData } from './groupEvaluation';
import type { ItemCost } from './inDistribution';
import { realUsd } from './realUsage';

const lineSchema = v.object({
  benchmark: v.string(),
  item_id: v.union([v.string(), v.number()]),
  output_tokens: v.nullish(v.record(v.string(), v.nullable(v.number()))),
});

/** Output tokens of models on single items, by benchmark and item id. */
export type ItemTokens = ReadonlyMap<string, Readonly<Record<string, number | null>>>;

/** Reads `usage_items.jsonl`; lines of another shape are left out. */
export async function readItemTokens(lines: AsyncIterable<string>): Promise<ItemTokens> {
  const tokens = new Map<string, Readonly<Record<string, number | null>>>();
  for await (const line of lines) {
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), lineSchema), line);
    if (!parsed.success) continue;
    const { benchmark, item_id: id, output_tokens: output } = parsed.output;
    if (output) tokens.set(`${benchmark}\n${id}`, output);
  }
  return tokens;
}

/**
 * What a model really cost on an item: its measured tokens there, else its mean on the task, at today's list price. Null
 * where neither is known.
 */
export function itemCosts(data: EvaluationData, tokens: ItemTokens): ItemCost {
  const { table, split, realUsage, catalogFacts, models } = data;
  const catalog = buildCatalog(
    catalogFacts,
    models,
    table.models,
    () => ({ items: 1, aggregates: 0 }),
    () => ({ value: 0, tasks: 0 }),
  );
  const prices = new Map(catalog.models.map(({ id, price }) => [id, price]));
  return (item, model) => {
    const price = prices.get(model);
    const known = table.items[item];
    const task = split.tasks[split.taskOfItem[item] as number];
    if (!price || known === undefined || task === undefined) return null;
    const mean = realUsage.of(task.name, model);
    const own = tokens.get(`${table.benchmarks[known.benchmark]?.name}\n${known.id}`)?.[model] ?? null;
    const output = own ?? mean?.outputTokens ?? null;
    if (output === null) return null;
    return realUsd({ outputTokens: output, inputTokens: mean?.inputTokens ?? null }, price, known.prompt.length);
  };
}
