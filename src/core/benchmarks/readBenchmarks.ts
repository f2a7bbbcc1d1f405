import * as v from 'valibot';
import { causeOf, RecommendError } from '../errors';
import { type Sentence, say, verbatim } from '../sentence';
import type { BenchmarkFacts, BenchmarkItem, BenchmarkTable } from './benchmarkTable';
import { byGroup, Column, type Grouped } from './column';

/** One file of per-item results, already decompressed and split into lines. */
export interface BenchmarkLines {
  /** File name as reported to the user. */
  readonly name: string;
  readonly lines: AsyncIterable<string> | Iterable<string>;
}

/** A line that did not enter the table, with where and why. */
export interface SkippedLine {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** Dotted path of the field at fault; empty where the line as a whole is. */
  readonly field: string;
  readonly reason: Sentence;
}

/** What was read, told in full. */
export interface BenchmarkReport {
  readonly linesRead: number;
  readonly linesSkipped: number;
  /** The first skipped lines, at most 100. */
  readonly skipped: readonly SkippedLine[];
  /** Lines whose prompt occurred before in the same benchmark: their results were merged into the first one's item. */
  readonly merged: number;
  /** Items whose prompt also occurs in another benchmark (kept: the labels come from another harness or judge). */
  readonly sharedAcrossBenchmarks: number;
  readonly items: number;
  readonly results: number;
}

/** What was skipped, as a step of a training. */
export function skippedStep({ file, line, field, reason }: SkippedLine): Sentence {
  return say('skipped {0} line {1} {2}: {3}', file, line, field, reason);
}

export interface BenchmarkReading {
  readonly table: BenchmarkTable;
  readonly report: BenchmarkReport;
}

const maxSkippedReported = 100;

const factsSchema = v.record(
  v.string(),
  v.object({
    source: v.string(),
    family: v.string(),
    kind: v.nullable(v.string()),
    language: v.nullable(v.string()),
    scored_by: v.picklist(['verifier', 'judge', 'human', 'unknown']),
    ship: v.boolean(),
  }),
);

/** What is wrong with a line, as far as this reader says it; the rest is in the words of the schema library. */
const wrongs = {
  scores: say('an object from model to correctness is expected'),
  score: say('a number from 0 to 1 is expected'),
  prompt: say('the prompt is empty'),
};

/** As `v.record(v.string(), v.number())` within 0..1, but without a copy and a pipe for each of millions of results. */
const scoresSchema = v.pipe(
  v.custom<Readonly<Record<string, unknown>>>(
    (input) => typeof input === 'object' && input !== null && !Array.isArray(input),
    wrongs.scores.text,
  ),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const scores = dataset.value;
    for (const model of Object.keys(scores)) {
      const value = scores[model];
      if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
        addIssue({
          message: wrongs.score.text,
          path: [{ type: 'object', origin: 'value', input: { ...scores }, key: model, value }],
        });
        return NEVER;
      }
    }
    return scores as Readonly<Record<string, number>>;
  }),
);

const lineSchema = v.object({
  benchmark: v.string(),
  category: v.nullish(v.string(), null),
  item_id: v.union([v.string(), v.number()]),
  prompt: v.pipe(
    v.string(),
    v.check((text) => text.trim() !== '', wrongs.prompt.text),
  ),
  scores: scoresSchema,
});

/**
 * Validates the content of `benchmarks.json`.
 * @throws RecommendError TRAINING_DATA naming the benchmark and field
 */
export function parseBenchmarkFacts(content: unknown): ReadonlyMap<string, BenchmarkFacts> {
  const parsed = v.safeParse(factsSchema, content);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    throw new RecommendError(
      'TRAINING_DATA',
      `benchmarks.json: ${v.getDotPath(issue) ?? 'content'}: ${issue.message}.`,
      'Restore the file, or correct the named field.',
    );
  }
  return new Map(
    Object.entries(parsed.output).map(([name, facts]) => [
      name,
      {
        name,
        source: facts.source,
        family: facts.family,
        kind: facts.kind,
        language: facts.language,
        scoredBy: facts.scored_by,
        ship: facts.ship,
      },
    ]),
  );
}

