/** What a mean over items needs of results, or of predictions in their place. */
export interface PoolScores {
  readonly items: number;
  readonly models: number;
  /** items × models, row-major; NaN where nothing is known. */
  readonly scores: ArrayLike<number>;
}

/** Results of a pool of models on the items of one held-out benchmark. */
export interface PoolResults extends PoolScores {
  /** items × models, row-major: correctness 0..1, NaN where the model was not run on the item. */
  readonly scores: Float32Array;
}

/**
 * Mean correctness of each model over the items that it was run on; NaN for a model without results among them.
 * @param chosen rows to use; all where absent
 */
export function modelAccuracies(results: PoolScores, chosen?: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(results.models);
  const counts = new Float64Array(results.models);
  const rows = chosen?.length ?? results.items;
  for (let row = 0; row < rows; row++) {
    const item = chosen === undefined ? row : (chosen[row] as number);
    for (let model = 0; model < results.models; model++) {
      const score = results.scores[item * results.models + model] as number;
      if (Number.isNaN(score)) continue;
      sums[model] = (sums[model] as number) + score;
      counts[model] = (counts[model] as number) + 1;
    }
  }
  return sums.map((sum, model) => sum / (counts[model] as number));
}

/** Mean over the items of the best correctness that any model of the pool had there: the prompt oracle. */
export function promptOracle(results: PoolResults): number {
  let sum = 0;
  let counted = 0;
  for (let item = 0; item < results.items; item++) {
    let best = Number.NaN;
    for (let model = 0; model < results.models; model++) {
      const score = results.scores[item * results.models + model] as number;
      if (!Number.isNaN(score) && !(best >= score)) best = score;
    }
    if (Number.isNaN(best)) continue;
    sum += best;
    counted++;
  }
  return sum / counted;
}

/**
 * Accuracy when every item goes to the model with the highest prediction, among the models that were run on the item.
 * @param predictions items × models, row-major
 */
export function routedAccuracy(results: PoolResults, predictions: ArrayLike<number>): number {
  let sum = 0;
  let counted = 0;
  for (let item = 0; item < results.items; item++) {
    let best = -1;
    for (let model = 0; model < results.models; model++) {
      const at = item * results.models + model;
      if (Number.isNaN(results.scores[at] as number)) continue;
      if (best < 0 || (predictions[at] as number) > (predictions[best] as number)) best = at;
    }
    if (best < 0) continue;
    sum += results.scores[best] as number;
    counted++;
  }
  return sum / counted;
}
