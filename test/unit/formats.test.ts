import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Prompt } from '../../src/core/prompts/prompt';
import { readPrompts } from '../../src/core/prompts/readPrompts';
import type { ReadReport } from '../../src/core/prompts/readReport';
import { scoredText } from '../../src/core/prompts/scoredText';
import { localSources, localWorkspace } from '../../src/scoring/localFiles';

const root = join(process.cwd(), 'samples');

interface Expected {
  readonly format: string;
  readonly prompts: number;
  /** What the scored text of the first prompt is, or must match. */
  readonly first: RegExp;
  /** What no scored text may hold: answers, labels, template marks. */
  readonly never?: RegExp;
  readonly column?: string;
  readonly labels?: readonly string[];
  readonly facts?: Readonly<Record<string, string>>;
  readonly roles?: readonly string[];
  readonly included?: readonly string[];
}

const question = { column: 'question', labels: ['answer'], first: /^A baker sells rolls/, never: /express|code$/ };

const samples: Readonly<Record<string, Expected>> = {
  'gibberish.txt': { format: 'text', prompts: 1, first: /^qwx zzlrp/ },
  'bug-report.md': { format: 'markdown', prompts: 1, first: /^# `parse_duration/ },
  'house-rules.md': { format: 'markdown', prompts: 1, first: /^# House rules/ },
  'train-journey.prompt.md': {
    format: 'prompt',
    prompts: 1,
    first: /^Two trains leave Lyon/,
    facts: { model: 'gpt-4o', agent: 'ask', description: 'A word problem with two moving trains' },
    roles: ['context', 'user'],
  },
  'delivery-note.prompt.md': {
    format: 'prompt',
    prompts: 1,
    first: /^Delivery note DN-5120/,
    facts: { description: 'Freight class of a delivery' },
    roles: ['context', 'user'],
  },
  'tool-calling.prompt.md': {
    format: 'prompt',
    prompts: 1,
    first: /^You can call these functions/,
    facts: {
      agent: 'agent',
      tools: 'find_order, refund_order, send_email',
      description: 'Answer a customer by calling functions of the shop',
    },
  },
  'new-endpoint.prompt.md': {
    format: 'prompt',
    prompts: 1,
    first: /^Add the endpoint `\[HTTP method\] \[path of the endpoint\]`/,
  },
  'code-review.instructions.md': {
    format: 'instructions',
    prompts: 1,
    first: /^Review TypeScript changes[\s\S]*No default exports/,
    roles: ['context', 'system', 'context'],
    included: ['./house-rules.md'],
  },
  'planner.agent.md': {
    format: 'agent',
    prompts: 1,
    first: /^You plan changes/,
    facts: {
      model: 'Claude Sonnet 4.5',
      tools: 'search, usages, fetch',
      description: 'Plans a change before anybody writes code',
    },
    included: ['house-rules.md'],
  },
  'tutor.chatmode.md': {
    format: 'chatmode',
    prompts: 1,
    first: /^You are a patient tutor/,
    roles: ['context', 'system'],
  },
  'skills/sql-tuning/SKILL.md': { format: 'skill', prompts: 1, first: /^# Tuning a slow query/ },
  'support-reply.prompty': {
    format: 'prompty',
    prompts: 1,
    first: /^You answer customers[\s\S]*Returns are free for 30 days[\s\S]*Maya Lindqvist writes: I sent the lamp back/,
    never: /\{\{|system:/,
    facts: { model: 'gpt-4o', description: "Answers a customer from the company's own documents" },
    roles: ['context', 'system', 'user'],
  },
  'extract-invoice.prompty': {
    format: 'prompty',
    prompts: 1,
    first: /signs?[\s\S]*|are in EUR\.[\s\S]*Read this invoice\.\n\[image\]/,
    facts: { model: 'gpt-4.1-mini', description: 'Reads the fields of an invoice from its picture' },
    roles: ['context', 'system', 'user'],
  },
  'triage.prompt': {
    format: 'dotprompt',
    prompts: 1,
    first: /^You sort bug reports[\s\S]*Title: App closes when I rotate/,
    never: /\{\{|role/,
    facts: { model: 'googleai/gemini-2.0-flash' },
    roles: ['system', 'user'],
  },
  'translate.j2': {
    format: 'template',
    prompts: 1,
    first: /^Translate the following \[source language\] text/,
    never: /\{[{%#]|Kept short/,
  },
  'release-note.mustache': {
    format: 'template',
    prompts: 1,
    first: /at most \[max words\] words[\s\S]*- \[summary\] \(\[author\]\)/,
    never: /\{\{/,
  },
  'welcome.hbs': { format: 'template', prompts: 1, first: /^Write a welcome e-mail/, never: /\{\{|marketing/ },
  'promptfooconfig.yaml': {
    format: 'yaml',
    prompts: 12,
    first: /at most 12 words for this article\. No pun[\s\S]*The town council voted/,
    never: /\{\{|contains:|icontains/,
    facts: { description: 'Headlines for a town newspaper' },
    included: ['promptfoo/headline.txt', 'promptfoo/more-tests.csv', 'promptfoo/weather.txt'],
  },
  'promptfoo/headline.txt': { format: 'text', prompts: 1, first: /^Write a headline/ },
  'promptfoo/weather.txt': { format: 'text', prompts: 1, first: /^After eleven dry weeks/ },
  'promptfoo/more-tests.csv': {
    format: 'csv',
    prompts: 2,
    first: /^The library's/,
    never: /contains:/,
    column: 'article',
    labels: ['__expected'],
  },
  'book-a-room.json': {
    format: 'json',
    prompts: 1,
    first: /^You are the assistant[\s\S]*Find a room[\s\S]*Available tools \(JSON\):\n\{"name":"find_rooms"/,
    facts: { model: 'gpt-4o-mini', tools: 'find_rooms, book_room, invite' },
    roles: ['system', 'user', 'context'],
  },
  'chat.yaml': {
    format: 'yaml',
    prompts: 1,
    first: /^You are a travel agent[\s\S]*By night if there is a compartment/,
    never: /by day with two changes/,
    facts: { model: 'mistral-small-2503' },
    roles: ['system', 'user', 'assistant', 'user'],
  },
  'picture-question.json': {
    format: 'json',
    prompts: 1,
    first: /^Answer in one sentence\.\n\nWhich of these two circuit diagrams[^\n]*\n\[image\]\n\[image\]$/,
    never: /file:/,
  },
  'langchain-prompt.json': {
    format: 'json',
    prompts: 1,
    first: /^Word: \[word\]\nAntonym:\n\nGive the antonym[\s\S]*Word: shallow\nAntonym: deep/,
  },
  'langchain-chat.yaml': {
    format: 'yaml',
    prompts: 1,
    first: /^You explain things[\s\S]*Explain \[topic\] in five/,
    roles: ['system', 'user'],
  },
  'llamaindex-prompt.json': { format: 'json', prompts: 1, first: /Question: \[query str\]/, roles: ['system', 'user'] },
  'questions.jsonl': { format: 'jsonl', prompts: 60, ...question },
  'questions.csv': { format: 'csv', prompts: 20, ...question },
  'labelled.jsonl': {
    format: 'jsonl',
    prompts: 55,
    first: /^A baker sells rolls/,
    column: 'prompt',
    labels: ['scores'],
  },
  'datasets/questions.tsv': { format: 'tsv', prompts: 6, ...question },
  'datasets/questions.json': { format: 'json', prompts: 6, ...question },
  'datasets/questions.yaml': { format: 'yaml', prompts: 6, ...question },
  'datasets/questions.parquet': { format: 'parquet', prompts: 60, ...question },
  'datasets/questions.jsonl.gz': { format: 'jsonl.gz', prompts: 60, ...question },
  'datasets/questions.csv.zst': { format: 'csv.zst', prompts: 20, ...question },
  'datasets/alpaca.json': {
    format: 'json',
    prompts: 3,
    column: 'instruction + input',
    labels: ['output'],
    first: /^Rewrite the sentence in the passive voice\.\n\nThe committee has postponed the decision\.$/,
    never: /by the committee|doorstop/,
  },
  'datasets/sharegpt.json': {
    format: 'json',
    prompts: 2,
    column: 'conversations',
    first: /^Why is the sky red/,
    never: /scattered|ease the load/,
  },
  'datasets/openai-finetuning.jsonl': {
    format: 'jsonl',
    prompts: 2,
    column: 'messages',
    first: /^You turn complaints/,
    never: /Session expires|Empty invoice/,
  },
  'datasets/openai-batch.jsonl': {
    format: 'jsonl',
    prompts: 2,
    column: 'body.messages',
    first: /^List the prime factors/,
  },
  'datasets/conversations.jsonl': {
    format: 'jsonl',
    prompts: 2,
    column: 'messages + system',
    first: /^Write a function[\s\S]*And in Rust\?$/,
    never: /def fib/,
  },
  'datasets/helm-instances.json': {
    format: 'json',
    prompts: 2,
    column: 'input.text',
    labels: ['references'],
    first: /^The capital of Burkina Faso is$/,
    never: /Ouagadougou|Titan/,
  },
  'datasets/helm-scenario-state.json': {
    format: 'json',
    prompts: 2,
    column: 'instance.input.text',
    first: /^If 3x/,
    never: /Answer with a number|\b39\b/,
  },
  'datasets/lm-eval-samples.jsonl': {
    format: 'jsonl',
    prompts: 2,
    column: 'arguments.gen_args_0.arg_0',
    first: /^Question: Which gas[\s\S]*D\. helium\nAnswer:$/,
  },
  'datasets/inspect.jsonl': {
    format: 'jsonl',
    prompts: 2,
    column: 'input + choices',
    labels: ['target'],
    first: /^Which of these volcanoes[^\n]*\n\nA\. Etna\nB\. Hekla\nC\. Popocatépetl$/,
    never: /gamma/,
  },
  'datasets/inspect-log.json': {
    format: 'json',
    prompts: 2,
    column: 'input',
    labels: ['target', 'scores'],
    first: /^I have cities/,
    never: /towel|a map/,
  },
  'datasets/questions.eval': {
    format: 'eval',
    prompts: 6,
    column: 'input',
    labels: ['target', 'scores'],
    first: /^Answer in one sentence\.\n\nA baker sells/,
    never: /The transcript says/,
    roles: ['system', 'user'],
  },
  'datasets/multiple-choice.csv': {
    format: 'csv',
    prompts: 3,
    column: 'column1',
    first: /^Which instrument has strings/,
  },
  'datasets/reading.yaml': {
    format: 'yaml',
    prompts: 2,
    column: 'question + context',
    labels: ['answer'],
    first: /^When was the pond restored\?\n\nThe garden behind/,
  },
  'datasets/router-results.csv': {
    format: 'csv',
    prompts: 3,
    column: 'prompt',
    first: /^What is the plural of 'ox'\?$/,
    never: /oxen|etadomm|February/,
  },
};

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [relative(root, path).split(sep).join('/')];
  });
}

async function read(name: string): Promise<{ prompts: Prompt[]; report: ReadReport }> {
  const reading = readPrompts(await localSources([join(root, name)], root), { workspace: localWorkspace(root) });
  const prompts: Prompt[] = [];
  for await (const prompt of reading.prompts) prompts.push(prompt);
  return { prompts, report: reading.report() };
}

describe('formats', () => {
  for (const [name, expected] of Object.entries(samples)) {
    it(`reads ${name}`, async () => {
      const { prompts, report } = await read(name);
      const texts = prompts.map(scoredText);
      assert.equal(report.format, expected.format);
      assert.equal(prompts.length, expected.prompts);
      assert.equal(report.promptsScored, expected.prompts);
      assert.equal(report.rowsSkipped, 0, JSON.stringify(report.skipped));
      assert.match(texts[0] ?? '', expected.first);
      if (expected.never) for (const text of texts) assert.doesNotMatch(text, expected.never);
      assert.equal(report.promptColumn, expected.column);
      if (expected.labels) assert.deepEqual(report.labelColumns, expected.labels);
      if (expected.facts) assert.deepEqual(report.facts, expected.facts);
      if (expected.roles)
        assert.deepEqual(
          prompts[0]?.parts.map((part) => part.role),
          expected.roles,
        );
      assert.deepEqual(
        (report.references ?? []).map((reference) => reference.path).sort(),
        [...(expected.included ?? [])].sort(),
      );
      assert.ok((report.references ?? []).every((reference) => reference.outcome === 'included'));
      assert.deepEqual(report.warnings ?? [], []);
    });
  }

  it('tries every sample, and docs/FORMATS.md has each of them', () => {
    // samples/evaluations are logs to import, not prompts to route: the importers' tests read them.
    const present = filesUnder(root).filter((name) => name !== 'README.md' && !name.startsWith('evaluations/'));
    assert.deepEqual(
      present.filter((name) => !(name in samples)),
      [],
    );
    const table = readFileSync('docs/FORMATS.md', 'utf8');
    assert.deepEqual(
      present.filter((name) => !table.includes(name) && !name.startsWith('promptfoo/')),
      [],
    );
    for (const [, named] of table.matchAll(/`samples\/([^`]+)`/g))
      assert.ok(present.includes(named ?? ''), `${named} is missing`);
  });

  it('reads per-LLM results of a table as labels', async () => {
    const { prompts, report } = await read('datasets/router-results.csv');
    assert.deepEqual(prompts[1]?.correctness, { 'gpt-4-1106-preview': 0, 'mixtral-8x7b-instruct-v0.1': 0 });
    assert.ok(report.labelColumns?.includes('gpt-4-1106-preview|model_response'));
  });

  it('reads the scores of an Inspect log as labels', async () => {
    const { prompts } = await read('datasets/inspect-log.json');
    assert.deepEqual(
      prompts.map((prompt) => prompt.correctness),
      [{ 'openai/gpt-4o-mini': 1 }, { 'openai/gpt-4o-mini': 0 }],
    );
  });

  it('reads the scores of an Inspect archive as labels', async () => {
    const { prompts } = await read('datasets/questions.eval');
    assert.deepEqual(
      prompts.map(({ correctness }) => correctness?.['openai/gpt-4o-mini']),
      [0, 1, 1, 0, 1, 1],
    );
  });

  it('reads a folder as one dataset', async () => {
    const { prompts, report } = await read('promptfoo');
    assert.equal(prompts.length, 4);
    assert.equal(report.format, 'text + csv');
  });
});
