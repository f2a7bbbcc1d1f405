import assert from 'node:assert/strict';
import { learnComparisons } from '../../../src/core/evaluation/comparisons/comparisonPredictors';
import {
  fitCorrectnessNetwork,
  type NetworkConfig,
  paperNetwork,
} from '../../../src/core/evaluation/comparisons/correctnessNetwork';
import type { CorrectnessRows } from '../../../src/core/evaluation/comparisons/correctnessPredictor';
import { fitLogisticRegressions } from '../../../src/core/evaluation/comparisons/logisticRegression';
import { SeededRandom } from '../../../src/core/evaluation/random';
import { plainMatMul } from '../../../src/core/training/matMul';
import { tableOf } from './tables';

const network: NetworkConfig = { ...paperNetwork, hidden: 24, batch: 32, learningRate: 0.01 };

/** Unit vectors on the circle at the given angles. */
function circle(angles: readonly number[]): Float32Array {
  return Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]));
}

/** Prompts on a circle; labels by angle, NaN where a model was not run. */
function rowsOn(angles: readonly number[], models: readonly ((angle: number) => number)[]): CorrectnessRows {
  return {
    rows: angles.length,
    dimensions: 2,
    models: models.length,
    vectors: circle(angles),
    labels: Float32Array.from(angles.flatMap((angle) => models.map((model) => model(angle)))),
  };
}

const random = new SeededRandom(3);
const angles = Array.from({ length: 300 }, () => 2 * Math.PI * random.next());
const right = (angle: number): number => (Math.cos(angle) > 0 ? 1 : 0);
/** Right on the left and the right, wrong above and below: no straight line tells. */
const crossed = (angle: number): number => (Math.abs(Math.cos(angle)) > Math.SQRT1_2 ? 1 : 0);
const never = (): number => Number.NaN;

describe('predictors that the router is compared with', () => {
  it('fit a logistic regression to its closed form where there is one', async () => {
    // One direction only: half of the prompts at +1, right three times of four, half at −1, right once of four.
    const data = rowsOn(
      Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 0 : Math.PI)),
      [() => Number.NaN],
    );
    for (let i = 0; i < 400; i++) data.labels[i] = i % 2 === 0 ? (i % 8 === 0 ? 0 : 1) : i % 8 === 1 ? 1 : 0;
    const predict = await fitLogisticRegressions(data, 1, plainMatMul);
    const [p = 0, q = 0] = await predict(circle([0, Math.PI]));
    // The ridge penalty draws both a little towards even odds.
    assert.ok(p > 0.73 && p < 0.75 && q < 0.27 && q > 0.25, `${p} ${q}`);
  });

  it('fit a logistic regression where the classes can be separated, and one for a model that was always right', async () => {
    const data = rowsOn(angles, [right, () => 1, never]);
    const predictions = await (await fitLogisticRegressions(data, 1, plainMatMul))(circle([0.2, 3]));
    assert.ok((predictions[0] as number) > 0.9 && (predictions[3] as number) < 0.1);
    assert.ok((predictions[1] as number) > 0.99 && (predictions[4] as number) > 0.99);
    assert.ok(Number.isNaN(predictions[2]) && Number.isNaN(predictions[5]));
  });

  it('fit a network to what no straight line tells, from partly known labels', async () => {
    const sparse = (angle: number): number => (Math.sin(40 * angle) > 0 ? crossed(angle) : Number.NaN);
    const data = rowsOn(angles, [right, crossed, sparse, never]);
    const predict = await fitCorrectnessNetwork(data, network, 1, plainMatMul);
    const asked = [0, 1.6, 3.1, 4.7];
    const predictions = await predict(circle(asked));
    for (const [row, angle] of asked.entries()) {
      for (const model of [1, 2]) {
        const gap = Math.abs((predictions[row * 4 + model] as number) - crossed(angle));
        assert.ok(gap < 0.25, `prompt ${row}, model ${model}: off by ${gap}`);
      }
      assert.ok(Number.isNaN(predictions[row * 4 + 3]));
    }
    assert.ok((predictions[0] as number) > 0.8 && (predictions[8] as number) < 0.2);
    assert.deepEqual(await (await fitCorrectnessNetwork(data, network, 1, plainMatMul))(circle(asked)), predictions);
  });

  it('stop a network early: labels without any pattern are not learned by heart', async () => {
    const coin = new SeededRandom(9);
    const data = rowsOn(angles, [() => (coin.next() < 0.7 ? 1 : 0)]);
    const predictions = await (await fitCorrectnessNetwork(data, network, 1, plainMatMul))(data.vectors);
    const mean = predictions.reduce((sum, p) => sum + p, 0) / predictions.length;
    const spread = Math.sqrt(predictions.reduce((sum, p) => sum + (p - mean) ** 2, 0) / predictions.length);
    assert.ok(Math.abs(mean - 0.7) < 0.08 && spread < 0.15, `${mean} ± ${spread}`);
  });

  it('learn from the same prompts: kNN takes the five nearest that the model was run on', async () => {
    const table = tableOf(
      Array.from({ length: 12 }, (_, i) => ({
        benchmark: 'one',
        prompt: `question ${i}`,
        scores: { a: i < 6 ? 1 : 0, ...(i % 2 === 0 ? { b: i < 4 ? 1 : 0 } : {}) },
      })),
      {},
    );
    const vectors = circle(Array.from({ length: 12 }, (_, i) => i / 10));
    const items = Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    const models = Int32Array.from(['a', 'b'], (id) => table.models.indexOf(id));
    const predictors = await learnComparisons(table, vectors, 2, items, models, network, 1, plainMatMul);
    const [a, b] = await predictors['comparison-knn'](circle([0]));
    assert.equal(a, 1);
    // Items 0, 2, 4, 6 and 8 are its five: right on two.
    assert.equal(b, 0.4);
    const [, other] = await predictors['comparison-knn'](circle([1.1]));
    assert.equal(other, 0.2);
  });
});
