import type { DatasetEvaluation } from './evaluation/datasetEvaluation';
import type { ReadReport } from './prompts/readReport';
import type { Recommendation } from './recommendation/recommendation';
import { inEnglish } from './sentence';

/** The recommendation as `recommend --json` prints it: its sentences in English. */
export function recommendationInEnglish(recommendation: Recommendation): Recommendation<string> {
  const { recommendation: decision, read } = recommendation;
  return {
    ...recommendation,
    recommendation: { ...decision, reason: inEnglish(decision.reason) },
    read: reportInEnglish(read),
  };
}

/** The evaluation as `evaluate --json` prints it: its sentences in English. */
export function evaluationInEnglish(evaluation: DatasetEvaluation): DatasetEvaluation<string> {
  return { ...evaluation, read: reportInEnglish(evaluation.read) };
}

/** What was read, in English. */
export function reportInEnglish(report: ReadReport): ReadReport<string> {
  const { warnings, ...others } = report;
  const encoding = inEnglish(report.encoding);
  const skipped = report.skipped.map((row) => ({ ...row, reason: inEnglish(row.reason) }));
  return warnings
    ? { ...report, encoding, skipped, warnings: warnings.map(inEnglish) }
    : { ...others, encoding, skipped };
}
