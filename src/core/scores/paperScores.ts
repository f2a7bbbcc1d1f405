import { NearestNeighbourPredictor } from '../predictors/predictor';
import type { Router } from '../predictors/router';
import type { PaperScores } from '../recommendation/recommendation';
import { estimateP, type PaperPairs, paperConstants } from './paperPairs';

/**
 * The scores S1, S2 and S3 of arXiv 2309.15789, prompt by prompt: g_m(x) is the unweighted mean of the results of m on the
 * five nearest known prompts that have one, ḡ_m(x) = 1[g_m(x) > .5].
 */
export class PaperScorer {
  private readonly predictor: NearestNeighbourPredictor;
  private readonly means: Float64Array;
  private readonly predicted: Int32Array;
  private readonly softSums: Float64Array;
  private readonly hardSums: Float64Array;
  private readonly nearby: Int32Array;
  private prompts = 0;
  private distances = 0;

  constructor(private readonly router: Router) {
    const models = router.facts.models.length;
    this.predictor = new NearestNeighbourPredictor(router, paperConstants.neighbours);
    this.means = new Float64Array(models);
    this.predicted = new Int32Array(models);
    this.softSums = new Float64Array(models);
    this.hardSums = new Float64Array(models);
    this.nearby = new Int32Array(models);
  }

  /** @param neighbours index rows of the known prompts nearest to one prompt, nearest first */
  add(neighbours: ArrayLike<number>, distance: number): void {
    this.predictor.fromNeighbours(neighbours, this.means);
    for (let model = 0; model < this.means.length; model++) {
      const mean = this.means[model] ?? Number.NaN;
      this.nearby[model] = (this.nearby[model] ?? 0) + (this.predictor.nearby[model] ?? 0);
      if (Number.isNaN(mean)) continue;
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
