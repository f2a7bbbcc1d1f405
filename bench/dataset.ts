import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync, renameSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { seededRandom } from '../src/core/scores/seededRandom';

const bytesPerRow = 1_000;

/** A dataset of different rows of very different lengths, 1 kB in the mean, made of the sample questions; the same each time. */
export async function makeDataset(path: string, rows: number): Promise<void> {
  if (existsSync(path)) return;
  const questions = readFileSync('samples/questions.jsonl', 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { category: string; question: string });
  const random = seededRandom(1);
  const pick = (): { category: string; question: string } =>
    questions[Math.floor(random() * questions.length)] ?? { category: '', question: '' };
  const file = createWriteStream(`${path}.unfinished`);
  for (let row = 0; row < rows; row++) {
    const { category, question } = pick();
    let prompt = `${question} (Case ${row}.)`;
    const length = -Math.log(1 - random()) * (bytesPerRow - 120);
    while (prompt.length < length) prompt += `\n\n${pick().question} Consider ${Math.floor(random() * 1e6)}.`;
    if (!file.write(`${JSON.stringify({ id: `row-${row}`, category, prompt, answer: String(row % 7) })}\n`))
      await once(file, 'drain');
  }
  file.end();
  await finished(file);
  renameSync(`${path}.unfinished`, path);
}
