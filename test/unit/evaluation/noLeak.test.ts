import assert from 'node:assert/strict';
import type { BenchmarkTable } from '../../../src/core/benchmarks/benchmarkTable';
import { splitIntoTasks } from '../../../src/core/benchmarks/tasks';
import { comparisonMethods } from '../../../src/core/evaluation/comparisons/comparisonPredictors';
import { dealFolds, prepareFold } from '../../../src/core/evaluation/folds';
import type { EvaluationData } from '../../../src/core/evaluation/groupEvaluation';
import { evaluateGroup } from '../../../src/core/evaluation/groupEvaluation';
import { cellCounts, heldOutGroups, heldOutParts } from '../../../src/core/evaluation/heldOut';
import { mergeTables, testGroup } from '../../../src/core/evaluation/mergeTables';
import { promptClusters } from '../../../src/core/evaluation/promptOverlap';
import { SeededRandom } from '../../../src/core/evaluation/random';
import { RealUsage } from '../../../src/core/evaluation/realUsage';
import { heldOutOf, reducedInverse, withoutHeldOut } from '../../../src/core/evaluation/withoutGroup';
import { fitLinkedGaussianProcess } from '../../../src/core/training/linkedGaussianProcess';
import { plainMatMul } from '../../../src/core/training/matMul';
import { defaultRouterConfig, type RouterConfig } from '../../../src/core/training/routerConfig';
import {
  condenseRouter,
  encodeTable,
  prepareTraining,
  type TrainingFacts,
} from '../../../src/core/training/trainRouter';
import { type Row, tableOf } from './tables';

const config: RouterConfig = {
  ...defaultRouterConfig,
  encoder: {
    ...defaultRouterConfig.encoder,
    vocabulary: 400,
    minimumDocuments: 1,
    dimensions: 6,
    documentsPerTask: 40,
  },
  index: { ...defaultRouterConfig.index, neighbours: 12 },
  input: { ...defaultRouterConfig.input, posteriorRank: 2, posteriorSamples: 8 },
};

const topics: Record<string, string> = {
  algebra: 'solve the equation for the unknown number and give the sum of the roots',
  arithmetic: 'how many apples are left when a child gives a number of them away',
  law: 'may the tenant end the contract before the court has decided on the appeal',
  code: 'write a function in python that sorts a list of words by their length',
  tools: 'call the weather tool for the city and report the temperature of tomorrow',
};
const models = ['gpt-a', 'gpt-b', 'claude-a', 'claude-b', 'qwen-7b'];

/** Five benchmarks, two of one family; `change` edits the rows of a benchmark. */
function table(change: (benchmark: string, row: Row, index: number) => Row = (_, row) => row): BenchmarkTable {
  const random = new SeededRandom(5);
  const rows = Object.entries(topics).flatMap(([benchmark, text]) =>
    Array.from({ length: 14 }, (_, i) => {
      const scores = Object.fromEntries(models.map((model, m) => [model, random.next() < 0.85 - 0.12 * m ? 1 : 0]));
      const words = text.split(' ');
      const prompt = `${words.slice(i % 4).join(' ')} ${benchmark} ${i} ${words[i % words.length]}`;
      return change(benchmark, { benchmark, prompt, scores }, i);
    }),
  );
  return tableOf(rows, {
    algebra: { family: 'maths', kind: 'maths', language: 'en' },
    arithmetic: { family: 'maths', kind: 'maths', language: 'en' },
    law: { kind: 'law', language: 'en' },
  });
}

const facts: TrainingFacts = {
  models: new Map(),
  indices: new Map(),
  urls: new Map(),
  aggregates: [
    ...models.map((model, m) => aggregate('maths board', 'maths', model, 0.9 - 0.1 * m)),
    ...models.map((model, m) => aggregate('chat board', 'chat', model, 0.8 - 0.05 * m)),
  ],
  furtherModels: new Map(),
};

function aggregate(board: string, family: string, model: string, score: number) {
  return { board, family, kind: family, model, score, scale: 'accuracy' as const, items: 100, standardError: null };
}

async function maths(from: BenchmarkTable, aggregates = facts.aggregates) {
  const split = splitIntoTasks(from);
  const group = heldOutGroups(split, promptClusters(from.items.map((item) => item.prompt))).find(
    (one) => one.group === 'maths',
  );
  assert.ok(group);
  const learnable = (item: number): boolean => group.excluded[item] !== 1;
  const encoded = await encodeTable(from, config, plainMatMul, undefined, learnable);
  const prepared = prepareTraining(from, encoded, { ...facts, aggregates }, config, learnable);
  const fit = await fitLinkedGaussianProcess(prepared.pairs, prepared.kernels, plainMatMul);
  const heldOut = heldOutOf(prepared, [group], (excluded) => cellCounts(from, split, excluded));
  const reduced = await withoutHeldOut(prepared, fit, heldOut, models, config, plainMatMul);
  const parameters = await condenseRouter(
    reduced.prepared,
    reduced.fit,
    { difficulty: 1, standardised: 1 },
    { near: 0.1, far: 0.2 },
    new Map(),
    config,
    plainMatMul,
  );
  return { group, reduced, parameters };
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const gap = Math.abs((actual[i] as number) - (expected[i] as number));
    assert.ok(gap <= tolerance, `${i}: ${actual[i]} is not ${expected[i]}`);
  }
}

