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
