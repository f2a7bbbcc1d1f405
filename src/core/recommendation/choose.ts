import {
  differenceVariance,
  type LogitPosterior,
  paperEta,
  paperWinProbability,
  probabilityAtLeast,
} from '../scores/guard';
import { normalCdf } from '../scores/normal';
import { decimal, type Figure, type Sentence, type SentenceValue, say } from '../sentence';
import { balancedDial, guardConstants, outweighs, type Policy, toleranceOf } from './policy';
import type {
  CandidateAssessment,
  Decision,
  DecisionBasis,
  DistanceWord,
  ExpectedCost,
  PaperScores,
  Picks,
} from './recommendation';

/** The parts of a `CandidateAssessment` that a choice rests on. */
export interface Choosable {
  readonly model: string;
  readonly name: string;
  readonly openWeights: boolean;
  readonly probability: number;
  readonly ability: number;
  readonly cost: Pick<ExpectedCost, 'usd'>;
  readonly scores: PaperScores;
  readonly posterior: LogitPosterior;
  readonly evidence: { readonly items: number; readonly nearby?: number };
}

/** What a choice is made from, besides the policy; all of it stands in a `Recommendation`. */
export interface ChoiceInput {
  readonly candidates: readonly Choosable[];
  readonly distanceWord: DistanceWord;
  /** Number of prompts. */
  readonly prompts: number;
  /** Rows that the user has labelled: evidence at distance zero, so that an input is no longer far. None where absent. */
  readonly labelledRows?: number;
}

export interface Choice {
  readonly decision: Decision;
  readonly picks: Picks;
}

interface Guarded {
  readonly pick: Choosable;
  readonly basis: DecisionBasis;
  /** The candidate that looked better and was not taken, where there is one. */
  readonly rejected: Choosable | null;
  /** Confidence that the guard asked of `rejected`; absent where another reason spoke against it. */
  readonly asked?: number;
}

/** Expected correctness that `candidate` gives up against `reference`, in points, and the spread of that loss. */
export interface ExpectedLoss {
  readonly points: number;
  readonly spread: number;
  /** P(worse than the reference by more than a point). */
  readonly worseByAPoint: number;
}

/**
 * The loss against a reference. The logits' difference has the spread of `differenceVariance`; the delta method at the
 * mean of the two probabilities takes it to points.
 */
export function expectedLoss(candidate: Choosable, reference: Choosable): ExpectedLoss {
  if (candidate.model === reference.model) return { points: 0, spread: 0, worseByAPoint: 0 };
  const points = 100 * (reference.probability - candidate.probability);
  const middle = (reference.probability + candidate.probability) / 2;
  const spread = 100 * middle * (1 - middle) * Math.sqrt(differenceVariance(candidate.posterior, reference.posterior));
  const worseByAPoint = spread > 0 ? normalCdf((points - 1) / spread) : points > 1 ? 1 : 0;
  return { points, spread, worseByAPoint };
}

/**
 * Chooses among assessed candidates. Pure and fast: the panel calls it for every move of its dial, nothing is scored again.
 * - The quality pick is the candidate of highest expected correctness among those with results of their own that are better than the best model on
 *   average with the guard's confidence (more where they are dearer); where none is, or where nothing similar is known,
 *   it is the best model on average.
 * - The value pick is the candidate of lowest expected cost whose expected loss against the quality pick is within the
 *   tolerance of the dial, and is outweighed by what it saves.
 * - The open pick is the quality pick among models with open weights.
 * @returns null where the policy leaves no candidate
 */
export function choose(input: ChoiceInput, policy: Policy): Choice | null {
  const excluded = new Set(policy.excluded);
  const pinned = new Set(policy.pinned);
  const candidates = input.candidates.filter(
    ({ model }) => !excluded.has(model) && (pinned.size === 0 || pinned.has(model)),
  );
  const best = bestOnAverage(candidates);
  if (!best) return null;

  const labelledRows = input.labelledRows ?? 0;
  const distance = labelledRows > 0 && input.distanceWord === 'far' ? 'near' : input.distanceWord;
  const quality =
    policy.mode === 'paper'
      ? paperPick(candidates, best, input.prompts)
      : guardedPick(candidates, best, distance, labelledRows);
  const open = candidates.filter((candidate) => candidate.openWeights);
  const bestOpen = bestOnAverage(open);
  const openPick = bestOpen ? guardedPick(open, bestOpen, distance, labelledRows).pick : null;

  const standing = (dial: number): Choosable => valuePick(candidates, quality.pick, dial);
  const value = standing(Math.max(policy.dial, balancedDial));
  const keepsQuality =
    policy.mode === 'paper' || policy.dial <= 0 || (quality.basis === 'far' && policy.dial <= balancedDial);
  const pick = keepsQuality ? quality.pick : standing(policy.dial);

  return {
    decision: decide(pick, quality, best, policy, distance),
    picks: { quality: quality.pick.model, value: value.model, open: openPick?.model ?? null },
  };
}

