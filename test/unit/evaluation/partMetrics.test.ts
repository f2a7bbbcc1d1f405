import assert from 'node:assert/strict';
import { noiseCeiling } from '../../../src/core/evaluation/noiseCeiling';
import { partTruth, promptMetrics, scoreMetrics } from '../../../src/core/evaluation/partMetrics';

// Three models on four items: accuracies ¾, ½, ¼.
const results = { items: 4, models: 3, scores: Float32Array.from([1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1]) };
const truth = partTruth(results, { ...noiseCeiling(results, 1), fairBest: 0.6 }, 1);

describe('metrics of a method on a benchmark', () => {
  it('has all of them for a method that scores the pool', () => {
    const metrics = scoreMetrics(truth, [0.1, 0.9, 0.2]);
    assert.equal(metrics.accuracy, 0.5);
    assert.equal(metrics.ratioToBest, 0.5 / 0.75);
    assert.equal(metrics.ratioToFairBest, 0.5 / 0.6);
    assert.ok(Math.abs(metrics.regret - 10) < 1e-9);
    assert.equal(metrics.regretToBest, 25);
    assert.equal(metrics.rank, 2);
    assert.equal(metrics.bmaShare, 1);
    assert.equal(metrics.bestInTop3, 1);
    // Ranks 1 3 2 against 3 2 1: Σd² = 4 + 1 + 1.
    assert.equal(metrics.spearman, 1 - (6 * 6) / 24);
  });

  it('takes a guarded pick that is not the highest score', () => {
    const metrics = scoreMetrics(truth, [0.1, 0.9, 0.2], 0);
    assert.equal(metrics.rank, 1);
    assert.equal(metrics.bmaShare, 0);
  });

  it('routes every prompt by itself', () => {
    const right = Float32Array.from(results.scores, (score) => 0.2 + 0.6 * score);
    const metrics = promptMetrics(results, right);
    assert.equal(metrics.perPromptAccuracy, 1);
    assert.equal(metrics.perPromptRatio, 1 / 0.75);
    assert.equal(metrics.auroc, 1);
    assert.equal(metrics.aurocWithinModel, 1);
    assert.equal(metrics.averagePrecision, 1);
    assert.ok(Math.abs((metrics.brier ?? 0) - 0.04) < 1e-6);
  });

  it('leaves out what is not defined', () => {
    const none = { items: 2, models: 2, scores: new Float32Array(4) };
    const metrics = scoreMetrics(partTruth(none, noiseCeiling(none, 1), 0), [1, 2]);
    assert.ok(!('ratioToBest' in metrics) && !('spearman' in metrics));
    assert.ok(!('auroc' in promptMetrics(none, new Float32Array(4))));
  });
});
