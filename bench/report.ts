import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, totalmem } from 'node:os';

const path = 'docs/BENCHMARKS.md';

const head = `# Benchmarks

How long the whole program takes, as a user meets it. Milliseconds depend on the machine, so each figure stands beside a baseline
measured in the same run, and the ratio is what to compare.
`;

/** The parts of docs/BENCHMARKS.md, in their order; each is written by a command of its own. */
const parts = { program: 'npm run bench', million: 'npm run bench -- --million', own: 'npm run bench -- --own' };

const edges = (part: keyof typeof parts): [string, string] => [
  `<!-- ${part}: written by \`${parts[part]}\` -->`,
  `<!-- end of ${part} -->`,
];

/** Puts one part of docs/BENCHMARKS.md in its place and keeps the others. */
export function writePart(part: keyof typeof parts, text: string): void {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const kept = (Object.keys(parts) as (keyof typeof parts)[]).flatMap((name) => {
    const [start, end] = edges(name);
    if (name === part) return [`${start}\n\n${text.trim()}\n\n${end}\n`];
    const from = before.indexOf(start);
    return from < 0 ? [] : [`${before.slice(from, before.indexOf(end) + end.length)}\n`];
  });
  writeFileSync(path, [head, ...kept].join('\n'));
  console.log(`\n${text}\n(in ${path})`);
}

/** The machine in cores and memory, and how busy it was: to be called when the run ends, with the load when it began. */
export function machine(loadBefore: number): string {
  const load = (value: number): string => value.toFixed(1);
  return `Measured with Node ${process.versions.node} on ${availableParallelism()} ${process.arch} cores (${process.platform}) and ${Math.round(
    totalmem() / 2 ** 30,
  )} GB of memory; load average ${load(loadBefore)} when it began and ${load(loadavg()[0] ?? 0)} when it ended.`;
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

export function milliseconds(value: number): string {
  return value < 10
    ? `${value.toFixed(1)} ms`
    : value < 10_000
      ? `${value.toFixed(0)} ms`
      : `${(value / 1000).toFixed(1)} s`;
}

/** "0.9", "12" */
export function times(value: number, baseline: number): string {
  const ratio = value / baseline;
  return `${ratio < 10 ? ratio.toFixed(1) : ratio.toFixed(0)} ×`;
}

export function megabytes(bytes: number): string {
  return bytes > 0 ? `${Math.round(bytes / 1e6)} MB` : 'not measured here';
}
