import { beats, type Choice, choose, expectedLoss } from '../../core/recommendation/choose';
import { conditionOnLabels, countLabels } from '../../core/recommendation/labels';
import { type Policy, policyOf } from '../../core/recommendation/policy';
import type {
  CandidateAssessment,
  PerRowRoute,
  Preference,
  Recommendation,
} from '../../core/recommendation/recommendation';
import { z80 } from '../../core/scores/normal';
import type { PanelContext, RowLabel } from '../../panel/protocol';
import type { View } from './viewState';

/** Everything that the parts of the page show, derived from one snapshot and the view; nothing is scored again. */
export interface Sight {
  readonly context: PanelContext;
  readonly recommendation: Recommendation;
  /** In the snapshot's order, after the user's labels. */
  readonly candidates: readonly CandidateAssessment[];
  readonly byModel: ReadonlyMap<string, CandidateAssessment>;
  readonly policy: Policy;
  readonly preference: Preference;
  /** Null where pins and exclusions leave no candidate. */
  readonly choice: Choice | null;
  /** The choice under the same policy without the labels. */
  readonly unlabelled: Choice | null;
  readonly labels: readonly RowLabel[];
  /** Only a part of the rows is scored so far. */
  readonly preview: boolean;
  readonly view: View;
  readonly update: (change: Partial<View>) => void;
  readonly setLabels: (labels: readonly RowLabel[]) => void;
}

/** The preference whose dial position is nearest. */
export function nearestPreference(dial: number): Preference {
  return dial < 0.25 ? 'quality' : dial < 0.75 ? 'balanced' : 'price';
}

/** The policy that view and settings make together. */
export function policyFor(context: PanelContext, view: View): Policy {
  const mode = view.mode ?? context.settings.mode;
  return {
    mode,
    dial: view.dial ?? policyOf(context.settings.preference, mode).dial,
    pinned: view.pinned,
    excluded: view.excluded,
  };
}

/** Derives what the page shows; pure, so that it can be recomputed at every move of the dial. */
export function look(
  context: PanelContext,
  recommendation: Recommendation,
  labels: readonly RowLabel[],
  view: View,
  preview: boolean,
): Omit<Sight, 'update' | 'setLabels'> {
  const candidates = conditionOnLabels(recommendation.candidates, countLabels(labels));
  const policy = policyFor(context, view);
  const { distanceWord, prompts } = recommendation;
  const labelledRows = new Set(labels.map(({ row }) => row)).size;
  return {
    context,
    recommendation,
    candidates,
    byModel: new Map(candidates.map((candidate) => [candidate.model, candidate])),
    policy,
    preference: nearestPreference(policy.dial),
    choice: choose({ candidates, distanceWord, prompts, labelledRows }, policy),
    unlabelled: choose({ candidates: recommendation.candidates, distanceWord, prompts }, policy),
    labels,
    preview,
    view,
  };
}

export function candidateOf(sight: Sight, model: string): CandidateAssessment | null {
  return sight.byModel.get(model) ?? null;
}

export function nameOf(sight: Sight, model: string): string {
  return sight.byModel.get(model)?.name ?? model;
}

/** The per-row routing under the preference that the dial stands nearest to. */
export function routeOf(sight: Sight): PerRowRoute | null {
  const routes = sight.recommendation.dataset?.routes ?? [];
  return routes.find((route) => route.preference === sight.preference) ?? routes[0] ?? null;
}

/** Two models on this input. */
export interface Comparison {
  /** P(left is at least as good as right). */
  readonly leftBetter: number;
  /** Expected correctness of left minus right, 0..1, with its 80 % interval. */
  readonly difference: number;
  readonly interval: readonly [number, number];
  /** Cost of left divided by that of right; null without both prices. */
  readonly costRatio: number | null;
}

export function comparisonOf(left: CandidateAssessment, right: CandidateAssessment): Comparison {
  const { points, spread } = expectedLoss(left, right);
  const reach = z80 * spread;
  const ratio = left.cost.usd !== null && right.cost.usd ? left.cost.usd / right.cost.usd : null;
  return {
    leftBetter: left.model === right.model ? 0.5 : beats(left, right),
    difference: -points / 100,
    interval: [(-points - reach) / 100, (-points + reach) / 100],
    costRatio: ratio,
  };
}

/** Adds or removes `model` from `list`. */
export function toggled(list: readonly string[], model: string): string[] {
  return list.includes(model) ? list.filter((other) => other !== model) : [...list, model];
}
