import { env, l10n, MarkdownString } from 'vscode';
import type { CandidateAssessment, Recommendation } from '../core/recommendation/recommendation';

import { said } from './said';

/** The assessed candidate of an id that the recommendation itself names. */
export function candidateOf(recommendation: Recommendation, model: string | null): CandidateAssessment | undefined {
  return recommendation.candidates.find((candidate) => candidate.model === model);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(env.language, { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/** US dollars to the cent, and below that to two significant digits. */
export function dollars(usd: number): string {
  const isSmall = usd > 0 && usd < 0.095;
  return new Intl.NumberFormat(env.language, {
    style: 'currency',
    currency: 'USD',
    ...(isSmall ? { maximumSignificantDigits: 2 } : { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  }).format(usd);
}

/** Cost of a thousand prompts: single ones are fractions of a cent. */
export function costOfThousand(usd: number | null): string {
  return usd === null ? l10n.t('no price') : dollars(usd * 1000);
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

/** Hovers have no space of their own between the columns of a table. */
const gap = '&nbsp;&nbsp;&nbsp;';

/** Hover of the status bar item: what is suggested, why, and the top three. */
export function suggestionTooltip(recommendation: Recommendation): MarkdownString {
  const { recommendation: decision, picks } = recommendation;
  const pick = candidateOf(recommendation, decision.model);
  const lines = [
    `**${escapeMarkdown(l10n.t('Suggested: {0}', pick?.name ?? decision.model))}**`,
    '',
    escapeMarkdown(said(decision.reason)),
    '',
    `| ${l10n.t('Model')} |${gap}${l10n.t('Likely correct')} |${gap}${l10n.t('1,000 prompts')} | |`,
    '|:--|--:|--:|:--|',
    ...topThree(recommendation).map((candidate) => {
      const roles = [
        candidate.model === picks.quality ? l10n.t('quality') : '',
        candidate.model === picks.value ? l10n.t('value') : '',
        candidate.model === picks.open ? l10n.t('open weights') : '',
      ].filter(Boolean);
      const [low, high] = candidate.interval;
      return `| ${escapeMarkdown(candidate.name)} |${gap}${percent(candidate.probability)} (${percent(low)} – ${percent(high)}) |${gap}${escapeMarkdown(costOfThousand(candidate.cost.usd))} |${gap}${roles.join(', ')} |`;
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
