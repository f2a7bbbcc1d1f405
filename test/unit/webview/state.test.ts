import assert from 'node:assert/strict';
import * as v from 'valibot';
import { choose } from '../../../src/core/recommendation/choose';
import { fromPanelSchema } from '../../../src/panel/protocol';
import { toPanelSchema } from '../../../src/panel/snapshotSchema';
import { chance, daysBetween, duration, points, tokens, usd } from '../../../src/webview/format';
import {
  isUncertain,
  labellingOrder,
  labelModelsOf,
  mostLabelledRows,
  nextLabelOf,
  parseLabels,
  relabelled,
} from '../../../src/webview/state/labelling';
import { comparisonOf, look, type Sight } from '../../../src/webview/state/sight';
import { initialView, readView } from '../../../src/webview/state/viewState';
import { count, t, useLanguage } from '../../../src/webview/strings';
import { context, evaluation, recommendation, snapshot } from '../../ui/support/snapshots';

function sightOf(change: Partial<typeof initialView> = {}, labels: Sight['labels'] = []): Sight {
  const view = { ...initialView, ...change };
  return {
    ...look(context(), recommendation({ prompts: 200 }), labels, view, false),
    update: () => undefined,
    setLabels: () => undefined,
  };
}

describe('what the panel derives', () => {
  it('is the choice of the core under the dial, pins and exclusions of the view', () => {
    const sight = sightOf({ dial: 0.8, excluded: ['aurora-3.2-max'] });
    const expected = choose(
      { candidates: sight.recommendation.candidates, distanceWord: 'near', prompts: 200 },
      { mode: 'guarded', dial: 0.8, pinned: [], excluded: ['aurora-3.2-max'] },
    );
    assert.deepEqual(sight.choice, expected);
    assert.equal(sightOf({ excluded: sight.candidates.map(({ model }) => model) }).choice, null);
  });

  it('compares two models the same from both sides', () => {
    const [a, b] = recommendation().candidates;
    assert.ok(a && b);
    const one = comparisonOf(a, b);
    const other = comparisonOf(b, a);
    assert.ok(Math.abs(one.leftBetter + other.leftBetter - 1) < 1e-9);
    assert.ok(Math.abs(one.difference + other.difference) < 1e-12);
    assert.ok(Math.abs((one.costRatio ?? 0) * (other.costRatio ?? 0) - 1) < 1e-9);
    assert.ok(one.interval[0] < one.difference && one.difference < one.interval[1]);
  });

  it('asks for labels spread over the rows, of the models in contention', () => {
    const order = labellingOrder(1000);
    assert.equal(order.length, mostLabelledRows);
    assert.equal(new Set(order).size, order.length);
    for (const quarter of [0, 250, 500, 750])
      assert.ok(order.slice(0, 8).some((row) => row >= quarter && row < quarter + 250));
    assert.deepEqual([...labellingOrder(3)].sort(), [0, 1, 2]);

    const sight = sightOf();
    const models = labelModelsOf(sight);
    assert.ok(models.includes(sight.choice?.decision.model ?? '') && models.length === 3);
    const next = nextLabelOf(sight, order, models);
    assert.ok(next && models.includes(next.model) && next.gain > 0);
    // A row that is begun is finished first, and what is labelled is not asked for again.
    const row = sight.recommendation.dataset?.rows.ids[order[2] ?? 0] ?? '';
    const begun = sightOf({}, [{ row, model: next.model, correctness: 1 }]);
    const after = nextLabelOf(begun, order, models);
    assert.ok(after && (after.row !== order[2] || after.model !== next.model));
  });

  it('calls a fallback and near-equal leaders uncertain', () => {
    assert.equal(isUncertain(sightOf()), true);
    const [leader] = recommendation().candidates;
    assert.ok(leader);
    assert.equal(isUncertain(sightOf({ pinned: [leader.model], dial: 0 })), true);
  });

  it('sets, changes and removes labels', () => {
    const one = relabelled([], 'r', 'm', 1);
    assert.deepEqual(one, [{ row: 'r', model: 'm', correctness: 1 }]);
    assert.deepEqual(relabelled(one, 'r', 'm', 0), [{ row: 'r', model: 'm', correctness: 0 }]);
    assert.deepEqual(relabelled(one, 'r', 'm', null), []);
  });

  it('reads pasted labels and numbers what it rejects', () => {
    const { labels, rejected } = parseLabels(
      'r1, a, right\n"r2";b;FALSE\n\nr1\tb\t0.5\nr9,a,right\nr1,a,\nr1,a,2',
      new Set(['r1', 'r2']),
      new Set(['a', 'b']),
    );
    assert.deepEqual(labels, [
      { row: 'r1', model: 'a', correctness: 1 },
      { row: 'r2', model: 'b', correctness: 0 },
      { row: 'r1', model: 'b', correctness: 0.5 },
    ]);
    assert.deepEqual(rejected, [5, 6, 7]);
  });

  it('keeps a saved view, and falls back to the default where it is not one', () => {
    const view = { ...initialView, dial: 0.3, pinned: ['a'] };
    assert.deepEqual(readView(JSON.parse(JSON.stringify(view))), view);
    assert.deepEqual(readView({ dial: 0.3 }), { ...initialView, dial: 0.3 });
    for (const bad of [null, 7, { dial: 'x' }, { rows: { show: 'none' } }])
      assert.deepEqual(readView(bad), initialView);
  });
});

