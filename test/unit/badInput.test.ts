import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { ByteWriter, parquetWrite, parquetWriteBuffer } from 'hyparquet-writer';
import { reportInEnglish } from '../../src/core/english';
import { type ErrorCode, RecommendError } from '../../src/core/errors';
import type { ByteSource } from '../../src/core/files/source';
import { memorySource, textSource } from '../../src/core/files/source';
import type { Prompt } from '../../src/core/prompts/prompt';
import type { ReadOptions } from '../../src/core/prompts/readOptions';
import { readPrompts } from '../../src/core/prompts/readPrompts';
import type { ReadReport } from '../../src/core/prompts/readReport';
import { scoredText } from '../../src/core/prompts/scoredText';
import { localSource, localSources, localWorkspace } from '../../src/scoring/localFiles';

interface Read {
  readonly prompts: Prompt[];
  readonly report: ReadReport<string>;
}

async function readFrom(sources: readonly ByteSource[], options?: ReadOptions): Promise<Read> {
  const reading = readPrompts(sources, options);
  const prompts: Prompt[] = [];
  for await (const prompt of reading.prompts) prompts.push(prompt);
  return { prompts, report: reportInEnglish(reading.report()) };
}

const readBytes = (name: string, bytes: Uint8Array, options?: ReadOptions): Promise<Read> =>
  readFrom([memorySource(name, bytes)], options);
const readText = (name: string, text: string, options?: ReadOptions): Promise<Read> =>
  readFrom([textSource(name, text)], options);

async function fails(reading: Promise<Read>, code: ErrorCode, message: RegExp): Promise<void> {
  await assert.rejects(reading, (thrown) => {
    assert.ok(RecommendError.is(thrown), String(thrown));
    assert.equal(thrown.code, code, thrown.message);
    assert.match(thrown.message, message);
    assert.match(thrown.message, /\.$/);
    assert.match(thrown.nextStep, /\.$/);
    return true;
  });
}

/** Bytes that come in chunks from a function: files larger than memory should be. */
function streamSource(name: string, size: number, chunks: () => Iterable<Uint8Array>): ByteSource {
  return {
    name,
    size,
    async *open() {
      yield* chunks();
    },
  };
}

/** The most heap and buffers held while `step` runs, in MB, above what was held before. */
async function peakMegabytes(step: () => Promise<unknown>): Promise<number> {
  const held = (): number => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = held();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, held());
  }, 2);
  try {
    await step();
  } finally {
    clearInterval(timer);
  }
  return (Math.max(peak, held()) - before) / (1 << 20);
}

