import assert from 'node:assert/strict';
import { reportInEnglish } from '../../src/core/english';
import { RecommendError } from '../../src/core/errors';
import { textSource } from '../../src/core/files/source';
import type { Prompt } from '../../src/core/prompts/prompt';
import type { ReadOptions } from '../../src/core/prompts/readOptions';
import { readPrompts } from '../../src/core/prompts/readPrompts';
import type { ReadReport } from '../../src/core/prompts/readReport';
import { scoredText } from '../../src/core/prompts/scoredText';
import { localSources } from '../../src/scoring/localFiles';

async function readAllOf(
  name: string,
  text: string,
  options?: ReadOptions,
): Promise<{ prompts: Prompt[]; report: ReadReport<string> }> {
  const reading = readPrompts([textSource(name, text)], options);
  const prompts: Prompt[] = [];
  for await (const prompt of reading.prompts) prompts.push(prompt);
  return { prompts, report: reportInEnglish(reading.report()) };
}

async function readSample(name: string): Promise<{ prompts: Prompt[]; report: ReadReport<string> }> {
  const reading = readPrompts(await localSources([`samples/${name}`], process.cwd()));
  const prompts: Prompt[] = [];
  for await (const prompt of reading.prompts) prompts.push(prompt);
  return { prompts, report: reportInEnglish(reading.report()) };
}

describe('readPrompts', () => {
  it('takes the body of a prompt file and shows its front matter', async () => {
    const { prompts, report } = await readSample('train-journey.prompt.md');
    assert.equal(prompts.length, 1);
    assert.equal(prompts[0]?.declaredModel, 'gpt-4o');
    assert.deepEqual(report.facts, {
      model: 'gpt-4o',
      agent: 'ask',
      description: 'A word problem with two moving trains',
    });
    assert.match(scoredText(prompts[0] as Prompt), /^Two trains leave Lyon/);
    assert.equal(prompts[0]?.line, 6);
  });

  it('reads a JSONL dataset, keeping answers apart', async () => {
    const { prompts, report } = await readSample('questions.jsonl');
    assert.equal(prompts.length, 60);
    assert.equal(report.promptColumn, 'question');
    assert.deepEqual(report.labelColumns, ['answer']);
    assert.equal(prompts[0]?.id, 'maths-1');
    assert.equal(prompts[0]?.category, 'maths');
    assert.equal(report.encoding, 'utf-8');
  });

  it('reads a CSV dataset with quoted line breaks', async () => {
    const { prompts, report } = await readSample('questions.csv');
    assert.equal(prompts.length, 20);
    assert.equal(report.promptColumn, 'question');
    assert.equal(report.rowsSkipped, 0);
  });

  it('reads the correctness of LLMs as labels', async () => {
    const { prompts, report } = await readSample('labelled.jsonl');
    assert.equal(report.promptColumn, 'prompt');
    assert.ok(report.labelColumns?.includes('scores'));
    assert.ok(prompts.every((prompt) => Object.keys(prompt.correctness ?? {}).length >= 4));
  });

  it('counts and skips broken rows with line and reason', async () => {
    const { prompts, report } = await readAllOf(
      'x.jsonl',
      '{"prompt":"one"}\n{"prompt":"tw\n\n{"prompt":""}\n{"prompt":"four"}\n',
    );
    assert.deepEqual(
      prompts.map((prompt) => prompt.line),
      [1, 5],
    );
    assert.deepEqual(report.skipped, [
      { file: 'x.jsonl', line: 2, reason: 'the line is not valid JSON: it ends too early' },
      { file: 'x.jsonl', line: 4, reason: 'no text in column "prompt"' },
    ]);
  });

  it('names the columns where none looks like a prompt', async () => {
    await assert.rejects(readAllOf('x.csv', 'id,price\n1,2\n3,4\n'), (thrown) => {
      assert.ok(RecommendError.is(thrown) && thrown.code === 'NO_PROMPT_COLUMN');
      assert.match(thrown.message, /x\.csv.*id, price/);
      return true;
    });
  });

  it('takes the column and the template that the user names', async () => {
    const text = '{"doc":{"q":"How many?","c":["one","two"]},"prompt":"no"}\n';
    assert.equal((await readAllOf('x.jsonl', text, { column: 'doc.q' })).prompts[0]?.parts[0]?.text, 'How many?');
    const { prompts } = await readAllOf('x.jsonl', text, { template: '{{doc.q}}\n{{doc.c}}' });
    assert.equal(prompts[0]?.parts[0]?.text, 'How many?\none\ntwo');
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await assert.rejects(readAllOf('x.txt', 'hello', { signal: controller.signal }), { code: 'CANCELLED' });
  });
});
