import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { importCommand } from '../../../src/cli/importCommand';
import { RecommendError } from '../../../src/core/errors';
import { inspectZip, lmEvalLogs } from '../importers/logFixtures';

const quiet = (): void => undefined;

describe('import command', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recommend-llm-import-'));
    for (const file of [...lmEvalLogs(), inspectZip()]) {
      const path = join(folder, 'logs', file.name);
      await mkdir(dirname(path), { recursive: true });
      const parts: Uint8Array[] = [];
      for await (const part of file.open()) parts.push(part);
      await writeFile(path, Buffer.concat(parts));
    }
    await writeFile(join(folder, 'logs', 'notes.txt'), 'not a log');
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('searches a folder and writes the table with its rules beside it', async () => {
    const output = join(folder, 'table.jsonl.gz');
    assert.equal(
      await importCommand([join(folder, 'logs'), '--output', output], [{ id: 'gpt-4o-2024-05-13' }], quiet),
      0,
    );
    const rows = gunzipSync(await readFile(output))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      rows.map(({ benchmark }) => benchmark),
      ['shell_repair', 'shell_repair', 'invoice_totals', 'invoice_totals'],
    );
    const meta = JSON.parse(await readFile(join(folder, 'table.meta.json'), 'utf8'));
    assert.deepEqual(meta.unrecognised, ['logs/notes.txt']);
    assert.deepEqual(
      meta.benchmarks.map(({ metric }: { metric: string }) => metric),
      ['verify', 'exact_match,strict-match'],
    );
    assert.deepEqual((await readdir(folder)).sort(), ['logs', 'table.jsonl.gz', 'table.meta.json']);
  });

  it('reads the evaluations that come as samples', async () => {
    const output = join(folder, 'freight.jsonl');
    assert.equal(await importCommand(['samples/evaluations', '--output', output], [], quiet), 0);
    const meta = JSON.parse(await readFile(join(folder, 'freight.meta.json'), 'utf8'));
    assert.deepEqual([meta.items, meta.results, meta.rejected.count], [96, 288, 0]);
    await rm(output);
    await rm(join(folder, 'freight.meta.json'));
  });

  it('writes nothing for a preview', async () => {
    const before = await readdir(folder);
    assert.equal(await importCommand([join(folder, 'logs'), '--preview'], [], quiet), 0);
    assert.deepEqual(await readdir(folder), before);
  });

  it('prints a preview in English, or with open sentences for the editor', async () => {
    const broken = join(folder, 'broken.jsonl');
    await writeFile(broken, '{"prompt":"p","model":"m","score":1}\n{"pro\n');
    let printed = '';
    const preview = async (...args: string[]) => {
      printed = '';
      await importCommand([broken, '--preview', '--json', ...args], [], (text) => {
        printed += text;
      });
      const plan = JSON.parse(printed);
      return [plan.rejected.first[0].reason, plan.benchmarks[0].rule.text];
    };
    assert.deepEqual(await preview(), ['not valid JSON (cut off?)', 'as it is (0 to 1)']);
    assert.deepEqual(await preview('--sentences'), [
      { text: 'not valid JSON (cut off?)', values: [] },
      { text: 'as it is (0 to 1)', values: [] },
    ]);
    await rm(broken);
  });

  it('refuses what it cannot follow', async () => {
    const rejects = (args: string[], code: string) =>
      assert.rejects(
        importCommand(args, [], quiet),
        (error: unknown) => RecommendError.is(error) && error.code === code,
      );
    await rejects([], 'BAD_ARGUMENT');
    await rejects([folder], 'BAD_ARGUMENT');
    await rejects([folder, '--output', 'x.csv'], 'BAD_ARGUMENT');
    await rejects([folder, '--output', 'x.jsonl', '--scale', 'a'], 'BAD_ARGUMENT');
    await rejects([join(folder, 'missing'), '--preview'], 'FILE_NOT_FOUND');
    await rejects([join(folder, 'logs', 'notes.txt'), '--output', join(folder, 'x.jsonl')], 'NO_LABELS');
  });
});