/**
 * The candidate of highest linked ability among those with results of their own (all, where none has enough); ties go to
 * the cheaper one, then by id.
 */
export function bestOnAverage<T extends Choosable>(candidates: readonly T[]): T | null {
  const proven = candidates.filter(({ evidence }) => evidence.items >= leastResults);
  return first(proven.length > 0 ? proven : candidates, (a, b) => b.ability - a.ability || byCost(a, b));
}

/**
 * Per-item results that a model needs to be the best on average, or to be taken in its stead for its quality: neither may
 * rest on features, a leaderboard or a handful of results, which flatter the dearest variant of a line.
 */
export const leastResults = 100;
/** Results on the very prompts near the input that stand for {@link leastResults} anywhere, for quality on that input. */
const leastNearby = 10;

/** Whether a candidate may be taken for its quality. */
export function isProven({ evidence }: Pick<Choosable, 'evidence'>): boolean {
  return evidence.items >= leastResults || (evidence.nearby ?? 0) >= leastNearby;
}

/** P(the candidate is at least as good as the reference), both from one joint posterior. */
export function beats(candidate: Choosable, reference: Choosable): number {
  return candidate.model === reference.model ? 1 : probabilityAtLeast(candidate.posterior, reference.posterior);
}

function guardedPick(
  candidates: readonly Choosable[],
  best: Choosable,
  distance: DistanceWord,
  labelledRows: number,
): Guarded {
  if (distance === 'far') return { pick: best, basis: 'far', rejected: null };
  const byQuality = (a: Choosable, b: Choosable): number => b.probability - a.probability || byCost(a, b);
  const leader = first(candidates, byQuality) ?? best;
  const passing = candidates.filter(
    (candidate) =>
      candidate.model === best.model ||
      (isProven(candidate) &&
        candidate.probability > best.probability &&
        beats(candidate, best) >= confidenceNeeded(candidate, best, labelledRows)),
  );
  const pick = first(passing, byQuality) ?? best;
  if (pick.model !== best.model) return { pick, basis: 'quality', rejected: null };
  const rejected = leader.model === best.model ? null : leader;
  if (!rejected) return { pick, basis: 'best-here-too', rejected };
  return { pick, basis: 'guard', rejected, asked: confidenceNeeded(rejected, best, labelledRows) };
}

/** The guard's threshold on P(better than the best model on average). */
function confidenceNeeded(candidate: Choosable, best: Choosable, labelledRows: number): number {
  if (labelledRows >= guardConstants.labelledRows) return 0.5;
  return isDearer(candidate, best) ? guardConstants.confidenceIfDearer : guardConstants.confidence;
}

/** A candidate without a known price counts as dearer. */
function isDearer(candidate: Choosable, than: Choosable): boolean {
  if (candidate.cost.usd === null) return true;
  return than.cost.usd !== null && candidate.cost.usd > than.cost.usd * guardConstants.dearerFrom;
}

/** arXiv 2309.15789, section 5: the largest S3, unless seeded draws do not win often enough against the best on average. */
function paperPick(candidates: readonly Choosable[], best: Choosable, prompts: number): Guarded {
  const winner = first(
    candidates.filter(({ scores }) => scores.s3 !== null),
    (a, b) => (b.scores.s3 ?? 0) - (a.scores.s3 ?? 0) || b.ability - a.ability || byCost(a, b),
  );
  if (!winner || winner.model === best.model)
    return { pick: best, basis: winner ? 'paper' : 'paper-guard', rejected: null };
  const { s2, p } = winner.scores;
  const against = best.scores;
  const wins =
    s2 !== null && p !== null && against.s2 !== null && against.p !== null
      ? paperWinProbability({ s2, p }, { s2: against.s2, p: against.p }, prompts)
      : 0;
  if (wins < paperEta) return { pick: best, basis: 'paper-guard', rejected: winner };
  return { pick: winner, basis: 'paper', rejected: null };
}

