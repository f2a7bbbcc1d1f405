import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RecommendError } from '../../src/core/errors';
import { type ByteSource, memorySource, type Workspace } from '../../src/core/files/source';
import { readPrompts } from '../../src/core/prompts/readPrompts';
import { scoredText } from '../../src/core/prompts/scoredText';
import { seededRandom } from '../../src/core/scores/seededRandom';

/** Cases for all samples together. */
const cases = 24_000;
/** What no case may need on top of what was there before, in MB. */
const memoryLimit = 300;

/** Pieces that mean something to one parser or another. */
const tokens = [
  '"',
  "'",
  ',',
  '\t',
  '\n',
  '\r\n',
  '\r',
  '{',
  '}',
  '[',
  ']',
  ':',
  '---\n',
  '...\n',
  '- ',
  '&a ',
  '*a',
  '<<: *a\n',
  '!!binary ',
  '!<x> ',
  '|\n',
  '>-\n',
  '\\u0000',
  '\\ud800',
  '\0',
  '\uFEFF',
  '\uFFFD',
  '{{',
  '}}',
  '{%',
  '%}',
  '{#',
  '${input:',
  '{{#each x}}',
  '{{role "user"}}',
  'system:\n',
  'user:\n',
  '#file:../../etc/passwd',
  '](../x)',
  'file:///etc/passwd',
  'null',
  'true',
  '1e999',
  '-0',
  '99999999999999999999',
  '"__proto__":',
  '"constructor":',
  '"messages":',
  '"role":',
  '"content":',
  'prompts:',
  'tests:',
  'vars:',
  '[['.repeat(300),
  '{"a":'.repeat(300),
  'a,'.repeat(500),
  '""'.repeat(100),
].map((text) => Buffer.from(text));

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

/** One to six changes: bytes, cuts, repetitions, tokens, pieces of another sample. */
function mutated(original: Buffer, other: Buffer, random: () => number): Buffer {
  let bytes = original;
  const below = (limit: number): number => Math.floor(random() * limit);
  for (let changes = 1 + below(6); changes > 0; changes--) {
    const at = below(bytes.length + 1);
    const length = random() < 0.8 ? below(16) : below(bytes.length + 1);
    const before = bytes.subarray(0, at);
    const after = bytes.subarray(at);
    switch (below(8)) {
      case 0: {
        bytes = Buffer.from(bytes);
        if (at < bytes.length) bytes[at] = below(256);
        break;
      }
      case 1: {
        bytes = Buffer.from(bytes);
        if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
        break;
      }
      case 2:
        bytes = Buffer.concat([before, after.subarray(length)]);
        break;
      case 3:
        bytes = Buffer.concat([before, after.subarray(0, length), after]);
        break;
      case 4:
        bytes = Buffer.concat([before, tokens[below(tokens.length)] ?? Buffer.alloc(0), after]);
        break;
      case 5:
        bytes = Buffer.from(before);
        break;
      case 6:
        bytes = Buffer.concat([before, Buffer.alloc(length, below(256)), after]);
        break;
      default: {
        const from = below(other.length);
        bytes = Buffer.concat([before, other.subarray(from, from + length), after.subarray(length)]);
      }
    }
    // Repetitions of repetitions test patience, not parsers.
    if (bytes.length > 1 << 16) bytes = bytes.subarray(0, 1 << 16);
  }
  return bytes;
}

/** Every reference leads to some text, and must have been asked for by a name. */
const workspace: Workspace = {
  async resolve(_from, reference): Promise<ByteSource | 'missing'> {
    return reference.length % 2 === 0 ? memorySource(reference, Buffer.from('a text')) : 'missing';
  },
};

/** @returns the number of prompts; what is wrong with the input must be told by a RecommendError */
async function outcomeOf(name: string, bytes: Buffer): Promise<number | string> {
  const reading = readPrompts([memorySource(name, bytes, 4_096)], { workspace });
  let prompts = 0;
  try {
    for await (const prompt of reading.prompts) {
      prompts++;
      assert.ok(scoredText(prompt).length < 32_000);
    }
  } catch (thrown) {
    if (!RecommendError.is(thrown) || thrown.code === 'INTERNAL') throw thrown;
    assert.ok(thrown.message.length > 0 && thrown.nextStep.length > 0);
    return thrown.code;
  }
  const report = reading.report();
  assert.equal(report.promptsScored, prompts);
  assert.equal(report.rowsRead, report.promptsScored + report.rowsSkipped);
  return prompts;
}

describe('mutated samples', () => {
  const samples = filesUnder('samples').map((path) => ({ path, bytes: readFileSync(path) }));
  const perSample = Math.ceil(cases / samples.length);
  let count = 0;
  let broken = 0;

  for (const [index, { path, bytes }] of samples.entries()) {
    it(`are read or refused: ${path}`, async () => {
      const random = seededRandom(20_230_915 + index);
      const memory = process.memoryUsage().rss / (1 << 20);
      for (let round = 0; round < perSample; round++) {
        const other = samples[Math.floor(random() * samples.length)]?.bytes ?? bytes;
        const content = mutated(bytes, other, random);
        // A wrong ending now and then.
        const name = random() < 0.9 ? path : (samples[Math.floor(random() * samples.length)]?.path ?? path);
        try {
          if (typeof (await outcomeOf(name, content)) === 'string') broken++;
        } catch (thrown) {
          throw new Error(`${name}, case ${round}: ${content.subarray(0, 2_000).toString('base64')}`, {
            cause: thrown,
          });
        }
        count++;
      }
      const grown = process.memoryUsage().rss / (1 << 20) - memory;
      assert.ok(grown < memoryLimit, `${grown} MB`);
    });
  }

  after(() => console.log(`    ${count} cases, ${broken} of them refused`));

  it('were enough, some fine and some broken', () => {
    assert.ok(count >= 20_000, String(count));
    assert.ok(broken > count / 20 && broken < count * 0.9, String(broken));
  });
});
