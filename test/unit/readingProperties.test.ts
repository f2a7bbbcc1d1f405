import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { stringify } from 'yaml';
import { detectDialect, readCsv } from '../../src/core/files/csv';
import { detectEncoding } from '../../src/core/files/decode';
import { readJsonl, readLines } from '../../src/core/files/jsonl';
import { defaultLimits } from '../../src/core/files/limits';
import { isBroken } from '../../src/core/files/rows';
import { type ByteSource, memorySource } from '../../src/core/files/source';
import type { Prompt, PromptPart } from '../../src/core/prompts/prompt';
import { readPrompts } from '../../src/core/prompts/readPrompts';
import { isTruncated, scoredText, scoredTextLimits } from '../../src/core/prompts/scoredText';
import { fillTemplate, valueAt } from '../../src/core/prompts/template';
import { inEnglish } from '../../src/core/sentence';

const settings = { numRuns: 150, seed: 10 };

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncIterable<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    // A chunk is only valid until the next one: the buffer is overwritten afterwards.
    const chunk = bytes.slice(at, at + size);
    yield chunk;
    chunk.fill(0);
    at += size;
  }
}

async function read(source: ByteSource, column = 'prompt'): Promise<Prompt[]> {
  const prompts: Prompt[] = [];
  for await (const prompt of readPrompts([source], { column }).prompts) prompts.push(prompt);
  return prompts;
}

const textsOf = (prompts: readonly Prompt[]): (string | undefined)[] => prompts.map((prompt) => prompt.parts[0]?.text);

/** Lone surrogates as UTF-8 would have them. */
const wellFormed = (value: string): string => Buffer.from(value).toString('utf8');

/** Text that a prompt can be: any characters, some of them not white space. */
const text = fc.string({ unit: 'grapheme', minLength: 1 }).map((value) => `q ${value.replaceAll('\0', '')}`);
const texts = fc.array(text, { minLength: 1, maxLength: 20 });
const chunkSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

describe('reading, for any content', () => {
  it('splits lines whatever the chunks', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), chunkSizes, async (content, sizes) => {
        const lines: unknown[] = [];
        for await (const batch of readLines(cut(Buffer.from(content), sizes), 1 << 20)) lines.push(...batch);
        const expected = Buffer.from(content).toString('utf8').split('\n');
        if (expected.at(-1) === '') expected.pop();
        assert.deepEqual(lines, expected);
      }),
      settings,
    ));

  it('reports one outcome for each line, overlong and malformed ones included', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.uint8Array({ maxLength: 60 }).map((line) => line.filter((byte) => byte !== 10)),
          { maxLength: 30 },
        ),
        chunkSizes,
        async (lines, sizes) => {
          const bytes = Buffer.concat(lines.flatMap((line) => [line, Uint8Array.of(10)]));
          let count = 0;
          for await (const batch of readJsonl(cut(bytes, sizes), { ...defaultLimits, recordBytes: 30 }, true))
            for (const row of batch) assert.equal(row.line, ++count);
          assert.equal(count, lines.length);
        },
      ),
      settings,
    ));

  it('returns what was written as JSONL, JSON, YAML and Parquet, compressed or not', () =>
    fc.assert(
      fc.asyncProperty(texts, async (values) => {
        const rows = values.map((prompt, i) => ({ id: `r${i}`, prompt, answer: 'no' }));
        const jsonl = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
        const written: [string, Uint8Array][] = [
          ['x.jsonl', jsonl],
          ['x.jsonl', Buffer.concat([Buffer.from('\uFEFF'), jsonl])],
          ['x.jsonl', Buffer.from(`\uFEFF${jsonl.toString('utf8')}`, 'utf16le')],
          ['x.jsonl.gz', gzipSync(jsonl)],
          ['x.json', Buffer.from(JSON.stringify(rows))],
          ['x.json', Buffer.from(JSON.stringify({ data: rows }, null, 1))],
          ['x.yaml', Buffer.from(stringify(rows))],
          [
            'x.parquet',
            new Uint8Array(
              parquetWriteBuffer({
                columnData: [
                  { name: 'id', type: 'STRING', data: rows.map(({ id }) => id) },
                  { name: 'prompt', type: 'STRING', data: [...values] },
                ],
              }),
            ),
          ],
        ];
        const expected = values.map(wellFormed);
        for (const [name, bytes] of written) {
          const prompts = await read(memorySource(name, bytes, 37));
          assert.deepEqual(textsOf(prompts), expected, name);
          assert.deepEqual(
            prompts.map(({ id }) => id),
            rows.map(({ id }) => id),
          );
        }
      }),
      { ...settings, numRuns: 60 },
    ));

  it('returns what was written as CSV with any delimiter', () =>
    fc.assert(
      fc.asyncProperty(
        texts,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n'),
        chunkSizes,
        async (values, delimiter, end, sizes) => {
          const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
          const table = [['id', 'prompt', 'answer'], ...values.map((value, i) => [String(i), quote(value), '7'])];
          const bytes = Buffer.from(table.map((row) => row.join(delimiter) + end).join(''));
          const dialect = detectDialect(bytes.toString('utf8'));
          assert.equal(dialect?.delimiter, delimiter);
          const rows: unknown[] = [];
          for await (const batch of readCsv(cut(bytes, sizes), dialect, defaultLimits))
            for (const row of batch) rows.push(isBroken(row) ? inEnglish(row.reason) : valueAt(row.value, 'prompt'));
          assert.deepEqual(rows, values.map(wellFormed));
        },
      ),
      settings,
    ));

  it('gives every row of a CSV the line where it starts', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 20 }), async (breaks) => {
        let content = 'prompt,answer\n';
        const expected: number[] = [];
        for (const [i, count] of breaks.entries()) {
          if (i % 3 === 2) content += '\n';
          expected.push(content.split('\n').length);
          content += `"some text${'\nmore'.repeat(count)}",1\n`;
        }
        const lines: number[] = [];
        const dialect = detectDialect(content);
        assert.ok(dialect);
        for await (const batch of readCsv(cut(Buffer.from(content), [7]), dialect, defaultLimits))
          for (const row of batch) lines.push(row.line);
        assert.deepEqual(lines, expected);
      }),
      settings,
    ));

  it('takes any text for text, in UTF-8 and UTF-16', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (value) => {
        const content = value.replaceAll('\0', '').replaceAll(/\p{Cc}/gu, ' ');
        assert.equal(detectEncoding(Buffer.from(content), true)?.encoding ?? 'utf-8', 'utf-8');
        assert.equal(detectEncoding(Buffer.from(`\uFEFF${content}`, 'utf16le'), true)?.encoding, 'utf-16le');
      }),
      settings,
    ));

  it('fills templates with what the paths lead to', () =>
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), text), (row) => {
        const names = Object.keys(row);
        assert.equal(fillTemplate(names.map((name) => `{{${name}}}`).join('|'), row), Object.values(row).join('|'));
        assert.equal(fillTemplate('{{nothing.at.all}}', row), '');
      }),
      settings,
    ));
});

