import { probabilityAtLeast } from '../scores/guard';
import type { CandidateAssessment } from './recommendation';

/**
 * How the suggested model stands to the one that a file names: the same model, likely better, about as good for less
 * money, or about as good.
 */
export type Verdict = 'same' | 'better' | 'better-and-cheaper' | 'cheaper' | 'equal';

export interface DeclaredComparison {
  readonly verdict: Verdict;
  /** P(the suggested model is at least as good as the declared one on this input). */
  readonly atLeastAsGood: number;
  /** Gain of expected correctness, in points (0..100); negative where the suggestion gives some up. */
  readonly points: number;
  /** Expected cost of the suggestion as a fraction of the declared model's; null where a price is unknown. */
  readonly costRatio: number | null;
  /** True where a hint is due: the declared model is clearly worse, or much dearer for no clear gain. */
  readonly worthAHint: boolean;
}

/** What it takes to say so; a verdict in an editor must not flicker with every word typed. */
export const comparisonConstants = {
  /** Points and confidence from which on the suggestion is called better. */
  betterPoints: 2,
  betterConfidence: 0.75,
  /** Fraction of the cost up to which it is called cheaper. */
  cheaperUpTo: 0.8,
  /** Points and confidence for a hint that the declared model is clearly worse. */
  hintPoints: 5,
  hintConfidence: 0.9,
  /** Fraction of the cost up to which a hint says that the declared model is much dearer. */
  hintCost: 1 / 3,
  /** Points that a much cheaper suggestion may give up and still be worth a hint. */
  hintLoss: 3,
} as const;

/** Compares the suggested candidate with the one that the file itself names, both assessed on the same input. */
export function compareDeclared(suggested: CandidateAssessment, declared: CandidateAssessment): DeclaredComparison {
  if (suggested.model === declared.model)
    return { verdict: 'same', atLeastAsGood: 1, points: 0, costRatio: 1, worthAHint: false };
  const atLeastAsGood = probabilityAtLeast(suggested.posterior, declared.posterior);
  const points = 100 * (suggested.probability - declared.probability);
  const costRatio =
    suggested.cost.usd !== null && declared.cost.usd !== null && declared.cost.usd > 0
      ? suggested.cost.usd / declared.cost.usd
      : null;
  const c = comparisonConstants;
  const isBetter = points >= c.betterPoints && atLeastAsGood >= c.betterConfidence;
  const isCheaper = costRatio !== null && costRatio <= c.cheaperUpTo;
  const clearlyBetter = points >= c.hintPoints && atLeastAsGood >= c.hintConfidence;
  const muchCheaper = costRatio !== null && costRatio <= c.hintCost && points >= -c.hintLoss;
  return {
    verdict: isBetter ? (isCheaper ? 'better-and-cheaper' : 'better') : isCheaper ? 'cheaper' : 'equal',
    atLeastAsGood,
    points,
    costRatio,
    worthAHint: clearlyBetter || muchCheaper,
  };
}
