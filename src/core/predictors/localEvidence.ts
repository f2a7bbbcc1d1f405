import { fading } from '../scores/distance';
import type { PromptPredictions, Router } from './router';

/** Weights of the neighbours: exp of this × (cosine − the largest cosine). */
const sharpness = 40;
/** Neighbours with less weight than this are not asked. */
const leastWeight = 1e-3;
/** Variance of what a model's results near one prompt differ from what its results on whole tasks say, in logits. */
const ownVariance = 0.3;

/**
 * How far a prompt is an item of known tasks, 0 … 1, by its mean distance to the nearest known prompts: 1 up to half of the
 * distance that nine in ten known prompts keep (`near`), 0 from one and a half times that distance on.
 */
export function locality(distance: number, near: number): number {
  return fading(distance, near, 1.5);
}

/**
 * What the results on the nearest known prompts add to the logits of models: the linked model knows tasks as wholes, their
 * parts are seen only here. What all models have in common near the prompt is its difficulty, which the linked model
 * tells; a model's own deviation from it counts by v/(v + s²), s² the sampling variance of its weighted results, v the
 * variance of such deviations. All of it fades with `locality`: prompts that merely resemble known ones choose worse by
 * their neighbours than by the linked model.
 *
 * @param row row of `predictions`
 * @param models indices of the models asked for
 * @param logits their logits by the linked model
 * @param local how far the prompt is an item of known tasks, see {@link locality}
 * @returns logits to add, one for each of `models`
 */
export function localEvidence(
  router: Pick<Router, 'facts' | 'results'>,
  predictions: PromptPredictions,
  row: number,
  models: Int32Array,
  logits: ArrayLike<number>,
  local: number,
): Float64Array {
  const added = new Float64Array(models.length);
  if (local <= 0) return added;
  const { sums, weights } = weighedResults(router, predictions, row);
  const deviations = new Float64Array(models.length);
  const shares = new Float64Array(models.length);
  let level = 0;
  let total = 0;
  for (let at = 0; at < models.length; at++) {
    const model = models[at] ?? -1;
    const weight = weights[model] ?? 0;
    if (weight <= 0) continue;
    const p = ((sums[model] ?? 0) + 0.5) / (weight + 1);
    deviations[at] = Math.log(p / (1 - p)) - (logits[at] ?? 0);
    const precision = 1 / (ownVariance + 1 / (weight * p * (1 - p)));
    shares[at] = ownVariance * precision;
    level += precision * (deviations[at] ?? 0);
    total += precision;
  }
  if (total === 0) return added;
  level /= total;
  for (let at = 0; at < added.length; at++) {
    added[at] = local * (shares[at] ?? 0) * ((deviations[at] ?? 0) - level);
  }
  return added;
}

/** Weighted sums of correctness and weights of the neighbours' results, by model. */
function weighedResults(
  router: Pick<Router, 'facts' | 'results'>,
  { count, neighbours, similarities }: PromptPredictions,
  row: number,
): { sums: Float64Array; weights: Float64Array } {
  const sums = new Float64Array(router.facts.models.length);
  const weights = new Float64Array(router.facts.models.length);
  const width = count === 0 ? 0 : similarities.length / count;
  const largest = similarities[row * width] ?? 0;
  for (let at = row * width; at < (row + 1) * width; at++) {
    const weight = Math.exp(sharpness * ((similarities[at] ?? 0) - largest));
    if (weight < leastWeight) break;
    router.results(neighbours[at] ?? 0, (model, correctness) => {
      sums[model] = (sums[model] ?? 0) + weight * correctness;
      weights[model] = (weights[model] ?? 0) + weight;
    });
  }
  return { sums, weights };
}
