// Times the whole program, each time against a baseline measured in the same run, and writes docs/BENCHMARKS.md.
// `npm run bench` takes some minutes; `npm run bench -- --million [--rows N] [--folder F]` scores a million rows (1 GB) instead,
// `npm run bench -- --own [--results N] [--folder F]` imports five million results and trains on them.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { temporaryFolder } from '../scripts/cleanup';
import { findEditorHosts } from '../scripts/editorHost';
import { makeDataset } from './dataset';
import type { EditorTimings } from './editor';
import { measured, type Taken } from './measure';
import { benchMillion } from './million';
import { benchOwnEvidence } from './ownEvidence';
import { machine, median, megabytes, milliseconds, times, writePart } from './report';

/** Starts of a process that are measured. */
const starts = 7;
/** Starts of the editor that are measured. */
const editorStarts = 3;
/** Rows of the dataset that is recommended for as a whole, and of the one that is scored row by row. */
const rows = 5_000;
const scoredRows = 10_000;

interface Measure {
  what: string;
  /** Milliseconds, several samples. */
  samples: number[];
  baseline: string;
  baselineSamples: number[];
  note?: string;
}

/** Milliseconds that a Node process takes from start to end. @throws Error when it fails */
function timeNode(args: readonly string[]): number {
  const started = performance.now();
  const done = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  const elapsed = performance.now() - started;
  if (done.status !== 0) throw new Error(`node ${args.join(' ')} failed: ${done.stderr || done.error?.message}`);
  return elapsed;
}

/** The two commands in turns, so that a slow moment of the machine meets both. */
function inTurns(times: number, command: readonly string[], baseline: readonly string[]): [number[], number[]] {
  const samples: number[] = [];
  const baselineSamples: number[] = [];
  timeNode(baseline);
  timeNode(command);
  for (let index = 0; index < times; index++) {
    baselineSamples.push(timeNode(baseline));
    samples.push(timeNode(command));
  }
  return [samples, baselineSamples];
}

/** A dataset of different made-up prompts. */
function writeDataset(path: string): void {
  const subjects = ['a train timetable', 'a stack trace', 'a contract clause', 'a poem', 'an SQL query', 'a recipe'];
  const tasks = ['Explain', 'Translate into French', 'Find the mistake in', 'Shorten', 'Write tests for'];
  const lines = Array.from({ length: rows }, (_, index) => {
    const subject = subjects[index % subjects.length];
    const task = tasks[Math.floor(index / subjects.length) % tasks.length];
    return JSON.stringify({ prompt: `${task} ${subject}, case ${index}: ${(index * 7919) % 9973} of ${index + 17}.` });
  });
  writeFileSync(path, `${lines.join('\n')}\n`);
}

