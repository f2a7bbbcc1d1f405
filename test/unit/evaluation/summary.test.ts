import assert from 'node:assert/strict';
import { type PartReport, summarise, summariseAll, worstAgainst } from '../../../src/core/evaluation/summary';

function part(name: string, family: string, items: number, router: number, bma: number): PartReport {
  const metrics = (accuracy: number) => ({
    accuracy,
    ratioToBest: accuracy,
    regret: 100 * (1 - accuracy),
    regretToBest: 0,
  });
  return {
    name,
    family,
    kind: null,
    items,
    pool: ['a', 'b'],
    leaders2025: false,
    best: { model: 'a', accuracy: 1 },
    fairBest: 1,
    spearmanCeiling: null,
    picks: {},
    methods: { router: metrics(router), 'bma-linked': metrics(bma) },
  };
}

const parts = [part('x', 'f', 50, 0.9, 0.8), part('y', 'g', 200, 0.6, 0.7), part('z', 'h', 60, 0.5, 0.75)];

describe('summary of an evaluation', () => {
  it('averages benchmarks and pairs the differences from linked BMA', () => {
    const summary = summarise(parts, 'router', 1);
    assert.ok(Math.abs((summary.accuracy as number) - 2 / 3) < 1e-12);
    assert.ok(Math.abs((summary.ratioToBestOverBma as number) - (0.1 - 0.1 - 0.25) / 3) < 1e-12);
    const [low, high] = summary.ratioToBestOverBmaCi as [number, number];
    assert.ok(low >= -0.25 - 1e-12 && high <= 0.1 + 1e-12 && low < high);
    assert.ok(!('spearman' in summary));
  });

  it('names the worst benchmark, over all and over large ones', () => {
    const summary = summarise(parts, 'router', 1);
    assert.ok(Math.abs((summary.worstOverBma as number) + 25) < 1e-9);
    assert.equal(summary.worstOverBmaBenchmark, 'z');
    assert.ok(Math.abs((summary.worstOverBma100 as number) + 10) < 1e-9);
    assert.equal(worstAgainst(parts, 'router', 'bma-linked', 1000), null);
  });

  it('summarises every method, the baseline without a difference from itself', () => {
    const all = summariseAll(parts, 1);
    assert.deepEqual(Object.keys(all), ['router', 'bma-linked']);
    assert.ok(!('accuracyOverBma' in (all['bma-linked'] ?? {})));
  });
});