describe('a router with a family held out', () => {
  it('inverts the kept block in closed form', async () => {
    // The inverse of [[2, 1], [1, 2]] inside a 3 × 3 matrix whose third row is removed.
    const matrix = Float64Array.from([2, 1, 0.5, 1, 2, 0.25, 0.5, 0.25, 3]);
    const { invertPositiveDefinite } = await import('../../../src/core/training/invertPositiveDefinite');
    const { inverse } = await invertPositiveDefinite(matrix, 3, plainMatMul);
    close(await reducedInverse(inverse, 3, [0, 1], [2], plainMatMul), [2 / 3, -1 / 3, -1 / 3, 2 / 3], 1e-12);
  });

  it('is the one that would be trained without the family', async () => {
    const { reduced } = await maths(table());
    const direct = await fitLinkedGaussianProcess(reduced.prepared.pairs, reduced.prepared.kernels, plainMatMul);
    close(reduced.fit.alpha, direct.alpha, 1e-8);
    close(reduced.fit.inverse, direct.inverse, 1e-8);
    close([reduced.fit.mean], [direct.mean], 1e-12);
    assert.deepEqual(
      reduced.prepared.split.tasks.map((task) => task.name),
      ['code', 'law', 'tools'],
    );
    assert.deepEqual(reduced.prepared.boardFamilies, ['chat']);
  });

  it('does not depend on any label of the family', async () => {
    const flipped = table((benchmark, row) =>
      topics[benchmark] !== undefined && (benchmark === 'algebra' || benchmark === 'arithmetic')
        ? { ...row, scores: Object.fromEntries(Object.entries(row.scores).map(([model, y]) => [model, 1 - y])) }
        : row,
    );
    const one = await maths(table());
    const other = await maths(flipped);
    close(other.parameters.weights.ability, one.parameters.weights.ability, 1e-5);
    close(other.parameters.weights.skill, one.parameters.weights.skill, 1e-5);
    close(other.parameters.posterior.own, one.parameters.posterior.own, 1e-5);
    assert.deepEqual(other.parameters.index.labels, one.parameters.index.labels);
    // The labels of another family do matter.
    const law = await maths(
      table((benchmark, row) =>
        benchmark === 'law' ? { ...row, scores: Object.fromEntries(models.map((model) => [model, 0])) } : row,
      ),
    );
    assert.throws(() => close(law.parameters.weights.ability, one.parameters.weights.ability, 1e-2));
  });

  it('does not depend on any text of the family, nor on its leaderboards', async () => {
    const one = await maths(table());
    const other = await maths(
      table((benchmark, row, i) =>
        benchmark === 'algebra' ? { ...row, prompt: `zebra quagga okapi ${'xyz'.repeat(i + 1)} ${i}` } : row,
      ),
    );
    assert.deepEqual(other.parameters.vocabulary, one.parameters.vocabulary);
    assert.deepEqual(other.parameters.projection, one.parameters.projection);
    close(other.parameters.weights.skill, one.parameters.weights.skill, 1e-5);
    const boards = facts.aggregates.map((row) => (row.family === 'maths' ? { ...row, score: 1 - row.score } : row));
    const third = await maths(table(), boards);
    close(third.parameters.weights.ability, one.parameters.weights.ability, 1e-5);
  });

  it('drops copies of its prompts from the other families', async () => {
    const { reduced, group } = await maths(
      table((benchmark, row, i) => (benchmark === 'law' && i === 3 ? { ...row, prompt: 'algebra copy 1' } : row)),
    );
    assert.deepEqual(group.overlapping, []);
    const copied = await maths(
      table((benchmark, row, i) =>
        (benchmark === 'law' && i === 3) || (benchmark === 'algebra' && i === 5)
          ? { ...row, prompt: 'The same question in both benchmarks?' }
          : row,
      ),
    );
    const lawOf = (from: typeof reduced) => from.prepared.split.tasks.find((task) => task.name === 'law');
    assert.equal(lawOf(reduced)?.items.length, 14);
    assert.equal(lawOf(copied.reduced)?.items.length, 13);
    assert.equal(copied.parameters.index.ids.length, one(reduced) - 1);
    function one(from: typeof reduced): number {
      return from.prepared.split.tasks.reduce((sum, task) => sum + task.items.length, 0);
    }
  });
});

