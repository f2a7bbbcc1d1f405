import { env, l10n, type TextDocument } from 'vscode';
import { findModelField, type ModelField } from '../core/prompts/modelField';
import { compareDeclared, type DeclaredComparison } from '../core/recommendation/compareDeclared';
import type { CandidateAssessment, Recommendation } from '../core/recommendation/recommendation';
import type { InputSource } from '../scoring/protocol';
import type { CatalogModels } from './catalogModels';
import type { Recommender } from './recommender';
import { candidateOf, percent } from './suggestion';

/** What is suggested for a text, and how it stands to the model that its file names. */
export interface DeclaredSuggestion {
  readonly recommendation: Recommendation;
  readonly pick: CandidateAssessment;
  /** Null where the file's model is not known, or where it names none. */
  readonly comparison: DeclaredComparison | null;
}

export function modelFieldOf(document: TextDocument): ModelField | null {
  return findModelField(document.getText());
}

/**
 * Assesses a text and the model that is named for it. A named model outside the user's candidates is assessed beside
 * them, but never suggested.
 * @param declared as written; null where none is named
 * @throws RecommendError
 */
export async function suggestBeside(
  source: Extract<InputSource, { kind: 'text' }>,
  declared: string | null,
  parts: { readonly recommender: Recommender; readonly models: CatalogModels },
  signal: AbortSignal,
): Promise<DeclaredSuggestion | null> {
  const recommendation = await parts.recommender.recommendText(source, signal);
  const pick = candidateOf(recommendation, recommendation.recommendation.model);
  if (!pick) return null;
  const id = declared === null ? null : await parts.models.find(declared);
  if (id === null) return { recommendation, pick, comparison: null };
  let named = candidateOf(recommendation, id);
  if (!named) {
    const candidates = [...recommendation.candidates.map(({ model }) => model), id];
    const wider = await parts.recommender.recommendText(source, signal, { candidates });
    named = candidateOf(wider, id);
  }
  return { recommendation, pick, comparison: named ? compareDeclared(pick, named) : null };
}

/** The suggestion and how it stands to the declared model, on one line. */
export function suggestionTitle({ pick, comparison }: DeclaredSuggestion): string {
  const suggested = l10n.t('suggested: {0}', pick.name);
  if (!comparison) return suggested;
  return comparison.verdict === 'same'
    ? l10n.t('{0} is also the suggestion', pick.name)
    : `${suggested} · ${verdictText(comparison)}`;
}

/** Ratio of costs from which on a better model is called dearer. */
const dearerFrom = 1.3;

function times(ratio: number): string {
  return new Intl.NumberFormat(env.language, { maximumSignificantDigits: 2 }).format(ratio);
}

function verdictText(comparison: DeclaredComparison): string {
  const { verdict, costRatio } = comparison;
  const cost = costRatio === null ? '' : percent(costRatio);
  switch (verdict) {
    case 'better-and-cheaper':
      return l10n.t('likely better, at {0} of the cost', cost);
    case 'better':
      return costRatio !== null && costRatio >= dearerFrom
        ? l10n.t('likely better, at {0} times the cost', times(costRatio))
        : l10n.t('likely better');
    case 'cheaper':
      return l10n.t('about as good, at {0} of the cost', cost);
    default:
      return l10n.t('about as good');
  }
}

/** One sentence for a hint at the declared model, saying by how much it falls behind. */
export function hintText(declared: string, { pick, comparison }: DeclaredSuggestion): string {
  const points = comparison ? Math.round(comparison.points) : 0;
  const ratio = comparison?.costRatio ?? null;
  if (ratio !== null && ratio < 1 && points < 2) {
    return l10n.t(
      '{0} is predicted to be about as good as {1} here, at {2} of its cost.',
      pick.name,
      declared,
      percent(ratio),
    );
  }
  return l10n.t('{0} is predicted to be right {1} points more often than {2} here.', pick.name, points, declared);
}
