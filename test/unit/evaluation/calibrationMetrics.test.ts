import assert from 'node:assert/strict';
import {
  auroc,
  averagePrecision,
  brier,
  expectedCalibrationError,
  reliabilityCurve,
} from '../../../src/core/evaluation/calibrationMetrics';

function close(actual: number | null, expected: number): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= 1e-12, `${actual} is not ${expected}`);
}

describe('calibration metrics', () => {
  it('has the AUROC of a worked example', () => {
    // The example of scikit-learn's roc_auc_score: 3 of the 4 (correct, wrong) pairs are in order.
    close(auroc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.75);
    close(auroc([0.5, 0.5, 0.5], [0, 1, 1]), 0.5);
    assert.equal(auroc([0.2, 0.3], [1, 1]), null);
  });

  it('has the average precision of a worked example', () => {
    // The example of scikit-learn's average_precision_score: ½·1 + ½·⅔.
    close(averagePrecision([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.5 + 0.5 * (2 / 3));
    close(averagePrecision([0.5, 0.5, 0.5, 0.5], [1, 0, 0, 0]), 0.25);
    assert.equal(averagePrecision([0.5], [0]), null);
  });

  it('has the Brier score of a worked example, graded results included', () => {
    close(brier([0.1, 0.9, 0.8, 0.3], [0, 1, 1, 0]), (0.01 + 0.01 + 0.04 + 0.09) / 4);
    close(brier([0.5], [0.5]), 0);
  });

  it('bins predictions and weighs the calibration error by the counts', () => {
    const curve = reliabilityCurve([0.05, 0.15, 0.12, 1], [0, 1, 0, 1]);
    assert.deepEqual(
      curve.map((bin) => bin.count),
      [1, 2, 0, 0, 0, 0, 0, 0, 0, 1],
    );
    close(curve[1]?.predicted ?? null, 0.135);
    close(curve[1]?.actual ?? null, 0.5);
    assert.equal(curve[5]?.predicted, null);
    close(expectedCalibrationError(curve), (0.05 + 2 * 0.365 + 0) / 4);
  });
});