function valuePick(candidates: readonly Choosable[], quality: Choosable, dial: number): Choosable {
  const within = candidates.filter((candidate) => {
    if (candidate.model === quality.model) return true;
    if (!costsLess(candidate, quality)) return false;
    const gap = quality.posterior.mean - candidate.posterior.mean;
    const spread = Math.sqrt(differenceVariance(candidate.posterior, quality.posterior));
    return (
      100 * (quality.probability - candidate.probability) <= toleranceOf(dial) &&
      outweighs(gap, spread, savingOf(candidate, quality), dial)
    );
  });
  return first(within, (a, b) => byCost(a, b) || b.probability - a.probability) ?? quality;
}

function costsLess(candidate: Choosable, than: Choosable): boolean {
  return candidate.cost.usd !== null && (than.cost.usd === null || candidate.cost.usd < than.cost.usd);
}

function savingOf(candidate: Choosable, than: Choosable): number {
  return (than.cost.usd ?? Number.POSITIVE_INFINITY) / (candidate.cost.usd ?? 0);
}

/** Cheaper first, unknown costs last, then by id: a total order. */
function byCost(a: Choosable, b: Choosable): number {
  const gap = (a.cost.usd ?? Number.POSITIVE_INFINITY) - (b.cost.usd ?? Number.POSITIVE_INFINITY);
  if (Number.isNaN(gap) || gap === 0) return a.model < b.model ? -1 : a.model > b.model ? 1 : 0;
  return gap;
}

function first<T>(items: readonly T[], order: (a: T, b: T) => number): T | null {
  let best: T | null = null;
  for (const item of items) if (best === null || order(item, best) < 0) best = item;
  return best;
}

function decide(pick: Choosable, quality: Guarded, best: Choosable, policy: Policy, distance: DistanceWord): Decision {
  const basis = pick.model === quality.pick.model ? quality.basis : 'value';
  const fallback =
    distance === 'far' || (basis !== 'value' && (quality.basis === 'guard' || quality.basis === 'paper-guard'));
  const costRatio =
    pick.cost.usd !== null && quality.pick.cost.usd !== null && quality.pick.cost.usd > 0
      ? pick.cost.usd / quality.pick.cost.usd
      : null;
  return {
    model: pick.model,
    fallback,
    basis,
    reason: reasonOf(pick, basis, quality, best, policy, distance),
    beatsBest: beats(pick, best),
    bestOnAverage: best.model,
    pointsLost: Math.max(0, 100 * (quality.pick.probability - pick.probability)),
    costRatio,
  };
}

/** Why the choice is what it is: clauses that are put together here, so that each can be said in another language. */
function reasonOf(
  pick: Choosable,
  basis: DecisionBasis,
  quality: Guarded,
  best: Choosable,
  policy: Policy,
  distance: DistanceWord,
): Sentence {
  const clause = ((): Sentence => {
    switch (basis) {
      case 'far':
        return say(
          'Nothing in the evidence resembles this input, so similar tasks cannot decide: {0} is the best model on average',
          best.name,
        );
      case 'best-here-too':
        return say('{0} is the best model on average, and on similar tasks none is expected to do better', best.name);
      case 'guard':
        return guardReason(quality.rejected ?? best, best, quality.asked ?? 0);
      case 'quality':
        return withCost(
          say(
            '{0} has the highest expected correctness here ({1}) and is {2} likely to do at least as well as {3}, the best model on average',
            pick.name,
            percent(pick.probability),
            chance(beats(pick, best)),
            best.name,
          ),
          pick,
          best,
        );
      case 'value':
        return valueReason(pick, quality.pick, policy, distance);
      case 'paper': {
        const highest = say(
          "{0} has the highest score S3 ({1}) of the paper's router",
          pick.name,
          decimal(pick.scores.s3 ?? 0, 2),
        );
        return pick.model === best.model
          ? say('{0} and is the best model on average', highest)
          : withCost(highest, pick, best);
      }
      case 'paper-guard':
        return quality.rejected
          ? say(
              "{0} has the highest score S3, but wins too few of the paper's draws against {1}, the best model on average, which is kept",
              quality.rejected.name,
              best.name,
            )
          : say('No candidate has results near this input, so {0}, the best model on average, is kept', best.name);
    }
  })();
  const unspent = basis !== 'value' && policy.mode === 'guarded' && policy.dial > 0 && basis !== 'far';
  return unspent ? say('{0}; no cheaper one is close enough for what it saves.', clause) : say('{0}.', clause);
}

