import { normalCdf } from './normal';
import { binomialDraw, seededRandom } from './seededRandom';

/** What the guard needs of a candidate: its joint posterior, as in `CandidateAssessment.posterior`. */
export interface LogitPosterior {
  readonly mean: number;
  readonly factors: readonly number[];
  readonly ownVariance: number;
}

/** Variance of the difference of two candidates' logits; difficulty and other shared factors cancel. */
export function differenceVariance(a: LogitPosterior, b: LogitPosterior): number {
  let squares = 0;
  const length = Math.max(a.factors.length, b.factors.length);
  for (let factor = 0; factor < length; factor++) {
    const gap = (a.factors[factor] ?? 0) - (b.factors[factor] ?? 0);
    squares += gap * gap;
  }
  return squares + a.ownVariance + b.ownVariance;
}

/** P(the logit of `a` is at least that of `b`). */
export function probabilityAtLeast(a: LogitPosterior, b: LogitPosterior): number {
  if (a === b) return 1;
  const variance = differenceVariance(a, b);
  const gap = a.mean - b.mean;
  if (variance <= 0) return gap >= 0 ? 1 : 0;
  return normalCdf(gap / Math.sqrt(variance));
}

/** Variance of one candidate's logit. */
export function logitVariance(posterior: LogitPosterior): number {
  return posterior.factors.reduce((sum, loading) => sum + loading * loading, posterior.ownVariance);
}

/** Draws taken by the paper's guard, and the share of them that the winner must win (arXiv 2309.15789, section 5). */
export const paperDraws = 1000;
export const paperEta = 0.6;

/**
 * The paper's guard: the share of seeded draws in which the winner's number of right answers exceeds the other's. With n₊
 * prompts predicted right and n₋ predicted wrong, a draw is Bin(n₊, p) + Bin(n₋, 1 − p).
 * @param prompts number of prompts n₊ + n₋
 */
export function paperWinProbability(
  winner: { readonly s2: number; readonly p: number },
  other: { readonly s2: number; readonly p: number },
  prompts: number,
  seed = 2309,
): number {
  const random = seededRandom(seed);
  const draw = ({ s2, p }: { readonly s2: number; readonly p: number }): number => {
    const positive = Math.round(s2 * prompts);
    return binomialDraw(positive, p, random) + binomialDraw(prompts - positive, 1 - p, random);
  };
  let wins = 0;
  for (let index = 0; index < paperDraws; index++) if (draw(winner) > draw(other)) wins++;
  return wins / paperDraws;
}
