import { Matrix, solve } from 'ml-matrix';
import type { BenchmarkTable } from '../benchmarks/benchmarkTable';
import type { TaskSplit } from '../benchmarks/tasks';
import { seededRandom } from '../scores/seededRandom';
import { decimal, type Sentence, type Speak, say, signed } from '../sentence';
import { type LinkedFit, leaveOut, observedLogit } from './linkedGaussianProcess';
import type { MatMul } from './matMul';

/** How prompts are held out: a whole benchmark ("a new task of mine"), or a fifth of its prompts ("more of the same"). */
export type HeldOutPart = 'benchmark' | 'prompts';

/** What three ways of choosing an LLM reached on held-out prompts of one benchmark. */
export interface ComparedPick {
  readonly model: string;
  readonly accuracy: number;
}

export interface BenchmarkComparison {
  readonly benchmark: string;
  readonly heldOut: HeldOutPart;
  readonly items: number;
  readonly models: number;
  readonly own: ComparedPick;
  readonly bundled: ComparedPick;
  readonly bestSingle: ComparedPick;
  /** The best of the models there, known only afterwards. */
  readonly oracle: ComparedPick;
}

/** A mean difference of accuracies with its 95 % bootstrap interval over prompts. */
export interface Difference {
  readonly mean: number;
  readonly interval: readonly [low: number, high: number];
}

export interface OwnRouterReport {
  readonly comparisons: readonly BenchmarkComparison[];
  /** Own router minus bundled router, and minus the best single model, for each way of holding out. */
  readonly differences: readonly {
    readonly heldOut: HeldOutPart;
    readonly benchmarks: number;
    readonly overBundled: Difference;
    readonly overBestSingle: Difference;
  }[];
  /** `better` or `worse` than the bundled router only where the interval excludes 0. */
  readonly verdict: 'better' | 'worse' | 'not-shown';
}

/** Models need results on this share of a benchmark's items to be compared there. */
const fullShare = 0.9;
const folds = 5;
const draws = 2000;

interface Cell {
  readonly pair: number;
  readonly model: number;
  /** Correctness by position in the benchmark's items; NaN where missing. */
  readonly scores: Float64Array;
}

/**
 * Compares the router with the bundled one and with the best single model on the user's own benchmarks, each held out: in
 * closed form from one fit (`leaveOut`), and for parts of a benchmark by conditioning that prediction on the other parts.
 * @param firstOwn index of the first own item of the table
 */
export async function compareOwnRouter(
  table: BenchmarkTable,
  split: TaskSplit,
  fit: LinkedFit,
  modelIds: readonly string[],
  firstOwn: number,
  extraNoise: number,
  seed: number,
  matMul: MatMul,
): Promise<OwnRouterReport> {
  const ownTasks = split.tasks.flatMap((task, index) => ((task.items[0] ?? 0) >= firstOwn ? [index] : []));
  const allOwn = [...fit.pairs.tasks.keys()].filter((pair) => ownTasks.includes(fit.pairs.tasks[pair] ?? -1));
  if (allOwn.length === 0) return { comparisons: [], differences: [], verdict: 'not-shown' };
  const withoutOwn = await leaveOut(fit, allOwn, matMul);
  const bundledMean = new Map(allOwn.map((pair, at) => [pair, withoutOwn.mean[at] ?? 0]));
  const cells = new Map(ownTasks.map((task) => [task, cellsOf(table, split, fit, modelIds, task)]));
  const random = seededRandom(seed);
  const comparisons: BenchmarkComparison[] = [];
  const outcomes: { heldOut: HeldOutPart; overBundled: Float64Array; overBestSingle: Float64Array }[] = [];

  for (const task of ownTasks) {
    const here = cells.get(task) ?? [];
    if (here.length < 2) continue;
    const facts = split.tasks[task];
    const items = facts?.items.length ?? 0;
    const block = [...fit.pairs.tasks.keys()].filter((pair) => fit.pairs.tasks[pair] === task);
    const held = await leaveOut(fit, block, matMul);
    const prior = here.map(({ pair }) => held.mean[block.indexOf(pair)] ?? 0);
    const bundled = argMax(here.map(({ pair }) => bundledMean.get(pair) ?? 0));
    const everything = Int32Array.from({ length: items }, (_, item) => item);
    const compare = (heldOut: HeldOutPart, picks: { own: Int32Array; single: Int32Array }): void => {
      const at = (choice: Int32Array, item: number): number => here[choice[item] ?? 0]?.scores[item] ?? Number.NaN;
      const fixed = (choice: number): Int32Array => new Int32Array(items).fill(choice);
      const rows = [...everything].filter((item) => here.every(({ scores }) => !Number.isNaN(scores[item])));
      const mean = (choice: Int32Array): number => rows.reduce((sum, item) => sum + at(choice, item), 0) / rows.length;
      const named = (choice: Int32Array): ComparedPick => ({
        model: modelIds[here[mostFrequent(choice)]?.model ?? 0] ?? '',
        accuracy: mean(choice),
      });
      const oracle = argMax(here.map((_, choice) => mean(fixed(choice))));
      comparisons.push({
        benchmark: facts?.name ?? '',
        heldOut,
        items: rows.length,
        models: here.length,
        own: named(picks.own),
        bundled: named(fixed(bundled)),
        bestSingle: named(picks.single),
        oracle: named(fixed(oracle)),
      });
      outcomes.push({
        heldOut,
        overBundled: Float64Array.from(rows, (item) => at(picks.own, item) - at(fixed(bundled), item)),
        overBestSingle: Float64Array.from(rows, (item) => at(picks.own, item) - at(picks.single, item)),
      });
    };

    if (ownTasks.length > 1) {
      const elsewhere = here.map(({ model }) => meanElsewhere(cells, task, model));
      compare('benchmark', {
        own: new Int32Array(items).fill(argMax(prior)),
        single: new Int32Array(items).fill(argMax(elsewhere)),
      });
    }
    const fold = shuffledFolds(items, random);
    const own = new Int32Array(items);
    const single = new Int32Array(items);
    const covariance = latentCovariance(held.covariance, block, here, fit);
    for (let part = 0; part < folds; part++) {
      const known = here.map(({ scores }) => sumWhere(scores, (item) => fold[item] !== part));
      const posterior = conditioned(prior, covariance, known, extraNoise);
      const best = argMax(known.map(({ sum, count }) => (count > 0 ? sum / count : 0)));
      for (let item = 0; item < items; item++) {
        if (fold[item] !== part) continue;
        own[item] = argMax(posterior);
        single[item] = best;
      }
    }
    compare('prompts', { own, single });
  }

  const differences = (['benchmark', 'prompts'] as const).flatMap((heldOut) => {
    const found = outcomes.filter((outcome) => outcome.heldOut === heldOut);
    if (found.length === 0) return [];
    return [
      {
        heldOut,
        benchmarks: found.length,
        overBundled: bootstrap(
          found.map(({ overBundled }) => overBundled),
          random,
        ),
        overBestSingle: bootstrap(
          found.map(({ overBestSingle }) => overBestSingle),
          random,
        ),
      },
    ];
  });
  const decisive = differences.map(({ overBundled }) => overBundled.interval);
  const verdict = decisive.some(([, high]) => high < 0)
    ? 'worse'
    : decisive.some(([low]) => low > 0)
      ? 'better'
      : 'not-shown';
  return { comparisons, differences, verdict };
}

