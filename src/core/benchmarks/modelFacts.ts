import * as v from 'valibot';
import { RecommendError } from '../errors';

/** What `models.json` says of a model as it was evaluated. */
export interface ModelFacts {
  readonly id: string;
  readonly name: string;
  /** `unknown` where the file says so. */
  readonly provider: string;
  readonly openWeights: boolean;
  /** YYYY, YYYY-MM or YYYY-MM-DD; null where it is not known. */
  readonly released: string | null;
  /** Id of the model on the market (`provider/name`); null where it cannot be bought, or is not known to be. */
  readonly marketId: string | null;
}

const modelsSchema = v.record(
  v.string(),
  v.object({
    display_name: v.string(),
    provider: v.string(),
    open_weights: v.boolean(),
    approx_release: v.nullish(v.pipe(v.string(), v.regex(/^\d{4}(-\d{2}){0,2}$/))),
    market_id: v.nullish(v.string()),
  }),
);

/**
 * Validates the content of `models.json`.
 * @throws RecommendError TRAINING_DATA naming the model and field
 */
export function parseModelFacts(content: unknown): ReadonlyMap<string, ModelFacts> {
  const parsed = v.safeParse(modelsSchema, content);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    throw new RecommendError(
      'TRAINING_DATA',
      `models.json: ${v.getDotPath(issue) ?? 'content'}: ${issue.message}.`,
      'Restore the file, or correct the named field.',
    );
  }
  return new Map(
    Object.entries(parsed.output).map(([id, facts]) => [
      id,
      {
        id,
        name: facts.display_name,
        provider: facts.provider,
        openWeights: facts.open_weights,
        released: facts.approx_release ?? null,
        marketId: facts.market_id ?? null,
      },
    ]),
  );
}
