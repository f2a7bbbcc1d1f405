import { type Sentence, say } from '../../sentence';
import type { MetricValue } from './evaluationLog';

/** How raw values of a metric become a correctness 0..1. Recorded with every import. */
export interface ScoreRule<Text = Sentence> {
  readonly metric: string;
  readonly kind: 'boolean' | 'grade' | 'linear';
  /** Linear only: the raw value that counts as wrong, and the one that counts as right (low > high where lower is better). */
  readonly low: number;
  readonly high: number;
  /** The rule in words. */
  readonly text: Text;
}

/** What was seen of a metric over a whole log. */
export interface MetricSummary {
  readonly metric: string;
  count: number;
  numbers: number;
  booleans: number;
  grades: number;
  /** Values that are neither numbers, truth values nor known grades. */
  others: number;
  min: number;
  max: number;
}

/** Words that evaluation tools write for right, partly right and wrong (Inspect: C, P, I, N). */
const grades: Readonly<Record<string, number>> = {
  c: 1,
  correct: 1,
  pass: 1,
  passed: 1,
  true: 1,
  yes: 1,
  success: 1,
  resolved: 1,
  p: 0.5,
  partial: 0.5,
  i: 0,
  incorrect: 0,
  fail: 0,
  failed: 0,
  false: 0,
  no: 0,
  n: 0,
  noanswer: 0,
  unresolved: 0,
  error: 0,
};

/** Metrics where a lower value is better, as tools name them. */
const lowerIsBetter =
  /(?:^|[_\W])(?:wer|cer|ter|loss|perplexity|ppl|error_rate|hallucination|toxicity|bias|edit_distance|brier|brier_score)(?:$|[_\W])/i;

/** Metrics of the run and not of the answer. */
const notCorrectness =
  /(?:^|[_\W])(?:latency|runtime|time|tokens?|num_\w+|cost|price|count|length|bytes|stderr|logprob|perplexity|ppl|duration|bits_per_byte|inference_\w+|batch_size|training_\w+)(?:$|[_\W])/i;

export function newSummary(metric: string): MetricSummary {
  return { metric, count: 0, numbers: 0, booleans: 0, grades: 0, others: 0, min: Infinity, max: -Infinity };
}

export function addToSummary(summary: MetricSummary, value: MetricValue): void {
  summary.count += 1;
  if (typeof value === 'boolean') summary.booleans += 1;
  else {
    const number = typeof value === 'number' ? value : numberIn(value);
    if (number !== null) {
      summary.numbers += 1;
      summary.min = Math.min(summary.min, number);
      summary.max = Math.max(summary.max, number);
    } else if (typeof value === 'string' && value.trim().toLowerCase() in grades) summary.grades += 1;
    else summary.others += 1;
  }
}

/** True where a metric can be read as correctness at all. */
export function canBeCorrectness(summary: MetricSummary): boolean {
  return summary.count > summary.others && !notCorrectness.test(summary.metric);
}

/**
 * The rule for a metric, from the values seen: truth values and grades as they are; numbers within 0..1 as they are; a
 * maximum up to 5, 10 or 100 names the scale. Where lower is better by the metric's name, the scale is turned round.
 */
export function ruleFor(summary: MetricSummary): ScoreRule {
  const { metric } = summary;
  if (summary.numbers === 0 && summary.grades > 0) {
    return {
      metric,
      kind: 'grade',
      low: 0,
      high: 1,
      text: say('correct = 1, partly correct = 0.5, incorrect or no answer = 0'),
    };
  }
  if (summary.numbers === 0) return { metric, kind: 'boolean', low: 0, high: 1, text: say('true = 1, false = 0') };
  const { min, max } = summary;
  const top = [1, 5, 10, 100].find((scale) => max <= scale) ?? max;
  // Rating scales of 5 and 10 points start at 1.
  const lowest = (top === 5 || top === 10) && min >= 1 ? 1 : 0;
  const bottom = min < 0 ? Math.min(-1, min) : lowest;
  return lowerIsBetter.test(metric) ? linearRule(metric, top, bottom) : linearRule(metric, bottom, top);
}

/** @param low raw value for correctness 0; @param high raw value for correctness 1 */
export function linearRule(metric: string, low: number, high: number): ScoreRule {
  const text =
    low === 0 && high === 1
      ? say('as it is (0 to 1)')
      : say('{0} → 0, {1} → 1, linear between, cut at both ends', low, high);
  return { metric, kind: 'linear', low, high, text };
}

/** Correctness 0..1, or null where the value does not fit the rule. */
export function applyRule(rule: ScoreRule, value: MetricValue): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const number = typeof value === 'number' ? value : numberIn(value);
  if (number === null || !Number.isFinite(number)) {
    return typeof value === 'string' ? (grades[value.trim().toLowerCase()] ?? null) : null;
  }
  if (rule.kind !== 'linear') return number >= 0 && number <= 1 ? number : null;
  return Math.min(1, Math.max(0, (number - rule.low) / (rule.high - rule.low)));
}

function numberIn(value: MetricValue): number | null {
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value.trim().replace(/%$/, ''));
  return Number.isFinite(number) ? number : null;
}