describe('the protocol of the panel', () => {
  it('accepts every snapshot unchanged', () => {
    for (const message of [
      snapshot(),
      snapshot({ prompts: 30, skipped: 2, sample: true }),
      { type: 'evaluation', context: context(), evaluation: evaluation() },
      { type: 'empty', context: context({ available: ['a'] }) },
    ])
      assert.deepEqual(v.parse(toPanelSchema, message), message);
  });

  it('refuses what is not a snapshot, and messages that the host must not act on', () => {
    assert.equal(v.safeParse(toPanelSchema, { type: 'recommendation', context: context() }).success, false);
    for (const message of [
      { type: 'openLink', url: 'http://example.org' },
      { type: 'openLink', url: 'command:workbench.action.quit' },
      { type: 'export', name: '../x.csv', encoding: 'utf8', content: '' },
      { type: 'openRow', line: 0 },
      { type: 'saveLabels', labels: [{ row: 'r', model: 'm', correctness: 7 }] },
      { type: 'run', command: 'x' },
    ])
      assert.equal(v.safeParse(fromPanelSchema, message).success, false, JSON.stringify(message));
  });
});

describe('words and numbers of the panel', () => {
  afterEach(() => useLanguage({}, 'en'));

  it('follow the locale, and fill the holes of a translation', () => {
    useLanguage({ 'Copy {0} to {1}': 'Nach {1} kopieren: {0}', '{0} rows': '{0} Zeilen' }, 'de');
    assert.equal(t('Copy {0} to {1}', 'a', 'b'), 'Nach b kopieren: a');
    assert.equal(count(1200, '{0} row', '{0} rows'), '1.200 Zeilen');
    assert.equal(t('Not translated'), 'Not translated');
    useLanguage({}, 'no such locale');
    assert.equal(count(1200, '{0} row', '{0} rows'), '1,200 rows');
  });

  it('never claim certainty, and keep small sums readable', () => {
    assert.equal(chance(0.9999), '> 99%');
    assert.equal(chance(0.0001), '< 1%');
    assert.equal(chance(0.5), '50%');
    assert.equal(usd(0.000123), '$0.00012');
    assert.equal(usd(0.034), '$0.034');
    assert.equal(usd(1234.5), '$1,235');
    assert.equal(usd(0), '$0');
    assert.equal(points(0.0312), '+3.1');
    assert.equal(points(-0.2, 0), '-20');
    assert.equal(tokens(1_048_576), '1.05M');
    assert.equal(daysBetween('2026-05-01', '2026-08-01'), 92);
    assert.equal(duration(3725), '1 h 2 min');
  });
});
