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

/** Points of expected correctness (0..100) that a dial position may give up for a lower cost: 0, 3 (balanced) … 12. */
export function toleranceOf(dial: number): number {
  const position = Math.min(1, Math.max(0, dial));
  return 12 * position * position;
}

/** Constants of the guard and of the value pick. */
export const guardConstants = {
  /** P(better than the best model on average) that a pick needs to be chosen in its stead. */
  confidence: 0.55,
  /** The same for a pick that is dearer than the best model on average. */
  confidenceIfDearer: 0.65,
  /** A pick is dearer from this ratio of expected costs on. */
  dearerFrom: 1.1,
  /** Weight of the spread of a loss beside its mean: an uncertain loss counts for more than its expectation. */
  riskWeight: 0.2,
} as const;
