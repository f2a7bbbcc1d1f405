/** A way to answer the prompts of a benchmark: what it costs (any unit, > 0) and how much of it is correct (0..1). */
export interface CostPoint {
  readonly cost: number;
  readonly accuracy: number;
}

/**
 * The non-decreasing convex hull of cost–quality points (RouterBench, arXiv 2403.12031, §4): the best accuracy that mixing
 * the points can reach for a given mean cost. Sorted by cost, strictly increasing in cost and accuracy.
 */
export function nonDecreasingHull(points: readonly CostPoint[]): readonly CostPoint[] {
  const sorted = [...points].sort((a, b) => a.cost - b.cost || b.accuracy - a.accuracy);
  const hull: CostPoint[] = [];
  for (const point of sorted) {
    const last = hull.at(-1);
    if (last !== undefined && point.accuracy <= last.accuracy) continue;
    while (hull.length >= 2) {
      const a = hull[hull.length - 2] as CostPoint;
      const b = hull[hull.length - 1] as CostPoint;
      const turnsLeft =
        (b.cost - a.cost) * (point.accuracy - a.accuracy) >= (point.cost - a.cost) * (b.accuracy - a.accuracy);
      if (!turnsLeft) break;
      hull.pop();
    }
    hull.push(point);
  }
  return hull;
}

/** Accuracy of a hull at a mean cost: linear between its points, level after the last; null below the first. */
export function accuracyAt(hull: readonly CostPoint[], cost: number): number | null {
  const first = hull[0];
  if (first === undefined || cost < first.cost) return null;
  for (let i = 1; i < hull.length; i++) {
    const a = hull[i - 1] as CostPoint;
    const b = hull[i] as CostPoint;
    if (cost <= b.cost) return a.accuracy + ((cost - a.cost) / (b.cost - a.cost)) * (b.accuracy - a.accuracy);
  }
  return (hull.at(-1) as CostPoint).accuracy;
}

/** Lowest mean cost at which a hull reaches an accuracy; null where it never does. */
export function costAt(hull: readonly CostPoint[], accuracy: number): number | null {
  for (const [i, point] of hull.entries()) {
    if (point.accuracy < accuracy) continue;
    const before = hull[i - 1];
    if (before === undefined) return point.cost;
    const share = (accuracy - before.accuracy) / (point.accuracy - before.accuracy);
    return before.cost + share * (point.cost - before.cost);
  }
  return null;
}

/**
 * Average improvement in quality (RouterBench §4): the mean accuracy of the non-decreasing hull over the costs from
 * `cheapest` to `dearest`. Every router can also send everything to the cheapest model: give that point too, so that
 * the hull starts at `cheapest`. Below the first point the accuracy counts as 0.
 */
export function averageImprovementInQuality(points: readonly CostPoint[], cheapest: number, dearest: number): number {
  const hull = nonDecreasingHull(points);
  const first = hull[0];
  if (first === undefined || first.cost >= dearest)
    return first !== undefined && first.cost === dearest ? first.accuracy : 0;
  if (dearest <= cheapest) return accuracyAt(hull, dearest) ?? 0;
  const from = Math.max(cheapest, first.cost);
  const stops = [from, ...hull.map((point) => point.cost).filter((cost) => cost > from && cost < dearest), dearest];
  let area = 0;
  for (let i = 1; i < stops.length; i++) {
    const a = stops[i - 1] as number;
    const b = stops[i] as number;
    area += ((b - a) * ((accuracyAt(hull, a) ?? 0) + (accuracyAt(hull, b) ?? 0))) / 2;
  }
  return area / (dearest - cheapest);
}

/** Share of the reference's cost that is saved while its accuracy is reached; null where it is never reached. */
export function costSaved(points: readonly CostPoint[], reference: CostPoint): number | null {
  const cost = costAt(nonDecreasingHull(points), reference.accuracy);
  return cost === null ? null : 1 - cost / reference.cost;
}

/** Accuracy above the reference's at no more than its cost, in points; null where every point is dearer. */
export function accuracyGained(points: readonly CostPoint[], reference: CostPoint): number | null {
  const accuracy = accuracyAt(nonDecreasingHull(points), reference.cost);
  return accuracy === null ? null : 100 * (accuracy - reference.accuracy);
}

/**
 * RouterArena's score (arXiv 2510.00202): S = (1 + β)·A·C / (β·A + C) with β = 0.1, where C is the cost of 1,000 prompts on
 * a log₂ scale from 1 at 0.0044 dollars to 0 at 200 dollars (clipped).
 * @param accuracy 0..1
 * @param usdPerPrompt mean cost of one prompt in US dollars
 */
export function routerArenaScore(accuracy: number, usdPerPrompt: number, beta = 0.1): number {
  const dearest = Math.log2(200);
  const cheapest = Math.log2(0.0044);
  const cost = Math.min(1, Math.max(0, (dearest - Math.log2(1000 * usdPerPrompt)) / (dearest - cheapest)));
  const denominator = beta * accuracy + cost;
  return denominator === 0 ? 0 : ((1 + beta) * accuracy * cost) / denominator;
}
