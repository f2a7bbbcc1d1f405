import assert from 'node:assert/strict';
import { conditionOnLabels, countLabels, labelGains } from '../../../src/core/recommendation/labels';
import type { CandidateAssessment } from '../../../src/core/recommendation/recommendation';
import { differenceVariance } from '../../../src/core/scores/guard';
import { expectedSigmoid, interval80 } from '../../../src/core/scores/normal';

function candidate(model: string, mean: number, factors: number[], ownVariance: number): CandidateAssessment {
  const variance = factors.reduce((sum, f) => sum + f * f, ownVariance);
  return {
    model,
    name: model,
    provider: 'p',
    openWeights: false,
    contextTokens: null,
    released: null,
    buyable: true,
    probability: expectedSigmoid(mean, variance),
    interval: interval80(mean, variance),
    beatsBest: 0.5,
    ability: mean,
    evidence: { kind: 'per-item', items: 1, nearby: 1 },
    price: null,
    cost: { usd: null, usdInterval: null, inputTokens: 1, outputTokens: 1, agentic: false },
    scores: { s1: null, s2: null, s3: null, p: null },
    posterior: { mean, factors, ownVariance },
  };
}

function covariance(a: CandidateAssessment, b: CandidateAssessment): number {
  const own = a.model === b.model ? a.posterior.ownVariance : 0;
  return a.posterior.factors.reduce((sum, f, i) => sum + f * (b.posterior.factors[i] ?? 0), own);
}

const three = [
  candidate('a', 0.9, [0.8, 0.1], 0.2),
  candidate('b', 0.7, [0.7, -0.3], 0.3),
  candidate('c', 0.1, [0.6, 0.4], 0.1),
];

describe('labels', () => {
  it('conditions exactly, as the dense formula does', () => {
    const counts = [
      { model: 'a', right: 2, total: 8 },
      { model: 'c', right: 7, total: 8 },
    ];
    const after = conditionOnLabels(three, counts);
    // Dense conditioning on two observations, written out.
    const seen = [three[0], three[2]] as CandidateAssessment[];
    const p = counts.map(({ right, total }) => (right + 0.5) / (total + 1));
    const y = p.map((q) => Math.log(q / (1 - q)));
    const v = p.map((q, i) => 1 / ((counts[i]?.total ?? 1) * q * (1 - q)) + 0.01);
    const [s, u] = seen as [CandidateAssessment, CandidateAssessment];
    const k = [covariance(s, s) + (v[0] ?? 0), covariance(s, u), covariance(u, u) + (v[1] ?? 0)] as const;
    const determinant = k[0] * k[2] - k[1] * k[1];
    const solve = (r: readonly [number, number]): [number, number] => [
      (k[2] * r[0] - k[1] * r[1]) / determinant,
      (k[0] * r[1] - k[1] * r[0]) / determinant,
    ];
    const weights = solve([(y[0] ?? 0) - s.posterior.mean, (y[1] ?? 0) - u.posterior.mean]);
    for (const [i, before] of three.entries()) {
      const cross: [number, number] = [covariance(before, s), covariance(before, u)];
      const mean = before.posterior.mean + cross[0] * weights[0] + cross[1] * weights[1];
      assert.ok(Math.abs((after[i]?.posterior.mean ?? 0) - mean) < 1e-9);
      for (const [j, other] of three.entries()) {
        const reach = solve([covariance(other, s), covariance(other, u)]);
        const expected = covariance(before, other) - cross[0] * reach[0] - cross[1] * reach[1];
        const got = covariance(after[i] as CandidateAssessment, after[j] as CandidateAssessment);
        assert.ok(Math.abs(got - expected) < 1e-9, `${i} ${j}: ${got} ${expected}`);
      }
    }
  });

  it('changes nothing without labels, and can be applied in steps of different models', () => {
    assert.equal(conditionOnLabels(three, []), three);
    const both = conditionOnLabels(three, [
      { model: 'a', right: 1, total: 4 },
      { model: 'b', right: 4, total: 4 },
    ]);
    const steps = conditionOnLabels(conditionOnLabels(three, [{ model: 'a', right: 1, total: 4 }]), [
      { model: 'b', right: 4, total: 4 },
    ]);
    for (const [i, one] of both.entries()) {
      assert.ok(Math.abs(one.posterior.mean - (steps[i]?.posterior.mean ?? 0)) < 1e-9);
      assert.ok(Math.abs(one.probability - (steps[i]?.probability ?? 0)) < 1e-6);
    }
  });

  it('moves the pick when labels speak clearly, and narrows the interval', () => {
    const after = conditionOnLabels(three, [
      { model: 'a', right: 3, total: 20 },
      { model: 'b', right: 19, total: 20 },
    ]);
    const [a, b] = after as [CandidateAssessment, CandidateAssessment];
    assert.ok(b.probability > a.probability);
    assert.ok(b.beatsBest > 0.95);
    const width = ({ interval }: CandidateAssessment): number => interval[1] - interval[0];
    assert.ok(width(b) < width(three[1] as CandidateAssessment));
    assert.ok(
      differenceVariance(a.posterior, b.posterior) <
        differenceVariance((three[0] as CandidateAssessment).posterior, (three[1] as CandidateAssessment).posterior),
    );
  });

  it('adds up single rows', () => {
    assert.deepEqual(
      countLabels([
        { model: 'b', correctness: 1 },
        { model: 'a', correctness: 0 },
        { model: 'b', correctness: 0.5 },
      ]),
      [
        { model: 'b', right: 1.5, total: 2 },
        { model: 'a', right: 0, total: 1 },
      ],
    );
  });

  it('values labels of the uncertain rivals most', () => {
    const gains = labelGains([
      candidate('leader', 1, [0.2], 0.3),
      candidate('rival', 0.95, [0.2], 0.3),
      candidate('hopeless', -4, [0.2], 0.01),
    ]);
    assert.ok((gains[1] ?? 0) > 0 && (gains[0] ?? 0) > 0);
    assert.ok((gains[2] ?? 1) < (gains[1] ?? 0) / 5);
    assert.deepEqual(labelGains([]), []);
  });
});
