import * as v from 'valibot';
import { causeOf, RecommendError } from '../errors';
import type { ModelNames } from '../recommendation/modelNames';
import type { Price } from '../recommendation/recommendation';
import { say } from '../sentence';
import type { CatalogModel } from './catalog';

/** What a downloaded price list says of the catalog's models. */
export interface PriceListReading {
  readonly format: 'litellm' | 'openrouter';
  /** By market id, or by catalog id where a model has none: as `CatalogOverlay.prices` takes them. */
  readonly prices: Readonly<Record<string, Price>>;
  /** Entries of the list that price text generation. */
  readonly entries: number;
  /** Of those, the ones that name no model of the catalog. */
  readonly unknown: number;
  /** Entries of the wrong shape: they are left out. */
  readonly broken: number;
}

const perToken = v.union([
  v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  v.pipe(v.string(), v.regex(/^\d+(\.\d+)?(e-?\d+)?$/i), v.transform(Number), v.minValue(0), v.maxValue(1)),
]);

const litellmEntry = v.looseObject({
  input_cost_per_token: perToken,
  output_cost_per_token: perToken,
  litellm_provider: v.optional(v.string()),
  mode: v.optional(v.string()),
});

const openRouterEntry = v.looseObject({
  id: v.string(),
  pricing: v.looseObject({ prompt: perToken, completion: perToken }),
});

const openRouterList = v.looseObject({ data: v.array(v.unknown()) });

/** What is needed of a model of the catalog to find its price. */
export type PricedModel = Pick<CatalogModel, 'id' | 'marketId'>;

interface Quote {
  readonly model: string;
  readonly input: number;
  readonly output: number;
  /** 0 = the provider of the model itself, 1 = OpenRouter, 2 = another host. */
  readonly distance: number;
}

/** Providers in litellm's words that sell models of their own making. */
const firstParty = new Set([
  'openai',
  'anthropic',
  'gemini',
  'xai',
  'mistral',
  'deepseek',
  'cohere_chat',
  'moonshot',
  'zai',
  'minimax',
  'dashscope',
  'perplexity',
]);

/**
 * Reads a price list in the format of litellm (`model_prices_and_context_window.json`) or of OpenRouter
 * (`/api/v1/models`). Of several quotes for one model, its own provider's counts, then OpenRouter's, then the lowest.
 * @param asOf date of the list, YYYY-MM-DD: neither format carries one
 * @throws RecommendError FORMAT_BROKEN where it is not JSON, FORMAT_UNKNOWN where it is neither format
 */
export function readPriceList(
  text: string,
  name: string,
  asOf: string,
  models: readonly PricedModel[],
  names: ModelNames,
): PriceListReading {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new RecommendError(
      'FORMAT_BROKEN',
      say('{0} is not valid JSON: {1}.', name, causeOf(cause)),
      say('Download the price list again.'),
      { cause },
    );
  }
  const list = v.safeParse(openRouterList, json);
  if (list.success) return collect('openrouter', list.output.data.map(openRouterQuote), asOf, models, names);
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    const quotes = Object.entries(json)
      .filter(([key]) => key !== 'sample_spec')
      .map(([key, entry]) => litellmQuote(key, entry));
    if (quotes.some((quote) => typeof quote === 'object')) return collect('litellm', quotes, asOf, models, names);
  }
  throw new RecommendError(
    'FORMAT_UNKNOWN',
    say('{0} is neither a litellm nor an OpenRouter price list.', name),
    say('Use model_prices_and_context_window.json of litellm, or what https://openrouter.ai/api/v1/models returns.'),
  );
}

function openRouterQuote(entry: unknown): Quote | 'broken' {
  const parsed = v.safeParse(openRouterEntry, entry);
  if (!parsed.success) return 'broken';
  const { id, pricing } = parsed.output;
  return { model: id, input: pricing.prompt, output: pricing.completion, distance: 1 };
}

/** Embeddings, images and speech have no price for output tokens: they are not part of the list that is meant here. */
function litellmQuote(key: string, entry: unknown): Quote | 'broken' | 'other' {
  if (typeof entry !== 'object' || entry === null) return 'broken';
  const mode = 'mode' in entry ? entry.mode : undefined;
  if (mode !== undefined && mode !== 'chat' && mode !== 'responses' && mode !== 'completion') return 'other';
  if (!('input_cost_per_token' in entry) || !('output_cost_per_token' in entry)) return 'other';
  const parsed = v.safeParse(litellmEntry, entry);
  if (!parsed.success) return 'broken';
  const { input_cost_per_token, output_cost_per_token, litellm_provider = '' } = parsed.output;
  const distance = firstParty.has(litellm_provider) ? 0 : litellm_provider === 'openrouter' ? 1 : 2;
  return { model: key, input: input_cost_per_token, output: output_cost_per_token, distance };
}

function collect(
  format: PriceListReading['format'],
  quotes: readonly (Quote | 'broken' | 'other')[],
  asOf: string,
  models: readonly PricedModel[],
  names: ModelNames,
): PriceListReading {
  const keys = new Map(models.map(({ id, marketId }) => [id, marketId ?? id]));
  const marketIds = new Set(models.map(({ marketId }) => marketId));
  const best = new Map<string, Quote>();
  let entries = 0;
  let unknown = 0;
  for (const quote of quotes) {
    if (typeof quote === 'string') continue;
    entries++;
    const found = marketIds.has(quote.model) ? quote.model : names.find(quote.model);
    const key = found === null ? undefined : (keys.get(found) ?? found);
    if (key === undefined) {
      unknown++;
      continue;
    }
    const known = best.get(key);
    if (!known || isBefore(quote, known)) best.set(key, quote);
  }
  const prices: Record<string, Price> = {};
  for (const [key, { input, output }] of [...best].sort(([a], [b]) => (a < b ? -1 : 1)))
    prices[key] = { input: perMillion(input), output: perMillion(output), asOf };
  return { format, prices, entries, unknown, broken: quotes.filter((quote) => quote === 'broken').length };
}

function isBefore(a: Quote, b: Quote): boolean {
  if (a.distance !== b.distance) return a.distance < b.distance;
  return a.input + a.output < b.input + b.output;
}

/** Dollars per million tokens, without the dust of binary fractions. */
function perMillion(usdPerToken: number): number {
  return Number((usdPerToken * 1e6).toPrecision(10));
}
