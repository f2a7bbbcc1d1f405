import type { OfferedModel } from '../cost/catalog';
import { RecommendError } from '../errors';
import { say } from '../sentence';

/**
 * The candidates of a recommendation.
 * - No pattern: one setting of every model that can be bought today.
 * - Patterns: ids, market ids or names; `*` stands for any characters, case does not matter. A market id or name without a
 *   wildcard means its standard setting. `!pattern` takes away; with takers-away only, they work on the default candidates.
 * @param known ids that the router can assess
 * @throws RecommendError NO_CANDIDATES where nothing is left
 */
export function selectCandidates(
  offered: readonly OfferedModel[],
  patterns: readonly string[],
  known: ReadonlySet<string>,
): readonly OfferedModel[] {
  const assessable = offered.filter(({ evidenceOf }) => known.has(evidenceOf));
  const standard = assessable.filter(({ standard: isStandard, buyable }) => isStandard && buyable);
  const trimmed = patterns.map((pattern) => pattern.trim()).filter((pattern) => pattern !== '');
  const added = trimmed.filter((pattern) => !pattern.startsWith('!'));
  const removed = trimmed.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));

  const wanted = added.length === 0 ? standard : assessable.filter((model) => added.some((one) => takes(one, model)));
  const left = wanted.filter((model) => !removed.some((one) => matches(one, model)));
  if (left.length > 0) return left;
  throw new RecommendError(
    'NO_CANDIDATES',
    trimmed.length === 0
      ? say('The router bundle knows no model that can be bought today.')
      : say('No known model matches the candidates {0}.', trimmed.map((pattern) => `"${pattern}"`).join(', ')),
    say('Give ids or names of the catalog, for example "gpt-5*" or "anthropic/*", or leave the candidates empty.'),
  );
}

function matches(pattern: string, model: OfferedModel): boolean {
  const expression = globExpression(pattern);
  return (
    expression.test(model.id) ||
    expression.test(model.name) ||
    (model.marketId !== null && expression.test(model.marketId))
  );
}

/** As `matches`, but an exact market id or name takes only the standard setting, not every effort. */
function takes(pattern: string, model: OfferedModel): boolean {
  if (!matches(pattern, model)) return false;
  if (pattern.includes('*') || pattern.toLowerCase() === model.id.toLowerCase()) return true;
  return model.standard || !model.buyable;
}

function globExpression(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*');
  return new RegExp(`^${escaped}$`, 'iu');
}
