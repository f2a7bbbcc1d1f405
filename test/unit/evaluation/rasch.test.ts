import assert from 'node:assert/strict';
import { cellsOf, linkedAbilities, logitOf } from '../../../src/core/evaluation/rasch';

/** Cells of `accuracies[task][model]` (null: not run), each over `n` items. */
function counts(accuracies: readonly (readonly (number | null)[])[], n = 1000) {
  const flat = accuracies.flat();
  return {
    sums: Float64Array.from(flat, (accuracy) => (accuracy ?? 0) * n),
    counts: Float64Array.from(flat, (accuracy) => (accuracy === null ? 0 : n)),
  };
}

describe('linked ability', () => {
  it('has a finite logit at the edges', () => {
    assert.equal(logitOf(0, 9).logit, Math.log(0.05 / 0.95));
    assert.ok(Math.abs(logitOf(50, 100).variance - 0.04) < 1e-12);
  });

  it('compares models that never met through what links them', () => {
    // m0 and m2 never met. m0 ran on an easy task only, m2 on a hard one only; m1, run on both, links them: m2 is better.
    const linked = counts([
      [0.8, 0.9, null],
      [null, 0.3, 0.4],
    ]);
    const abilities = linkedAbilities(cellsOf(linked, 3), 2, 3);
    assert.ok((abilities[2] as number) > (abilities[1] as number));
    assert.ok((abilities[1] as number) > (abilities[0] as number));
    // Their plain averages say the opposite.
    assert.ok(0.8 > 0.4);
  });

  it('ignores cells with few results and gives models without cells the mean', () => {
    const cells = cellsOf({ sums: Float64Array.from([9, 5, 0]), counts: Float64Array.from([9, 10, 0]) }, 3);
    assert.deepEqual(
      cells.map(({ model }) => model),
      [1],
    );
    assert.deepEqual([...linkedAbilities([], 1, 2)], [0, 0]);
  });

  it('solves the normal equations', () => {
    // Two models on one task: by symmetry the abilities are opposite, and the difference is shrunk by its prior:
    // difference × 2·.8/(2·.8 + 2·noise), noise = .25 + the sampling variance.
    const { logit, variance } = logitOf(700, 1000);
    const low = logitOf(300, 1000);
    const abilities = linkedAbilities(cellsOf(counts([[0.7, 0.3]]), 2), 1, 2);
    const expected = ((logit - low.logit) * 0.8) / (0.8 + 0.25 + variance);
    assert.ok(Math.abs((abilities[0] as number) - (abilities[1] as number) - expected) < 1e-5);
  });
});