/** Runs bench/editor.ts in a real extension host, beside an extension that does nothing. */
async function inEditor(): Promise<EditorTimings> {
  const folder = temporaryFolder('bench');
  const suite = join(folder, 'editor.js');
  await build({
    entryPoints: ['bench/editor.ts'],
    outfile: suite,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  const manifest = {
    name: 'empty',
    publisher: 'recommend-llm',
    version: '0.0.1',
    main: './main.js',
    activationEvents: [],
  };
  // An installed extension must name a version: with "*" the editor passes it over.
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { vscode: string } };
  writeFileSync(join(empty, 'package.json'), JSON.stringify({ ...manifest, engines: { vscode: engines.vscode } }));
  writeFileSync(join(empty, 'main.js'), 'exports.activate = () => undefined;\n');
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  cpSync('samples/train-journey.prompt.md', join(workspace, 'train-journey.prompt.md'));
  const results = join(folder, 'results.json');
  const hosts = await findEditorHosts('stable');
  const host = hosts[hosts.length - 1];
  if (!host) throw new Error('No editor host.');
  const total: EditorTimings = {
    wiring: [],
    activation: [],
    emptyActivation: [],
    firstSuggestion: [],
    suggestion: [],
    edit: [],
  };
  for (let index = 0; index < editorStarts; index++) {
    await runTests({
      vscodeExecutablePath: host.executable,
      extensionDevelopmentPath: [resolve('.'), empty],
      extensionTestsPath: suite,
      launchArgs: [workspace, '--disable-extensions'],
      extensionTestsEnv: { RECOMMEND_LLM_BENCH_RESULTS: results },
    });
    const timings = JSON.parse(readFileSync(results, 'utf8')) as EditorTimings;
    for (const name of Object.keys(total) as (keyof EditorTimings)[]) total[name].push(...timings[name]);
  }
  return total;
}

function line({ what, samples, baseline, baselineSamples, note }: Measure): string {
  const value = median(samples);
  const base = median(baselineSamples);
  const spread = `${milliseconds(Math.min(...samples))} – ${milliseconds(Math.max(...samples))}`;
  return `| ${what} | ${milliseconds(value)} | ${spread} (${samples.length}) | ${baseline}: ${milliseconds(base)} | ${times(value, base)} | ${note ?? ''} |`;
}

function report(measures: readonly Measure[], scoring: Taken, parsing: Taken, loadBefore: number): string {
  const perRow = (1000 * scoring.processorSeconds) / scoredRows;
  return `## The program

Medians; the smallest and the largest sample and their number beside them.

| What | Median | Range (samples) | Baseline | Ratio | |
| --- | ---: | ---: | --- | ---: | --- |
${measures.map(line).join('\n')}

Memory of all processes at its largest, scoring ${scoredRows.toLocaleString('en-US')} rows of about 1 kB: ${megabytes(scoring.peakResident)}; Node that parses
the same lines: ${megabytes(parsing.peakResident)} (${times(scoring.peakResident, parsing.peakResident)}). That took ${perRow.toFixed(2)} ms of processor time a row, ${Math.round(
    scoredRows / scoring.seconds,
  ).toLocaleString('en-US')} rows a second by the clock.

${machine(loadBefore)}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      million: { type: 'boolean', default: false },
      own: { type: 'boolean', default: false },
      rows: { type: 'string', default: '1000000' },
      results: { type: 'string', default: '5000000' },
      folder: { type: 'string', default: 'out/bench' },
    },
  });
  const loadBefore = loadavg()[0] ?? 0;
  // With the tests: their stand-in for VS Code's command line runs the editor.
  timeNode(['esbuild.mjs', '--production', '--tests']);
  if (values.million) return benchMillion(Number(values.rows), values.folder);
  if (values.own) return benchOwnEvidence(Number(values.results), values.folder);
  const prompt = 'samples/train-journey.prompt.md';
  const folder = temporaryFolder('dataset');
  const dataset = join(folder, 'prompts.jsonl');
  writeDataset(dataset);
  const recommend = ['dist/cli.js', 'recommend', '--json'];
  const [start, emptyStart] = inTurns(starts, [...recommend, prompt], ['-e', '']);
  const parse = (path: string): string[] => [
    '-e',
    `for (const line of require('fs').readFileSync(${JSON.stringify(path)}, 'utf8').split('\\n')) if (line) JSON.parse(line)`,
  ];
  const [whole, parsed] = inTurns(3, [...recommend, dataset], parse(dataset));
  const rate = rows / ((median(whole) - median(start)) / 1000);
  const large = join(folder, 'large.jsonl');
  await makeDataset(large, scoredRows);
  const parsing = await measured(parse(large));
  const scoring = await measured(['dist/cli.js', 'score', large, '--output', join(folder, 'out.jsonl')]);
  const editor = await inEditor();
  const measures: Measure[] = [
    {
      what: 'Command line, one prompt, from start to end',
      samples: start,
      baseline: 'Node that does nothing',
      baselineSamples: emptyStart,
    },
    {
      what: `Command line, a dataset of ${rows.toLocaleString('en-US')} prompts`,
      samples: whole,
      baseline: 'Node that parses its lines',
      baselineSamples: parsed,
      note: `${Math.round(rate).toLocaleString('en-US')} prompts a second beyond the start`,
    },
    {
      what: `Command line, ${scoredRows.toLocaleString('en-US')} rows of about 1 kB scored into a file`,
      samples: [scoring.seconds * 1000],
      baseline: 'Node that parses its lines',
      baselineSamples: [parsing.seconds * 1000],
    },
    {
      what: 'Activation in the editor: load and wire',
      samples: editor.activation,
      baseline: 'an extension that does nothing',
      baselineSamples: editor.emptyActivation,
      note: `of which wiring ${milliseconds(median(editor.wiring))}; the budget is 50 ms`,
    },
    {
      what: 'First suggestion in the status bar after opening a prompt',
      samples: editor.firstSuggestion,
      baseline: 'an edit',
      baselineSamples: editor.edit,
      note: 'starts the scorer process and loads the router',
    },
    {
      what: 'Next suggestion after an edit',
      samples: editor.suggestion,
      baseline: 'the edit alone',
      baselineSamples: editor.edit,
      note: 'waits until typing pauses (`recommendLlm.statusBar.delay`)',
    },
  ];
  writePart('program', report(measures, scoring, parsing, loadBefore));
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
