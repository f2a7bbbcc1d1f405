import { createReadStream, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Recommendation } from '../src/core/recommendation/recommendation';
import { forkScorer, ScorerClient } from '../src/host/scorerClient';
import { makeDataset } from './dataset';
import { measured, type Taken } from './measure';
import { machine, median, megabytes, milliseconds, times, writePart } from './report';

/** Rows of the file on which a run is killed and continued. */
const resumedRows = 50_000;
/** First answers that are measured. */
const firstAnswers = 5;
/** Most memory of all processes that the scoring of a large file may take. */
const memoryLimit = 700e6;

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

function removeOutput(output: string): void {
  for (const left of [output, `${output}.partial`, `${output}.partial.json`]) rmSync(left, { force: true });
}

function score(input: string, output: string, ...more: string[]): string[] {
  return ['dist/cli.js', 'score', input, '--output', output, ...more];
}

/** @throws Error where the output is not one line for each row, in order */
async function expectEveryRow(output: string, rows: number): Promise<void> {
  let row = 0;
  for await (const line of createInterface({ input: createReadStream(output) })) {
    row++;
    const result = JSON.parse(line) as { row: number; id: string | null; model?: string };
    if (result.row !== row || result.id !== `row-${row - 1}` || !result.model)
      throw new Error(`${output}, line ${row}: ${line}`);
  }
  if (row !== rows) throw new Error(`${output} has ${row} lines for ${rows} rows.`);
}

/** From the request of the editor to the answer from a sample: a process that is there, or one that must be started first. */
async function firstAnswer(client: ScorerClient, path: string): Promise<{ ms: number; answer: Recommendation }> {
  const abort = new AbortController();
  const started = performance.now();
  let found: { ms: number; answer: Recommendation } | undefined;
  const work = {
    bundle: resolve('models'),
    source: { kind: 'local', paths: [resolve(path)], workspaceRoot: null },
    options: { mode: 'guarded', preference: 'balanced', candidates: [] },
  } as const;
  await client
    .recommend(work, {
      signal: abort.signal,
      onPreview(answer) {
        found = { ms: performance.now() - started, answer };
        abort.abort();
      },
    })
    .catch((error: unknown) => {
      if (!found) throw error;
    });
  if (!found) throw new Error('The whole file was answered before its sample.');
  return found;
}

async function measureFirstAnswers(path: string): Promise<{ cold: number[]; warm: number[]; answer: Recommendation }> {
  const cold: number[] = [];
  const warm: number[] = [];
  let answer: Recommendation | undefined;
  for (let index = 0; index < firstAnswers; index++) {
    const client = new ScorerClient({ start: () => forkScorer('dist/scorer.js'), log: silent, idleMs: () => 60_000 });
    try {
      cold.push((await firstAnswer(client, path)).ms);
      const next = await firstAnswer(client, path);
      warm.push(next.ms);
      answer = next.answer;
    } finally {
      client.dispose();
    }
  }
  return { cold, warm, answer: answer as Recommendation };
}

/** Kills a run in the middle and continues it. @returns how many rows were done when it was killed */
async function killAndContinue(input: string, folder: string): Promise<number> {
  const whole = join(folder, 'whole.jsonl');
  const continued = join(folder, 'continued.jsonl');
  removeOutput(whole);
  removeOutput(continued);
  const single = await measured(score(input, whole));
  if (single.code !== 0) throw new Error('The single run failed.');
  const half = statSync(whole).size / 2;
  const partial = `${continued}.partial`;
  const killed = await measured(score(input, continued), async (child) => {
    while (child.exitCode === null && (!existsSync(partial) || statSync(partial).size < half)) await wait(20);
    child.kill('SIGKILL');
  });
  if (killed.code !== null || existsSync(continued)) throw new Error('The run was not killed.');
  const done = readFileSync(partial, 'utf8').split('\n').length - 1;
  const second = await measured(score(input, continued, '--resume'));
  if (second.code !== 0) throw new Error('The run could not be continued.');
  if (!readFileSync(whole).equals(readFileSync(continued))) throw new Error('The continued run differs.');
  return done;
}

const parsing = (path: string): string[] => [
  '-e',
  `require('readline').createInterface({ input: require('fs').createReadStream(${JSON.stringify(path)}) }).on('line', JSON.parse)`,
];

function row(what: string, taken: Taken, rows: number, baseline: Taken): string {
  const { seconds, processorSeconds, peakResident, peakProportional } = taken;
  const ratio =
    processorSeconds > 0 ? times(processorSeconds, baseline.processorSeconds) : times(seconds, baseline.seconds);
  return `| ${what} | ${(seconds / 60).toFixed(1)} min | ${(processorSeconds / 60).toFixed(1)} min | ${count(rows / seconds)} | ${megabytes(peakResident)} | ${megabytes(peakProportional)} | ${ratio} |`;
}

/**
 * Scores a dataset of a million rows (1 GB) from the command line, takes its first answer as the editor does, and kills and
 * continues a smaller run; writes what it took to docs/BENCHMARKS.md. The dataset stays in `folder` for the next time.
 */
export async function benchMillion(rows: number, folder: string): Promise<void> {
  const loadBefore = loadavg()[0] ?? 0;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `rows-${rows}.jsonl`);
  await makeDataset(path, rows);
  const { size } = statSync(path);
  console.log(`${count(rows)} rows, ${(size / 1e9).toFixed(2)} GB`);
  const { cold, warm, answer } = await measureFirstAnswers(path);
  console.log(`first answer: cold ${cold.map(milliseconds)}, warm ${warm.map(milliseconds)}`);
  const baseline = await measured(parsing(path));
  console.log(`parsing: ${baseline.seconds.toFixed(1)} s`);
  const output = join(folder, 'out.jsonl');
  removeOutput(output);
  const whole = await measured(score(path, output));
  console.log(`score: ${JSON.stringify(whole)}`);
  if (whole.code !== 0) throw new Error(`score ended with ${whole.code}.`);
  await expectEveryRow(output, rows);
  if (whole.peakResident > memoryLimit) throw new Error(`It took ${megabytes(whole.peakResident)}.`);
  const small = join(folder, `rows-${resumedRows}.jsonl`);
  await makeDataset(small, resumedRows);
  const done = await killAndContinue(small, folder);

  const sample = answer.read.sample;
  writePart(
    'million',
    `## A million rows

\`recommend-llm score\` on ${count(rows)} rows (JSON Lines, ${(size / 1e9).toFixed(2)} GB, rows of very different lengths around 1 kB, made by a seeded
generator), from the command to the renamed output. Memory is the largest sum over all processes, looked at five times a second.

| | by the clock | processor time | rows a second | resident memory | proportional memory | processor time, ratio |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
${row('Node that parses the lines', baseline, rows, baseline)}
${row('`recommend-llm score`', whole, rows, baseline)}

Every row has its line in the output, in order. A run over ${count(resumedRows)} rows that was killed (SIGKILL) after ${count(done)} rows and continued with
\`--resume\` gave, byte for byte, the output of a single run.

**First answer.** In the editor the file is answered from a uniform sample of ${count(sample?.prompts ?? 0)} rows of about ${count(sample?.ofRows ?? 0)} first. From the request to that
answer: ${milliseconds(median(warm))} with the scorer running (${milliseconds(Math.min(...warm))} – ${milliseconds(Math.max(...warm))}, ${warm.length} times), ${milliseconds(median(cold))} where its process must start and load
the router (${milliseconds(Math.min(...cold))} – ${milliseconds(Math.max(...cold))}).

${machine(loadBefore)}`,
  );
}
