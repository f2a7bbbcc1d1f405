import type { CandidateAssessment, Recommendation } from '../../../src/core/recommendation/recommendation';
import { verbatim } from '../../../src/core/sentence';

/** A candidate of a test, by the figures that matter in it. */
export function candidate(model: string, probability: number, usd: number | null = 0.001): CandidateAssessment {
  const logit = Math.log(probability / (1 - probability));
  return {
    model,
    name: model.toUpperCase(),
    provider: 'Test',
    openWeights: false,
    contextTokens: null,
    released: null,
    buyable: true,
    probability,
    interval: [Math.max(0, probability - 0.1), Math.min(1, probability + 0.1)],
    beatsBest: 0.5,
    ability: logit,
    evidence: { kind: 'per-item', items: 10, nearby: 2 },
    price: null,
    cost: { usd, usdInterval: null, inputTokens: 10, outputTokens: 10, agentic: false },
    scores: { s1: null, s2: null, s3: null, p: null },
    posterior: { mean: logit, factors: [0], ownVariance: 0.01 },
  };
}

/** A recommendation of the first of `candidates`. */
export function smallRecommendation(
  file: string,
  candidates: readonly CandidateAssessment[] = [candidate('a', 0.8)],
): Recommendation {
  const model = candidates[0]?.model ?? '';
  return {
    file,
    prompts: 1,
    mode: 'guarded',
    preference: 'balanced',
    recommendation: {
      model,
      fallback: false,
      reason: verbatim('It is the one that the test made.'),
      beatsBest: 0.5,
      bestOnAverage: model,
      basis: 'quality',
      pointsLost: 0,
      costRatio: 1,
    },
    picks: { quality: model, value: model, open: null },
    candidates,
    distance: 0.2,
    distanceWord: 'in',
    outOfDistribution: false,
    nearest: [],
    nearestBenchmarks: [],
    read: {
      format: 'text',
      encoding: verbatim('utf-8'),
      rowsRead: 1,
      promptsScored: 1,
      rowsSkipped: 0,
      skipped: [],
      promptsTruncated: 0,
    },
    declaredModel: null,
    bundle: { version: 'test', sha256: '0', trained: '2026-01-01' },
    timing: { readMs: 1, scoreMs: 1 },
  };
}
