import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import type { ScoringBundle } from '../../../src/core/bundle/scoringBundle';
import { run } from '../support/runInMemory';
import { tinyBundle } from '../support/tinyBundle';

async function* chunksOf(text: string, size = 100): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const questions = [
  'fix the bug in this python function',
  'add the numbers seven and five',
  'tell me a story about a dragon',
  'what is the sum of three and four numbers',
  'xyzzy plugh',
];

/** Rows of a dataset, some of them broken. */
function dataset(rows: number): string {
  return Array.from({ length: rows }, (_, i) =>
    i % 50 === 7
      ? '{"prompt":\n'
      : `${JSON.stringify({ id: `q${i}`, prompt: `${questions[i % 5]} ${i}`, answer: 'no' })}\n`,
  ).join('');
}

interface Line {
  readonly row: number;
  readonly line: number;
  readonly id: string | null;
  readonly model?: string;
  readonly probability?: number;
  readonly distance?: number;
  readonly usd?: number;
  readonly skipped?: string;
}

const linesOf = (path: string): Line[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('recommend-llm score', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'recommend-llm-score-'));
    writeFileSync(at('in.jsonl'), dataset(500));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('writes one line for each row, in order, skipped rows included', async () => {
    const { code, error } = await run([
      'score',
      at('in.jsonl'),
      '--output',
      at('out.jsonl'),
      '--preference',
      'quality',
    ]);
    assert.equal(code, 0, error);
    const lines = linesOf(at('out.jsonl'));
    assert.deepEqual(
      lines.map(({ row }) => row),
      Array.from({ length: 500 }, (_, i) => i + 1),
    );
    assert.deepEqual(
      lines.map(({ line }) => line),
      lines.map(({ row }) => row),
    );
    assert.equal(lines.filter(({ skipped }) => skipped !== undefined).length, 10);
    assert.equal(lines[7]?.skipped, 'the line is not valid JSON: it ends too early');
    assert.equal(lines[0]?.model, 'coder');
    assert.equal(lines[1]?.model, 'mathematician');
    for (const { probability = -1, distance = -1, usd = -1, skipped } of lines) {
      if (skipped !== undefined) continue;
      assert.ok(probability > 0 && probability < 1 && distance >= 0 && distance <= 1 && usd > 0);
    }
    assert.match(error, /500 rows/);
    assert.match(error, /skipped: 10 rows/);
    assert.ok(!existsSync(at('out.jsonl.partial')) && !existsSync(at('out.jsonl.partial.json')));
  });

  it('writes CSV and Parquet with the same content', async () => {
    for (const ending of ['jsonl', 'csv', 'parquet'])
      assert.equal((await run(['score', at('in.jsonl'), '--output', at(`out.${ending}`)])).code, 0);
    const lines = linesOf(at('out.jsonl'));
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(at('out.parquet')) });
    assert.equal(rows.length, 500);
    rows.forEach((row, index) => {
      for (const [key, value] of Object.entries(row)) {
        const expected = (lines[index] as unknown as Record<string, unknown>)[key] ?? null;
        assert.equal(value ?? null, expected);
      }
    });
    const csv = readFileSync(at('out.csv'), 'utf8').trim().split('\n');
    assert.equal(
      csv[0],
      'row,file,line,id,category,model,probability,fallback,distance,distanceWord,usd,inputTokens,outputTokens,skipped',
    );
    assert.equal(csv.length, 501);
    assert.ok(csv[8]?.endsWith(',the line is not valid JSON: it ends too early'));
    assert.deepEqual(
      await Promise.all(['csv', 'parquet'].map(async (ending) => existsSync(at(`out.${ending}.partial`)))),
      [false, false],
    );
  });

  it('continues an interrupted run without losing or repeating a row', async () => {
    const whole = await run(['score', at('in.jsonl'), '--output', at('whole.jsonl')]);
    assert.equal(whole.code, 0);
    let scored = 0;
    const failing = async (): Promise<ScoringBundle> => {
      const bundle = tinyBundle();
      const { router } = bundle;
      return {
        ...bundle,
        router: {
          ...router,
          predict: async (texts) => {
            scored += texts.length;
            if (scored > 300) throw new Error('the machine went down');
            return router.predict(texts);
          },
        },
      };
    };
    const args = ['score', at('in.jsonl'), '--output', at('out.csv')];
    assert.equal((await run(args, { load: failing })).code, 2);
    assert.ok(!existsSync(at('out.csv')));
    const done = linesOf(at('out.csv.partial')).length;
    assert.ok(done > 100 && done < 300, String(done));
    // A killed process leaves half a line.
    appendFileSync(at('out.csv.partial'), '{"row":9999,"fi');

    const again = await run(args);
    assert.equal(again.code, 1);
    assert.match(
      again.error,
      /out\.csv\.partial is there: an earlier run was interrupted.*\nContinue it with --resume/,
    );
    const other = await run([...args, '--resume', '--preference', 'price']);
    assert.equal(other.code, 1);
    assert.match(other.error, /written from another input, with other options/);

    let rescored = 0;
    const counting = async (): Promise<ScoringBundle> => {
      const bundle = tinyBundle();
      const predict: typeof bundle.router.predict = (texts) => {
        rescored += texts.length;
        return bundle.router.predict(texts);
      };
      return { ...bundle, router: { ...bundle.router, predict } };
    };
    const resumed = await run([...args, '--resume'], { load: counting });
    assert.equal(resumed.code, 0, resumed.error);
    assert.ok(rescored <= 500 - done, `${rescored} rows were scored again`);
    await run(['score', at('in.jsonl'), '--output', at('whole.csv')]);
    assert.equal(readFileSync(at('out.csv'), 'utf8'), readFileSync(at('whole.csv'), 'utf8'));
  });

  it('does not continue when the input has changed', async () => {
    const broken = async (): Promise<ScoringBundle> => {
      const bundle = tinyBundle();
      let batches = 0;
      const predict: typeof bundle.router.predict = (texts) =>
        ++batches > 2 ? Promise.reject(new Error('down')) : bundle.router.predict(texts);
      return { ...bundle, router: { ...bundle.router, predict } };
    };
    const args = ['score', at('in.jsonl'), '--output', at('out.jsonl')];
    assert.equal((await run(args, { load: broken })).code, 2);
    appendFileSync(at('in.jsonl'), dataset(1));
    assert.match((await run([...args, '--resume'])).error, /cannot be continued/);
  });

  it('keeps what is done when it is cancelled', async () => {
    const bundle = tinyBundle();
    let batches = 0;
    const interrupting: ScoringBundle = {
      ...bundle,
      router: {
        ...bundle.router,
        predict: (texts) => {
          if (++batches === 3) process.emit('SIGINT');
          return bundle.router.predict(texts);
        },
      },
    };
    const args = ['score', at('in.jsonl'), '--output', at('out.jsonl')];
    const { code, error } = await run(args, { load: async () => interrupting });
    assert.equal(code, 1);
    assert.match(error, /Interrupted after [\d,]+ rows\.\nRun the same command with --resume to continue\./);
    assert.ok(!existsSync(at('out.jsonl')));
    assert.equal((await run([...args, '--resume'])).code, 0);
    await run(['score', at('in.jsonl'), '--output', at('whole.jsonl')]);
    assert.equal(readFileSync(at('out.jsonl'), 'utf8'), readFileSync(at('whole.jsonl'), 'utf8'));
  });

  it('filters standard input line for line', async () => {
    const input = `${dataset(100)}\n{"prompt":"the last line has no break and no id"}`;
    const { code, out } = await run(['score', '-'], { standardInput: chunksOf(input) });
    assert.equal(code, 0);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    assert.equal(lines.length, 102);
    assert.equal(lines[99]?.id, 'q99');
    assert.deepEqual(lines[100], { skipped: 'the line is blank' });
    assert.equal(lines[101]?.id, null);
  });

  it('gives the same lines for parts that are filtered apart', async () => {
    const input = dataset(200);
    const rows = input.match(/.*\n/g) ?? [];
    const whole = (await run(['score', '-', '--column', 'prompt'], { standardInput: chunksOf(input) })).out;
    let joined = '';
    for (let at = 0; at < rows.length; at += 37) {
      const part = rows.slice(at, at + 37).join('');
      joined += (await run(['score', '-', '--column', 'prompt'], { standardInput: chunksOf(part, 1_000) })).out;
    }
    assert.equal(joined, whole);
  });

  it('refuses what it cannot do, in a clear sentence', async () => {
    for (const [args, message] of [
      [[], /No file was named/],
      [[at('in.jsonl')], /--output is missing/],
      [[at('in.jsonl'), '--output', at('out.txt')], /must end in \.jsonl, \.csv or \.parquet/],
      [[at('in.jsonl'), '--output', at('in.jsonl')], /names the input itself/],
      [['-', '--resume'], /do not apply/],
      [[at('none.jsonl'), '--output', at('out.jsonl')], /does not exist/],
      [[at('in.jsonl'), '--output', join(folder, 'none', 'out.jsonl')], /could not be written/],
      [[at('in.jsonl'), '--output', at('out.jsonl'), '--column', 'nothing'], /has no column "nothing"/],
      [[at('in.jsonl'), '--output', at('out.jsonl'), '--mode', 'paper'], /whole datasets/],
    ] as const) {
      const { code, error } = await run(['score', ...args]);
      assert.equal(code, 1);
      assert.match(error, message);
      assert.ok(!existsSync(at('out.jsonl.partial')));
    }
  });
});
