import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { type ByteSource, memorySource } from '../../src/core/files/source';
import type { Prompt } from '../../src/core/prompts/prompt';
import type { ReadReport } from '../../src/core/prompts/readReport';
import { samplePrompts } from '../../src/core/prompts/samplePrompts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Rows of which the odd ones are twenty times as long as the even ones. */
function prompts(rows: number): string[] {
  return Array.from({ length: rows }, (_, i) =>
    i % 2 === 0 ? `short one ${i}` : `long, "quoted" one ${i} ${'and on '.repeat(40)}`,
  );
}

const jsonl = (rows: number): Uint8Array =>
  encode(
    prompts(rows)
      .map((prompt, i) => `${JSON.stringify({ id: `r${i}`, prompt })}\n`)
      .join(''),
  );

const csv = (rows: number): Uint8Array =>
  encode(
    `id,prompt,note\n${prompts(rows)
      .map((prompt, i) => `r${i},"${prompt.replaceAll('"', '""')}${i % 3 === 0 ? '\nsecond, line' : ''}",x\n`)
      .join('')}`,
  );

async function draw(
  source: ByteSource,
  rows: number,
  seed: number,
): Promise<{ drawn: Prompt[]; report: ReadReport } | null> {
  const reading = await samplePrompts([source], { rows, seed, fromBytes: 0 });
  if (!reading) return null;
  const drawn: Prompt[] = [];
  for await (const prompt of reading.prompts) drawn.push(prompt);
  return { drawn, report: reading.report() };
}

describe('samplePrompts', () => {
  for (const [name, bytes] of [
    ['rows.jsonl', jsonl(20_000)],
    ['rows.csv', csv(20_000)],
  ] as const) {
    it(`draws rows of ${name} uniformly whatever their length, and estimates how many there are`, async () => {
      let short = 0;
      let early = 0;
      let count = 0;
      for (let seed = 1; seed <= 4; seed++) {
        const sample = await draw(memorySource(name, bytes), 400, seed);
        assert.ok(sample);
        const { drawn, report } = sample;
        assert.equal(new Set(drawn.map(({ id }) => id)).size, drawn.length);
        assert.ok(drawn.length >= 395, String(drawn.length));
        const numbers = drawn.map(({ id }) => Number(id.slice(1)));
        assert.ok(numbers.every((number, i) => i === 0 || number > (numbers[i - 1] ?? 0)));
        short += numbers.filter((number) => number % 2 === 0).length;
        early += numbers.filter((number) => number < 10_000).length;
        count += drawn.length;
        const { prompts: sampled = 0, ofRows = 0 } = report.sample ?? {};
        assert.equal(sampled, drawn.length);
        assert.ok(Math.abs((ofRows ?? 0) - 20_000) < 3_000, String(ofRows));
        assert.ok(report.rowsSkipped <= 5, String(report.rowsSkipped));
      }
      // 1,600 draws: the standard error of a share is about .0135; by bytes, short rows would be .1 of them.
      assert.ok(Math.abs(short / count - 0.5) < 0.05, String(short / count));
      assert.ok(Math.abs(early / count - 0.5) < 0.05, String(early / count));
    });
  }

  it('is a function of the seed', async () => {
    const source = memorySource('rows.jsonl', jsonl(2_000));
    const ids = async (seed: number): Promise<string[] | undefined> =>
      (await draw(source, 50, seed))?.drawn.map(({ id }) => id);
    assert.deepEqual(await ids(7), await ids(7));
    assert.notDeepEqual(await ids(7), await ids(8));
  });

  it('samples several files as one', async () => {
    const reading = await samplePrompts([memorySource('a.jsonl', jsonl(3_000)), memorySource('b.csv', csv(1_000))], {
      rows: 400,
      seed: 1,
      fromBytes: 0,
    });
    assert.ok(reading);
    let first = 0;
    let all = 0;
    for await (const batch of reading.outcomes) {
      for (const row of batch) if (row.file === 'a.jsonl') first++;
      all += batch.length;
    }
    assert.ok(Math.abs(first / all - 0.75) < 0.1, String(first / all));
  });

  it('leaves small, compressed and unseekable input to the full pass', async () => {
    const bytes = jsonl(100);
    const { slice: _, ...streaming } = memorySource('x.jsonl', bytes);
    assert.equal(await draw(streaming, 10, 1), null);
    assert.equal(await draw(memorySource('x.jsonl.gz', gzipSync(bytes)), 10, 1), null);
    assert.equal(await draw(memorySource('x.json', bytes), 10, 1), null);
    assert.equal(await samplePrompts([memorySource('x.jsonl', bytes)], { rows: 10, seed: 1 }), null);
  });
});