/** The form in which prompts are compared: runs of white space collapsed, ends trimmed. */
export function promptKey(prompt: string): string {
  return prompt.replace(/\s+/gu, ' ').trim();
}

interface OpenItem extends Omit<BenchmarkItem, 'benchmark'> {
  readonly benchmark: string;
}

/**
 * Reads per-item results into one sparse table.
 *
 * Duplicates: lines of one benchmark with the same prompt (up to white space), from one file or several, become one item
 * that keeps the first line's id and category; a model with several results there gets their mean. The same prompt in
 * two benchmarks stays two items, because harness or judge differ.
 *
 * Order is that of the input; benchmarks and models are sorted by name, so the same lines give the same table.
 *
 * @param files one entry for each file of results
 * @param facts content of `benchmarks.json`, parsed as JSON
 * @throws RecommendError TRAINING_DATA where `facts` is invalid or no line could be read
 */
export async function readBenchmarks(files: Iterable<BenchmarkLines>, facts: unknown): Promise<BenchmarkReading> {
  const factsByName = parseBenchmarkFacts(facts);
  return readResults(files, (benchmark) => factsByName.get(benchmark) ?? null);
}

/**
 * As {@link readBenchmarks}, with the facts of a benchmark asked for when it is met.
 * @param factsOf by benchmark and the file that it is first met in; null where its lines are to be skipped
 */
export async function readResults(
  files: Iterable<BenchmarkLines>,
  factsOf: (benchmark: string, file: string) => BenchmarkFacts | null,
): Promise<BenchmarkReading> {
  const factsByName = new Map<string, BenchmarkFacts | null>();
  const open: OpenItem[] = [];
  const byPrompt = new Map<string, number>();
  const models: string[] = [];
  const modelIndex = new Map<string, number>();
  const resultItem = Column.integers();
  const resultModel = Column.integers();
  const resultScore = Column.doubles();
  const skipped: SkippedLine[] = [];
  let linesRead = 0;
  let linesSkipped = 0;
  let merged = 0;

  for (const file of files) {
    let line = 0;
    const skip = (field: string, reason: Sentence): void => {
      linesSkipped++;
      if (skipped.length < maxSkippedReported) skipped.push({ file: file.name, line, field, reason });
    };
    for await (const text of file.lines) {
      line++;
      if (text.trim() === '') continue;
      linesRead++;
      let content: unknown;
      try {
        content = JSON.parse(text);
      } catch (error) {
        skip('', say('not JSON: {0}', causeOf(error)));
        continue;
      }
      const parsed = v.safeParse(lineSchema, content);
      if (!parsed.success) {
        const issue = parsed.issues[0];
        skip(
          v.getDotPath(issue) ?? '',
          Object.values(wrongs).find(({ text }) => text === issue.message) ?? verbatim(issue.message),
        );
        continue;
      }
      const row = parsed.output;
      let facts = factsByName.get(row.benchmark);
      if (facts === undefined) {
        facts = factsOf(row.benchmark, file.name);
        factsByName.set(row.benchmark, facts);
      }
      if (facts === null) {
        skip('benchmark', say('"{0}" is not in benchmarks.json', row.benchmark));
        continue;
      }
      const results = Object.entries(row.scores);
      if (results.length === 0) {
        skip('scores', say('no result'));
        continue;
      }
      const key = `${row.benchmark}\n${promptKey(row.prompt)}`;
      let item = byPrompt.get(key);
      if (item !== undefined) merged++;
      else {
        item = open.length;
        byPrompt.set(key, item);
        open.push({
          benchmark: facts.name,
          category: row.category,
          id: String(row.item_id),
          prompt: row.prompt,
        });
      }
      for (const [name, score] of results) {
        let model = modelIndex.get(name);
        if (model === undefined) {
          model = models.push(name) - 1;
          modelIndex.set(name, model);
        }
        resultItem.push(item);
        resultModel.push(model);
        resultScore.push(score);
      }
    }
  }
  if (open.length === 0) {
    const [first] = skipped;
    throw new RecommendError(
      'TRAINING_DATA',
      first
        ? say(
            'None of the {0} benchmark lines could be read ({1} line {2}: {3}).',
            linesRead,
            first.file,
            first.line,
            first.reason,
          )
        : say('None of the {0} benchmark lines could be read.', linesRead),
      say('Name a folder with *.jsonl or *.jsonl.gz files of per-item results and their benchmarks.json.'),
    );
  }
  const sharedAcrossBenchmarks = countShared(byPrompt.keys());
  byPrompt.clear();
  const table = toTable(open, factsByName, models, byGroup(resultItem, open.length), resultModel, resultScore);
  const report: BenchmarkReport = {
    linesRead,
    linesSkipped,
    skipped,
    merged,
    sharedAcrossBenchmarks,
    items: table.items.length,
    results: table.resultScores.length,
  };
  return { table, report };
}

