import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onPath } from '../../scripts/exec';
import { findParallel } from '../../scripts/gnuParallel';

const rows = 1_200;

/** The sample questions over and over, numbered so that no row equals another, with a line in each hundred that is no JSON. */
function dataset(): string[] {
  const questions = readFileSync('samples/questions.jsonl', 'utf8').trim().split('\n');
  return Array.from({ length: rows }, (_, i) => {
    if (i % 100 === 37) return '{broken';
    const row = JSON.parse(questions[i % questions.length] ?? '') as { question: string };
    return JSON.stringify({ ...row, id: `row-${i}`, question: `${row.question} (${i})` });
  });
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

describe('recommend-llm score under GNU parallel', function () {
  this.timeout(180_000);
  const input = dataset();
  let parallel = '';
  let folder = '';
  /** What one run over everything gives, line for line. */
  let single: string[] = [];

  /** Runs a command with the built command line as `$CLI`. */
  const run = (
    command: string,
    args: readonly string[],
    stdin = '',
  ): { status: number | null; out: string; err: string } => {
    const env = { ...process.env, CLI: resolve('dist/cli.js'), NODE: process.execPath, FOLDER: folder };
    const done = spawnSync(command, args, {
      input: stdin,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
      // The workers below are functions of bash.
      env: { ...env, SHELL: onPath('bash') ?? 'bash', PARALLEL_HOME: folder },
    });
    return { status: done.status, out: done.stdout, err: done.stderr };
  };

  before(async () => {
    parallel = await findParallel();
    folder = await mkdtemp(join(tmpdir(), 'recommend-llm-parallel-'));
    const done = run(process.execPath, ['dist/cli.js', 'score', '-', '--column', 'question'], text(input));
    assert.equal(done.status, 0, done.err);
    single = done.out.trimEnd().split('\n');
    assert.equal(single.length, rows);
    assert.equal(single.filter((line) => line.includes('"skipped"')).length, rows / 100);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('gives as a filter what a single run gives, with a worker killed in the middle of its part', () => {
    // Of the third part, 20 rows are scored and written, then its worker is killed; GNU parallel gives the part to another one.
    const worker = `
      if [ "$PARALLEL_SEQ" = 3 ] && mkdir "$FOLDER/killed" 2>/dev/null; then
        head -n 20 | "$NODE" "$CLI" score - --column question
        kill -KILL $$
      fi
      exec "$NODE" "$CLI" score - --column question`;
    const options = ['--will-cite', '--pipe', '--block', '48k', '--keep-order', '--retries', '3', '--jobs', '3'];
    const joblog = join(folder, 'filter.log');
    const done = run(parallel, [...options, '--joblog', joblog, worker], text(input));
    assert.equal(done.status, 0, done.err);
    assert.ok(existsSync(join(folder, 'killed')), 'no worker was killed');
    assert.ok(readFileSync(joblog, 'utf8').trim().split('\n').length > 4, 'there were fewer than four parts');
    assert.deepEqual(done.out.trimEnd().split('\n'), single);
  });

  it('continues the part of a killed worker with --resume-failed, without losing or repeating a row', () => {
    const size = rows / 3;
    for (let part = 0; part < 3; part++)
      writeFileSync(join(folder, `part-${part}.jsonl`), text(input.slice(part * size, (part + 1) * size)));
    // The worker of the middle part is killed once it has written results; a second start finds them.
    const worker = `
      score() { exec "$NODE" "$CLI" score "$FOLDER/$1.jsonl" --column question --output "$FOLDER/$1.picks.jsonl" --resume; }
      if [ {} = part-1 ] && mkdir "$FOLDER/interrupted" 2>/dev/null; then
        score {} & pid=$!
        while kill -0 $pid 2>/dev/null && ! [ -s "$FOLDER/{}.picks.jsonl.partial" ]; do :; done
        kill -KILL $pid
        wait $pid
        exit $?
      fi
      score {}`;
    const options = ['--will-cite', '--jobs', '2', '--joblog', join(folder, 'files.log')];
    const parts = [':::', 'part-0', 'part-1', 'part-2'];
    const first = run(parallel, [...options, worker, ...parts]);
    assert.equal(first.status, 1, 'one job should have failed');
    const partial = readFileSync(join(folder, 'part-1.picks.jsonl.partial'), 'utf8').split('\n').length - 1;
    assert.ok(partial > 0 && partial < size, `${partial} rows were done when the worker was killed`);
    assert.ok(!existsSync(join(folder, 'part-1.picks.jsonl')));
    const second = run(parallel, [...options, '--resume-failed', worker, ...parts]);
    assert.equal(second.status, 0, second.err);
    assert.match(
      second.err,
      new RegExp(`part-1\\.picks\\.jsonl: ${size} rows \\(\\d+ of them from the interrupted run\\)`),
    );
    assert.doesNotMatch(second.err, /part-[02]\.picks/);

    const joined = [0, 1, 2].flatMap((part) =>
      readFileSync(join(folder, `part-${part}.picks.jsonl`), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line, index) => {
          const { row, file: _file, line: at, ...fields } = JSON.parse(line) as Record<string, unknown>;
          assert.equal(row, index + 1);
          assert.equal(at, index + 1);
          return JSON.stringify(fields);
        }),
    );
    assert.deepEqual(joined, single);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('partial')),
      [],
    );
  });
});
