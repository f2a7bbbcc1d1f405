import * as v from 'valibot';
import type { ModelFacts } from '../benchmarks/modelFacts';
import { RecommendError } from '../errors';
import { type Catalog, type CatalogModel, catalogFormatVersion } from './catalog';
import type { Verbosity } from './fitTokenModel';

const listPrice = v.object({ input_usd_per_mtok: v.number(), output_usd_per_mtok: v.number() });

const catalogFactsSchema = v.object({
  as_of: v.string(),
  sources: v.record(v.string(), v.string()),
  market: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      released: v.nullish(v.string()),
      context_tokens: v.nullish(v.number()),
      input_usd_per_mtok: v.nullish(v.number()),
      output_usd_per_mtok: v.nullish(v.number()),
      open_weights: v.nullish(v.boolean()),
      reasoning: v.nullish(v.boolean()),
    }),
  ),
  benchmark_id_to_market_id: v.record(v.string(), v.string()),
  list_prices_of_retired_models: v.record(v.string(), listPrice),
});

/** What can be bought, and for how much (`catalog_facts.json`). */
export type CatalogFacts = v.InferOutput<typeof catalogFactsSchema>;

/**
 * Validates the content of `catalog_facts.json`.
 * @throws RecommendError TRAINING_DATA naming the field
 */
export function parseCatalogFacts(content: unknown): CatalogFacts {
  const parsed = v.safeParse(catalogFactsSchema, content);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  throw new RecommendError(
    'TRAINING_DATA',
    `catalog_facts.json: ${v.getDotPath(issue) ?? 'content'}: ${issue.message}.`,
    'Restore the file, or correct the named field.',
  );
}

/** How much evidence a model has, to choose the setting that stands for a market id. */
export interface EvidenceCount {
  readonly items: number;
  readonly aggregates: number;
}

/** Date of the price lists of retired models. */
const retiredAsOf = '2026-07-24';

/**
 * Builds `catalog.json` for the models that a router knows.
 *
 * Candidates are model settings: an id as evaluated, effort included. Of the settings that share a market id one is
 * `standard`, and only it stands among the default candidates: the provider's default (the id without an effort) where it
 * has any evidence, else the setting with the most per-item results, then the most aggregate scores. A model that was never
 * evaluated (a faster tier of another, a model for pictures) is known by its facts alone: it can be named, but does not stand
 * among the default candidates.
 * @param models ids that the router knows, in any order
 */
export function buildCatalog(
  facts: CatalogFacts,
  modelFacts: ReadonlyMap<string, ModelFacts>,
  models: readonly string[],
  evidence: (model: string) => EvidenceCount,
  verbosity: (model: string) => Verbosity,
): Catalog {
  const market = new Map(facts.market.map((entry) => [entry.id, entry]));
  const marketIdOf = (id: string): string | null => {
    const marketId = modelFacts.get(id)?.marketId ?? facts.benchmark_id_to_market_id[id] ?? null;
    return marketId !== null && market.has(marketId) ? marketId : null;
  };
  const siblings = new Map<string, string[]>();
  for (const id of models) {
    const marketId = marketIdOf(id);
    if (marketId !== null) siblings.set(marketId, [...(siblings.get(marketId) ?? []), id]);
  }
  const standard = new Set(
    [...siblings]
      .filter(([marketId]) => answersInText(marketId))
      .flatMap(([, ids]) => standardSetting(ids, evidence) ?? []),
  );

  const reasons = reasoningSettings(facts, modelFacts, models);
  const built = models.map((id): CatalogModel => {
    const known = modelFacts.get(id);
    const marketId = marketIdOf(id);
    const entry = marketId === null ? undefined : market.get(marketId);
    const effort = marketId === null ? null : effortAmong(id, siblings.get(marketId) ?? []);
    const provider = providerName(marketId, known?.provider);
    const title = entry ? marketTitle(entry.name, provider) : (known?.name ?? id).trim();
    const retired = facts.list_prices_of_retired_models[id];
    const own = verbosity(id);
    const price =
      entry && typeof entry.input_usd_per_mtok === 'number' && typeof entry.output_usd_per_mtok === 'number'
        ? { input: entry.input_usd_per_mtok, output: entry.output_usd_per_mtok, asOf: facts.as_of }
        : retired
          ? { input: retired.input_usd_per_mtok, output: retired.output_usd_per_mtok, asOf: retiredAsOf }
          : null;
    return {
      id,
      name: effort === null ? title : `${title} (${effortTitle(effort)})`,
      provider,
      marketId,
      effort,
      reasoning: reasons(id),
      openWeights: entry?.open_weights ?? known?.openWeights ?? false,
      released: entry?.released ?? known?.released ?? null,
      contextTokens: entry?.context_tokens ?? null,
      price,
      buyable: entry !== undefined && price !== null,
      standard: standard.has(id),
      verbosity: own.value,
      verbosityTasks: own.tasks,
      aggregates: evidence(id).aggregates,
    };
  });
  return {
    formatVersion: catalogFormatVersion,
    asOf: facts.as_of,
    sources: Object.values(facts.sources),
    models: uniqueNames(built),
  };
}

/** Models whose work is not to answer a prompt in text: pictures, sound, moderation, search and patch services. */
const otherWork =
  /(?:^|[-/])(?:image|audio|tts|lyria|guard|safeguard|embed(?:ding)?|rerank|ocr|search|relace|morph)(?:[-/]|$)/;

/** Whether what is sold under a market id answers prompts in text: only such models are default candidates. */
export function answersInText(marketId: string): boolean {
  return !otherWork.test(marketId);
}

