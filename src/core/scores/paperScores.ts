import type { Router } from '../predictors/router';
import type { PaperScores } from '../recommendation/recommendation';
import { estimateP, type PaperPairs, paperConstants } from './paperPairs';

/**
 * The scores S1, S2 and S3 of arXiv 2309.15789, prompt by prompt: g_m(x) is the unweighted mean of the results of m on the
 * five nearest known prompts that have one, ḡ_m(x) = 1[g_m(x) > .5].
 */
export class PaperScorer {
  private readonly sums: Float64Array;
  private readonly counts: Int32Array;
  private readonly softSums: Float64Array;
  private readonly hardSums: Float64Array;
  private readonly nearby: Int32Array;
  private prompts = 0;
  private distances = 0;

  constructor(private readonly router: Router) {
    const models = router.facts.models.length;
    this.sums = new Float64Array(models);
    this.counts = new Int32Array(models);
    this.softSums = new Float64Array(models);
    this.hardSums = new Float64Array(models);
    this.nearby = new Int32Array(models);
    this.predicted = new Int32Array(models);
  }

  private readonly predicted: Int32Array;

  /** @param neighbours index rows of the known prompts nearest to one prompt, nearest first */
  add(neighbours: ArrayLike<number>, distance: number): void {
    this.sums.fill(0);
    this.counts.fill(0);
    for (let at = 0; at < neighbours.length; at++) {
      this.router.results(neighbours[at] ?? 0, (model, correctness) => {
        this.nearby[model] = (this.nearby[model] ?? 0) + 1;
        const count = this.counts[model] ?? 0;
        if (count >= paperConstants.neighbours) return;
        this.counts[model] = count + 1;
        this.sums[model] = (this.sums[model] ?? 0) + correctness;
      });
    }
    for (let model = 0; model < this.counts.length; model++) {
      const count = this.counts[model] ?? 0;
      if (count === 0) continue;
      const mean = (this.sums[model] ?? 0) / count;
      this.predicted[model] = (this.predicted[model] ?? 0) + 1;
      this.softSums[model] = (this.softSums[model] ?? 0) + mean;
      this.hardSums[model] = (this.hardSums[model] ?? 0) + (mean > 0.5 ? 1 : 0);
    }
    this.prompts++;
    this.distances += distance;
  }

  /** Results of a model among the nearest prompts, summed over the prompts added. */
  nearbyResults(model: number): number {
    return this.nearby[model] ?? 0;
  }

  /**
   * Scores of one model; null where fewer than half of the prompts have a result of it nearby.
   * @param pairs null in bundles without paper mode: S1 and S2 only
   */
  scores(pairs: PaperPairs | null): (model: number) => PaperScores {
    const p = pairs === null ? () => null : estimateP(pairs, this.distances / Math.max(1, this.prompts));
    return (model) => {
      const predicted = this.predicted[model] ?? 0;
      if (predicted === 0 || predicted * 2 < this.prompts) return { s1: null, s2: null, s3: null, p: null };
      const s1 = (this.softSums[model] ?? 0) / predicted;
      const s2 = (this.hardSums[model] ?? 0) / predicted;
      const right = p(this.router.facts.models[model] ?? '');
      return { s1, s2, s3: right === null ? null : s2 * right + (1 - s2) * (1 - right), p: right };
    };
  }
}
