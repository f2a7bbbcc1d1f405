import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { parseRouterIndex } from '../src/core/bundle/routerIndex';
import { normalDraw, seededRandom } from '../src/core/scores/seededRandom';
import { measured, type Taken } from './measure';
import { machine, megabytes, writePart } from './report';

const benchmarks = 10;
const models = 50;
/** Words of one benchmark, and words that all have in common. */
const ownWords = 3000;
const commonWords = 1500;
/** What import and training together may take. */
const timeLimit = 600;
const memoryLimit = 2e9;

const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Words of syllables, the frequent ones first. */
function vocabulary(random: () => number, size: number): string[] {
  const syllables = ['ka', 'ren', 'to', 'mi', 'sol', 've', 'dar', 'lin', 'po', 'shu', 'bra', 'net', 'ul', 'ex', 'fi'];
  const syllable = (): string => syllables[Math.floor(random() * syllables.length)] as string;
  return Array.from({ length: size }, () => Array.from({ length: 2 + Math.floor(random() * 3) }, syllable).join(''));
}

/** Half of the models are known to the bundled router, half are the user's own. */
function modelNames(): string[] {
  const index = parseRouterIndex(readFileSync('models/index.json'));
  const known = index.models.filter((id, m) => (index.resultCounts[m] ?? 0) > 500 && !id.includes('/'));
  return Array.from({ length: models }, (_, m) =>
    m % 2 === 0 ? (known[Math.floor((m * known.length) / models)] as string) : `acme/tune-${m}-${1 + (m % 70)}b`,
  );
}

/**
 * Results in the long layout, one gzipped JSON Lines file for each benchmark: all prompts of one model, then all of the next, as
 * logs of runs come. Prompts have 40 to 800 characters; one line in 10,000 is broken. The same each time.
 */
async function makeResults(folder: string, results: number): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const random = seededRandom(11);
  const prompts = Math.round(results / benchmarks / models);
  const names = modelNames();
  const common = vocabulary(random, commonWords);
  const abilities = names.map(() => normalDraw(random));
  let bytes = 0;
  for (let benchmark = 0; benchmark < benchmarks; benchmark++) {
    const path = join(folder, `benchmark-${benchmark}.jsonl.gz`);
    const own = vocabulary(random, ownWords);
    const word = (): string => {
      const [list, size] = random() < 0.4 ? [common, commonWords] : [own, ownWords];
      return list[Math.floor(size * random() ** 2.5)] as string;
    };
    const texts = Array.from({ length: prompts }, (_, prompt) => {
      const words = Array.from({ length: 6 + Math.floor(random() * 90) }, word);
      return `${words.join(' ')} ${prompt}`;
    });
    const difficulty = texts.map(() => normalDraw(random));
    const skills = names.map(() => 0.6 * normalDraw(random));
    const seed = Math.floor(random() * 2 ** 31);
    if (existsSync(path)) {
      bytes += statSync(path).size;
      continue;
    }
    const draw = seededRandom(seed);
    function* lines(): Generator<string> {
      for (const [m, model] of names.entries()) {
        for (const [prompt, text] of texts.entries()) {
          const logit = 0.5 + (abilities[m] as number) + (skills[m] as number) - (difficulty[prompt] as number);
          const score = draw() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
          const line = JSON.stringify({ item_id: prompt, prompt: text, model, score });
          yield draw() < 1e-4 ? `${line.slice(0, -9)}\n` : `${line}\n`;
        }
      }
    }
    function* blocks(): Generator<string> {
      let block = '';
      for (const line of lines()) {
        block += line;
        if (block.length < 1 << 16) continue;
        yield block;
        block = '';
      }
      yield block;
    }
    await pipeline(Readable.from(blocks()), createGzip({ level: 1 }), createWriteStream(`${path}.unfinished`));
    renameSync(`${path}.unfinished`, path);
    bytes += statSync(path).size;
  }
  return bytes;
}

function row(what: string, { seconds, processorSeconds, peakResident, peakProportional }: Taken): string {
  return `| ${what} | ${seconds.toFixed(0)} s | ${processorSeconds.toFixed(0)} s | ${megabytes(peakResident)} | ${megabytes(peakProportional)} |`;
}

/**
 * Imports millions of results and trains on them, on top of the bundled router and alone, from the command line; writes what it
 * took to docs/BENCHMARKS.md. The results stay in `folder` for the next time.
 */
export async function benchOwnEvidence(results: number, folder: string): Promise<void> {
  const loadBefore = loadavg()[0] ?? 0;
  const logs = join(folder, `results-${results}`);
  const bytes = await makeResults(logs, results);
  console.log(`${count(results)} results, ${(bytes / 1e6).toFixed(0)} MB packed`);
  const table = join(folder, 'table.jsonl.gz');
  for (const left of [table, join(folder, 'merged'), join(folder, 'alone')])
    rmSync(left, { recursive: true, force: true });
  const run = async (what: string, args: readonly string[]): Promise<Taken> => {
    const taken = await measured(['dist/cli.js', ...args]);
    console.log(`${what}: ${JSON.stringify(taken)}`);
    if (taken.code !== 0) throw new Error(`${what} ended with ${taken.code}.`);
    return taken;
  };
  const imported = await run('import', ['import', logs, '--output', table]);
  const merged = await run('train', ['train', '--benchmarks', table, '--output', join(folder, 'merged')]);
  const alone = await run('train --alone', [
    'train',
    '--benchmarks',
    table,
    '--alone',
    '--output',
    join(folder, 'alone'),
  ]);
  const size = readdirSync(join(folder, 'merged')).reduce(
    (sum, name) => sum + statSync(join(folder, 'merged', name)).size,
    0,
  );
  writePart(
    'own',
    `## Millions of own results

${count(results)} (prompt, model) results in the long layout: ${benchmarks} gzipped JSON Lines files (${(bytes / 1e6).toFixed(0)} MB), ${count(results / models)} prompts of 40 to 800 characters,
${models} models of which the bundled router knows half, one line in 10,000 broken. Made by a seeded generator, model by model, as logs come.

| step | time | processor time | memory (resident, all processes) | memory (shared pages once) |
|---|---|---|---|---|
${row('`import`', imported)}
${row('`train` on top of the bundled router', merged)}
${row('`train --alone`', alone)}

Import and training together: ${(imported.seconds + merged.seconds).toFixed(0)} s on top of the bundled router, ${(imported.seconds + alone.seconds).toFixed(0)} s alone. The router written has ${(size / 1e6).toFixed(0)} MB.

${machine(loadBefore)}`,
  );
  const missed = [imported, merged, alone].filter(({ peakResident }) => peakResident > memoryLimit);
  if (missed.length > 0) throw new Error(`${missed.length} steps took more than ${megabytes(memoryLimit)}.`);
  if (imported.seconds + Math.max(merged.seconds, alone.seconds) > timeLimit)
    throw new Error(`It took more than ${timeLimit} s.`);
}
