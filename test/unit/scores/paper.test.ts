import assert from 'node:assert/strict';
import * as v from 'valibot';
import type { BenchmarkTable } from '../../../src/core/benchmarks/benchmarkTable';
import { paperWinProbability, probabilityAtLeast } from '../../../src/core/scores/guard';
import { expectedSigmoid, interval80, normalCdf, sigmoid } from '../../../src/core/scores/normal';
import { estimateP, type PaperPairs, paperPairs, paperPairsSchema } from '../../../src/core/scores/paperPairs';
import { binomialDraw, seededRandom } from '../../../src/core/scores/seededRandom';
import { plainMatMul } from '../../../src/core/training/matMul';

/** Benchmarks of 12 items each: model 0 is right on all, model 1 on the benchmarks with an even number. */
function table(benchmarks: number): { table: BenchmarkTable; vectors: Float32Array } {
  const items = benchmarks * 12;
  const vectors = new Float32Array(items * 2);
  const scores = new Float32Array(items * 2);
  for (let item = 0; item < items; item++) {
    const benchmark = Math.floor(item / 12);
    const angle = benchmark * 0.1 + (item % 12) * 0.001;
    vectors.set([Math.cos(angle), Math.sin(angle)], 2 * item);
    scores.set([1, benchmark % 2 === 0 ? 1 : 0], 2 * item);
  }
  return {
    vectors,
    table: {
      benchmarks: Array.from({ length: benchmarks }, (_, index) => ({
        name: `b${index}`,
        source: 's',
        family: `b${index}`,
        kind: null,
        language: null,
        scoredBy: 'verifier' as const,
        ship: true,
      })),
      models: ['sure', 'mixed'],
      items: Array.from({ length: items }, (_, index) => ({
        benchmark: Math.floor(index / 12),
        category: null,
        id: String(index),
        prompt: '',
      })),
      offsets: Int32Array.from({ length: items + 1 }, (_, index) => 2 * index),
      resultModels: Uint16Array.from({ length: items * 2 }, (_, index) => index % 2),
      resultScores: scores,
    },
  };
}

describe('paperPairs', () => {
  const made = table(4);
  let pairs: PaperPairs;
  before(async () => {
    pairs = await paperPairs(made.table, made.vectors, plainMatMul);
  });

  it('holds each benchmark out of its own predictions', () => {
    assert.deepEqual(v.parse(paperPairsSchema, pairs), pairs);
    for (const { accuracies } of pairs.pairs) {
      assert.deepEqual(accuracies[0], [0, 1]);
      assert.deepEqual(accuracies[1], [1, 0], 'the nearest other benchmark always says the opposite');
    }
  });

  it('takes the mean distance to the nearest prompts of other benchmarks', () => {
    const inner = pairs.pairs[1]?.distance ?? 0;
    const outer = pairs.pairs[0]?.distance ?? 0;
    assert.ok(inner > 0 && inner < outer, `${inner} ${outer}`);
  });
});

describe('estimateP', () => {
  const pairs = {
    formatVersion: 1 as const,
    models: ['m'],
    pairs: [
      { benchmark: 'near', distance: 0.1, accuracies: [[0, 0.9]] as [number, number][] },
      { benchmark: 'far', distance: 0.9, accuracies: [[0, 0.5]] as [number, number][] },
    ],
  };

  it('weighs pairs by the nearness of their distances', () => {
    assert.ok(Math.abs((estimateP(pairs, 0.1)('m') ?? 0) - 0.9) < 1e-6);
    assert.ok(Math.abs((estimateP(pairs, 0.5)('m') ?? 0) - 0.7) < 1e-9);
    assert.equal(estimateP(pairs, 0.1)('other'), null);
  });

  it('takes the plain mean where every kernel weight vanishes', () => {
    assert.equal(estimateP(pairs, 1.99)('m'), 0.7);
  });
});

describe('the paper guard', () => {
  it('is seeded, and sure of a clear winner only', () => {
    const clear = paperWinProbability({ s2: 0.9, p: 0.9 }, { s2: 0.5, p: 0.6 }, 100);
    assert.ok(clear > 0.99);
    assert.equal(clear, paperWinProbability({ s2: 0.9, p: 0.9 }, { s2: 0.5, p: 0.6 }, 100));
    const equal = paperWinProbability({ s2: 0.7, p: 0.8 }, { s2: 0.7, p: 0.8 }, 100);
    assert.ok(equal > 0.35 && equal < 0.55, String(equal));
  });

  it('draws binomials of the right mean, exactly and by approximation', () => {
    const random = seededRandom(5);
    for (const trials of [50, 5000]) {
      let sum = 0;
      for (let index = 0; index < 2000; index++) sum += binomialDraw(trials, 0.3, random);
      assert.ok(Math.abs(sum / 2000 / trials - 0.3) < 0.01);
    }
  });
});

describe('normal distribution and sigmoid', () => {
  it('matches tabulated values', () => {
    assert.ok(Math.abs(normalCdf(1.96) - 0.9750021) < 1e-6);
    assert.ok(Math.abs(normalCdf(-0.5) - 0.3085375) < 1e-6);
    assert.equal(sigmoid(-800), 0);
    assert.equal(sigmoid(800), 1);
  });

  it('shrinks an expectation to a half as the spread grows, and puts the median inside the interval', () => {
    assert.ok(expectedSigmoid(2, 4) < sigmoid(2) && expectedSigmoid(2, 4) > 0.5);
    const [low, high] = interval80(1, 0.25);
    assert.ok(low < sigmoid(1) && sigmoid(1) < high);
  });

  it('compares two candidates by their joint posterior: what they share cancels', () => {
    const shared = (mean: number) => ({ mean, factors: [3, -1], ownVariance: 0.005 });
    assert.ok(probabilityAtLeast(shared(0.3), shared(0)) > 0.99);
    assert.ok(probabilityAtLeast({ mean: 0.3, factors: [-3, 1], ownVariance: 0 }, shared(0)) < 0.55);
  });
});
