import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readBenchmarkFolder } from '../../../src/cli/benchmarkFolder';
import { parseModelFacts } from '../../../src/core/benchmarks/modelFacts';
import { readBenchmarks, splitLines } from '../../../src/core/benchmarks/readBenchmarks';
import { RecommendError } from '../../../src/core/errors';
import { inEnglish, say } from '../../../src/core/sentence';

const fact = { source: 's', family: 'f', kind: 'maths', language: 'en', scored_by: 'verifier', ship: true };
const facts = { sums: fact, words: { ...fact, family: 'g', kind: null } };
const line = (value: object): string => JSON.stringify(value);
const good = { benchmark: 'sums', category: 'add', item_id: '1', prompt: 'What is 1 + 1?', scores: { b: 1, a: 0.5 } };

describe('readBenchmarks', () => {
  it('reads results into compressed rows with models in order of name', async () => {
    const { table, report } = await readBenchmarks(
      [{ name: 'x', lines: [line(good), line({ ...good, benchmark: 'words', item_id: 7, scores: { c: 0 } })] }],
      facts,
    );
    assert.deepEqual(table.models, ['a', 'b', 'c']);
    assert.deepEqual([...table.offsets], [0, 2, 3]);
    assert.deepEqual([...table.resultModels], [0, 1, 2]);
    assert.deepEqual([...table.resultScores], [0.5, 1, 0]);
    assert.deepEqual(
      table.items.map((item) => [table.benchmarks[item.benchmark]?.name, item.id, item.category]),
      [
        ['sums', '1', 'add'],
        ['words', '7', 'add'],
      ],
    );
    assert.equal(report.sharedAcrossBenchmarks, 2);
  });

  it('merges the same prompt of one benchmark over files, with the mean of repeated results', async () => {
    const again = { ...good, item_id: '9', prompt: ' What is\n1 + 1? ', scores: { a: 1, d: 1 } };
    const { table, report } = await readBenchmarks(
      [
        { name: 'x', lines: [line(good)] },
        { name: 'y', lines: [line(again)] },
      ],
      facts,
    );
    assert.equal(report.merged, 1);
    assert.deepEqual(
      table.items.map((item) => item.id),
      ['1'],
    );
    assert.deepEqual(table.models, ['a', 'b', 'd']);
    assert.deepEqual([...table.resultScores], [0.75, 1, 1]);
  });

  it('counts every bad line with file, line, field and reason, and keeps the rest', async () => {
    const lines = [
      line(good),
      '{"benchmark": "sums", "item',
      line({ ...good, prompt: 5 }),
      line({ ...good, prompt: '  ' }),
      '',
      line({ ...good, scores: { a: 1.5 } }),
      line({ ...good, benchmark: 'unheard-of' }),
      line({ ...good, scores: {} }),
      line({ ...good, item_id: undefined }),
    ];
    const { table, report } = await readBenchmarks([{ name: 'bad.jsonl', lines }], facts);
    assert.equal(table.items.length, 1);
    assert.equal(report.linesRead, 8);
    assert.equal(report.linesSkipped, 7);
    assert.deepEqual(
      report.skipped.map((skip) => [skip.line, skip.field]),
      [
        [2, ''],
        [3, 'prompt'],
        [4, 'prompt'],
        [6, 'scores.a'],
        [7, 'benchmark'],
        [8, 'scores'],
        [9, 'item_id'],
      ],
    );
    assert.match(inEnglish(report.skipped[2]?.reason ?? say('')), /empty/);
    assert.match(inEnglish(report.skipped[4]?.reason ?? say('')), /unheard-of/);
  });

  it('refuses input without a single good line, and broken facts by field', async () => {
    const isTrainingData = (pattern: RegExp) => (error: unknown) =>
      RecommendError.is(error) && error.code === 'TRAINING_DATA' && pattern.test(error.message);
    await assert.rejects(readBenchmarks([{ name: 'x', lines: ['nonsense'] }], facts), isTrainingData(/x line 1/));
    await assert.rejects(
      readBenchmarks([], { sums: { ...fact, scored_by: 'dice' } }),
      isTrainingData(/sums\.scored_by/),
    );
    assert.throws(
      () => parseModelFacts({ m: { display_name: 'M', provider: 'P', open_weights: 'yes' } }),
      isTrainingData(/m\.open_weights/),
    );
  });

  it('reads a folder of plain and compressed files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'benchmarks-'));
    try {
      await writeFile(join(folder, 'benchmarks.json'), JSON.stringify(facts));
      await writeFile(join(folder, 'a.jsonl'), line(good));
      await writeFile(
        join(folder, 'b.jsonl.gz'),
        gzipSync(`${line({ ...good, item_id: '2', prompt: 'Zwei\u2028plus\u00a0zwei?' })}\n`),
      );
      const { table, report } = await readBenchmarkFolder(folder);
      assert.equal(report.linesSkipped, 0);
      assert.deepEqual(
        table.items.map((item) => item.id),
        ['1', '2'],
      );
      await writeFile(join(folder, 'c.jsonl.gz'), 'not gzip');
      await assert.rejects(
        readBenchmarkFolder(folder),
        (error) => RecommendError.is(error) && /c\.jsonl\.gz could not be read/.test(error.message),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('splitLines', () => {
  it('joins chunks, takes both line ends and keeps U+2028', async () => {
    async function* chunks(): AsyncGenerator<string> {
      yield 'one\r\nt';
      yield 'wo\u2028\n\nlast';
    }
    const lines: string[] = [];
    for await (const text of splitLines(chunks())) lines.push(text);
    assert.deepEqual(lines, ['one', 'two\u2028', '', 'last']);
  });
});
