import { countLabels, labelGains } from '../../core/recommendation/labels';
import type { RowLabel } from '../../panel/protocol';
import { comparisonOf, type Sight } from './sight';

/** Rows offered for marking, at most. */
export const mostLabelledRows = 40;

/** Below this certainty of the pick the labelling is offered right under the answer. */
const uncertainBelow = 0.8;

/**
 * Rows in the order in which they are best labelled: spread evenly over the listed rows, coarse before fine (a van der
 * Corput order), so that the first few already stand for all.
 * @returns indices into the listed rows
 */
export function labellingOrder(listed: number): number[] {
  const seen = new Set<number>();
  for (let step = 1; seen.size < Math.min(listed, mostLabelledRows) && step < 40 * mostLabelledRows; step++)
    seen.add(Math.min(listed - 1, Math.floor(radicalInverse(step) * listed)));
  return [...seen];
}

function radicalInverse(step: number): number {
  let fraction = 0;
  for (let digit = 0.5, rest = step; rest > 0; rest = Math.floor(rest / 2), digit /= 2) fraction += (rest % 2) * digit;
  return fraction;
}

/** The models whose answers are worth marking: the pick, what it is measured against, and the closest rivals. */
export function labelModelsOf(sight: Sight): string[] {
  if (sight.view.labelModels.length > 0) return sight.view.labelModels.filter((model) => sight.byModel.has(model));
  const { excluded, pinned } = sight.policy;
  const allowed = sight.recommendation.candidates.filter(
    ({ model }) => !excluded.includes(model) && (pinned.length === 0 || pinned.includes(model)),
  );
  const rivals = [...allowed].sort((a, b) => b.probability - a.probability).map(({ model }) => model);
  const { decision, picks } = sight.unlabelled ?? { decision: null, picks: null };
  const labelled = countLabels(sight.labels).map(({ model }) => model);
  return [...new Set([...labelled, decision?.model, picks?.quality, decision?.bestOnAverage, ...rivals])]
    .filter((model): model is string => model !== undefined && sight.byModel.has(model))
    .slice(0, Math.max(3, labelled.length));
}

/** The next label that is expected to help most: a model by its knowledge gradient, on a row that others are marked on. */
export interface NextLabel {
  readonly row: number;
  readonly model: string;
  /** Expected gain of the pick's correctness, in points. */
  readonly gain: number;
}

export function nextLabelOf(sight: Sight, order: readonly number[], models: readonly string[]): NextLabel | null {
  const ids = sight.recommendation.dataset?.rows.ids ?? [];
  const marked = new Map<string, Set<string>>();
  for (const { row, model } of sight.labels) marked.set(row, (marked.get(row) ?? new Set()).add(model));
  const gains = labelGains(sight.candidates);
  const wanted = models
    .map((model) => ({ model, gain: gains[sight.candidates.findIndex((one) => one.model === model)] ?? 0 }))
    .sort((a, b) => b.gain - a.gain);
  for (const { model, gain } of wanted) {
    const open = order.filter((index) => !marked.get(ids[index] ?? '')?.has(model));
    const begun = open.find((index) => marked.has(ids[index] ?? ''));
    const row = begun ?? open[0];
    if (row !== undefined) return { row, model, gain };
  }
  return null;
}

/** Sets, changes or (with null) removes one label. */
export function relabelled(
  labels: readonly RowLabel[],
  row: string,
  model: string,
  correctness: number | null,
): RowLabel[] {
  const others = labels.filter((label) => label.row !== row || label.model !== model);
  return correctness === null ? others : [...others, { row, model, correctness }];
}

/** Whether the answer is uncertain enough that a few labels are worth asking for. */
export function isUncertain(sight: Sight): boolean {
  if (!sight.choice) return false;
  const { decision } = sight.choice;
  if (decision.fallback) return true;
  const pick = sight.byModel.get(decision.model);
  const rival = sight.candidates
    .filter(({ model }) => model !== decision.model)
    .reduce<number>(
      (least, other) =>
        pick && other.probability >= pick.probability - 0.05
          ? Math.min(least, comparisonOf(pick, other).leftBetter)
          : least,
      1,
    );
  return rival < uncertainBelow;
}

/** Labels from pasted lines "row, model, correctness" (comma, semicolon or tab; right/wrong, true/false, 0..1). */
export function parseLabels(
  text: string,
  rows: ReadonlySet<string>,
  models: ReadonlySet<string>,
): { readonly labels: readonly RowLabel[]; readonly rejected: readonly number[] } {
  const labels: RowLabel[] = [];
  const rejected: number[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    const [row, model, mark] = line.split(/[,;\t]/).map((part) => part.trim().replace(/^"(.*)"$/, '$1'));
    const correctness = markOf(mark ?? '');
    if (row !== undefined && model !== undefined && rows.has(row) && models.has(model) && correctness !== null)
      labels.push({ row, model, correctness });
    else rejected.push(index + 1);
  });
  return { labels, rejected };
}

function markOf(mark: string): number | null {
  if (/^(right|correct|true|pass|yes)$/i.test(mark)) return 1;
  if (/^(wrong|incorrect|false|fail|no)$/i.test(mark)) return 0;
  const value = mark === '' ? Number.NaN : Number(mark);
  return value >= 0 && value <= 1 ? value : null;
}