describe('bad input', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'recommend-llm-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  describe('encodings', () => {
    const text = '{"prompt":"Größe der Brücke? Ω"}\n{"prompt":"zwei Wörter"}\n';

    it('reads UTF-8 with a byte order mark', async () => {
      const { prompts, report } = await readBytes('x.jsonl', Buffer.from(`\uFEFF${text}`));
      assert.equal(prompts[0]?.parts[0]?.text, 'Größe der Brücke? Ω');
      assert.equal(report.encoding, 'utf-8');
    });

    for (const [label, mark] of [
      ['with', '\uFEFF'],
      ['without', ''],
    ] as const) {
      it(`reads UTF-16 of both byte orders ${label} a byte order mark`, async () => {
        const little = Buffer.from(mark + text, 'utf16le');
        const big = Buffer.from(little).swap16();
        for (const bytes of [little, big]) {
          const { prompts, report } = await readBytes('x.jsonl', bytes);
          assert.deepEqual(
            prompts.map((prompt) => prompt.parts[0]?.text),
            ['Größe der Brücke? Ω', 'zwei Wörter'],
          );
          assert.match(report.encoding, bytes === little ? /^utf-16le/ : /^utf-16be/);
        }
      });
    }

    it('guesses Windows-1252 and says so', async () => {
      const { prompts, report } = await readBytes('x.csv', Buffer.from('prompt\nWie groß ist die Brücke?\n', 'latin1'));
      assert.equal(prompts[0]?.parts[0]?.text, 'Wie groß ist die Brücke?');
      assert.equal(report.encoding, 'windows-1252 (guessed)');
      assert.deepEqual(report.warnings, ['x.csv is not valid UTF-8: it was read as Windows-1252.']);
    });

    it('skips a row that is not valid UTF-8 in a file that otherwise is', async () => {
      const bytes = Buffer.concat([
        Buffer.from(text.repeat(3)),
        Buffer.from('{"prompt":"br\xfccke"}\n', 'latin1'),
        Buffer.from(text),
      ]);
      const { prompts, report } = await readBytes('x.jsonl', bytes);
      assert.equal(prompts.length, 8);
      assert.deepEqual(report.skipped, [{ file: 'x.jsonl', line: 7, reason: 'the line is not valid UTF-8' }]);
    });

    it('reads CRLF as LF', async () => {
      const { prompts } = await readText('x.jsonl', text.replaceAll('\n', '\r\n'));
      assert.deepEqual(
        prompts.map((prompt) => prompt.line),
        [1, 2],
      );
      const csv = await readText('x.csv', 'prompt,answer\r\n"two\r\nlines",1\r\nthree four,2\r\n');
      assert.deepEqual(
        csv.prompts.map((prompt) => prompt.line),
        [2, 4],
      );
      const matter = await readText('x.prompt.md', '---\r\nmodel: gpt-4o\r\n---\r\nHello there\r\n');
      assert.equal(matter.prompts[0]?.declaredModel, 'gpt-4o');
      assert.equal(matter.prompts[0]?.parts[0]?.text, 'Hello there');
    });

    it('scores lone surrogates and NULs as harmless characters', async () => {
      const { prompts } = await readText('x.jsonl', '{"prompt":"a\\ud800b\\u0000c"}\n');
      assert.equal(scoredText(prompts[0] as Prompt), 'a\uFFFDb c');
    });

    it('skips a line with raw NULs', async () => {
      const { report } = await readText(
        'x.jsonl',
        `{"prompt":"fine"}\n{"prompt":"a\0b"}\n${'{"prompt":"more of it"}\n'.repeat(40)}`,
      );
      assert.deepEqual(report.skipped, [
        { file: 'x.jsonl', line: 2, reason: 'the line holds NUL characters and is not valid JSON' },
      ]);
    });
  });

  describe('no text', () => {
    for (const name of ['x.txt', 'x.jsonl', 'x.csv', 'x.json', 'x.yaml', 'x.parquet', 'x.prompt.md', 'x.jsonl.gz']) {
      it(`says that ${name} is empty`, () => fails(readText(name, ''), 'FILE_EMPTY', new RegExp(`^${name} is empty`)));
    }
    it('says that white space is empty', () => fails(readText('x.txt', ' \n\t\n'), 'FILE_EMPTY', /is empty/));
    it('says that front matter alone is empty', () =>
      fails(readText('x.prompt.md', '---\nmodel: x\n---\n'), 'FILE_EMPTY', /no prompt below/));
    it('says that a picture is no text', () => {
      const noise = Uint8Array.from({ length: 4_000 }, (_, i) => (i * 7919 + ((i * i) >> 3)) & 255);
      return fails(
        readBytes('x.txt', Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), noise])),
        'FILE_BINARY',
        /is not a text file/,
      );
    });
    it('says that a program is read by selection only', async () => {
      await fails(readText('x.py', 'print(1)'), 'FORMAT_UNKNOWN', /x\.py is a program/);
      const { prompts } = await readFrom([textSource('x.py', 'Write a haiku.', 'python')]);
      assert.equal(prompts.length, 1);
    });
    it('names the first reason where no row could be read', () =>
      fails(
        readText('x.jsonl', 'nonsense\nmore\n'),
        'NO_PROMPTS',
        /No row of x\.jsonl .* line 1: the line is not valid JSON/,
      ));
    it('says that a JSON value is neither a prompt nor a list', () =>
      fails(readText('x.json', '{"a":1}'), 'NO_PROMPTS', /neither a prompt nor a list/));
  });

  describe('truncated and damaged files', () => {
    it('skips the last line of a truncated JSONL', async () => {
      const { prompts, report } = await readText('x.jsonl', '{"prompt":"one"}\n{"prompt":"tw');
      assert.equal(prompts.length, 1);
      assert.match(report.skipped[0]?.reason ?? '', /ends too early/);
    });
    it('skips what a quote that is never closed swallows', async () => {
      const { prompts, report } = await readText('x.csv', 'prompt,answer\nfirst one,1\n"second,2\nthird,3\n');
      assert.equal(prompts.length, 1);
      assert.match(report.skipped[0]?.reason ?? '', /never closed/);
      assert.equal(report.skipped[0]?.line, 3);
    });
    it('skips rows with another number of cells', async () => {
      const { prompts, report } = await readText(
        'x.csv',
        'prompt,answer\nfirst one,1\nsecond\nthird one,3,4\nfourth one,4,,\n',
      );
      assert.deepEqual(
        prompts.map((prompt) => prompt.line),
        [2, 5],
      );
      assert.deepEqual(
        report.skipped.map((row) => row.line),
        [3, 4],
      );
    });
    it('names line and column of a mistake in JSON', () =>
      fails(
        readText('x.json', '[\n {"prompt": "a",}\n]'),
        'FORMAT_BROKEN',
        /x\.json is not valid JSON: the mistake is on line 2, column 17/,
      ));
    it('names the line of a mistake in YAML', () =>
      fails(readText('x.yaml', 'a: 1\nb: [1, 2\nc: 3\n'), 'FORMAT_BROKEN', /x\.yaml cannot be read as YAML: .*line 3/));
    it('reads the body where the front matter is no YAML', async () => {
      const { prompts, report } = await readText('x.prompt.md', '---\nmodel: [\n---\nHello there');
      assert.equal(prompts.length, 1);
      assert.match(report.warnings?.[0] ?? '', /front matter of x\.prompt\.md is not valid YAML/);
    });
    it('says where a gz or zst file breaks off', async () => {
      const whole = gzipSync('{"prompt":"one two three"}\n'.repeat(500));
      await fails(
        readBytes('x.jsonl.gz', whole.subarray(0, whole.length - 20)),
        'FORMAT_BROKEN',
        /x\.jsonl\.gz is damaged or cut/,
      );
      const zst = zstdOf(Buffer.from('{"prompt":"one two three"}\n'.repeat(500)));
      assert.equal((await readBytes('x.jsonl.zst', zst)).prompts.length, 500);
      await fails(
        readBytes('x.jsonl.zst', zst.subarray(0, zst.length - 20)),
        'FORMAT_BROKEN',
        /x\.jsonl\.zst is damaged or cut/,
      );
    });
    it('says what is wrong with an Inspect archive, and leaves out only the samples that are broken', async () => {
      const whole = evalArchive({});
      assert.equal((await readBytes('x.eval', whole)).prompts.length, 3);
      for (const cut of [whole.length >> 3, whole.length >> 2])
        await fails(
          readBytes('x.eval', whole.subarray(0, cut)),
          'FORMAT_BROKEN',
          /not a whole zip archive|middle of a sample|holds no sample/,
        );
      await fails(readText('x.eval', '{"eval":{}}'), 'FORMAT_BROKEN', /x\.eval .*not a zip archive/);
      await fails(readBytes('x.eval', zipSync({ 'a.txt': strToU8('a') })), 'FORMAT_BROKEN', /holds no sample/);
      const samples = { 'samples/2_epoch_1.json': '{"input":', 'samples/0_epoch_1.json': `"${'a'.repeat(33 << 20)}"` };
      const { prompts, report } = await readBytes('x.eval', evalArchive(samples));
      assert.equal(prompts.length, 1);
      assert.deepEqual(
        report.skipped.map(({ line, reason }) => [line, reason]),
        [
          [1, 'samples/0_epoch_1.json is larger than 32 MB'],
          [3, 'samples/2_epoch_1.json is not valid JSON'],
        ],
      );
    });
    it('reads an Inspect archive in Zstandard, and names a compression that it does not know', async () => {
      const { prompts } = await readBytes('x.eval', evalArchive({}, 93));
      assert.deepEqual(prompts.map(scoredText), ['question 0', 'question 1', 'question 2']);
      assert.deepEqual(prompts[0]?.correctness, { 'openai/gpt-4o-mini': 1 });
      await fails(readBytes('x.eval', evalArchive({}, 12)), 'NO_PROMPTS', /zip method 12/);
    });
    it('notices a wrong checksum in gz', () => {
      const bytes = gzipSync('{"prompt":"one two three"}\n'.repeat(50));
      bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 1;
      return fails(readBytes('x.jsonl.gz', bytes), 'FORMAT_BROKEN', /damaged or cut/);
    });
    it('says that a Parquet file is truncated', async () => {
      const whole = new Uint8Array(parquetOf(['one two', 'three four']));
      await fails(
        readBytes('x.parquet', whole.subarray(0, whole.length - 5)),
        'FORMAT_BROKEN',
        /not a complete Parquet file: its footer/,
      );
      await fails(readBytes('x.parquet', whole.subarray(0, 20)), 'FORMAT_BROKEN', /not a complete Parquet file/);
    });
    it('says which row group of a Parquet file is damaged', () => {
      const bytes = new Uint8Array(parquetOf(Array.from({ length: 2_000 }, (_, i) => `question number ${i}`)));
      bytes.fill(0xff, 40, 400);
      return fails(readBytes('x.parquet', bytes), 'FORMAT_BROKEN', /row group 1 of \d+ cannot be read/);
    });
  });

  describe('absurd sizes', () => {
    const megabyte = new Uint8Array(1 << 20).fill(97);

    it('skips a line of 100 MB in bounded memory', async () => {
      const source = streamSource('x.jsonl', 100 << 20, function* () {
        yield Buffer.from('{"prompt":"before it"}\n{"prompt":"');
        for (let i = 0; i < 100; i++) yield megabyte;
        yield Buffer.from('"}\n{"prompt":"after it"}\n');
      });
      let read: Read | undefined;
      const peak = await peakMegabytes(async () => {
        read = await readFrom([source]);
      });
      assert.equal(read?.prompts.length, 2);
      assert.deepEqual(read?.report.skipped, [{ file: 'x.jsonl', line: 2, reason: 'the line is longer than 16 MB' }]);
      assert.ok(peak < 100, `${peak} MB`);
    });
    it('refuses a text of 100 MB', () => {
      const source = streamSource('x.txt', 100 << 20, function* () {
        for (let i = 0; i < 100; i++) yield megabyte;
      });
      return fails(readFrom([source]), 'FILE_TOO_LARGE', /x\.txt is larger than 32 MB/);
    });
    it('ends a CSV at a row of 100 MB', async () => {
      const source = streamSource('x.csv', 100 << 20, function* () {
        yield Buffer.from('prompt,answer\nfirst one,1\n"');
        for (let i = 0; i < 100; i++) yield megabyte;
      });
      const { prompts, report } = await readFrom([source]);
      assert.equal(prompts.length, 1);
      assert.match(report.skipped[0]?.reason ?? '', /longer than 16 MB/);
    });
    it('streams a JSON array larger than memory should be, in bounded memory', async () => {
      const element = Buffer.from(`{"prompt":"${'what is it? '.repeat(80)}","answer":1},`);
      const chunk = Buffer.concat(Array<Buffer>(1_000).fill(element));
      const source = streamSource('x.json', 60 * chunk.length, function* () {
        yield Buffer.from('[');
        for (let i = 0; i < 60; i++) yield chunk;
        yield Buffer.from('{"prompt":"the last one"}]');
      });
      let count = 0;
      const reading = readPrompts([source]);
      const peak = await peakMegabytes(async () => {
        for await (const _ of reading.prompts) count++;
      });
      assert.equal(count, 60_001);
      assert.ok(peak < 250, `${peak} MB`);
    });
    it('names the element after which a streamed JSON array is broken', () => {
      const element = Buffer.from(`{"prompt":"${'a'.repeat(1_000_000)}"},`);
      const source = streamSource('x.json', 40 << 20, function* () {
        yield Buffer.from('[');
        for (let i = 0; i < 40; i++) yield element;
        yield Buffer.from('{"prompt":]');
      });
      return fails(readFrom([source]), 'FORMAT_BROKEN', /x\.json is not valid JSON after element 40/);
    });
    it('reads a table of 10,000 columns and refuses one of 20,000', async () => {
      const table = (count: number): string => {
        const names = Array.from({ length: count }, (_, i) => (i === count - 1 ? 'prompt' : `c${i}`));
        const cells = names.map((_, i) => (i === count - 1 ? 'What is it?' : String(i)));
        return `${names.join(',')}\n${cells.join(',')}\n`;
      };
      const { prompts, report } = await readText('x.csv', table(10_000));
      assert.equal(prompts[0]?.parts[0]?.text, 'What is it?');
      assert.equal(report.promptColumn, 'prompt');
      await fails(
        readText('x.csv', table(20_000)),
        'FILE_TOO_LARGE',
        /x\.csv has 20000 columns; at most 16384 are read/,
      );
      const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`c${i}`, 'x'])));
      const jsonl = await readText('x.jsonl', `{"prompt":"fine one"}\n${wide}\n`);
      assert.match(jsonl.report.skipped[0]?.reason ?? '', /more than 16384 fields/);
    });
    it('skips a record that is nested too deeply, and refuses such a file', async () => {
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      const { report } = await readText('x.jsonl', `{"prompt":"fine one"}\n{"prompt":${deep}}\n`);
      assert.match(report.skipped[0]?.reason ?? '', /nested deeper than 200 levels/);
      await fails(readText('x.json', `[{"prompt":${deep}}]`), 'FORMAT_BROKEN', /nested deeper/);
      await fails(readText('x.yaml', `a: ${deep}`), 'FORMAT_BROKEN', /nested deeper/);
    });
    it('refuses YAML alias bombs', async () => {
      const bomb = ['a: &a ["lol","lol","lol","lol","lol","lol","lol","lol","lol"]'];
      for (const [name, other] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg'].map(
        (pair) => [...pair] as [string, string],
      ))
        bomb.push(`${name}: &${name} [${Array<string>(9).fill(`*${other}`).join(',')}]`);
      await fails(readText('x.yaml', bomb.join('\n')), 'FORMAT_BROKEN', /Excessive alias count/);
      const { report } = await readText('x.prompt.md', `---\n${bomb.join('\n')}\n---\nHello there`);
      assert.match(report.warnings?.[0] ?? '', /alias/);
    });
    it('stops at a gz and a zst bomb in bounded memory', async () => {
      const gz = gzipSync(Buffer.alloc(100 << 20, '{"prompt":"aaaaaaaaaaaaaaaaaaaaaaa"}\n'));
      const zst = zstdBomb(1 << 30);
      for (const [name, bytes] of [
        ['x.jsonl.gz', gz],
        ['x.jsonl.zst', zst],
      ] as const) {
        const reading = readPrompts([memorySource(name, bytes)]);
        const peak = await peakMegabytes(() =>
          assert.rejects(
            async () => {
              for await (const _ of reading.prompts);
            },
            { code: 'FILE_TOO_LARGE', message: /expands to more than 250 times/ },
          ),
        );
        assert.ok(peak < 400, `${name}: ${peak} MB`);
      }
    });
    it('stops at an Inspect archive that is a bomb, in bounded memory', async () => {
      const bomb = zipSync({ 'samples/a_epoch_1.json': new Uint8Array(100 << 20).fill(32) }, { level: 6 });
      const peak = await peakMegabytes(() =>
        fails(readBytes('x.eval', bomb), 'FILE_TOO_LARGE', /x\.eval expands to more than 250 times/),
      );
      assert.ok(peak < 400, `${peak} MB`);
    });
    it('refuses a Parquet file that expands beyond the limit', () => {
      const bomb = new ByteWriter();
      const data = Array.from({ length: 10 }, (_, i) => `${i}${'a'.repeat(1 << 20)}`);
      parquetWrite({
        writer: bomb,
        codec: 'BROTLI',
        compressors: { BROTLI: (input) => brotliCompressSync(input) },
        columnData: [{ name: 'prompt', type: 'STRING', data }],
        pageSize: 1 << 30,
      });
      const bytes = new Uint8Array(bomb.getBuffer());
      assert.ok(bytes.length < 1 << 16);
      const limits = { parquetChunkBytes: 4 << 20 };
      return fails(
        readBytes('x.parquet', bytes, { limits }),
        'FILE_TOO_LARGE',
        /x\.parquet, row group 1 of 1: its columns expand/,
      );
    });
  });

  describe('files that change', () => {
    it('says that a file does not exist', () =>
      assert.rejects(localSources([join(folder, 'none.jsonl')], null), { code: 'FILE_NOT_FOUND' }));

    it('notices a file that grows, shrinks or vanishes while it is read', async () => {
      const row = `${JSON.stringify({ prompt: 'What is it? '.repeat(100) })}\n`;
      const changes: [string, (path: string) => void, ErrorCode][] = [
        ['grown.jsonl', (path) => appendFileSync(path, row), 'FILE_CHANGED'],
        ['shrunk.jsonl', (path) => truncateSync(path, 10), 'FILE_CHANGED'],
        ['vanished.jsonl', (path) => unlinkSync(path), 'FILE_NOT_FOUND'],
      ];
      for (const [name, change, code] of changes) {
        const path = file(name, row.repeat(2_000));
        const source = await localSource(path, name);
        const stream = readPrompts([source]).prompts[Symbol.asyncIterator]();
        if (code === 'FILE_NOT_FOUND') change(path);
        else {
          await stream.next();
          change(path);
        }
        await assert.rejects(
          async () => {
            for (let next = await stream.next(); !next.done; next = await stream.next());
          },
          { code },
        );
      }
    });
  });

  describe('paths', () => {
    it('reads a folder named x.jsonl as a folder', async () => {
      mkdirSync(join(folder, 'x.jsonl'));
      await assert.rejects(localSources([join(folder, 'x.jsonl')], folder), {
        code: 'FORMAT_UNKNOWN',
        message: /x\.jsonl is a folder without prompt files/,
      });
      file('x.jsonl/a.jsonl', '{"prompt":"one"}\n');
      file('x.jsonl/b.txt', 'two');
      const { prompts } = await readFrom(await localSources([join(folder, 'x.jsonl')], folder));
      assert.equal(prompts.length, 2);
    });

    it('refuses symbolic links out of the workspace', async () => {
      const inside = join(folder, 'workspace');
      mkdirSync(join(inside, 'prompts'), { recursive: true });
      const secret = file('secret.txt', 'the secret');
      symlinkSync(secret, join(inside, 'link.txt'));
      symlinkSync(secret, join(inside, 'prompts', 'link.txt'));
      writeFileSync(join(inside, 'prompts', 'own.txt'), 'my own');
      await assert.rejects(localSources([join(inside, 'link.txt')], inside), {
        code: 'FILE_UNREADABLE',
        message: /link\.txt is a symbolic link that leads out of the workspace/,
      });
      const { prompts } = await readFrom(await localSources([join(inside, 'prompts')], inside));
      assert.deepEqual(prompts.map(scoredText), ['my own']);

      writeFileSync(
        join(inside, 'refer.prompt.md'),
        `See #file:link.txt, [a](../secret.txt), [b](prompts/own.txt), [c](${secret}), file://${secret}, [d](none.md), [e](https://example.com/x.md).`,
      );
      const sources = await localSources([join(inside, 'refer.prompt.md')], inside);
      const read = await readFrom(sources, { workspace: localWorkspace(inside) });
      assert.deepEqual(
        read.report.references?.map(({ path, outcome }) => [path.replace(folder, ''), outcome]),
        [
          ['link.txt', 'outside-workspace'],
          ['../secret.txt', 'outside-workspace'],
          ['prompts/own.txt', 'included'],
          ['/secret.txt', 'outside-workspace'],
          ['none.md', 'missing'],
          [`file://${'/secret.txt'}`, 'outside-workspace'],
        ],
      );
      assert.ok(read.prompts.every((prompt) => !scoredText(prompt).includes('the secret')));
    });

    it('reads references up to the limits only', async () => {
      const inside = join(folder, 'many');
      mkdirSync(inside);
      for (let i = 0; i < 25; i++) writeFileSync(join(inside, `f${i}.txt`), `file number ${i}`);
      writeFileSync(join(inside, 'huge.txt'), 'x'.repeat(300_000));
      writeFileSync(join(inside, 'binary.txt'), Buffer.alloc(2_000, 1));
      const names = ['huge.txt', 'binary.txt', ...Array.from({ length: 25 }, (_, i) => `f${i}.txt`)];
      writeFileSync(join(inside, 'x.prompt.md'), names.map((name) => `#file:${name}`).join(' '));
      const { report } = await readFrom(await localSources([join(inside, 'x.prompt.md')], inside), {
        workspace: localWorkspace(inside),
      });
      const outcomes = report.references?.map(({ outcome }) => outcome) ?? [];
      assert.deepEqual(outcomes.slice(0, 3), ['over-limit', 'not-text', 'included']);
      assert.equal(outcomes.filter((outcome) => outcome === 'included').length, 18);
      assert.equal(outcomes.filter((outcome) => outcome === 'over-limit').length, 8);
    });

    it('counts a file of a dataset that cannot be read, and reads the others', async () => {
      const { prompts, report } = await readFrom([
        textSource('a.jsonl', '{"prompt":"one"}\n'),
        textSource('b.json', '{broken'),
        textSource('c.txt', 'three'),
      ]);
      assert.equal(prompts.length, 2);
      assert.equal(report.rowsSkipped, 1);
      assert.match(report.skipped[0]?.reason ?? '', /b\.json is not valid JSON/);
    });
  });
});

