import assert from 'node:assert/strict';
import { nearestBenchmarkScores, plainAverages } from '../../../src/core/evaluation/baselines';
import { RealUsage, realUsd } from '../../../src/core/evaluation/realUsage';

// Three tasks × three models. Model 2 was run on the last task only; cells of 5 results do not count.
const counts = {
  sums: Float64Array.from([8, 6, 0, 5, 4, 0, 9, 5, 2]),
  counts: Float64Array.from([10, 10, 0, 10, 5, 0, 10, 10, 10]),
};

describe('baselines', () => {
  it('averages over the tasks that a model happens to have', () => {
    const averages = plainAverages(counts, 3);
    assert.ok(Math.abs((averages[0] as number) - (0.8 + 0.5 + 0.9) / 3) < 1e-12);
    assert.ok(Math.abs((averages[1] as number) - 0.55) < 1e-12);
    assert.ok(Math.abs((averages[2] as number) - 0.2) < 1e-12);
  });

  it('takes the nearest benchmark where two of the pool were run, and ranks the others below', () => {
    const pool = Int32Array.of(0, 1, 2);
    // The nearest task, 1, has one model of the pool only; task 0 is next.
    const scores = nearestBenchmarkScores(counts, 3, pool, [0.5, 0.9, 0.1], [0, 2, 1]);
    assert.deepEqual([...scores.slice(0, 2)], [0.8, 0.6]);
    assert.ok((scores[2] as number) < 0);
    const held = nearestBenchmarkScores(counts, 3, pool, [Number.NEGATIVE_INFINITY, 0.9, 0.1], [0, 2, 1]);
    assert.deepEqual([...held], [0.9, 0.5, 0.2]);
    const none = nearestBenchmarkScores(counts, 3, pool, Array(3).fill(Number.NEGATIVE_INFINITY), [0, 2, 1]);
    assert.ok((none[1] as number) > (none[2] as number) && (none[2] as number) > (none[0] as number));
  });
});

describe('real usage', () => {
  const usage = new RealUsage([
    { benchmark: 'a', category: null, model: 'm', items: 10, outputTokens: 100, inputTokens: null },
    { benchmark: 'b', category: 'games/chess', model: 'm', items: 1, outputTokens: 100, inputTokens: 10 },
    { benchmark: 'b', category: 'games/go', model: 'm', items: 3, outputTokens: 300, inputTokens: 30 },
  ]);

  it('pools the categories of a split benchmark by their items', () => {
    assert.deepEqual(usage.of('b/games', 'm'), { outputTokens: 250, inputTokens: 25 });
    assert.deepEqual(usage.of('a', 'm'), { outputTokens: 100, inputTokens: null });
    assert.equal(usage.of('a', 'other'), null);
  });

  it('prices measured tokens, and the prompt’s length where input was not measured', () => {
    const price = { input: 2, output: 10, asOf: '2026-08-01' };
    assert.equal(realUsd({ outputTokens: 100, inputTokens: 50 }, price, 4000), (50 * 2 + 100 * 10) / 1e6);
    assert.equal(realUsd({ outputTokens: 100, inputTokens: null }, price, 4000), (1000 * 2 + 100 * 10) / 1e6);
  });
});
