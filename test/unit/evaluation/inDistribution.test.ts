import assert from 'node:assert/strict';
import {
  type PoolAnswers,
  poolReports,
  pools,
  promptFold,
  promptFolds,
} from '../../../src/core/evaluation/inDistribution';
import { dials } from '../../../src/core/evaluation/partEvaluation';

const pool = pools.find(({ name }) => name.startsWith('D')) as (typeof pools)[number];
const [dear, cheap, middle] = [0, 1, 4];

/**
 * Four prompts, two a task. The dear model is right on all but the last, the cheap one on the first three, the middle one on
 * the last: routed right, all four are right. Quality goes to the dear model, the price end of the dial to the cheap one.
 */
function answers(measured: readonly number[]): PoolAnswers {
  const count = pool.models.length;
  const scores = new Float32Array(4 * count);
  for (const row of [0, 1, 2]) for (const model of [dear, cheap]) scores[row * count + model] = 1;
  scores[3 * count + middle] = 1;
  const dialPicks = new Int32Array(4 * dials.length);
  for (let row = 0; row < 4; row++) dialPicks.fill(cheap, row * dials.length + 20, (row + 1) * dials.length);
  return {
    pool: pool.name,
    results: { items: 4, models: count, scores },
    tasks: Int32Array.of(0, 0, 1, 1),
    items: Int32Array.of(10, 11, 12, 13),
    quality: Int32Array.of(dear, dear, dear, middle),
    unguarded: Int32Array.of(dear, dear, dear, dear),
    compared: {
      'comparison-knn': Int32Array.of(middle, middle, middle, middle),
      'comparison-network': Int32Array.of(dear, dear, dear, dear),
      'comparison-logistic': Int32Array.of(dear, middle, middle, middle),
    },
    measured,
    dialPicks,
    listPicks: dialPicks,
    bestBefore: dear,
    bestOfTaskBefore: Int32Array.of(cheap, cheap, middle, middle),
  };
}

const prices: Readonly<Record<string, number>> = {
  [pool.models[dear] as string]: 10,
  [pool.models[cheap] as string]: 1,
  [pool.models[middle] as string]: 4,
};

describe('in-distribution protocol', () => {
  it('compares the routed prompts with the best single model and the oracles', () => {
    const [report] = poolReports([answers([dear, cheap, middle])], (_, model) => prices[model] ?? null);
    assert.ok(report);
    assert.equal(report.items, 4);
    assert.equal(report.methods.router?.accuracy, 1);
    assert.equal(report.methods['best-single']?.accuracy, 0.75);
    assert.equal(report.methods['router-unguarded']?.accuracy, 0.75);
    assert.equal(report.methods['comparison-knn']?.accuracy, 0.25);
    assert.equal(report.methods['comparison-network']?.accuracy, 0.75);
    assert.equal(report.methods['comparison-logistic']?.accuracy, 0.5);
    assert.equal(report.methods['prompt-oracle']?.accuracy, 1);
    assert.equal(report.methods.router?.ratioToBest, 1 / 0.75);
    // One prompt of four gained: a mean of 1/4 and a variance of 3/16, by the best single model's accuracy.
    assert.ok(Math.abs((report.methods.router?.gain ?? 0) - 0.25 / 0.75) < 1e-12);
    assert.ok(Math.abs((report.methods.router?.gainError ?? 0) - Math.sqrt(3 / 16 / 4) / 0.75) < 1e-12);
    assert.equal(report.methods['best-of-task-before']?.accuracy, 0.75);
  });

  it('compares costs among the measured models, on the prompts where all of them were measured', () => {
    const [report] = poolReports([answers([dear, cheap, middle])], (item, model) =>
      item === 13 ? null : (prices[model] ?? null),
    );
    assert.equal(report?.methods.router?.costModels, 3);
    assert.equal(report?.methods.router?.costPrompts, 3);
    assert.ok(Math.abs((report?.methods.router?.costSaved ?? 0) - 0.9) < 1e-12);
  });

  it('says nothing of costs where fewer than three models were measured', () => {
    const [report] = poolReports([answers([dear, cheap])], (_, model) => prices[model] ?? null);
    assert.equal(report?.methods.router?.costSaved, undefined);
    assert.equal(report?.methods.router?.costModels, undefined);
  });

  it('deals near-duplicates into one fold, the same in every run', () => {
    const folds = Array.from({ length: 200 }, (_, cluster) => promptFold(cluster, 1));
    assert.deepEqual(
      folds,
      Array.from({ length: 200 }, (_, cluster) => promptFold(cluster, 1)),
    );
    assert.equal(new Set(folds).size, promptFolds);
  });
});
