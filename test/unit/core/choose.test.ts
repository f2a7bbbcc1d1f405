import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bestOnAverage, type Choosable, choose, frontier } from '../../../src/core/recommendation/choose';
import { outweighs, policyOf, toleranceOf } from '../../../src/core/recommendation/policy';
import type { DistanceWord } from '../../../src/core/recommendation/recommendation';
import { expectedSigmoid } from '../../../src/core/scores/normal';
import { inEnglish } from '../../../src/core/sentence';

interface Sketch {
  readonly model: string;
  readonly mean: number;
  readonly ability: number;
  readonly usd: number | null;
  readonly own?: number;
  readonly open?: boolean;
  readonly s2?: number;
  readonly p?: number;
}

function candidate({ model, mean, ability, usd, own = 0.05, open = false, s2, p }: Sketch): Choosable {
  const paper = s2 !== undefined && p !== undefined;
  return {
    model,
    name: model,
    openWeights: open,
    probability: expectedSigmoid(mean, 0.25 + own),
    ability,
    cost: { usd },
    scores: {
      s1: s2 ?? null,
      s2: s2 ?? null,
      s3: paper ? s2 * p + (1 - s2) * (1 - p) : null,
      p: p ?? null,
    },
    evidence: { items: 500 },
    posterior: { mean, factors: [0.5], ownVariance: own },
  };
}

function chosen(
  sketches: readonly Sketch[],
  preference: 'quality' | 'balanced' | 'price',
  distanceWord: DistanceWord = 'in',
  mode: 'guarded' | 'paper' = 'guarded',
) {
  const choice = choose(
    { candidates: sketches.map(candidate), distanceWord, prompts: 100 },
    policyOf(preference, mode),
  );
  assert.ok(choice);
  return choice;
}

const average: Sketch = { model: 'average', mean: 1, ability: 2, usd: 0.01 };

