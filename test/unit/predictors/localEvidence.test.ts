import assert from 'node:assert/strict';
import { localEvidence, locality } from '../../../src/core/predictors/localEvidence';
import type { PromptPredictions, Router } from '../../../src/core/predictors/router';

/** Correctness of models 0, 1 and 2 on each known prompt; model 3 was never run. */
type Results = readonly (readonly (number | null)[])[];

function near(
  results: Results,
  similarities: readonly number[],
): [Pick<Router, 'facts' | 'results'>, PromptPredictions] {
  const router = {
    facts: { models: ['a', 'b', 'c', 'd'] },
    results(index: number, visit: (model: number, correctness: number) => void): void {
      for (const [model, correctness] of (results[index] ?? []).entries()) {
        if (correctness !== null) visit(model, correctness);
      }
    },
  } as unknown as Pick<Router, 'facts' | 'results'>;
  const predictions: PromptPredictions = {
    count: 1,
    vectors: new Float32Array(2),
    neighbours: Int32Array.from(similarities.keys()),
    similarities: Float32Array.from(similarities),
    mixture: new Float32Array(1),
    logits: new Float32Array(4),
  };
  return [router, predictions];
}

const all = Int32Array.of(0, 1, 2, 3);
const repeated = (count: number, row: readonly (number | null)[]): Results => Array.from({ length: count }, () => row);

describe('local evidence', () => {
  it('counts a prompt as known by its distance to known prompts', () => {
    const shares = [0, 1, 1.5, 2, 3, 8].map((distance) => locality(distance, 2));
    assert.deepEqual(shares, [1, 1, 0.75, 0.5, 0, 0]);
  });

  it('raises who was right on the nearest prompts, more the more of them there are', () => {
    const few = near(repeated(3, [1, 0, 1, null]), [0.9, 0.9, 0.9]);
    const many = near(
      repeated(30, [1, 0, 1, null]),
      Array.from({ length: 30 }, () => 0.9),
    );
    const lead = ([router, predictions]: ReturnType<typeof near>): number => {
      const added = localEvidence(router, predictions, 0, all, [0, 0, 0, 0], 1);
      assert.ok(Math.abs((added[0] as number) - (added[2] as number)) < 1e-12);
      return (added[0] as number) - (added[1] as number);
    };
    assert.ok(lead(few) > 0.2);
    assert.ok(lead(many) > lead(few) + 0.5);
  });

  it('leaves the difficulty that all models share to the linked model', () => {
    const [router, predictions] = near(
      repeated(20, [0, 0, 0, null]),
      Array.from({ length: 20 }, () => 0.9),
    );
    for (const value of localEvidence(router, predictions, 0, all, [1, 1, 1, 1], 1)) assert.ok(Math.abs(value) < 1e-9);
  });

  it('hears the nearest prompts, not those further away', () => {
    const results = [...repeated(5, [1, 0, 1, null]), ...repeated(100, [0, 1, 0, null])];
    const [router, predictions] = near(results, [...new Array(5).fill(0.95), ...new Array(100).fill(0.6)] as number[]);
    const added = localEvidence(router, predictions, 0, all, [0, 0, 0, 0], 1);
    assert.ok((added[0] as number) > (added[1] as number));
  });

  it('fades with the locality and says nothing where nothing is known', () => {
    const [router, predictions] = near(
      repeated(10, [1, 0, 1, null]),
      Array.from({ length: 10 }, () => 0.9),
    );
    const whole = localEvidence(router, predictions, 0, all, [0, 0, 0, 0], 1);
    const half = localEvidence(router, predictions, 0, all, [0, 0, 0, 0], 0.5);
    assert.deepEqual(
      [...half],
      [...whole].map((value) => value / 2),
    );
    assert.deepEqual([...localEvidence(router, predictions, 0, all, [0, 0, 0, 0], 0)], [0, 0, 0, 0]);
    const [empty, none] = near([[null, null, null, null]], [0.9]);
    assert.deepEqual([...localEvidence(empty, none, 0, all, [0, 0, 0, 0], 1)], [0, 0, 0, 0]);
  });
});
