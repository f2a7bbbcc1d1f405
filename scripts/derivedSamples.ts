// Writes the samples that are other shapes of samples/questions.jsonl: `node scripts/run.mjs scripts/derivedSamples` (needs `zstd`).
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { parquetWriteFile } from 'hyparquet-writer';
import { stringify } from 'yaml';

interface Question {
  readonly id: string;
  readonly category: string;
  readonly question: string;
  readonly answer: string;
}

const text = readFileSync('samples/questions.jsonl', 'utf8');
const questions = text
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Question);
const tenth = questions.filter((_, index) => index % 10 === 0);

parquetWriteFile({
  filename: 'samples/datasets/questions.parquet',
  columnData: (['id', 'category', 'question', 'answer'] as const).map((name) => ({
    name,
    type: 'STRING',
    data: questions.map((question) => question[name]),
  })),
  rowGroupSize: 25,
});
writeFileSync('samples/datasets/questions.jsonl.gz', gzipSync(text, { level: 9 }));
execFileSync('zstd', ['-q', '-19', '-f', 'samples/questions.csv', '-o', 'samples/datasets/questions.csv.zst']);
writeFileSync('samples/datasets/questions.yaml', stringify(tenth));
writeFileSync('samples/datasets/questions.json', `${JSON.stringify(tenth, null, 1)}\n`);
const quoted = (cell: string): string => (/["\t\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const rows = [['id', 'category', 'question', 'answer'], ...tenth.map((q) => [q.id, q.category, q.question, q.answer])];
writeFileSync('samples/datasets/questions.tsv', rows.map((row) => `${row.map(quoted).join('\t')}\n`).join(''));

// A log of Inspect as it writes one, with what is not read of it: transcripts, answers, summaries.
const evaluated = {
  task: 'everyday',
  task_id: 'everyday-1',
  model: 'openai/gpt-4o-mini',
  dataset: { name: 'questions' },
};
const json = (value: unknown): Uint8Array => strToU8(JSON.stringify(value));
const samples = tenth.map(({ id, category, question, answer }, index) => ({
  id,
  epoch: 1,
  input: [
    { role: 'system', content: 'Answer in one sentence.' },
    { role: 'user', content: [{ type: 'text', text: question }] },
  ],
  target: answer,
  metadata: { category },
  messages: [{ role: 'assistant', content: `The transcript says ${answer}` }],
  output: { model: evaluated.model, completion: answer, usage: { input_tokens: 30, output_tokens: 20 } },
  scores: { match: { value: index % 3 === 0 ? 'I' : 'C', answer } },
}));
writeFileSync(
  'samples/datasets/questions.eval',
  zipSync(
    {
      '_journal/start.json': json({ version: 2, eval: evaluated }),
      ...Object.fromEntries(samples.map((sample) => [`samples/${sample.id}_epoch_1.json`, json(sample)])),
      'summaries.json': json([]),
      'header.json': json({ version: 2, status: 'success', eval: evaluated }),
    },
    { level: 9, mtime: '2026-01-01T00:00:00' },
  ),
);
