import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table, usd } from '../../../src/cli/terminal';
import { RecommendError } from '../../../src/core/errors';
import { run } from '../support/runInMemory';

describe('recommend-llm', () => {
  let folder = '';
  const file = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recommend-llm-cli-'));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('explains itself and every command', async () => {
    assert.match((await run(['--help'])).out, /Commands:/);
    for (const command of ['recommend', 'evaluate']) {
      const { code, out } = await run([command, '--help']);
      assert.equal(code, 0);
      assert.match(out, new RegExp(`recommend-llm ${command}`));
    }
    assert.equal((await run([])).code, 1);
  });

  it('recommends in words', async () => {
    const { code, out } = await run([
      'recommend',
      await file('a.txt', 'fix the bug in the python function'),
      '--preference',
      'quality',
    ]);
    assert.equal(code, 0);
    assert.match(out, /→ coder {2}\(coder\)/);
    assert.match(out, /1 prompt\n/);
    assert.match(out, /An agent loop decides the bill/);
    assert.match(out, /best on average/);
  });

  it('recommends in the documented JSON', async () => {
    const { out } = await run([
      'recommend',
      await file('a.txt', 'add the numbers'),
      '--json',
      '--candidates',
      'acme/*,!coder',
    ]);
    const result = JSON.parse(out);
    for (const key of [
      'file',
      'prompts',
      'recommendation',
      'picks',
      'candidates',
      'distance',
      'outOfDistribution',
      'nearest',
      'bundle',
      'timing',
    ])
      assert.ok(key in result, key);
    assert.match(result.recommendation.reason, /\w\.$/);
    for (const key of ['model', 'fallback', 'reason', 'beatsBest']) assert.ok(key in result.recommendation, key);
    for (const key of ['model', 'name', 'probability', 'interval', 'evidence', 'price', 'cost', 'scores'])
      assert.ok(key in result.candidates[0], key);
    assert.deepEqual(Object.keys(result.nearest[0]), ['benchmark', 'category', 'item', 'similarity']);
    assert.deepEqual(result.candidates.map(({ model }: { model: string }) => model).sort(), [
      'all-round',
      'cheap',
      'mathematician',
    ]);
  });

  it('reads standard input', async () => {
    async function* input(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode('what is the sum of the numbers');
    }
    const { code, out } = await run(['recommend', '-', '--json', '--preference', 'quality'], {
      standardInput: input(),
    });
    assert.equal(code, 0);
    assert.equal(JSON.parse(out).recommendation.model, 'mathematician');
  });

  it('reads a long dataset from standard input, whatever its chunks', async () => {
    const rows = Array.from({ length: 40_000 }, (_, index) => `{"prompt":"add the numbers ${index} and five"}\n`).join(
      '',
    );
    async function* input(): AsyncGenerator<Uint8Array> {
      const bytes = new TextEncoder().encode(rows);
      for (let at = 0; at < bytes.length; at += 60_001) yield bytes.subarray(at, at + 60_001);
    }
    const { code, out } = await run(['recommend', '-', '--json'], { standardInput: input() });
    assert.equal(code, 0);
    assert.equal(JSON.parse(out).prompts, 40_000);
  });

  it('evaluates a labelled file', async () => {
    const rows = Array.from({ length: 20 }, (_, index) => ({
      prompt: `add the numbers ${index}`,
      scores: { mathematician: 1, coder: 0 },
    }));
    const path = await file('labelled.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
    const { code, out } = await run(['evaluate', path]);
    assert.equal(code, 0);
    assert.match(out, /20 labelled prompts/);
    assert.match(out, /routed, prompt by prompt +100 %/);
    assert.equal(JSON.parse((await run(['evaluate', path, '--json'])).out).routed, 1);
  });

  const broken: readonly [string, string | Uint8Array, readonly string[]][] = [
    ['empty.jsonl', '', []],
    ['empty.txt', '', []],
    ['binary.txt', Uint8Array.from({ length: 4000 }, (_, index) => (index * 7919) % 256), []],
    ['numbers.csv', 'a,b\n1,2\n3,4\n', []],
    ['ok.jsonl', '{"prompt":"add"}', ['--column', 'nothing']],
    ['ok.jsonl', '{"prompt":"add"}', ['--candidates', 'nobody']],
    ['ok.jsonl', '{"prompt":"add"}', ['--preference', 'best']],
    ['ok.jsonl', '{"prompt":"add"}', ['--unknown']],
  ];
  for (const [name, content, options] of broken) {
    it(`reports bad input once, with what to do: ${name} ${options.join(' ')}`, async () => {
      const { code, out, error } = await run(['recommend', await file(name, content), ...options]);
      assert.equal(code, 1, error);
      assert.equal(out, '');
      assert.equal(error.trimEnd().split('\n').length, 2, error);
    });
  }

  it('counts a truncated row and scores the others', async () => {
    const path = await file('cut.jsonl', '{"prompt":"add the numbers"}\n{"prompt":"fix the py');
    const { code, out } = await run(['recommend', path]);
    assert.equal(code, 0);
    assert.match(out, /1 row of 2 were skipped; the first, line 2/);
  });

  it('tells bad input from a defect of its own', async () => {
    const path = await file('a.txt', 'add');
    const missing = await run(['recommend', join(folder, 'missing.txt')]);
    assert.equal(missing.code, 1);
    const tampered = await run(['recommend', path], {
      load: async () => {
        throw new RecommendError('BUNDLE_TAMPERED', 'The file x does not match its hash.', 'Install it again.');
      },
    });
    assert.equal(tampered.code, 1);
    assert.match(tampered.error, /does not match its hash/);
    const defect = await run(['recommend', path], {
      load: async () => {
        throw new TypeError('oops');
      },
    });
    assert.equal(defect.code, 2);
    assert.equal((await run(['frobnicate'])).code, 1);
  });
});

describe('terminal', () => {
  it('writes small and large amounts with three digits', () => {
    assert.equal(usd(0.000012345), '$0.0000123');
    assert.equal(usd(0.5), '$0.500');
    assert.equal(usd(12.345), '$12.3');
    assert.equal(usd(0), '$0');
    assert.equal(usd(null), 'not known');
  });

  it('aligns columns', () => {
    assert.equal(
      table(
        [
          ['a', 'b'],
          ['long', '1'],
        ],
        [1],
      ),
      'a     b\nlong  1',
    );
  });
});
