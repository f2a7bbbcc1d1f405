import assert from 'node:assert/strict';
import { memorySource } from '../../src/core/files/source';
import { isLabelName, modelOfColumn } from '../../src/core/prompts/labels';
import type { Prompt } from '../../src/core/prompts/prompt';
import { readPrompts } from '../../src/core/prompts/readPrompts';
import { scoredText } from '../../src/core/prompts/scoredText';

type Row = Record<string, unknown>;

async function read(
  rows: readonly unknown[],
): Promise<{ prompts: Prompt[]; texts: string[]; labels: readonly string[] }> {
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const reading = readPrompts([memorySource('x.jsonl', bytes)]);
  const prompts: Prompt[] = [];
  for await (const prompt of reading.prompts) prompts.push(prompt);
  return { prompts, texts: prompts.map(scoredText), labels: reading.report().labelColumns ?? [] };
}

/** The same value with every text and number in it replaced: what a label could otherwise have been. */
function replaced(value: unknown): unknown {
  if (typeof value === 'string') return 'the LEAKED answer is this';
  if (typeof value === 'number') return 1 - value;
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return value.map(replaced);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item)]));
}

/** Shapes of published datasets, two rows each; the prompt must be found and nothing of `labels` may reach it. */
const shapes: Readonly<
  Record<string, { readonly rows: readonly Row[]; readonly labels: readonly string[]; readonly has: RegExp }>
> = {
  'question and answer': {
    rows: [
      { question: 'How many legs has a spider?', answer: 'eight of them' },
      { question: 'How many legs has a beetle?', answer: 'six of them' },
    ],
    labels: ['answer'],
    has: /legs/,
  },
  'multiple choice with a text answer': {
    rows: [
      {
        question: 'Which gas do plants breathe?',
        choices: ['oxygen', 'carbon dioxide'],
        answer: 1,
        explanation: 'They fix it.',
      },
      {
        question: 'Which planet has rings?',
        choices: ['Saturn', 'Venus'],
        answer: 0,
        explanation: 'Galileo saw them.',
      },
    ],
    labels: ['answer', 'explanation'],
    has: /A\. (oxygen|Saturn)/,
  },
  'ARC-style choices': {
    rows: [
      {
        id: 'a',
        question: 'What melts at zero degrees?',
        choices: { text: ['ice', 'iron'], label: ['A', 'B'] },
        answerKey: 'A',
      },
      {
        id: 'b',
        question: 'What attracts iron?',
        choices: { text: ['wood', 'a magnet'], label: ['A', 'B'] },
        answerKey: 'B',
      },
    ],
    labels: ['answerKey'],
    has: /B\. (iron|a magnet)/,
  },
  'code with tests and a solution': {
    rows: [
      {
        task_id: 't1',
        prompt: 'def add(a, b):\n  """Adds."""',
        canonical_solution: 'return a + b',
        test: 'assert add(1, 2) == 3',
        entry_point: 'add',
      },
      {
        task_id: 't2',
        prompt: 'def neg(a):\n  """Negates."""',
        canonical_solution: 'return -a',
        test: 'assert neg(1) == -1',
        entry_point: 'neg',
      },
    ],
    labels: ['canonical_solution', 'test'],
    has: /def (add|neg)/,
  },
  'issues with their patches': {
    rows: [
      {
        instance_id: 'i1',
        repo: 'a/b',
        problem_statement: 'The parser drops the last line of a file.',
        patch: 'diff --git a',
        test_patch: 'diff --git b',
        hints_text: 'look at the loop',
      },
      {
        instance_id: 'i2',
        repo: 'a/b',
        problem_statement: 'Dates are off by one in winter time.',
        patch: 'diff --git c',
        test_patch: 'diff --git d',
        hints_text: 'use UTC',
      },
    ],
    labels: ['patch', 'test_patch', 'hints_text'],
    has: /parser|Dates/,
  },
  preferences: {
    rows: [
      { prompt: 'Write a toast for a wedding.', chosen: 'Dear friends …', rejected: 'no' },
      { prompt: 'Write a toast for a birthday.', chosen: 'Dear Ann …', rejected: 'hm' },
    ],
    labels: ['chosen', 'rejected'],
    has: /toast/,
  },
  'reading with spans': {
    rows: [
      {
        context: 'The mill was built in 1871.',
        question: 'When was the mill built?',
        answers: { text: ['1871'], answer_start: [22] },
      },
      {
        context: 'The inn burnt down twice.',
        question: 'How often did the inn burn?',
        answers: { text: ['twice'], answer_start: [19] },
      },
    ],
    labels: ['answers'],
    has: /The (mill|inn)/,
  },
  'truthful questions': {
    rows: [
      {
        type: 'Adversarial',
        question: 'What happens if you swallow gum?',
        best_answer: 'Nothing much.',
        correct_answers: 'Nothing.',
        incorrect_answers: 'It stays.',
      },
      {
        type: 'Adversarial',
        question: 'What do bulls see in red?',
        best_answer: 'Movement.',
        correct_answers: 'Motion.',
        incorrect_answers: 'Rage.',
      },
    ],
    labels: ['best_answer', 'correct_answers', 'incorrect_answers'],
    has: /gum|bulls/,
  },
  'results of LLMs in columns and objects': {
    rows: [
      {
        prompt: 'Count to ten in Basque.',
        'gpt-4o': 1,
        'claude-3-haiku|response': 'bat, bi',
        scores: { 'llama-3-8b': 0.5 },
        judge_verdict: 'good',
      },
      {
        prompt: 'Count to ten in Maltese.',
        'gpt-4o': 0,
        'claude-3-haiku|response': 'wieħed',
        scores: { 'llama-3-8b': 0 },
        judge_verdict: 'bad',
      },
    ],
    labels: ['gpt-4o', 'claude-3-haiku|response', 'scores', 'judge_verdict'],
    has: /Count to ten/,
  },
};

