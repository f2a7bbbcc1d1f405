import * as v from 'valibot';
import type { Price } from '../recommendation/recommendation';
import type { CatalogOverlay } from './catalogOverlay';

export const catalogFormatVersion = 1;

const day = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/));
const usdPerMtok = v.pipe(v.number(), v.finite(), v.minValue(0));
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(300));

const priceSchema = v.object({ input: usdPerMtok, output: usdPerMtok, asOf: day });

const catalogModelSchema = v.object({
  /** The model setting as evaluated, effort included: the id that the router uses. */
  id: text,
  /** Display name, effort included where it is not the provider's default. */
  name: text,
  provider: text,
  /** Id on the market (`provider/name`), the same for every effort; null where it cannot be bought. */
  marketId: v.nullable(text),
  /** Effort or thinking variant as in the id (`high`, `none`, `thinking-max`, …); null for the provider's default. */
  effort: v.nullable(text),
  reasoning: v.boolean(),
  openWeights: v.boolean(),
  /** YYYY, YYYY-MM or YYYY-MM-DD. */
  released: v.nullable(v.pipe(v.string(), v.regex(/^\d{4}(-\d{2}){0,2}$/))),
  contextTokens: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))),
  /** US dollars per million tokens. */
  price: v.nullable(priceSchema),
  /** False for retired models and for models that only exist in benchmarks. */
  buyable: v.boolean(),
  /** True for the one setting of a buyable model that stands among the default candidates. */
  standard: v.boolean(),
  /** Natural logarithm of the output tokens against the average model on the same prompts. */
  verbosity: v.pipe(v.number(), v.finite()),
  /** Number of benchmark families that `verbosity` was measured on; 0 = the mean of its class. */
  verbosityTasks: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Aggregate scores of public leaderboards that the router was trained with. */
  aggregates: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

/** `catalog.json` of a bundle: every LLM that its router knows, with what can be bought and for how much. */
export const catalogSchema = v.object({
  formatVersion: v.literal(catalogFormatVersion),
  /** Date of the market listing. */
  asOf: day,
  sources: v.array(text),
  models: v.array(catalogModelSchema),
});

export type CatalogModel = v.InferOutput<typeof catalogModelSchema>;
export type Catalog = v.InferOutput<typeof catalogSchema>;

/** A model of the catalog as the user may choose it: with the overlay's price, or a model of the user's own. */
export interface OfferedModel extends CatalogModel {
  /** Id of the router's model whose evidence stands for this one: its own id, or that of `OwnModel.sameAs`. */
  readonly evidenceOf: string;
}

/**
 * Lays the user's own prices and models over the catalog. What the overlay names and the catalog does not know is told in
 * `unknown`, never dropped silently.
 */
export function offeredModels(
  catalog: Catalog,
  overlay?: CatalogOverlay,
): { readonly models: readonly OfferedModel[]; readonly unknown: readonly string[] } {
  const prices = new Map<string, Price>(Object.entries(overlay?.prices ?? {}));
  const used = new Set<string>();
  const models: OfferedModel[] = catalog.models.map((model) => {
    const key = prices.has(model.id)
      ? model.id
      : model.marketId !== null && prices.has(model.marketId)
        ? model.marketId
        : null;
    if (key === null) return { ...model, evidenceOf: model.id };
    used.add(key);
    return { ...model, evidenceOf: model.id, price: prices.get(key) ?? model.price, buyable: true };
  });
  const unknown = [...prices.keys()].filter((id) => !used.has(id));
  const byId = new Map(models.map((model) => [model.id, model]));
  for (const own of overlay?.ownModels ?? []) {
    const twin = byId.get(own.sameAs) ?? models.find(({ marketId, standard }) => standard && marketId === own.sameAs);
    if (!twin) {
      unknown.push(own.sameAs);
      continue;
    }
    models.push({
      ...twin,
      id: own.id,
      name: own.name,
      price: own.price,
      contextTokens: own.contextTokens ?? twin.contextTokens,
      buyable: true,
      standard: true,
      evidenceOf: twin.id,
    });
  }
  return { models, unknown };
}
