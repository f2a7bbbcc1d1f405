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

/** Points of expected correctness (0..100) that a dial position may give up for a lower cost, however much is saved. */
export function toleranceOf(dial: number): number {
  return along(dial, 6, 12);
}

/** Logits that a dial position may give up for each factor e by which the cost falls. */
function worthOf(dial: number): number {
  return along(dial, 0.35, 0.5);
}

/** Natural logarithm of the saving from which on more is not worth more loss. */
const largestSaving = 2;
/** Standard deviations of the difference that count as lost besides its mean: an uncertain loss is not taken for its mean. */
const caution = 0.5;

/**
 * Whether a lower cost is worth what may be lost for it: the tolerance grows with the saving, so that a little money is not
 * bought with much quality. With cost = list output price × √verbosity, on held-out benchmark families this gave up half as
 * much at half the cost as one tolerance for every saving.
 * @param gap mean of the quality pick's logit less the candidate's
 * @param spread standard deviation of that difference
 * @param saving cost of the quality pick by the candidate's, > 1; Infinity where the candidate is free or only its cost is known
 */
export function outweighs(gap: number, spread: number, saving: number, dial: number): boolean {
  return gap + caution * spread <= worthOf(dial) * Math.min(largestSaving, Math.log(saving));
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
  /**
   * Rows that the user has labelled from which on the guard asks for even odds only: it makes up for what similar tasks cannot
   * tell of this one, and the labels do tell.
   */
  labelledRows: 5,
} as const;
