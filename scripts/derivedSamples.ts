// Writes the samples that are other shapes of samples/questions.jsonl: `node scripts/run.mjs scripts/derivedSamples` (needs `zstd`).
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
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
