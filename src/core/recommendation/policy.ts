import { sigmoid, z80 } from '../scores/normal';
import type { Preference, RoutingMode } from './recommendation';

/** What the user wants of a choice. Changing it never needs a new scoring: see `choose`. */
export interface Policy {
  readonly mode: RoutingMode;
  /** From 0 (quality, whatever it costs) by {@link balancedDial} to 1 (price first). */
  readonly dial: number;
  /** Model ids to choose among; empty = all candidates. */
  readonly pinned: readonly string[];
  /** Model ids never chosen, not even as the best on average. */
  readonly excluded: readonly string[];
}

/** The dial's position for the default preference. */
export const balancedDial = 0.5;

const dials: Readonly<Record<Preference, number>> = { quality: 0, balanced: balancedDial, price: 1 };

/** The policy of a preference, nothing pinned or excluded. */
export function policyOf(preference: Preference, mode: RoutingMode): Policy {
  return { mode, dial: dials[preference], pinned: [], excluded: [] };
}

/** Value at a dial position of what is 0 at quality, `balanced` at the balanced dial and `price` at the price end. */
function along(dial: number, balanced: number, price: number): number {
  const position = Math.min(1, Math.max(0, dial));
  if (position <= balancedDial) return (balanced * position) / balancedDial;
  return balanced + ((price - balanced) * (position - balancedDial)) / (1 - balancedDial);
}

/** Points of expected correctness (0..100) that a dial position may give up for a lower cost. */
export function toleranceOf(dial: number): number {
  return along(dial, 5, 12);
}

/**
 * Points that a dial position may give up in an unfavourable case; see {@link unfavourableLoss}. Besides the tolerance on
 * the mean: a loss that is uncertain is not taken for its expectation.
 */
export function riskOf(dial: number): number {
  return along(dial, 20, 26);
}

/** Standard deviations to an unfavourable difference: the upper quartile. */
const unfavourableDifference = 0.6744897501960817;

/**
 * Loss against the quality pick in an unfavourable case, in points: the difference at its upper quartile, where the task is
 * as hard as the lower end of the pick's 80 % interval says. The level matters: where it is sure that nearly all answers are
 * right, models differ little; where the level of an unknown task may be far off, a small difference of logits may be many
 * points. Never less hard than where the loss is greatest.
 * @param level mean and variance of the quality pick's logit
 * @param gap its mean less the candidate's
 * @param spread standard deviation of that difference
 */
export function unfavourableLoss(
  level: { readonly mean: number; readonly variance: number },
  gap: number,
  spread: number,
): number {
  const difference = gap + unfavourableDifference * spread;
  if (difference <= 0) return 0;
  const at = Math.max(level.mean - z80 * Math.sqrt(level.variance), difference / 2);
  return 100 * (sigmoid(at) - sigmoid(at - difference));
}

/**
 * Constants of the guard, chosen on predictions of held-out benchmark families: more confidence than .55 gave up most of
 * the gain over the best model on average (.60: from 1.1 to .4 points).
 */
export const guardConstants = {
  /** P(better than the best model on average) that a pick needs to be chosen in its stead. */
  confidence: 0.55,
  /** The same for a pick that is dearer than the best model on average. */
  confidenceIfDearer: 0.65,
  /** A pick is dearer from this ratio of expected costs on. */
  dearerFrom: 1.1,
} as const;
