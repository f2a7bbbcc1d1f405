import { paperConstants } from './paperPairs';

/**
 * Distance of one prompt from everything known: the mean cosine distance to its 19 nearest known prompts, u(d') of
 * arXiv 2309.15789 for a dataset of one.
 * @param similarities cosines of many prompts, `width` each, nearest first
 * @param row the prompt
 */
export function promptDistance(similarities: Float32Array, row: number, width: number): number {
  const count = Math.min(width, paperConstants.distanceNeighbours);
  if (count === 0) return 1;
  let sum = 0;
  for (let at = row * width; at < row * width + count; at++)
    sum += Math.max(1 - (similarities[at] ?? 0), paperConstants.leastDistance);
  return sum / count;
}

/**
 * How far a distance lets the neighbourhood speak: 1 up to (`end` − 1) times `near`, 0 from `end` times it on, a line between.
 * @param near distance that nine in ten known prompts keep
 */
export function fading(distance: number, near: number, end: number): number {
  return Math.min(1, Math.max(0, end - distance / Math.max(near, 1e-6)));
}
