import type { PromptPredictions, Router } from './router';

/**
 * A correctness predictor: one binary classifier for each LLM, "is it right on this prompt?", over what the router knows
 * of the prompt. Missing results are missing: where nothing tells of an LLM, it says so.
 */
export interface Predictor {
  readonly name: 'linked' | 'paper';
  /**
   * @param predictions of a batch of prompts
   * @param row which of them
   * @param probabilities receives P(correct) of each of the router's models, NaN where there is no evidence
   */
  probabilities(predictions: PromptPredictions, row: number, probabilities: Float64Array): void;
}

/** The default: the linked Gaussian process, whose logits the router graph gives. */
export class LinkedPredictor implements Predictor {
  readonly name = 'linked';

  probabilities(predictions: PromptPredictions, row: number, probabilities: Float64Array): void {
    const from = row * probabilities.length;
    for (let model = 0; model < probabilities.length; model++) {
      probabilities[model] = 1 / (1 + Math.exp(-(predictions.logits[from + model] as number)));
    }
  }
}

/**
 * The predictor of arXiv 2309.15789: g_m(x), the unweighted mean of the results of m on the k nearest known prompts that
 * have one.
 */
export class NearestNeighbourPredictor implements Predictor {
  readonly name = 'paper';
  private readonly counts: Int32Array;
  /** Results of each model among all neighbours of the prompt predicted last. */
  readonly nearby: Int32Array;

  constructor(
    private readonly router: Router,
    private readonly neighbours = 5,
  ) {
    this.counts = new Int32Array(router.facts.models.length);
    this.nearby = new Int32Array(router.facts.models.length);
  }

  probabilities(predictions: PromptPredictions, row: number, probabilities: Float64Array): void {
    const width = predictions.neighbours.length / predictions.count;
    this.fromNeighbours(predictions.neighbours.subarray(row * width, (row + 1) * width), probabilities);
  }

  /** The same from index rows, nearest first. */
  fromNeighbours(neighbours: ArrayLike<number>, probabilities: Float64Array): void {
    this.counts.fill(0);
    this.nearby.fill(0);
    probabilities.fill(0);
    for (let at = 0; at < neighbours.length; at++) {
      this.router.results(neighbours[at] as number, (model, correctness) => {
        this.nearby[model] = (this.nearby[model] as number) + 1;
        if ((this.counts[model] as number) >= this.neighbours) return;
        this.counts[model] = (this.counts[model] as number) + 1;
        probabilities[model] = (probabilities[model] as number) + correctness;
      });
    }
    for (let model = 0; model < probabilities.length; model++) {
      const count = this.counts[model] as number;
      probabilities[model] = count === 0 ? Number.NaN : (probabilities[model] as number) / count;
    }
  }
}
