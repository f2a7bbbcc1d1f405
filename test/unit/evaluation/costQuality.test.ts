import assert from 'node:assert/strict';
import {
  accuracyAt,
  accuracyGained,
  averageImprovementInQuality,
  costAt,
  costSaved,
  nonDecreasingHull,
  routerArenaScore,
} from '../../../src/core/evaluation/costQuality';

function close(actual: number | null, expected: number): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= 1e-12, `${actual} is not ${expected}`);
}

const points = [
  { cost: 3, accuracy: 0.5 },
  { cost: 1, accuracy: 0.4 },
  { cost: 5, accuracy: 0.8 },
  { cost: 9, accuracy: 0.7 },
  { cost: 2, accuracy: 0.6 },
];

describe('cost and quality', () => {
  it('keeps the corners of the non-decreasing hull', () => {
    assert.deepEqual(nonDecreasingHull(points), [
      { cost: 1, accuracy: 0.4 },
      { cost: 2, accuracy: 0.6 },
      { cost: 5, accuracy: 0.8 },
    ]);
    assert.deepEqual(
      nonDecreasingHull([
        { cost: 1, accuracy: 0.1 },
        { cost: 2, accuracy: 0.2 },
        { cost: 3, accuracy: 0.9 },
      ]).map((point) => point.cost),
      [1, 3],
    );
    assert.deepEqual(
      nonDecreasingHull([
        { cost: 1, accuracy: 0.3 },
        { cost: 1, accuracy: 0.5 },
      ]),
      [{ cost: 1, accuracy: 0.5 }],
    );
  });

  it('reads the hull in both directions', () => {
    const hull = nonDecreasingHull(points);
    close(accuracyAt(hull, 1.5), 0.5);
    close(accuracyAt(hull, 7), 0.8);
    assert.equal(accuracyAt(hull, 0.5), null);
    close(costAt(hull, 0.7), 3.5);
    close(costAt(hull, 0.2), 1);
    assert.equal(costAt(hull, 0.9), null);
  });

  it('has the area under the hull', () => {
    // 1→2: mean .5; 2→5: mean .7 × 3; 5→9: .8 × 4; over 8.
    close(averageImprovementInQuality(points, 1, 9), (0.5 + 2.1 + 3.2) / 8);
    close(averageImprovementInQuality([{ cost: 2, accuracy: 0.5 }], 1, 3), 0.25);
    close(averageImprovementInQuality([{ cost: 5, accuracy: 0.5 }], 1, 3), 0);
  });

  it('compares with a reference at equal accuracy and at equal cost', () => {
    close(costSaved(points, { cost: 7, accuracy: 0.7 }), 0.5);
    assert.equal(costSaved(points, { cost: 7, accuracy: 0.95 }), null);
    close(accuracyGained(points, { cost: 2, accuracy: 0.55 }), 5.000000000000004);
  });

  it('has RouterArena’s score', () => {
    assert.equal(routerArenaScore(0.7, 0.2), 0);
    close(routerArenaScore(0.7, 0.0000044), (1.1 * 0.7) / 1.07);
    // Their leaderboard: MIRT-BERT, accuracy .6688 at 0.15 dollars per 1,000 prompts, scores 66.89.
    assert.ok(Math.abs(100 * routerArenaScore(0.6688, 0.00015) - 66.89) < 0.05);
  });
});