function parquetOf(texts: readonly string[]): ArrayBuffer {
  return parquetWriteBuffer({ columnData: [{ name: 'prompt', type: 'STRING', data: [...texts] }] });
}

/** A Zstandard frame of stored blocks (RFC 8878). */
function zstdOf(content: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [zstdHeader()];
  for (let at = 0; at < content.length; at += 1_000) {
    const block = content.subarray(at, at + 1_000);
    parts.push(blockHeader(0, block.length, at + 1_000 >= content.length), block);
  }
  return Buffer.concat(parts);
}

/** A Zstandard frame of blocks that repeat one byte 128 kB long: four bytes stand for each. */
function zstdBomb(size: number): Uint8Array {
  const block = 1 << 17;
  const parts: Uint8Array[] = [zstdHeader()];
  for (let at = 0; at < size; at += block) parts.push(blockHeader(1, block, at + block >= size), Uint8Array.of(10));
  return Buffer.concat(parts);
}

/** Window of 1 MB, no content size, no checksum. */
function zstdHeader(): Uint8Array {
  return Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x50);
}

function blockHeader(type: number, size: number, last: boolean): Uint8Array {
  const value = (last ? 1 : 0) | (type << 1) | (size << 3);
  return Uint8Array.of(value & 255, (value >> 8) & 255, (value >> 16) & 255);
}

/** A log of Inspect with three samples, `over` in place of its own; `method`: its entries are Zstandard, and say that they are that. */
function evalArchive(over: Readonly<Record<string, string>>, method?: number): Uint8Array {
  const texts: Record<string, string> = { '_journal/start.json': '{"eval":{"task":"t","model":"openai/gpt-4o-mini"}}' };
  for (let i = 0; i < 3; i++)
    texts[`samples/${i}_epoch_1.json`] = JSON.stringify({
      id: i,
      input: `question ${i}`,
      scores: { match: { value: 'C' } },
    });
  Object.assign(texts, over);
  const stored = method !== undefined;
  const entries = Object.entries(texts).map(([name, text]) => [
    name,
    stored ? zstdOf(Buffer.from(text)) : strToU8(text),
  ]);
  const archive = zipSync(Object.fromEntries(entries), { level: stored ? 0 : 6 });
  if (stored) {
    // The method stands in the ninth and tenth byte of an entry's head.
    for (let at = 0; at + 4 < archive.length; at++)
      if (archive[at] === 0x50 && archive[at + 1] === 0x4b && archive[at + 2] === 3 && archive[at + 3] === 4)
        archive[at + 8] = method;
  }
  return archive;
}
