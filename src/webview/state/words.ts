import { inPoints } from '../../core/recommendation/choose';
import { outweighs, toleranceOf } from '../../core/recommendation/policy';
import type { CandidateAssessment, Decision, DistanceWord } from '../../core/recommendation/recommendation';
import { differenceVariance } from '../../core/scores/guard';
import { decimal, percent } from '../format';
import { said, t } from '../strings';
import type { Sight } from './sight';

/** "0.5", "3": points of correctness without a trailing zero. */
export function pointsWord(points: number): string {
  return said(inPoints(points));
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
      'Paper mode follows arXiv 2309.15789 as published; its only guard is that the winner must win 60% of the draws.',
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
