import assert from 'node:assert/strict';
import {
  estimateAccuracy,
  hardAccuracy,
  paperPredictions,
  paperScores,
  withoutGaps,
} from '../../../src/core/evaluation/paperMode';
import { largest, VectorIndex } from '../../../src/core/predictors/vectorIndex';
import { type Row, tableOf } from './tables';

const plainMatMul = (a: Float64Array, b: Float64Array, m: number, k: number, n: number): Promise<Float64Array> =>
  Promise.resolve(
    Float64Array.from({ length: m * n }, (_, at) => {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += (a[Math.floor(at / n) * k + l] as number) * (b[l * n + (at % n)] as number);
      return sum;
    }),
  );

/** Unit vectors in the plane at the given angles. */
const vectorsAt = (angles: readonly number[]): Float32Array =>
  Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]));

describe('nearest prompts', () => {
  it('finds them in order, without the ones that are not allowed', async () => {
    const index = vectorsAt([0, 0.1, 0.2, 0.3, 1]);
    const nearest = await new VectorIndex(index, 2, plainMatMul).search(vectorsAt([0]), 3, (row) => row !== 2);
    assert.deepEqual([...nearest.items], [0, 1, 3]);
    assert.ok(Math.abs((nearest.similarities[2] as number) - Math.cos(0.3)) < 1e-6);
    const few = await new VectorIndex(vectorsAt([0.5]), 2, plainMatMul).search(vectorsAt([0, 1]), 2);
    assert.deepEqual([...few.items], [0, -1, 0, -1]);
  });

  it('keeps the largest of many values', () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1000);
    assert.deepEqual(
      largest(values, 5, (position) => values[position] !== 998).map((position) => values[position]),
      [999, 997, 996, 995, 994],
    );
  });
});

describe('paper mode', () => {
  // Item 0 is the query. Seven known prompts at growing angles; m1 was run on all, m2 only on the last two.
  const scores = [1, 1, 0, 1, 1, 0, 0];
  const rows: Row[] = [
    { benchmark: 'q', prompt: 'q', scores: { m1: 1, m2: 0 } },
    ...scores.map((score, i) => ({
      benchmark: 'k',
      prompt: `k${i}`,
      scores: i < 5 ? { m1: score } : { m1: score, m2: 1 },
    })),
  ];
  const table = tableOf(rows);
  const vectors = vectorsAt([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
  // The first row is the query itself.
  const nearestOf = () => new VectorIndex(vectors, 2, plainMatMul).search(vectorsAt([0]), 7, (row) => row !== 0);

  it('averages the five nearest results of each model, over the prompts that it was run on', async () => {
    const predictions = paperPredictions(table, await nearestOf(), Int32Array.of(0, 1));
    assert.deepEqual([...predictions.means], [0.8, 1]);
    const distances = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7].map((angle) => 1 - Math.cos(angle));
    const expected = distances.reduce((sum, distance) => sum + distance, 0) / 7;
    assert.ok(Math.abs(predictions.distance - expected) < 1e-6);
  });

  it('has S1, S2 and S3 of a worked example, and missing scores where nothing is near', () => {
    // Two prompts, three models: the third has no results nearby.
    const means = Float64Array.from([0.8, 0.2, Number.NaN, 0.4, 0.6, Number.NaN]);
    const { s1, s2, s3, pick } = paperScores({ means, distance: 0.3 }, 3, [0.9, 0.6, Number.NaN], 2);
    assert.deepEqual(
      [s1[0], s1[1]].map((v) => Number(v?.toFixed(12))),
      [0.6, 0.4],
    );
    assert.deepEqual([...s2.slice(0, 2)], [0.5, 0.5]);
    assert.deepEqual([...s3.slice(0, 2)], [0.5, 0.5]);
    assert.ok(Number.isNaN(s3[2] as number));
    // The best on average has no score here: the draws cannot win, so it is kept.
    assert.equal(pick, 2);
    assert.deepEqual([...withoutGaps(Float64Array.of(0.2, Number.NaN, 0.5))], [0.2, -0.8, 0.5]);
  });

  it('keeps the best on average unless the draws win often enough', () => {
    const means = Float64Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0.8 : i % 4 === 1 ? 0.8 : 0.2));
    assert.equal(paperScores({ means, distance: 0 }, 2, [0.9, 0.9], 1).pick, 0);
    assert.equal(paperScores({ means, distance: 0 }, 2, [0.5, 0.5], 1).pick, 1);
  });

  it('has the accuracy of the hard predictions and its kernel estimate', () => {
    const means = Float64Array.from([0.8, 0.2, 0.4, 0.6]);
    const results = { items: 2, models: 2, scores: Float32Array.of(1, 1, 1, Number.NaN) };
    assert.deepEqual([...hardAccuracy({ means, distance: 0 }, results)], [0.5, 0]);
    const pairs = [
      { distance: 0.1, accuracies: new Map([[0, 0.9]]) },
      { distance: 0.1 + 0.09, accuracies: new Map([[0, 0.5]]) },
    ];
    const weight = Math.exp(-0.5);
    assert.ok(Math.abs(estimateAccuracy(pairs, 0.1, 0) - (0.9 + 0.5 * weight) / (1 + weight)) < 1e-12);
    assert.ok(Math.abs(estimateAccuracy(pairs, 90, 0) - 0.7) < 1e-12);
    assert.ok(Number.isNaN(estimateAccuracy(pairs, 0.1, 7)));
  });
});