describe('choose', () => {
  it('falls back to a model with results of its own, not to a dearer one that features flatter', () => {
    const flattered = { ...candidate({ model: 'pro', mean: 1, usd: 9, ability: 3 }), evidence: { items: 26 } };
    const proven = candidate({ model: 'plain', mean: 1, usd: 1, ability: 2.9 });
    assert.equal(bestOnAverage([flattered, proven])?.model, 'plain');
    assert.equal(bestOnAverage([flattered])?.model, 'pro');
  });

  it('takes a clearly better model than the best on average, and says how likely it is to be better', () => {
    const { decision } = chosen([average, { model: 'special', mean: 2, ability: 1, usd: 0.01 }], 'quality');
    assert.equal(decision.model, 'special');
    assert.equal(decision.fallback, false);
    assert.equal(decision.basis, 'quality');
    assert.equal(decision.bestOnAverage, 'average');
    assert.ok(decision.beatsBest > 0.99);
    assert.match(inEnglish(decision.reason), /special has the highest expected correctness here \(\d+ %\)/);
  });

  it('keeps the best on average where the evidence for another is too weak, and names the other', () => {
    const { decision } = chosen([average, { model: 'special', mean: 1.02, ability: 1, usd: 0.01 }], 'quality');
    assert.equal(decision.model, 'average');
    assert.equal(decision.fallback, true);
    assert.equal(decision.basis, 'guard');
    assert.match(inEnglish(decision.reason), /special looks better here but is only 5\d % likely/);
  });

  it('asks for more evidence where the better model is dearer', () => {
    const gap = { model: 'special', mean: 1.07, ability: 1 };
    assert.equal(chosen([average, { ...gap, usd: 0.01 }], 'quality').decision.model, 'special');
    const dearer = chosen([average, { ...gap, usd: 0.05 }], 'quality').decision;
    assert.equal(dearer.model, 'average');
    assert.match(inEnglish(dearer.reason), /at a higher cost/);
  });

  it('falls back to the best on average far from all evidence', () => {
    const { decision } = chosen([average, { model: 'special', mean: 3, ability: 1, usd: 0.001 }], 'balanced', 'far');
    assert.equal(decision.model, 'average');
    assert.equal(decision.fallback, true);
    assert.equal(decision.basis, 'far');
  });

  it('trusts rows that the user has labelled: nothing is far, and from five on the more likely model is taken', () => {
    const special = { model: 'special', mean: 1.02, ability: 1, usd: 0.05 };
    const pick = (labelledRows: number, distanceWord: DistanceWord): string | undefined =>
      choose(
        { candidates: [average, special].map(candidate), distanceWord, prompts: 100, labelledRows },
        policyOf('quality', 'guarded'),
      )?.decision.model;
    assert.equal(pick(4, 'in'), 'average');
    assert.equal(pick(5, 'in'), 'special');
    assert.equal(pick(5, 'far'), 'special');
    const clear = { ...special, mean: 3 };
    const far = { candidates: [average, clear].map(candidate), distanceWord: 'far', prompts: 100 } as const;
    assert.equal(choose(far, policyOf('quality', 'guarded'))?.decision.basis, 'far');
    assert.equal(choose({ ...far, labelledRows: 1 }, policyOf('quality', 'guarded'))?.decision.basis, 'quality');
  });

  it('takes the cheapest model within the tolerance, never a dearer one', () => {
    const sketches: Sketch[] = [
      average,
      { model: 'close', mean: 0.97, ability: 1.5, usd: 0.002 },
      { model: 'cheap but poor', mean: -1, ability: 0, usd: 0.0001 },
      { model: 'close but dear', mean: 0.99, ability: 1.6, usd: 0.02 },
    ];
    const { decision, picks } = chosen(sketches, 'balanced');
    assert.equal(decision.model, 'close');
    assert.equal(decision.basis, 'value');
    assert.equal(picks.value, 'close');
    assert.equal(picks.quality, 'average');
    assert.ok(Math.abs((decision.costRatio ?? 0) - 0.2) < 1e-9);
    assert.match(inEnglish(decision.reason), /at 20 % of its expected cost/);
    assert.equal(chosen(sketches, 'quality').decision.model, 'average');
  });

  it('counts an uncertain loss for more than a certain one of the same size', () => {
    const cheap = { model: 'cheap', mean: 0.97, ability: 1, usd: 0.001 };
    assert.equal(chosen([average, { ...cheap, own: 0.05 }], 'balanced').decision.model, 'cheap');
    assert.equal(chosen([average, { ...cheap, own: 3 }], 'balanced').decision.model, 'average');
  });

  it('offers the best open model, or null where there is none', () => {
    const open: Sketch = { model: 'open', mean: 0, ability: 0, usd: 0.001, open: true };
    assert.equal(chosen([average, open], 'quality').picks.open, 'open');
    assert.equal(chosen([average], 'quality').picks.open, null);
  });

  it('never takes a model of unknown price as the value pick', () => {
    const { picks } = chosen([average, { model: 'unpriced', mean: 1, ability: 1, usd: null }], 'price');
    assert.equal(picks.value, 'average');
  });

  it('chooses anew when models are excluded or pinned', () => {
    const candidates = [average, { model: 'second', mean: 0.5, ability: 1, usd: 0.01 }].map(candidate);
    const input = { candidates, distanceWord: 'in' as const, prompts: 1 };
    const policy = policyOf('quality', 'guarded');
    assert.equal(choose(input, { ...policy, excluded: ['average'] })?.decision.bestOnAverage, 'second');
    assert.equal(choose(input, { ...policy, pinned: ['second'] })?.decision.model, 'second');
    assert.equal(choose(input, { ...policy, excluded: ['average', 'second'] }), null);
  });

  it('follows the paper in paper mode: largest S3 if its draws win, else the best on average', () => {
    const best = { ...average, s2: 0.6, p: 0.7 };
    const clear = chosen(
      [best, { model: 'winner', mean: 0, ability: 0, usd: 1, s2: 0.9, p: 0.9 }],
      'balanced',
      'in',
      'paper',
    );
    assert.equal(clear.decision.model, 'winner');
    assert.equal(clear.decision.fallback, false);
    const close = chosen(
      [best, { model: 'winner', mean: 0, ability: 0, usd: 1, s2: 0.61, p: 0.7 }],
      'balanced',
      'in',
      'paper',
    );
    assert.equal(close.decision.model, 'average');
    assert.equal(close.decision.basis, 'paper-guard');
    assert.equal(close.decision.fallback, true);
  });

  const sketch = fc.record({
    model: fc.string({ minLength: 1, maxLength: 3 }),
    mean: fc.double({ min: -3, max: 3, noNaN: true }),
    ability: fc.double({ min: -3, max: 3, noNaN: true }),
    usd: fc.option(fc.double({ min: 1e-6, max: 1, noNaN: true })),
    own: fc.double({ min: 0.001, max: 2, noNaN: true }),
    open: fc.boolean(),
  });
  const pool = fc.uniqueArray(sketch, { selector: ({ model }) => model, minLength: 1, maxLength: 12 });

  it('never silently takes a dearer model than the quality pick or the best on average', () => {
    fc.assert(
      fc.property(pool, fc.double({ min: 0, max: 1, noNaN: true }), (sketches, dial) => {
        const candidates = sketches.map(candidate);
        const choice = choose(
          { candidates, distanceWord: 'in', prompts: 1 },
          { ...policyOf('balanced', 'guarded'), dial },
        );
        assert.ok(choice);
        const usd = (model: string): number | null => candidates.find((one) => one.model === model)?.cost.usd ?? null;
        const { decision, picks } = choice;
        const pick = usd(decision.model);
        const quality = usd(picks.quality);
        if (quality !== null) assert.ok(pick !== null && pick <= quality);
        const best = usd(decision.bestOnAverage);
        if (decision.model === picks.quality && best !== null && pick !== null && pick > best * 1.05)
          assert.match(inEnglish(decision.reason), /times its expected cost/);
      }),
    );
  });

  it('never spends more as the dial turns to price', () => {
    fc.assert(
      fc.property(pool, (sketches) => {
        const candidates = sketches.map(candidate);
        let last = Number.POSITIVE_INFINITY;
        for (let dial = 0; dial <= 1; dial += 0.1) {
          const choice = choose(
            { candidates, distanceWord: 'in', prompts: 1 },
            { ...policyOf('balanced', 'guarded'), dial },
          );
          const usd =
            candidates.find((one) => one.model === choice?.decision.model)?.cost.usd ?? Number.POSITIVE_INFINITY;
          assert.ok(usd <= last);
          last = usd;
        }
      }),
    );
  });
});

