import assert from 'node:assert/strict';
import {
  bestAmongTop,
  median,
  pearson,
  quantile,
  rankOfPick,
  ranks,
  ratioToBest,
  regretPoints,
  spearman,
} from '../../../src/core/evaluation/rankMetrics';

function close(actual: number | null, expected: number, tolerance = 1e-12): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

describe('rank metrics', () => {
  it('gives equal values their mean rank', () => {
    assert.deepEqual([...ranks([3, 1, 3, 2])], [3.5, 1, 3.5, 2]);
  });

  it('has the correlations of a worked example', () => {
    // x̄ = 3, ȳ = 4; Σxy = 2·3 + 1·1 + 0 + 1·1 + 2·1... computed by hand: Sxx = 10, Syy = 6, Sxy = 6.
    close(pearson([1, 2, 3, 4, 5], [2, 4, 5, 4, 5]), 6 / Math.sqrt(60));
    // Textbook Spearman without ties: 1 − 6·Σd²/(n(n² − 1)) with Σd² = 8, n = 5.
    close(
      spearman(
        [1, 2, 3, 4, 5],
        [2, 1, 4, 3, 5].map((v) => v * v),
      ),
      1 - (6 * 4) / 120,
    );
  });

  it('says that constant scores order nothing and that constant accuracies have no order', () => {
    assert.equal(spearman([1, 1, 1], [0.1, 0.2, 0.3]), 0);
    assert.equal(spearman([1, 2, 3], [0.2, 0.2, 0.2]), null);
  });

  it('ranks the pick and finds the best among the top three', () => {
    const accuracies = [0.5, 0.9, 0.7, 0.7, 0.2];
    assert.deepEqual(
      accuracies.map((_, pick) => rankOfPick(pick, accuracies)),
      [4, 1, 2, 2, 5],
    );
    assert.equal(bestAmongTop([5, 2, 4, 3, 1], accuracies), false);
    assert.equal(bestAmongTop([5, 3, 4, 2, 1], accuracies), true);
    assert.equal(bestAmongTop([9, 1, 1, 1], [0.5, 0.1, 0.5, 0.1]), true);
  });

  it('has ratio and regret', () => {
    close(ratioToBest(0.6, 0.8), 0.75);
    assert.equal(ratioToBest(0, 0), null);
    close(regretPoints(0.6, 0.8), 20, 1e-9);
  });

  it('interpolates quantiles', () => {
    close(quantile([4, 1, 3, 2], 0.25), 1.75);
    close(median([5, 1, 3]), 3);
    close(median([4, 1, 3, 2]), 2.5);
  });
});