function guardReason(rejected: Choosable, best: Choosable, asked: number): Sentence {
  const likely = beats(rejected, best);
  if (likely >= asked)
    return say(
      '{0} looks better here but is not clearly better, so {1}, the best model on average, is kept',
      rejected.name,
      best.name,
    );
  const values = [rejected.name, chance(likely), percent(asked), best.name] as const;
  return isDearer(rejected, best)
    ? say(
        '{0} looks better here but is only {1} likely to do at least as well at a higher cost ({2} is asked), so {3}, the best model on average, is kept',
        ...values,
      )
    : say(
        '{0} looks better here but is only {1} likely to do at least as well ({2} is asked), so {3}, the best model on average, is kept',
        ...values,
      );
}

function valueReason(pick: Choosable, quality: Choosable, policy: Policy, distance: DistanceWord): Sentence {
  const lost = Math.max(0, 100 * (quality.probability - pick.probability));
  const than = distance === 'far' ? say('{0}, the best model on average', quality.name) : quality.name;
  const loss =
    lost < 0.5
      ? say('{0} is expected to do as well as {1}', pick.name, than)
      : say('{0} is expected to lose {1} against {2}', pick.name, inPoints(lost), than);
  const priced =
    pick.cost.usd !== null && quality.cost.usd !== null && quality.cost.usd > 0
      ? say('{0}, at {1} of its expected cost', loss, share(pick.cost.usd / quality.cost.usd))
      : say('{0}, with the lowest expected cost', loss);
  const allowed = say('{0}; up to {1} may be given up', priced, inPoints(toleranceOf(policy.dial)));
  return distance === 'far' ? say('Nothing in the evidence resembles this input; by averages {0}', allowed) : allowed;
}

/** Adds what the pick costs against the best model on average, where it is dearer or its price is not known. */
function withCost(clause: Sentence, pick: Choosable, best: Choosable): Sentence {
  if (pick.cost.usd === null) return say('{0}; its price is not known', clause);
  if (best.cost.usd === null || best.cost.usd === 0 || pick.cost.usd <= best.cost.usd) return clause;
  const ratio = pick.cost.usd / best.cost.usd;
  return ratio < 1.05
    ? say('{0}, at about the same expected cost', clause)
    : say('{0}, at {1} times its expected cost', clause, decimal(ratio, 1));
}

function chance(value: number): Figure {
  return { kind: 'chance', value };
}

function percent(value: number): Figure {
  return { kind: 'percent', value };
}

/** "0.5 points", "3 points": without a trailing zero. */
export function inPoints(value: number): Sentence {
  const rounded = Number(value.toFixed(1));
  return rounded === 1 ? say('1 point') : say('{0} points', decimal(rounded, Number.isInteger(rounded) ? 0 : 1));
}

function share(ratio: number): SentenceValue {
  return ratio < 0.01 ? say('under {0}', percent(0.01)) : percent(ratio);
}

/** Expected correctness of each candidate against its expected cost: the ids that no cheaper candidate equals, cheapest first. */
export function frontier(candidates: readonly Pick<CandidateAssessment, 'model' | 'probability' | 'cost'>[]): string[] {
  const priced = candidates
    .flatMap(({ model, probability, cost }) => (cost.usd === null ? [] : [{ model, probability, usd: cost.usd }]))
    .sort((a, b) => a.usd - b.usd || b.probability - a.probability || (a.model < b.model ? -1 : 1));
  let highest = Number.NEGATIVE_INFINITY;
  return priced.flatMap(({ model, probability }) => {
    if (probability <= highest) return [];
    highest = probability;
    return [model];
  });
}
