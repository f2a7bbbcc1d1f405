import assert from 'node:assert/strict';
import { compareDeclared } from '../../../../src/core/recommendation/compareDeclared';
import { candidate } from '../../host/smallRecommendation';

describe('comparison with the declared model', () => {
  const verdict = (...[a, b]: [ReturnType<typeof candidate>, ReturnType<typeof candidate>]): string =>
    compareDeclared(a, b).verdict;

  it('tells the same, better, cheaper and equal models apart', () => {
    assert.equal(verdict(candidate('a', 0.8), candidate('a', 0.8)), 'same');
    assert.equal(verdict(candidate('a', 0.9), candidate('b', 0.7)), 'better');
    assert.equal(verdict(candidate('a', 0.9, 0.001), candidate('b', 0.7, 0.01)), 'better-and-cheaper');
    assert.equal(verdict(candidate('a', 0.79, 0.001), candidate('b', 0.8, 0.01)), 'cheaper');
    assert.equal(verdict(candidate('a', 0.8), candidate('b', 0.8)), 'equal');
  });

  it('does not call a small or uncertain gain better', () => {
    assert.equal(verdict(candidate('a', 0.81), candidate('b', 0.8)), 'equal');
    const unsure = { ...candidate('a', 0.9), posterior: { mean: 2.2, factors: [3], ownVariance: 9 } };
    assert.equal(verdict(unsure, candidate('b', 0.85)), 'equal');
  });

  it('hints only at what is clearly worse or much dearer', () => {
    const hint = (a: ReturnType<typeof candidate>, b: ReturnType<typeof candidate>): boolean =>
      compareDeclared(a, b).worthAHint;
    assert.ok(hint(candidate('a', 0.9), candidate('b', 0.7)));
    assert.ok(hint(candidate('a', 0.79, 0.001), candidate('b', 0.8, 0.01)));
    assert.ok(!hint(candidate('a', 0.83), candidate('b', 0.8)));
    assert.ok(!hint(candidate('a', 0.7, 0.001), candidate('b', 0.8, 0.01)));
    assert.ok(!hint(candidate('a', 0.8, 0.006), candidate('b', 0.8, 0.01)));
  });

  it('says nothing of costs where a price is unknown', () => {
    const { costRatio, verdict: word } = compareDeclared(candidate('a', 0.8, null), candidate('b', 0.8));
    assert.deepEqual([costRatio, word], [null, 'equal']);
  });
});
