// Times the whole program, each time against a baseline measured in the same run, and writes docs/BENCHMARKS.md.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { temporaryFolder } from '../scripts/cleanup';
import { findEditorHosts } from '../scripts/editorHost';
import type { EditorTimings } from './editor';

/** Starts of a process that are measured. */
const starts = 7;
/** Starts of the editor that are measured. */
const editorStarts = 3;
/** Rows of the dataset. */
const rows = 5000;

interface Measure {
  what: string;
  /** Milliseconds, several samples. */
  samples: number[];
  baseline: string;
  baselineSamples: number[];
  note?: string;
}

function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
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
  writeFileSync(join(empty, 'package.json'), JSON.stringify({ ...manifest, engines: { vscode: '*' } }));
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

function milliseconds(value: number): string {
  return value < 10
    ? `${value.toFixed(1)} ms`
    : value < 10_000
      ? `${value.toFixed(0)} ms`
      : `${(value / 1000).toFixed(1)} s`;
}

function report(measures: readonly Measure[]): string {
  const lines = measures.map(({ what, samples, baseline, baselineSamples, note }) => {
    const value = median(samples);
    const base = median(baselineSamples);
    const spread = `${milliseconds(Math.min(...samples))} – ${milliseconds(Math.max(...samples))}`;
    const ratio = value / base;
    const times = ratio < 10 ? ratio.toFixed(1) : ratio.toFixed(0);
    return `| ${what} | ${milliseconds(value)} | ${spread} (${samples.length}) | ${baseline}: ${milliseconds(base)} | ${times} × | ${note ?? ''} |`;
  });
  return `# Benchmarks

How long the whole program takes, as a user meets it. Written by \`npm run bench\`; milliseconds depend on the machine, so each
stands beside a baseline measured in the same run, and the ratio is what to compare. Medians; the smallest and the largest
sample and their number beside them.

| What | Median | Range (samples) | Baseline | Ratio | |
| --- | ---: | ---: | --- | ---: | --- |
${lines.join('\n')}

Measured with Node ${process.versions.node.split('.')[0]} on ${availableParallelism()} ${process.arch} cores (${process.platform}).
`;
}

async function main(): Promise<void> {
  timeNode(['esbuild.mjs', '--production']);
  const prompt = 'samples/train-journey.prompt.md';
  const dataset = join(temporaryFolder('dataset'), 'prompts.jsonl');
  writeDataset(dataset);
  const recommend = ['dist/cli.js', 'recommend', '--json'];
  const [start, emptyStart] = inTurns(starts, [...recommend, prompt], ['-e', '']);
  const parse = `for (const line of require('fs').readFileSync(${JSON.stringify(dataset)}, 'utf8').split('\\n')) if (line) JSON.parse(line)`;
  const [scoring, parsing] = inTurns(3, [...recommend, dataset], ['-e', parse]);
  const rate = rows / ((median(scoring) - median(start)) / 1000);
  const editor = await inEditor();
  const measures: Measure[] = [
    {
      what: 'Command line, one prompt, from start to end',
      samples: start,
      baseline: 'Node that does nothing',
      baselineSamples: emptyStart,
    },
    {
      what: `Command line, a dataset of ${rows} prompts`,
      samples: scoring,
      baseline: 'Node that parses its lines',
      baselineSamples: parsing,
      note: `${Math.round(rate)} prompts a second beyond the start`,
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
  mkdirSync('docs', { recursive: true });
  writeFileSync('docs/BENCHMARKS.md', report(measures));
  console.log(readFileSync('docs/BENCHMARKS.md', 'utf8'));
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
