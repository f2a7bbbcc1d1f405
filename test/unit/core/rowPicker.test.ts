import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Choosable, choose } from '../../../src/core/recommendation/choose';
import { policyOf } from '../../../src/core/recommendation/policy';
import { RowPicker } from '../../../src/core/recommendation/rowPicker';
import { logitVariance } from '../../../src/core/scores/guard';
import { expectedSigmoid } from '../../../src/core/scores/normal';

const candidates = fc.uniqueArray(
  fc.record({
    model: fc.string({ minLength: 1, maxLength: 3 }),
    mean: fc.double({ min: -3, max: 3, noNaN: true }),
    ability: fc.double({ min: -3, max: 3, noNaN: true }),
    usd: fc.option(fc.double({ min: 1e-6, max: 1, noNaN: true })),
    own: fc.double({ min: 0.001, max: 2, noNaN: true }),
    loading: fc.double({ min: -1, max: 1, noNaN: true }),
    items: fc.integer({ min: 0, max: 200 }),
  }),
  { selector: ({ model }) => model, minLength: 1, maxLength: 10 },
);

describe('RowPicker', () => {
  it('makes the choices of `choose`', () => {
    fc.assert(
      fc.property(
        candidates,
        fc.constantFrom('quality', 'balanced', 'price'),
        fc.boolean(),
        (sketches, preference, far) => {
          const abilities = new Set(sketches.map(({ ability }) => ability));
          fc.pre(abilities.size === sketches.length);
          const choosable = sketches.map(({ model, mean, ability, usd, own, loading, items }): Choosable => {
            const posterior = { mean, factors: [loading], ownVariance: own };
            return {
              model,
              name: model,
              openWeights: false,
              probability: expectedSigmoid(mean, logitVariance(posterior)),
              ability,
              cost: { usd },
              scores: { s1: null, s2: null, s3: null, p: null },
              posterior,
              evidence: { items },
            };
          });
          const policy = policyOf(preference, 'guarded');
          const expected = choose({ candidates: choosable, distanceWord: far ? 'far' : 'in', prompts: 1 }, policy);
          const picker = new RowPicker(
            choosable,
            choosable.map(({ posterior }) => posterior),
          );
          const logits = choosable.map(({ posterior }) => posterior.mean);
          const usd = choosable.map(({ cost }) => cost.usd ?? Number.NaN);
          picker.setRow(logits);
          const quality = picker.quality(logits, usd, far);
          assert.equal(choosable[quality.pick]?.model, expected?.picks.quality);
          if (!far || preference === 'price') {
            const pick = preference === 'quality' ? quality : picker.value(quality, logits, usd, policy.dial);
            const model = choosable[pick.pick]?.model;
            if (preference === 'quality') assert.equal(model, expected?.picks.quality);
            else assert.equal(model, expected?.decision.model);
          }
        },
      ),
    );
  });
});
