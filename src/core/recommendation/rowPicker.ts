import { differenceVariance, type LogitPosterior, logitVariance } from '../scores/guard';
import { expectedSigmoid, normalCdf } from '../scores/normal';
import { type Choosable, isProven, leastResults } from './choose';
import { guardConstants, outweighs, toleranceOf } from './policy';

/** The choice for one row. */
export interface RowPick {
  /** Index of the picked candidate. */
  readonly pick: number;
  /** Expected correctness of the pick. */
  readonly probability: number;
  readonly fallback: boolean;
}

/** What is the same for every row of a candidate. */
export type RowCandidate = Pick<Choosable, 'model' | 'ability' | 'evidence'>;

/**
 * `choose` for very many rows: the same rules on typed arrays, with the spreads of one reference posterior for all rows
 * (they hardly depend on the row) instead of a joint posterior for each.
 */
export class RowPicker {
  private readonly variances: Float64Array;
  /** Candidates × candidates: standard deviations of the difference of two logits. */
  private readonly spreads: Float64Array;
  private readonly probabilities: Float64Array;
  /** Rank of each id among the candidates' ids: breaks ties as `choose` does. */
  private readonly ranks: Int32Array;
  private readonly proven: readonly boolean[];
  readonly bestOnAverage: number;

  constructor(
    private readonly candidates: readonly RowCandidate[],
    reference: readonly LogitPosterior[],
  ) {
    const count = candidates.length;
    this.variances = Float64Array.from(reference, logitVariance);
    this.spreads = new Float64Array(count * count);
    this.probabilities = new Float64Array(count);
    reference.forEach((a, i) => {
      reference.forEach((b, j) => {
        this.spreads[i * count + j] = i === j ? 0 : Math.sqrt(differenceVariance(a, b));
      });
    });
    const order = [...candidates.keys()].sort((i, j) => (this.id(i) < this.id(j) ? -1 : 1));
    this.ranks = new Int32Array(count);
    order.forEach((candidate, rank) => {
      this.ranks[candidate] = rank;
    });
    this.proven = candidates.map(isProven);
    const proven = order.filter((candidate) => (candidates[candidate]?.evidence.items ?? 0) >= leastResults);
    this.bestOnAverage = (proven.length > 0 ? proven : order).reduce((best, candidate) =>
      (candidates[candidate]?.ability ?? 0) > (candidates[best]?.ability ?? 0) ? candidate : best,
    );
  }

  /** Sets the row: its logits give the expected correctness of every candidate. */
  setRow(logits: ArrayLike<number>): void {
    for (let candidate = 0; candidate < this.probabilities.length; candidate++)
      this.probabilities[candidate] = expectedSigmoid(logits[candidate] ?? 0, this.variances[candidate] ?? 0);
  }

  /** Expected correctness of a candidate on the row that was set. */
  probability(candidate: number): number {
    return this.probabilities[candidate] ?? 0;
  }

  /**
   * The guarded pick of highest expected correctness on the row that was set; see `choose`.
   * @param usd expected costs, NaN where unknown
   */
  quality(logits: ArrayLike<number>, usd: ArrayLike<number>, far: boolean): RowPick {
    const best = this.bestOnAverage;
    if (far) return { pick: best, probability: this.probability(best), fallback: true };
    let pick = best;
    let leader = best;
    for (let candidate = 0; candidate < this.probabilities.length; candidate++) {
      if (this.before(candidate, leader, usd)) leader = candidate;
      if (candidate !== best && this.before(candidate, pick, usd) && this.passes(candidate, logits, usd))
        pick = candidate;
    }
    return { pick, probability: this.probability(pick), fallback: pick === best && leader !== best };
  }

  /** The cheapest candidate within the tolerance of the quality pick. */
  value(quality: RowPick, logits: ArrayLike<number>, usd: ArrayLike<number>, dial: number): RowPick {
    const count = this.probabilities.length;
    const tolerance = toleranceOf(dial);
    const from = quality.pick;
    const qualityUsd = usd[from] ?? Number.NaN;
    let pick = from;
    for (let candidate = 0; candidate < count; candidate++) {
      const cost = usd[candidate] ?? Number.NaN;
      if (Number.isNaN(cost) || cost >= qualityUsd || !this.cheaper(candidate, pick, usd)) continue;
      const points = 100 * (quality.probability - this.probability(candidate));
      const spread = this.spreads[candidate * count + from] ?? 0;
      const gap = (logits[from] ?? 0) - (logits[candidate] ?? 0);
      const saving = (Number.isNaN(qualityUsd) ? Number.POSITIVE_INFINITY : qualityUsd) / cost;
      if (points <= tolerance && outweighs(gap, spread, saving, dial)) pick = candidate;
    }
    return pick === from ? quality : { pick, probability: this.probability(pick), fallback: false };
  }

  private id(candidate: number): string {
    return this.candidates[candidate]?.model ?? '';
  }

  private before(candidate: number, other: number, usd: ArrayLike<number>): boolean {
    const gap = this.probability(candidate) - this.probability(other);
    return gap > 0 || (gap === 0 && this.cheaper(candidate, other, usd));
  }

  private cheaper(candidate: number, other: number, usd: ArrayLike<number>): boolean {
    const one = usd[candidate] ?? Number.NaN;
    const two = usd[other] ?? Number.NaN;
    if (Number.isNaN(one)) return Number.isNaN(two) && (this.ranks[candidate] ?? 0) < (this.ranks[other] ?? 0);
    if (Number.isNaN(two) || one < two) return true;
    return one === two && (this.ranks[candidate] ?? 0) < (this.ranks[other] ?? 0);
  }

  private passes(candidate: number, logits: ArrayLike<number>, usd: ArrayLike<number>): boolean {
    const best = this.bestOnAverage;
    if (!this.proven[candidate] || this.probability(candidate) <= this.probability(best)) return false;
    const cost = usd[candidate] ?? Number.NaN;
    const dearer = Number.isNaN(cost) || cost > (usd[best] ?? Number.NaN) * guardConstants.dearerFrom;
    const needed = dearer ? guardConstants.confidenceIfDearer : guardConstants.confidence;
    const gap = (logits[candidate] ?? 0) - (logits[best] ?? 0);
    const spread = this.spreads[candidate * this.probabilities.length + best] ?? 0;
    return (spread > 0 ? normalCdf(gap / spread) : gap >= 0 ? 1 : 0) >= needed;
  }
}
