import { RecommendError } from '../errors';
import { kindTable, lossTable } from './documentTables';
import { cell } from './markdownNumbers';
import { defaultMethod } from './protocolReport';
import { linkedBma } from './summary';
import type { AllReports } from './targets';

/** What a model card says of quality: the held-out figures, by kind of task, and where the router fails. */
export function qualitySection(reports: AllReports): string {
  const text = reports['leave-one-family-out'];
  const own = text.methods[defaultMethod];
  const bma = text.methods[linkedBma];
  const shipped = reports['leave-one-family-out/aggregates']?.methods[defaultMethod];
  const withBoards = shipped
    ? `
With the scores of public leaderboards, which the shipped router has as further observations for the sake of models without results, it is ${cell(shipped, 'ratioToBest', 3)},
Spearman ${cell(shipped, 'spearman', 3)} (${cell(own, 'spearman', 3)} without them), calibration error ${cell(shipped, 'ece', 3)} and coverage ${cell(shipped, 'coverage80', 2)}; the figures below are without them.
`
    : '';
  return `On ${text.benchmarks.length} benchmarks with their families held out, seen as text alone, the pick reaches ${cell(own, 'ratioToBest', 3)} of the best model's accuracy
(best model on average by linked ability: ${cell(bma, 'ratioToBest', 3)}); the calibration error of the expected accuracy is ${cell(own, 'ece', 3)}, and 80 % intervals of the
difference of two models cover ${cell(own, 'coverage80', 2)}. Everything beside its baselines, with intervals: docs/EVALUATION.md.
${withBoards}
${kindTable(text)}

Known failures: kinds of task that no other benchmark resembles (planning, rare programming languages, long chains of deduction), small pools of
near-equal leaders, and benchmarks judged by taste. The benchmarks on which it loses most:

${lossTable(text)}
`;
}

const [begin, end] = ['<!-- quality -->', '<!-- end of quality -->'];

/**
 * A model card with its section on quality written anew.
 * @throws RecommendError BAD_ARGUMENT where the card has no such section
 */
export function withQuality(card: string, section: string): string {
  const [from, to] = [card.indexOf(begin), card.indexOf(end)];
  if (from < 0 || to < from)
    throw new RecommendError('BAD_ARGUMENT', 'The model card has no section on quality.', 'Train the bundle again.');
  return `${card.slice(0, from + begin.length)}\n${section.trimEnd()}\n${card.slice(to)}`;
}
