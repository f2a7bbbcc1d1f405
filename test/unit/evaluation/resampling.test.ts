import assert from 'node:assert/strict';
import { bootstrapOverFamilies } from '../../../src/core/evaluation/bootstrap';
import { noiseCeiling } from '../../../src/core/evaluation/noiseCeiling';
import { modelAccuracies, promptOracle, routedAccuracy } from '../../../src/core/evaluation/poolResults';
import { SeededRandom, seedOf } from '../../../src/core/evaluation/random';
import { mean } from '../../../src/core/evaluation/rankMetrics';

const none = Number.NaN;
const results = { items: 3, models: 2, scores: Float32Array.from([1, 0, none, 1, 0, 0.5]) };

/** items × models of independent draws: model m is right with probability `chances[m]`. */
function drawn(items: number, chances: readonly number[], seed: number) {
  const random = new SeededRandom(seed);
  const scores = new Float32Array(items * chances.length);
  for (let i = 0; i < scores.length; i++) scores[i] = random.next() < (chances[i % chances.length] as number) ? 1 : 0;
  return { items, models: chances.length, scores };
}

describe('results of a pool', () => {
  it('treats missing as missing', () => {
    assert.deepEqual([...modelAccuracies(results)], [0.5, 0.5]);
    assert.deepEqual([...modelAccuracies(results, [1])], [Number.NaN, 1]);
  });

  it('has the oracle and the routed accuracy of a worked example', () => {
    assert.equal(promptOracle(results), (1 + 1 + 0.5) / 3);
    assert.equal(routedAccuracy(results, [0.2, 0.1, 0.9, 0.1, 0.6, 0.5]), (1 + 1 + 0) / 3);
  });
});

describe('noise ceiling', () => {
  it('does not credit luck: among equal models the fair best is the common accuracy', () => {
    const ceilings = Array.from({ length: 40 }, (_, seed) => noiseCeiling(drawn(50, Array(40).fill(0.5), seed), 7));
    const apparent = mean(
      ceilings.map((_, seed) => Math.max(...modelAccuracies(drawn(50, Array(40).fill(0.5), seed)))),
    );
    const fair = mean(ceilings.map((ceiling) => ceiling.fairBest));
    assert.ok(apparent > 0.62, `apparent ${apparent}`);
    assert.ok(Math.abs(fair - 0.5) < 0.03, `fair ${fair}`);
    assert.ok(Math.abs(mean(ceilings.map((ceiling) => ceiling.splitHalfSpearman ?? 0))) < 0.05);
  });

  it('keeps a best model that is really the best', () => {
    const { fairBest, spearmanCeiling } = noiseCeiling(drawn(400, [0.9, 0.5, 0.3, 0.1], 1), 7);
    assert.ok(Math.abs(fairBest - 0.9) < 0.03);
    assert.ok((spearmanCeiling ?? 0) > 0.99);
  });

  it('is a function of the seed', () => {
    const pool = drawn(30, [0.6, 0.5, 0.4], 3);
    assert.deepEqual(noiseCeiling(pool, 5), noiseCeiling(pool, 5));
    assert.notDeepEqual(noiseCeiling(pool, 5), noiseCeiling(pool, 6));
  });
});

describe('bootstrap over families', () => {
  it('has the mean and an interval that contains it', () => {
    const interval = bootstrapOverFamilies([1, 2, 3, 4], ['a', 'b', 'c', 'd'], 1);
    assert.equal(interval?.mean, 2.5);
    assert.ok(interval && interval.ci[0] < 2.5 && interval.ci[1] > 2.5 && interval.ci[0] >= 1 && interval.ci[1] <= 4);
  });

  it('draws families, not benchmarks: copies within a family add no certainty', () => {
    const wide = bootstrapOverFamilies([0, 1, 0, 1, 0, 1, 0, 1], ['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b'], 1);
    const narrow = bootstrapOverFamilies([0, 1, 0, 1, 0, 1, 0, 1], ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], 1);
    assert.deepEqual(wide?.ci, [0, 1]);
    assert.ok(narrow && narrow.ci[0] > 0 && narrow.ci[1] < 1);
    assert.equal(bootstrapOverFamilies([], [], 1), null);
  });

  it('approaches the normal interval of many families', () => {
    const values = Array.from({ length: 400 }, (_, i) => i % 2);
    const interval = bootstrapOverFamilies(
      values,
      values.map((_, i) => String(i)),
      1,
    );
    assert.ok(interval && Math.abs(interval.ci[0] - (0.5 - 1.96 * 0.025)) < 0.006);
  });
});

describe('seeded random', () => {
  it('is uniform enough and repeats', () => {
    const random = new SeededRandom(9);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 20000; i++) {
      const at = random.integer(10);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    assert.ok(
      counts.every((count) => count > 1800 && count < 2200),
      counts.join(),
    );
    assert.deepEqual([...new SeededRandom(4).sample(5, 20)], [...new SeededRandom(4).sample(5, 20)]);
    assert.equal(new Set(new SeededRandom(4).sample(20, 20)).size, 20);
    assert.notEqual(seedOf('a', 1), seedOf('b', 1));
  });
});
