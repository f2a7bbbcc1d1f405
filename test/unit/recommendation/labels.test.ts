import assert from 'node:assert/strict';
import { conditionOnLabels, countLabels, labelGains } from '../../../src/core/recommendation/labels';
import type { CandidateAssessment } from '../../../src/core/recommendation/recommendation';
import { differenceVariance } from '../../../src/core/scores/guard';
import { expectedSigmoid, interval80, sigmoid } from '../../../src/core/scores/normal';

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
  it("is at the posterior's mode, with the curvature there", () => {
    const counts = [
      { model: 'a', right: 0, total: 8 },
      { model: 'c', right: 7, total: 8 },
    ];
    const after = conditionOnLabels(three, counts);
    const seen = counts.map(({ model }) => three.findIndex((one) => one.model === model));
    const at = (index: number): number => after[index]?.posterior.mean ?? 0;
    const p = seen.map((index) => sigmoid(at(index)));
    // Stationary: x = mean + K (right − total · p), the gradient of the binomial likelihood at the mode.
    for (const [i, before] of three.entries()) {
      const pull = seen.reduce((sum, index, row) => {
        const count = counts[row];
        return (
          sum + covariance(before, three[index] ?? before) * ((count?.right ?? 0) - (count?.total ?? 0) * (p[row] ?? 0))
        );
      }, 0);
      assert.ok(Math.abs(at(i) - before.posterior.mean - pull) < 1e-6, `${i}`);
    }
    // Curvature: Σ − Σ_L (K + W⁻¹)⁻¹ Σ_L, written out for two observations.
    const [s, u] = seen.map((index) => three[index]) as [CandidateAssessment, CandidateAssessment];
    const noise = p.map((q) => 1 / (8 * q * (1 - q)));
    const k = [covariance(s, s) + (noise[0] ?? 0), covariance(s, u), covariance(u, u) + (noise[1] ?? 0)] as const;
    const determinant = k[0] * k[2] - k[1] * k[1];
    for (const [i, before] of three.entries()) {
      for (const [j, other] of three.entries()) {
        const [x, y] = [covariance(before, s), covariance(before, u)];
        const [v, w] = [covariance(other, s), covariance(other, u)];
        const removed = (x * (k[2] * v - k[1] * w) + y * (k[0] * w - k[1] * v)) / determinant;
        const got = covariance(after[i] as CandidateAssessment, after[j] as CandidateAssessment);
        assert.ok(Math.abs(got - (covariance(before, other) - removed)) < 1e-6, `${i} ${j}`);
      }
    }
  });

  it('changes nothing without labels, and stays finite when all labels agree', () => {
    assert.equal(conditionOnLabels(three, []), three);
    for (const right of [0, 40]) {
      const after = conditionOnLabels(three, [{ model: 'b', right, total: 40 }]);
      for (const { probability, interval } of after)
        assert.ok(probability > 0 && probability < 1 && interval[0] < interval[1], `${probability}`);
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