describe('an evaluation from end to end', () => {
  const rules = { minItems: 14, minCoverage: 0.9, minElsewhere: 14, minModels: 4 };

  function dataOf(from: BenchmarkTable): EvaluationData {
    return {
      table: from,
      split: splitIntoTasks(from),
      models: new Map(),
      catalogFacts: {
        as_of: '2026-08-01',
        sources: {},
        market: [],
        benchmark_id_to_market_id: {},
        list_prices_of_retired_models: {},
      },
      usage: [],
      realUsage: new RealUsage([]),
      urls: new Map(),
      config,
      seed: 1,
      network: { hidden: 8, batch: 16, learningRate: 0.01, patience: 2, epochs: 10 },
      promptsPerPart: 10,
    };
  }

  it('tests every benchmark of a fold with sane figures, the same for the same seed', async () => {
    const data = dataOf(table());
    const groups = heldOutGroups(data.split, promptClusters(data.table.items.map((item) => item.prompt)));
    const { parts } = heldOutParts(data.table, data.split, groups, rules);
    const tested = groups.map((group) => ({ group, parts: parts.filter((part) => part.group === group.group) }));
    const folds = dealFolds(tested, 2, 1);
    assert.deepEqual(
      folds
        .flat()
        .map(({ group }) => group.group)
        .sort(),
      ['code', 'law', 'maths', 'tools'],
    );
    const [first] = folds;
    assert.ok(first);
    const run = async () => {
      const state = await prepareFold(
        data,
        facts,
        first,
        (learnFrom) => encodeTable(data.table, config, plainMatMul, undefined, learnFrom),
        plainMatMul,
      );
      const [tested] = first;
      assert.ok(tested);
      return evaluateGroup(data, state, tested.group, tested.parts, plainMatMul);
    };
    const outcome = await run();
    for (const { report, cells } of [...outcome.inferred, ...outcome.given]) {
      const { router, random, 'dataset-oracle': oracle, 'bma-linked': bma } = report.methods;
      assert.ok(router && random && oracle && bma);
      assert.equal(oracle.ratioToBest, 1);
      assert.ok(router.accuracy <= report.best.accuracy && random.accuracy < report.best.accuracy);
      assert.equal(cells.length, models.length);
      assert.ok(cells.every(({ probability, interval: [low, high] }) => low < probability && probability < high));
    }
    assert.deepEqual(await run(), outcome);
  });

  it('teaches the predictors that it is compared with nothing of the fold', async () => {
    const learned = async (from: BenchmarkTable) => {
      const data = dataOf(from);
      const groups = heldOutGroups(data.split, promptClusters(from.items.map((item) => item.prompt)));
      const { parts } = heldOutParts(from, data.split, groups, rules);
      const tested = groups
        .filter(({ group }) => group === 'maths')
        .map((group) => ({ group, parts: parts.filter((part) => part.group === group.group) }));
      const encode = (learnFrom: (item: number) => boolean) =>
        encodeTable(from, config, plainMatMul, undefined, learnFrom);
      const { comparisons, prepared } = await prepareFold(data, facts, tested, encode, plainMatMul);
      assert.equal(comparisons.models.length, models.length);
      return Promise.all(comparisonMethods.map((method) => comparisons.predictors[method](prepared.vectors)));
    };
    const flipped = (benchmarks: readonly string[]) =>
      table((benchmark, row) => ({
        ...row,
        scores: benchmarks.includes(benchmark)
          ? Object.fromEntries(Object.entries(row.scores).map(([model, score]) => [model, 1 - score]))
          : row.scores,
      }));
    const predictions = await learned(table());
    assert.deepEqual(await learned(flipped(['algebra', 'arithmetic'])), predictions);
    const other = await learned(flipped(['law']));
    for (const [at, prediction] of predictions.entries()) assert.notDeepEqual(other[at], prediction);
  });

  it('holds everything out that external test data shares with the training data', () => {
    const train = table();
    const test = tableOf(
      [
        ...Array.from({ length: 4 }, (_, i) => ({
          benchmark: 'law',
          prompt: `new question ${i}`,
          scores: { 'gpt-a': 1 },
        })),
        {
          benchmark: 'fresh',
          prompt: train.items.find((item) => item.prompt.includes('tools'))?.prompt ?? '',
          scores: { new: 1 },
        },
      ],
      { law: { family: 'maths' } },
    );
    const { table: merged, firstTestItem } = mergeTables(train, test);
    const split = splitIntoTasks(merged);
    const { group, testTasks } = testGroup(
      split,
      promptClusters(merged.items.map((item) => item.prompt)),
      firstTestItem,
    );
    const nameOf = (task: number) => split.tasks[task]?.name;
    assert.deepEqual([...testTasks].map(nameOf).sort(), ['fresh', 'test/law']);
    assert.deepEqual(group.tasks.map(nameOf).sort(), ['algebra', 'arithmetic', 'fresh', 'test/law']);
    assert.deepEqual(group.overlapping.map(nameOf), ['tools']);
    assert.ok(merged.models.includes('new'));
    // Results kept their models and scores through the renumbering.
    const at = merged.offsets[merged.items.length - 1] as number;
    assert.equal(merged.models[merged.resultModels[at] as number], 'new');
    const before = cellCounts(train, splitIntoTasks(train));
    assert.equal(before.counts[0], 14);
  });
});
