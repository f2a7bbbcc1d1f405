import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readTestFolder } from '../../../src/cli/testFolder';

const line = (benchmark: string, id: number): string =>
  JSON.stringify({ benchmark, category: null, item_id: id, prompt: `${benchmark} ${id}`, scores: { m: id % 2 } });

describe('folder of external test data', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recommend-llm-'));
    await writeFile(join(folder, 'a.jsonl'), `${line('a', 1)}\nnot json\n${line('b', 2)}\n`);
    await writeFile(join(folder, 'c.jsonl.gz'), gzipSync(`${line('c', 3)}\n`));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('needs no benchmarks.json', async () => {
    const { table, report, undescribed } = await readTestFolder(folder);
    assert.deepEqual(
      table.benchmarks.map(({ name, family, kind, source }) => [name, family, kind, source]),
      [
        ['a', 'a', null, 'a'],
        ['b', 'b', null, 'a'],
        ['c', 'c', null, 'c'],
      ],
    );
    assert.deepEqual(undescribed, ['a', 'b', 'c']);
    assert.equal(report.linesSkipped, 1);
  });

  it('takes the facts that a benchmarks.json tells, by name or as a list', async () => {
    for (const content of [{ b: { kind: 'maths', family: 'x' } }, [{ name: 'b', kind: 'maths', family: 'x' }]]) {
      await writeFile(join(folder, 'benchmarks.json'), JSON.stringify(content));
      const { table, undescribed } = await readTestFolder(folder);
      assert.deepEqual([table.benchmarks[1]?.kind, table.benchmarks[1]?.family], ['maths', 'x']);
      assert.deepEqual(undescribed, ['a', 'c']);
    }
  });

  it('says clearly that there is nothing to read', async () => {
    await assert.rejects(readTestFolder(join(folder, 'none')), { code: 'FILE_NOT_FOUND' });
    const empty = await mkdtemp(join(tmpdir(), 'recommend-llm-'));
    await assert.rejects(readTestFolder(empty), { code: 'TRAINING_DATA' });
    await rm(empty, { recursive: true });
  });
});