/** The models that were run on (nearly) all items of a task and are observed there, with their scores by item. */
function cellsOf(
  table: BenchmarkTable,
  split: TaskSplit,
  fit: LinkedFit,
  modelIds: readonly string[],
  task: number,
): Cell[] {
  const items = split.tasks[task]?.items ?? new Int32Array(0);
  const tableIndex = new Map(table.models.map((id, index) => [id, index]));
  const scores = new Map<number, Float64Array>();
  for (const [position, item] of items.entries()) {
    for (let at = table.offsets[item] ?? 0; at < (table.offsets[item + 1] ?? 0); at++) {
      const model = table.resultModels[at] ?? 0;
      const own = scores.get(model) ?? new Float64Array(items.length).fill(Number.NaN);
      scores.set(model, own);
      own[position] = table.resultScores[at] ?? Number.NaN;
    }
  }
  return [...fit.pairs.tasks.keys()].flatMap((pair) => {
    if (fit.pairs.tasks[pair] !== task) return [];
    const model = fit.pairs.models[pair] ?? 0;
    const own = scores.get(tableIndex.get(modelIds[model] ?? '') ?? -1);
    if (!own) return [];
    const known = own.reduce((count, score) => count + (Number.isNaN(score) ? 0 : 1), 0);
    return known >= fullShare * items.length ? [{ pair, model, scores: own }] : [];
  });
}

/** Accuracy of a model on the user's other benchmarks, each weighing the same; −1 where it has none. */
function meanElsewhere(cells: ReadonlyMap<number, readonly Cell[]>, task: number, model: number): number {
  const means = [...cells].flatMap(([other, list]) => {
    const cell = other === task ? undefined : list.find((each) => each.model === model);
    if (!cell) return [];
    const { sum, count } = sumWhere(cell.scores, () => true);
    return count > 0 ? [sum / count] : [];
  });
  return means.length > 0 ? means.reduce((sum, mean) => sum + mean, 0) / means.length : -1;
}

function sumWhere(scores: Float64Array, wanted: (item: number) => boolean): { sum: number; count: number } {
  let sum = 0;
  let count = 0;
  for (const [item, score] of scores.entries()) {
    if (Number.isNaN(score) || !wanted(item)) continue;
    sum += score;
    count += 1;
  }
  return { sum, count };
}