describe('labels', () => {
  for (const [name, { rows, labels, has }] of Object.entries(shapes)) {
    it(`never reach the scored text: ${name}`, async () => {
      const before = await read(rows);
      for (const text of before.texts) assert.match(text, has);
      for (const label of labels) assert.ok(before.labels.includes(label), `${label} of ${before.labels.join(', ')}`);
      // Whatever was recognised, one by one and all together.
      for (const changed of [...before.labels.map((label) => [label]), before.labels]) {
        const after = await read(
          rows.map((row) =>
            Object.fromEntries(
              Object.entries(row).map(([key, value]) => [key, changed.includes(key) ? replaced(value) : value]),
            ),
          ),
        );
        assert.deepEqual(after.texts, before.texts, changed.join(', '));
        assert.ok(after.texts.every((text) => !text.includes('LEAKED')));
      }
    });
  }

  it('are dropped from chats: the last answers', async () => {
    const { texts } = await read([
      {
        messages: [
          { role: 'user', content: 'Name a colour of the rainbow, please.' },
          { role: 'assistant', content: 'indigo' },
        ],
      },
      {
        conversations: [
          { from: 'human', value: 'Name another colour of it, please.' },
          { from: 'gpt', value: 'violet' },
        ],
      },
    ]);
    assert.ok(texts.every((text) => !/indigo|violet/.test(text)));
  });

  it('become correctness by model where they are results', async () => {
    const { prompts } = await read(shapes['results of LLMs in columns and objects']?.rows ?? []);
    assert.deepEqual(prompts[0]?.correctness, { 'llama-3-8b': 0.5, 'gpt-4o': 1 });
    assert.equal(modelOfColumn('correct:gpt-4o'), 'gpt-4o');
    assert.equal(modelOfColumn('meta-llama/Llama-3-8b:score'), 'meta-llama/Llama-3-8b');
  });

  it('are told from prompts by name', () => {
    for (const name of [
      'answer',
      'answerKey',
      'correct_answer',
      'gold',
      'expected_output',
      'reference.answer',
      'ground_truth',
      'model_response',
      'gpt-4o',
      'claude-3-opus|cost',
    ])
      assert.ok(isLabelName(name), name);
    for (const name of [
      'prompt',
      'question',
      'input',
      'instruction',
      'messages',
      'user_query',
      'text',
      'system_prompt',
      'gpt4_prompt',
      'context',
      'title',
    ])
      assert.ok(!isLabelName(name), name);
  });
});