describe('the scored text', () => {
  const part: fc.Arbitrary<PromptPart> = fc.record({
    role: fc.constantFrom('system', 'user', 'assistant', 'tool', 'context'),
    text: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer({ min: 0, max: 30_000 }).map((length) => 'word '.repeat(length / 5)),
    ),
    images: fc.integer({ min: 0, max: 3 }),
  });
  const prompt = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts): Prompt => ({ id: '1', parts }));
  const most =
    scoredTextLimits.request + scoredTextLimits.system + scoredTextLimits.context + scoredTextLimits.earlier + 500;

  it('is bounded, well formed, and says when it was cut', () =>
    fc.assert(
      fc.property(prompt, (any) => {
        const scored = scoredText(any);
        assert.ok(scored.length <= most);
        assert.ok(wellFormed(scored) === scored && !scored.includes('\0'));
        if (any.parts.every(({ text: content }) => content.length < 500)) assert.ok(!isTruncated(any));
      }),
      settings,
    ));

  it('does not depend on what an LLM answered, nor on labels', () =>
    fc.assert(
      fc.property(prompt, fc.string(), (any, answer) => {
        const last = any.parts.at(-1);
        fc.pre(any.parts.some(({ role, text: content }) => role === 'user' && content.trim() !== ''));
        fc.pre(last?.role !== 'user');
        const answered: Prompt = {
          ...any,
          parts: [...any.parts, { role: 'assistant', text: answer }],
          correctness: { 'some-model': 1 },
          category: answer,
        };
        assert.equal(scoredText(answered), scoredText(any));
      }),
      settings,
    ));

  const ask = (...parts: [PromptPart['role'], string][]): string =>
    scoredText({ id: '1', parts: parts.map(([role, content]) => ({ role, text: content })) });

  it('is system text, the last user turn, then context', () => {
    assert.equal(
      ask(
        ['system', 'Be brief.'],
        ['context', 'notes.txt:\nThe sky is green.'],
        ['user', 'A first question that stands by itself and is long enough to be left out entirely.'],
        ['assistant', 'An answer.'],
        ['user', 'Which colour has the sky according to the notes that I have attached to this request?'],
      ),
      'Be brief.\n\nWhich colour has the sky according to the notes that I have attached to this request?\n\nnotes.txt:\nThe sky is green.',
    );
  });

  it('reads a short last turn together with the one before', () => {
    assert.equal(
      ask(['user', 'Sort a list in Python.'], ['assistant', 'sorted(x)'], ['user', 'And in Rust?']),
      'Sort a list in Python.\n\nAnd in Rust?',
    );
  });

  it('takes system text for the request where nobody asks', () => {
    assert.equal(ask(['system', 'x'.repeat(5_000)]).length, 5_000);
    assert.equal(ask(['system', 'x'.repeat(5_000)], ['user', 'Now do it, please.']).length, 2_000 + 2 + 18);
  });

  it('keeps beginning and end of a very long request', () => {
    const scored = ask(['user', `Summarise this.${' filler'.repeat(10_000)} In French.`]);
    assert.equal(scored.length, scoredTextLimits.request);
    assert.ok(scored.startsWith('Summarise this.') && scored.endsWith('In French.'));
  });

  it('counts pictures as a word', () => {
    assert.equal(
      scoredText({ id: '1', parts: [{ role: 'user', text: 'What is this?', images: 2 }] }),
      'What is this?\n[image]\n[image]',
    );
  });
});