function toTable(
  open: readonly OpenItem[],
  facts: ReadonlyMap<string, BenchmarkFacts | null>,
  models: readonly string[],
  { positions, ends }: Grouped,
  resultModel: Column<Int32Array>,
  resultScore: Column<Float64Array>,
): BenchmarkTable {
  const used = new Set(open.map(({ benchmark }) => benchmark));
  const benchmarks = [...facts.values()]
    .filter((one): one is BenchmarkFacts => one !== null && used.has(one.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const benchmarkIndex = new Map(benchmarks.map(({ name }, index) => [name, index]));
  const sorted = [...models].sort();
  const place = new Map(sorted.map((model, index) => [model, index]));
  const placeOf = Int32Array.from(models, (model) => place.get(model) as number);
  const offsets = new Int32Array(open.length + 1);
  const resultModels = new Uint16Array(positions.length);
  const resultScores = new Float32Array(positions.length);
  // Of the item at hand, by model.
  const sums = new Float64Array(models.length);
  const counts = new Int32Array(models.length);
  let results = 0;
  let from = 0;
  for (let item = 0; item < open.length; item++) {
    const end = ends[item] as number;
    const met: number[] = [];
    for (let at = from; at < end; at++) {
      const position = positions[at] as number;
      const model = placeOf[resultModel.at(position)] as number;
      if (counts[model] === 0) met.push(model);
      counts[model] = (counts[model] as number) + 1;
      sums[model] = (sums[model] as number) + resultScore.at(position);
    }
    from = end;
    met.sort((a, b) => a - b);
    for (const model of met) {
      resultModels[results] = model;
      resultScores[results] = (sums[model] as number) / (counts[model] as number);
      sums[model] = 0;
      counts[model] = 0;
      results++;
    }
    offsets[item + 1] = results;
  }
  return {
    benchmarks,
    models: sorted,
    items: open.map(({ benchmark, category, id, prompt }) => ({
      benchmark: benchmarkIndex.get(benchmark) as number,
      category,
      id,
      prompt,
    })),
    offsets,
    resultModels: resultModels.slice(0, results),
    resultScores: resultScores.slice(0, results),
  };
}

/** Items whose prompt stands in several benchmarks too. */
function countShared(keys: Iterable<string>): number {
  const benchmarksOf = new Map<string, number>();
  for (const key of keys) {
    const prompt = key.slice(key.indexOf('\n') + 1);
    benchmarksOf.set(prompt, (benchmarksOf.get(prompt) ?? 0) + 1);
  }
  let shared = 0;
  for (const count of benchmarksOf.values()) if (count > 1) shared += count;
  return shared;
}

/**
 * Splits decoded chunks into lines at \n or \r\n only (node:readline also splits at U+2028, which JSON strings may hold).
 * An unterminated last line is given too.
 */
export async function* splitLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
  if (rest !== '') yield rest;
}
