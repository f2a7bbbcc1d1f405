import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csv, jsonl, markdownReport, stem } from '../../../src/webview/exports/tables';
import { look } from '../../../src/webview/state/sight';
import { initialView } from '../../../src/webview/state/viewState';
import { context, recommendation } from '../../ui/support/snapshots';

describe('exports of the panel', () => {
  it('write CSV that a CSV reader reads back', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string(), fc.integer()), { minLength: 1 }), (rows) => {
        const read = parse(csv({ columns: ['a', 'b', 'c'], rows }), { recordDelimiter: '\r\n' }) as string[][];
        assert.deepEqual(read, [['a', 'b', 'c'], ...rows.map((row) => row.map(String))]);
      }),
      { seed: 12 },
    );
  });

  it('write JSON Lines with one object a row', () => {
    assert.deepEqual(
      jsonl({
        columns: ['x', 'y'],
        rows: [
          [1, 'a\nb'],
          [null, true],
        ],
      })
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
      [
        { x: 1, y: 'a\nb' },
        { x: null, y: true },
      ],
    );
  });

  it('write a report that names the pick, the evidence and the router', () => {
    const made = recommendation({ prompts: 40, skipped: 2 });
    const sight = {
      ...look(context(), { ...made, file: 'a|b\nc.jsonl' }, [], initialView, false),
      update: () => undefined,
      setLabels: () => undefined,
    };
    const report = markdownReport(sight);
    const pick = made.candidates.find(({ model }) => model === made.recommendation.model);
    for (const part of [`**${pick?.name}**`, '## Evidence', 'maths bench', '2 rows were skipped', made.bundle.version])
      assert.ok(report.includes(part), part);
    assert.ok(report.startsWith('# Recommended for a\\|b c.jsonl\n'), 'nothing breaks out of its line');
  });

  it('name files after the input', () => {
    assert.equal(stem('folder/a.b.jsonl'), 'a.b');
    assert.equal(stem('.prompt'), '.prompt');
    assert.equal(stem(''), 'recommendation');
  });
});