/** The covariance of the latent logits of the compared models: that of the prediction, without the noise of the observations. */
function latentCovariance(
  covariance: Float64Array,
  block: readonly number[],
  here: readonly Cell[],
  fit: LinkedFit,
): Matrix {
  const places = here.map(({ pair }) => block.indexOf(pair));
  const size = block.length;
  return new Matrix(
    places.map((i, row) =>
      places.map(
        (j, column) =>
          (covariance[i * size + j] ?? 0) - (row === column ? (fit.pairs.noise[here[row]?.pair ?? 0] ?? 0) : 0),
      ),
    ),
  );
}

/** Posterior means after further results: μ + Σ (Σ + N)⁻¹ (y − μ) (Rasmussen and Williams 2006, 2.23). */
function conditioned(
  prior: readonly number[],
  covariance: Matrix,
  known: readonly { readonly sum: number; readonly count: number }[],
  extraNoise: number,
): number[] {
  const seen = known.flatMap(({ sum, count }, index) =>
    count > 0 ? [{ index, ...observedLogit(sum, count, extraNoise) }] : [],
  );
  const indices = seen.map(({ index }) => index);
  const inner = covariance.selection(indices, indices);
  for (const [row, { noise }] of seen.entries()) inner.set(row, row, inner.get(row, row) + noise);
  const errors = Matrix.columnVector(seen.map(({ index, logit }) => logit - (prior[index] ?? 0)));
  const weights = solve(inner, errors).to1DArray();
  return prior.map((mean, row) =>
    indices.reduce((sum, index, at) => sum + covariance.get(row, index) * (weights[at] ?? 0), mean),
  );
}

function shuffledFolds(items: number, random: () => number): Int32Array {
  const fold = Int32Array.from({ length: items }, (_, item) => item % folds);
  for (let item = items - 1; item > 0; item--) {
    const other = Math.floor(random() * (item + 1));
    [fold[item], fold[other]] = [fold[other] ?? 0, fold[item] ?? 0];
  }
  return fold;
}

/** Mean over benchmarks of the mean over prompts; the interval resamples the prompts of each benchmark. */
function bootstrap(groups: readonly Float64Array[], random: () => number): Difference {
  const meanOf = (pick: (group: Float64Array) => number): number =>
    groups.reduce((sum, group) => sum + pick(group), 0) / groups.length;
  const mean = meanOf((group) => group.reduce((sum, value) => sum + value, 0) / group.length);
  const means = Array.from({ length: draws }, () =>
    meanOf((group) => {
      let sum = 0;
      for (let at = 0; at < group.length; at++) sum += group[Math.floor(random() * group.length)] ?? 0;
      return sum / group.length;
    }),
  ).sort((a, b) => a - b);
  return { mean, interval: [means[Math.floor(0.025 * draws)] ?? mean, means[Math.floor(0.975 * draws)] ?? mean] };
}

function argMax(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value > (values[best] ?? -Infinity) ? index : best), 0);
}

function mostFrequent(choices: Int32Array): number {
  const counts = new Map<number, number>();
  for (const choice of choices) counts.set(choice, (counts.get(choice) ?? 0) + 1);
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), [choices[0] ?? 0, 0])[0];
}

/** The comparison in a few lines, with the verdict that its interval allows. */
export function describeOwnRouter(report: OwnRouterReport, speak: Speak): string {
  const points = (value: number): Sentence => signed(100 * value, 1);
  const parts: string[] = [];
  for (const heldOut of ['benchmark', 'prompts'] as const) {
    const rows = report.comparisons.filter((row) => row.heldOut === heldOut);
    if (rows.length === 0) continue;
    parts.push(
      '',
      speak(
        heldOut === 'benchmark'
          ? say('Each benchmark held out as a whole (a new task of yours):')
          : say('A fifth of the prompts held out at a time (more prompts of the same tasks):'),
      ),
    );
    for (const { benchmark, items, own, bundled, bestSingle, oracle } of rows) {
      const picks = [own, bundled, bestSingle, oracle].flatMap(({ model, accuracy }) => [model, decimal(accuracy, 3)]);
      const row = say(
        '{0} ({1} prompts): this router {2} {3} · bundled router {4} {5} · best single {6} {7} · best possible {8} {9}',
        benchmark,
        items,
        ...picks,
      );
      parts.push(`  ${speak(row)}`);
    }
    const difference = report.differences.find((each) => each.heldOut === heldOut);
    if (!difference) continue;
    const { overBundled, overBestSingle } = difference;
    const gains = [overBundled, overBestSingle].flatMap(({ mean, interval }) => [mean, ...interval].map(points));
    const over = say(
      'over the bundled router {0} points [{1}, {2}], over the best single model {3} points [{4}, {5}]',
      ...gains,
    );
    parts.push(`  ${speak(over)}`);
  }
  const verdicts = {
    better: say('On your benchmarks this router is better than the bundled one: the 95 % interval excludes 0.'),
    worse: say('On your benchmarks this router is worse than the bundled one: keep the bundled one.'),
    'not-shown': say(
      'It is not shown that this router is better than the bundled one: the 95 % interval includes 0, or there is too little to compare.',
    ),
  };
  parts.push('', speak(verdicts[report.verdict]));
  return `${parts.join('\n').trim()}\n`;
}
