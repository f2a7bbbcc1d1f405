// Scores a dataset of a million rows (1 GB) from the command line and prints what it took; for docs/SCALE.md.
// `npm run build && node scripts/run.mjs bench/million [rows] [folder]`
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { readPrompts } from '../src/core/prompts/readPrompts';
import { samplePrompts } from '../src/core/prompts/samplePrompts';
import { seededRandom } from '../src/core/scores/seededRandom';
import { localSource } from '../src/scoring/localFiles';

const rows = Number(process.argv[2] ?? 1_000_000);
const folder = process.argv[3] ?? 'out/bench';
const bytesPerRow = 1_000;

/** Rows made of the sentences of the sample questions, of very different lengths. */
async function makeDataset(path: string): Promise<void> {
  const questions = readFileSync('samples/questions.jsonl', 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { category: string; question: string });
  const random = seededRandom(1);
  const pick = (): { category: string; question: string } =>
    questions[Math.floor(random() * questions.length)] ?? { category: '', question: '' };
  const file = createWriteStream(path);
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
}

/** Resident memory of a process and everything it started, in bytes. */
function residentTree(pid: number): number {
  const parents = new Map<number, number>();
  const resident = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      parents.set(Number(name), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0));
      resident.set(Number(name), Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // It ended meanwhile.
    }
  }
  let total = 0;
  for (const [id, bytes] of resident) {
    for (let at: number | undefined = id; at; at = parents.get(at)) if (at === pid) total += bytes;
  }
  return total;
}

async function measured(args: readonly string[]): Promise<{ seconds: number; peakMegabytes: number; code: number }> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentTree(child.pid ?? 0));
  }, 200);
  const [code] = (await once(child, 'exit')) as [number];
  clearInterval(timer);
  return { seconds: (performance.now() - started) / 1000, peakMegabytes: Math.round(peak / 1e6), code };
}

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `rows-${rows}.jsonl`);
  if (!existsSync(path)) await makeDataset(path);
  const { size } = statSync(path);
  console.log(
    `${rows} rows, ${(size / 1e9).toFixed(2)} GB, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`,
  );

  let started = performance.now();
  const sample = await samplePrompts([await localSource(path)], { rows: 200, seed: 1, fromBytes: 0 });
  if (!sample) throw new Error('no sample');
  let drawn = 0;
  for await (const _ of sample.prompts) drawn++;
  console.log(
    `sample of ${drawn} of about ${sample.report().sample?.ofRows} rows: ${Math.round(performance.now() - started)} ms`,
  );

  started = performance.now();
  const reading = readPrompts([await localSource(path)]);
  let read = 0;
  for await (const batch of reading.outcomes) read += batch.length;
  const readSeconds = (performance.now() - started) / 1000;
  console.log(
    `reading alone: ${readSeconds.toFixed(1)} s, ${Math.round(read / readSeconds)} rows/s, ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
  );

  const output = join(folder, 'out.jsonl');
  for (const left of [output, `${output}.partial`, `${output}.partial.json`]) rmSync(left, { force: true });
  const { seconds, peakMegabytes, code } = await measured(['dist/cli.js', 'score', path, '--output', output]);
  console.log(
    `score: exit ${code}, ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} rows/s, peak ${peakMegabytes} MB (all processes)`,
  );
}

void main();