describe('toleranceOf', () => {
  it('is nothing for quality and grows to the price end', () => {
    assert.equal(toleranceOf(0), 0);
    assert.equal(toleranceOf(0.5), 6);
    assert.equal(toleranceOf(7), toleranceOf(1));
  });
});

describe('outweighs', () => {
  it('asks for more saving the more may be lost, and the more uncertain the loss is', () => {
    assert.equal(outweighs(0.2, 0, 2, 0.5), true);
    assert.equal(outweighs(0.2, 0, 1.5, 0.5), false);
    assert.equal(outweighs(0.2, 0.4, 2, 0.5), false);
    assert.equal(outweighs(0.2, 0.4, 4, 0.5), true);
  });

  it('takes no loss at all for quality, and counts huge savings as one', () => {
    assert.equal(outweighs(0.001, 0, 1e9, 0), false);
    assert.equal(outweighs(0.7, 0, Math.exp(2), 0.5), true);
    assert.equal(outweighs(0.71, 0, Number.POSITIVE_INFINITY, 0.5), false);
  });
});

describe('frontier', () => {
  it('leaves out what a cheaper candidate equals', () => {
    const of = (model: string, probability: number, usd: number) => ({
      model,
      probability,
      cost: { usd, usdInterval: null, inputTokens: 1, outputTokens: 1, agentic: false },
    });
    assert.deepEqual(frontier([of('a', 0.5, 1), of('b', 0.4, 2), of('c', 0.7, 3), of('d', 0.7, 4)]), ['a', 'c']);
  });
});
