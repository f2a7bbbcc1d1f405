import { env, l10n, MarkdownString } from 'vscode';
import type { CandidateAssessment, Recommendation } from '../core/recommendation/recommendation';

/** The assessed candidate of an id that the recommendation itself names. */
export function candidateOf(recommendation: Recommendation, model: string | null): CandidateAssessment | undefined {
  return recommendation.candidates.find((candidate) => candidate.model === model);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(env.language, { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/** Cost of a thousand prompts: single ones are fractions of a cent. */
export function costOfThousand(usd: number | null): string {
  if (usd === null) return l10n.t('no price');
  const amount = usd * 1000;
  return new Intl.NumberFormat(env.language, {
    style: 'currency',
    currency: 'USD',
    maximumSignificantDigits: amount < 1 ? 2 : 3,
  }).format(amount);
}

/** Backslashes before everything that Markdown gives a meaning; table cells cannot hold a bare bar. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$]/g, '\\$&');
}

/** Three candidates worth naming: the picks first, then the most likely correct ones. */
export function topThree(recommendation: Recommendation): readonly CandidateAssessment[] {
  const { picks, candidates } = recommendation;
  const byProbability = [...candidates].sort((a, b) => b.probability - a.probability).map(({ model }) => model);
  const ids = new Set([recommendation.recommendation.model, picks.quality, picks.value, picks.open, ...byProbability]);
  return [...ids]
    .map((id) => candidateOf(recommendation, id))
    .filter((candidate) => candidate !== undefined)
    .slice(0, 3);
}

/** Hover of the status bar item: what is suggested, why, and the top three. */
export function suggestionTooltip(recommendation: Recommendation): MarkdownString {
  const { recommendation: decision, picks } = recommendation;
  const pick = candidateOf(recommendation, decision.model);
  const lines = [
    `**${escapeMarkdown(l10n.t('Suggested: {0}', pick?.name ?? decision.model))}**`,
    '',
    escapeMarkdown(decision.reason),
    '',
    `| ${l10n.t('Model')} | ${l10n.t('Likely correct')} | ${l10n.t('1,000 prompts')} | |`,
    '|:--|--:|--:|:--|',
    ...topThree(recommendation).map((candidate) => {
      const roles = [
        candidate.model === picks.quality ? l10n.t('quality') : '',
        candidate.model === picks.value ? l10n.t('value') : '',
        candidate.model === picks.open ? l10n.t('open weights') : '',
      ].filter(Boolean);
      const [low, high] = candidate.interval;
      return `| ${escapeMarkdown(candidate.name)} | ${percent(candidate.probability)} (${percent(low)} – ${percent(high)}) | ${escapeMarkdown(costOfThousand(candidate.cost.usd))} | ${roles.join(', ')} |`;
    }),
    '',
    recommendation.outOfDistribution
      ? `$(warning) ${escapeMarkdown(l10n.t('This prompt is far from every known benchmark: the evidence is thin.'))}`
      : '',
    escapeMarkdown(l10n.t('Click for the evidence. Nothing was sent anywhere.')),
  ];
  const tooltip = new MarkdownString(lines.join('\n'), true);
  tooltip.isTrusted = false;
  return tooltip;
}
