import assert from 'node:assert/strict';
import { qualitySection, withQuality } from '../../../src/core/evaluation/cardQuality';
import { evaluationDocument } from '../../../src/core/evaluation/evaluationDocument';
import type { PartOutcome, PoolCell } from '../../../src/core/evaluation/groupEvaluation';
import { protocolReport, valueAt } from '../../../src/core/evaluation/protocolReport';
import { targets } from '../../../src/core/evaluation/targets';

function cell(model: string, accuracy: number, listPrice: number, realUsd: number | null): PoolCell {
  return {
    model,
    accuracy,
    results: 100,
    probability: accuracy - 0.05,
    interval: [accuracy - 0.2, accuracy + 0.02],
    expectedUsd: listPrice / 1000,
    realUsd,
    listPrice,
    verbosity: 0,
    expectedOutputTokens: 200,
    realOutputTokens: 100,
  };
}

/** A benchmark where the router picks the best of four models, linked BMA the second best and dearest. */
function outcome(name: string, items: number): PartOutcome {
  const metrics = (accuracy: number) => ({
    accuracy,
    ratioToBest: accuracy / 0.8,
    ratioToFairBest: accuracy / 0.8,
    regret: 100 * (0.8 - accuracy),
    regretToBest: 100 * (0.8 - accuracy),
    spearman: 0.7,
  });
  return {
    report: {
      name,
      family: name,
      kind: 'code',
      items,
      pool: ['best', 'dear', 'cheap', 'cheapest'],
      leaders2025: true,
      best: { model: 'best', accuracy: 0.8 },
      fairBest: 0.8,
      spearmanCeiling: 0.95,
      picks: { router: 'best', 'bma-linked': 'dear' },
      methods: {
        router: metrics(0.8),
        'bma-linked': metrics(0.7),
        random: metrics(0.5),
        'fair-best': metrics(0.8),
        'comparison-knn': metrics(0.6),
        'comparison-network': metrics(0.75),
        'comparison-logistic': metrics(0.3),
      },
    },
    cells: [
      cell('best', 0.8, 8, 0.02),
      cell('dear', 0.7, 16, 0.04),
      cell('cheap', 0.75, 4, 0.01),
      cell('cheapest', 0.3, 1, 0.001),
    ],
    pricedPicks: [
      { dial: 0, pick: 0 },
      { dial: 0.5, pick: 2 },
      { dial: 1, pick: 3 },
    ],
    measuredPicks: [
      { dial: 0, pick: 0 },
      { dial: 0.5, pick: 2 },
      { dial: 1, pick: 3 },
    ],
    coverage: 0.8,
    fewShot: [
      { labels: 5, router: 0.99, labelsOnly: 0.9 },
      { labels: 20, router: 1, labelsOnly: 0.96 },
    ],
    promptBins: Array.from({ length: 10 }, (_, bin) => [10, bin + 0.5, bin] as const),
    distance: 0.1,
    distanceWord: 'near',
  };
}

const report = (kinds: 'inferred' | 'given') =>
  protocolReport(
    'leave-one-family-out',
    kinds,
    1,
    [outcome('y', 50), outcome('x', 200)],
    [{ name: 'z', reason: 'few' }],
  );
const reports = { 'leave-one-family-out': report('inferred'), 'leave-one-family-out/kinds-given': report('given') };

describe('report of a protocol', () => {
  it('has the shape that is promised', () => {
    const { benchmarks, methods, protocol, seed, ...rest } = report('inferred');
    assert.deepEqual([protocol, seed, rest.default], ['leave-one-family-out', 1, 'router']);
    assert.deepEqual(
      benchmarks.map(({ name, family, kind, items }) => [name, family, kind, items]),
      [
        ['x', 'x', 'code', 200],
        ['y', 'y', 'code', 50],
      ],
    );
    const router = methods.router ?? {};
    assert.ok(
      ['ratioToBest', 'ratioToFairBest', 'regret', 'accuracy', 'spearman', 'ece', 'coverage80', 'costSaved'].every(
        (key) => typeof router[key] === 'number',
      ),
    );
    assert.ok(Array.isArray(router.ratioToBestCi) && Array.isArray(router.ratioToFairBestCi));
    assert.ok(Math.abs((router.ratioToBestOverBma as number) - 0.125) < 1e-12);
    // Every cell is expected .05 too low.
    assert.ok(Math.abs((router.ece as number) - 0.05) < 1e-9);
    assert.equal(JSON.parse(JSON.stringify(report('inferred'))).benchmarks.length, 2);
  });

  it('measures costs against linked BMA with real tokens', () => {
    const { measuredCost, tokens } = report('inferred');
    // On the hull from (.001, .3) to (.01, .75), accuracy .7 costs .009: 77.5 % less than linked BMA's .04.
    assert.ok(measuredCost && Math.abs(measuredCost.costSaved - (1 - 0.009 / 0.04)) < 1e-9);
    assert.equal(measuredCost.reached, 2);
    assert.ok(Math.abs(measuredCost.accuracyGained - 10) < 1e-9);
    assert.equal(tokens?.medianFactor, 2);
  });

  it('reads the value curve at a share of the cost', () => {
    const { value } = report('inferred');
    assert.deepEqual(
      value.map(({ cost, points }) => [Number(cost.toFixed(9)), Number(points.toFixed(9))]),
      [
        [1, 0],
        [0.5, -5],
        [0.125, -50],
      ],
    );
    assert.ok(Math.abs((valueAt(value, 0.25)?.points ?? 0) + 27.5) < 1e-9);
    assert.equal(valueAt(value, 0.01), null);
  });
});