/** Tells of each of `models` whether it reasons before it answers, as it was run. */
export function reasoningSettings(
  facts: CatalogFacts,
  modelFacts: ReadonlyMap<string, ModelFacts>,
  models: readonly string[],
): (model: string) => boolean {
  const known = new Set(models);
  const listed = new Map(facts.market.map((entry) => [entry.id, entry.reasoning ?? null]));
  return (id) => {
    const marketId = modelFacts.get(id)?.marketId ?? facts.benchmark_id_to_market_id[id];
    return reasonsByName(
      id,
      marketId === undefined || marketId === null ? null : (listed.get(marketId) ?? null),
      known.has(`${id}-thinking`),
    );
  };
}

/**
 * Whether a setting reasons before it answers: told by its id where that says so, else by the market's listing. Hybrid
 * models (Claude 3 and 4, and those with a `-thinking` sibling) answer at once unless told to think.
 */
export function reasonsByName(id: string, listed: boolean | null, hasThinkingSibling = false): boolean {
  if (/(^|-)(none|nothink|minimal|instruct|chat|non-reasoning)(-|$)/.test(id)) return false;
  if (/(^|-)(thinking|think|reasoning|reasoner|low|high|xhigh|max|r1|qwq)(-|$)|^o[134](-|$)/.test(id)) return true;
  if (/^claude-(3|(haiku|sonnet|opus)-4)/.test(id) || hasThinkingSibling) return false;
  return listed ?? false;
}

function standardSetting(ids: readonly string[], evidence: (model: string) => EvidenceCount): string | null {
  const evaluated = ids.filter((id) => evidence(id).items + evidence(id).aggregates > 0);
  const first = [...ids].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
  if (first !== undefined && evaluated.includes(first) && ids.every((id) => id === first || id.startsWith(`${first}-`)))
    return first;
  const most = evaluated.sort((a, b) => {
    const one = evidence(a);
    const other = evidence(b);
    return other.items - one.items || other.aggregates - one.aggregates || (a < b ? -1 : 1);
  });
  return most[0] ?? null;
}

/** The part of `id` after the shortest sibling's id, where it has one. */
function effortAmong(id: string, siblings: readonly string[]): string | null {
  const base = siblings.filter((one) => id.startsWith(`${one}-`)).sort((a, b) => a.length - b.length)[0];
  return base === undefined ? null : id.slice(base.length + 1);
}

function effortTitle(effort: string): string {
  return effort
    .split('-')
    .map((word) => {
      if (word === 'none' || word === 'nothink') return 'no reasoning';
      if (/^(minimal|low|medium|high|xhigh|max)$/.test(word)) return `${word} effort`;
      return word;
    })
    .join(', ');
}

/** The market lists names as `Provider: Name`; a name that says little alone keeps its provider. */
function marketTitle(listed: string, provider: string): string {
  const name = listed.replace(/^[^:]{1,30}: /, '').trim();
  return /^(R1|Saba)\b/.test(name) ? `${provider} ${name}` : name;
}

const providersByMarket: Readonly<Record<string, string>> = {
  ai21: 'AI21',
  'aion-labs': 'AionLabs',
  allenai: 'Ai2',
  amazon: 'Amazon',
  anthropic: 'Anthropic',
  'arcee-ai': 'Arcee AI',
  baidu: 'Baidu',
  'bytedance-seed': 'ByteDance',
  cohere: 'Cohere',
  deepcogito: 'Deep Cogito',
  deepseek: 'DeepSeek',
  google: 'Google',
  'ibm-granite': 'IBM',
  inception: 'Inception',
  inclusionai: 'InclusionAI',
  kwaipilot: 'Kwaipilot',
  meituan: 'Meituan',
  meta: 'Meta',
  'meta-llama': 'Meta',
  microsoft: 'Microsoft',
  minimax: 'MiniMax',
  mistralai: 'Mistral',
  moonshotai: 'Moonshot',
  'nex-agi': 'Nex AGI',
  nousresearch: 'Nous',
  nvidia: 'NVIDIA',
  openai: 'OpenAI',
  perplexity: 'Perplexity',
  poolside: 'Poolside',
  qwen: 'Alibaba',
  rekaai: 'Reka',
  sakana: 'Sakana AI',
  sao10k: 'Sao10K',
  stepfun: 'StepFun',
  tencent: 'Tencent',
  thinkingmachines: 'Thinking Machines',
  upstage: 'Upstage',
  writer: 'Writer',
  'x-ai': 'xAI',
  xiaomi: 'Xiaomi',
  'z-ai': 'Z.ai',
};

const sameProvider: Readonly<Record<string, string>> = {
  'Mistral AI': 'Mistral',
  'Moonshot AI': 'Moonshot',
  Zhipu: 'Z.ai',
  inclusionAI: 'InclusionAI',
  LiquidAI: 'Liquid',
  'Liquid AI': 'Liquid',
  AI2: 'Ai2',
};

function providerName(marketId: string | null, told: string | undefined): string {
  const byMarket = marketId === null ? undefined : providersByMarket[marketId.split('/')[0] ?? ''];
  if (byMarket !== undefined) return byMarket;
  if (told === undefined || told === 'unknown') return 'Unknown';
  return sameProvider[told] ?? told;
}

/** Names that several models share get the id behind them: a table must not show two rows of one name. */
function uniqueNames(models: readonly CatalogModel[]): CatalogModel[] {
  const counts = new Map<string, number>();
  for (const { name } of models) counts.set(name, (counts.get(name) ?? 0) + 1);
  return models.map((model) =>
    (counts.get(model.name) ?? 0) > 1 && model.name !== model.id
      ? { ...model, name: `${model.name} [${model.id}]` }
      : model,
  );
}
