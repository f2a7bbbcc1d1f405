import { beats } from '../../core/recommendation/choose';
import { outweighs, toleranceOf } from '../../core/recommendation/policy';
import type { CandidateAssessment, Decision, DistanceWord } from '../../core/recommendation/recommendation';
import { differenceVariance } from '../../core/scores/guard';
import { chance, decimal, percent } from '../format';
import { t } from '../strings';
import type { Sight } from './sight';

/** "0.5", "3": points of correctness without a trailing zero. */
export function pointsWord(points: number): string {
  const rounded = Math.round(points * 10) / 10;
  return rounded === 1 ? t('1 point') : t('{0} points', decimal(rounded, Number.isInteger(rounded) ? 0 : 1));
}

export function distanceWords(word: DistanceWord): string {
  switch (word) {
    case 'in':
      return t('Like prompts that have been measured');
    case 'near':
      return t('Close to prompts that have been measured');
    case 'far':
      return t('Far from everything that has been measured');
  }
}

/** What kind of pick it is, in a few words. */
export function basisWords({ basis }: Decision): string {
  switch (basis) {
    case 'quality':
      return t('Guarded pick: highest expected correctness');
    case 'value':
      return t('Guarded pick: best value');
    case 'best-here-too':
      return t('Guarded pick: also the best on average');
    case 'guard':
    case 'far':
      return t('Fallback: the best model on average');
    case 'paper':
      return t('Paper mode: highest score S3');
    case 'paper-guard':
      return t('Paper mode, fallback: the best model on average');
  }
}

/** What a guarded pick or a fallback means, in one sentence. */
export function basisMeaning({ basis, fallback }: Decision): string {
  if (basis === 'paper' || basis === 'paper-guard')
    return t(
      'Paper mode follows arXiv 2309.15789 as published; its only guard is that the winner must win 60 % of the draws.',
    );
  if (fallback)
    return t(
      'A fallback means: the evidence near this input is too weak to prefer a specialist, so averages over all tasks decide.',
    );
  if (basis === 'value')
    return t(
      'Guarded means: it is only taken instead of the quality pick because what it saves outweighs what it may lose.',
    );
  if (basis === 'best-here-too')
    return t(
      'Guarded means: another model is only preferred to the best one on average when the evidence near this input supports it.',
    );
  return t(
    'Guarded means: it was only preferred because the evidence near this input supports it against the best model on average.',
  );
}

/** Why the recommendation is what it is, in one sentence of the user's language. */
export function reasonWords(sight: Sight, decision: Decision): string {
  const pick = sight.byModel.get(decision.model);
  const best = sight.byModel.get(decision.bestOnAverage);
  const quality = sight.byModel.get(sight.choice?.picks.quality ?? decision.model);
  if (!pick || !best || !quality) return decision.reason;
  switch (decision.basis) {
    case 'far':
      return t(
        'Nothing in the evidence resembles this input, so similar tasks cannot decide; {0} is the best model on average.',
        best.name,
      );
    case 'best-here-too':
      return t('{0} is the best model on average, and on similar tasks none is expected to do better.', best.name);
    case 'guard': {
      const rival = leader(sight);
      return rival && rival.model !== best.model
        ? t(
            '{0} looks better here, but with only {1} certainty; that is too little to leave {2}, the best model on average.',
            rival.name,
            chance(beats(rival, best)),
            best.name,
          )
        : t('The evidence is too weak to leave {0}, the best model on average.', best.name);
    }
    case 'quality':
      return t(
        '{0} has the highest expected correctness here and is {1} likely to do at least as well as {2}, the best model on average.',
        pick.name,
        chance(decision.beatsBest),
        best.name,
      );
    case 'value': {
      const tolerance = pointsWord(toleranceOf(sight.policy.dial));
      if (decision.costRatio === null)
        return t('{0} has the lowest known cost within {1} of {2}.', pick.name, tolerance, quality.name);
      const share = decision.costRatio < 0.01 ? `< ${percent(0.01)}` : percent(decision.costRatio);
      return decision.pointsLost < 0.5
        ? t('{0} is expected to do as well as {1} at {2} of its cost.', pick.name, quality.name, share)
        : t(
            '{0} is expected to lose {1} against {2}, at {3} of its cost; you allow up to {4}.',
            pick.name,
            pointsWord(decision.pointsLost),
            quality.name,
            share,
            tolerance,
          );
    }
    case 'paper':
      return t("{0} has the highest score S3 ({1}) of the paper's router.", pick.name, decimal(pick.scores.s3 ?? 0, 2));
    case 'paper-guard':
      return t(
        "No candidate wins enough of the paper's draws against {0}, the best model on average, which is kept.",
        best.name,
      );
  }
}

/** Why a candidate that costs less than the pick was not taken in its stead; empty where that is not the question. */
export function untakenWords(sight: Sight, candidate: CandidateAssessment): string {
  const { choice, policy, candidates } = sight;
  const pick = candidates.find(({ model }) => model === choice?.decision.model);
  const quality = candidates.find(({ model }) => model === choice?.picks.quality);
  const [cost, dearest] = [candidate.cost.usd, quality?.cost.usd ?? null];
  if (!choice || !pick || !quality || policy.mode === 'paper' || policy.dial === 0 || choice.decision.basis === 'far')
    return '';
  if (policy.excluded.includes(candidate.model)) return '';
  if (policy.pinned.length > 0 && !policy.pinned.includes(candidate.model)) return '';
  if (cost === null || pick.cost.usd === null || cost >= pick.cost.usd) return '';
  const lost = 100 * (quality.probability - candidate.probability);
  const tolerance = toleranceOf(policy.dial);
  if (lost > tolerance)
    return t(
      'Cheaper, but {0} lost; {1} allowed',
      pointsWord(lost),
      decimal(tolerance, Number.isInteger(tolerance) ? 0 : 1),
    );
  const gap = quality.posterior.mean - candidate.posterior.mean;
  const spread = Math.sqrt(differenceVariance(candidate.posterior, quality.posterior));
  const saving = dearest === null ? Number.POSITIVE_INFINITY : dearest / cost;
  return outweighs(gap, spread, saving, policy.dial) ? '' : t('Cheaper, but saves too little for what it may lose');
}

/** Cost of `left` against `right` in words. */
export function costWords(ratio: number): string {
  if (ratio > 0.95 && ratio < 1.05) return t('about the same cost');
  return ratio > 1
    ? t('{0} times the cost', decimal(ratio, ratio >= 10 ? 0 : 1))
    : t('{0} of the cost', percent(ratio, ratio < 0.1 ? 1 : 0));
}

export function evidenceWords(candidate: CandidateAssessment): string {
  switch (candidate.evidence.kind) {
    case 'per-item':
      return t('Measured');
    case 'aggregate':
      return t('Leaderboards');
    case 'features':
      return t('By features');
  }
}

function leader(sight: Sight): CandidateAssessment | null {
  const excluded = new Set(sight.policy.excluded);
  const pinned = new Set(sight.policy.pinned);
  return sight.candidates
    .filter(({ model }) => !excluded.has(model) && (pinned.size === 0 || pinned.has(model)))
    .reduce<CandidateAssessment | null>(
      (best, one) => (best && best.probability >= one.probability ? best : one),
      null,
    );
}