describe('document of the evaluation', () => {
  it('lists every target as met or not, and every unmet one with what bounds it', () => {
    const all = targets(reports);
    const unmet = all.filter(({ met }) => !met);
    assert.ok(all.some(({ what, met }) => what.startsWith('text only: ratio to best') && met));
    assert.ok(unmet.some(({ what }) => what.startsWith('kind given: Spearman')));
    assert.ok(all.every(({ bound }) => bound.length > 20));
    const text = evaluationDocument(reports).get('EVALUATION.md') ?? '';
    const bounds = text.slice(text.indexOf('### What bounds'), text.indexOf('## A task never seen'));
    for (const { what } of unmet) assert.ok(bounds.includes(what), what);
    assert.ok(!/NaN|undefined|Infinity/.test(text));
    assert.ok(text.includes('- z: few'));
  });

  it('puts the paper’s predictors and logistic regression beside the router', () => {
    const text = evaluationDocument(reports).get('EVALUATION.md') ?? '';
    const section = text.slice(text.indexOf('on equal terms\n'), text.indexOf('## Benchmarks whose best model'));
    assert.deepEqual(
      [...section.matchAll(/^\| ([^|]+) \| ([\d.]+) \[/gm)].map(([, name, ratio]) => [name, ratio]),
      [
        ['**the router** (guarded quality pick)', '1.000'],
        ['kNN, S1', '.750'],
        ['MLP, S1', '.938'],
        ['logistic regression, S1', '.375'],
      ],
    );
  });

  it('shows what the scores of leaderboards add, where that was measured', () => {
    const title = '## With the scores of public leaderboards';
    assert.ok(!evaluationDocument(reports).get('EVALUATION.md')?.includes(title));
    const added = { ...report('inferred'), aggregates: 6890 };
    const text =
      evaluationDocument({ ...reports, 'leave-one-family-out/aggregates': added }).get('EVALUATION.md') ?? '';
    const section = text.slice(text.indexOf(title), text.indexOf('## By kind of task'));
    assert.match(section, /6890 scores/);
    assert.match(section, /\| text only, without \|.*\n\| text only, with \|/);
    assert.ok(!section.includes('kind given, with'));
  });

  it('writes the quality into a model card, again and again', () => {
    const section = qualitySection(reports);
    assert.ok(!/NaN|undefined|Infinity/.test(section));
    const card = '# Card\n<!-- quality -->\nold\n<!-- end of quality -->\n## Rest\n';
    const once = withQuality(card, section);
    assert.ok(once.startsWith('# Card\n<!-- quality -->\n') && once.endsWith('<!-- end of quality -->\n## Rest\n'));
    assert.ok(once.includes(section.trimEnd()) && !once.includes('old'));
    assert.equal(withQuality(once, section), once);
    assert.ok(!section.includes('leaderboards'));
    const shipped = qualitySection({ ...reports, 'leave-one-family-out/aggregates': report('inferred') });
    assert.match(shipped, /With the scores of public leaderboards.*it is 1\.000,\nSpearman/);
    assert.throws(() => withQuality('# Card\n', section), { code: 'BAD_ARGUMENT' });
  });

  it('refers to every figure that it draws', () => {
    const files = evaluationDocument(reports);
    const text = files.get('EVALUATION.md') ?? '';
    for (const name of files.keys()) if (name.endsWith('.svg')) assert.ok(text.includes(`](${name})`), name);
    for (const [name, content] of files) if (name.endsWith('.svg')) assert.ok(!content.includes('NaN'), name);
  });
});
