import assert from 'node:assert/strict';
import type { ModelFacts } from '../../../src/core/benchmarks/modelFacts';
import { splitIntoTasks } from '../../../src/core/benchmarks/tasks';
import type { EvaluationData } from '../../../src/core/evaluation/groupEvaluation';
import { heldOutGroups, heldOutParts } from '../../../src/core/evaluation/heldOut';
import { promptFold } from '../../../src/core/evaluation/inDistribution';
import { newestFirstProtocol, newModelProtocol } from '../../../src/core/evaluation/placement';
import { SeededRandom } from '../../../src/core/evaluation/random';
import { RealUsage } from '../../../src/core/evaluation/realUsage';
import { plainMatMul } from '../../../src/core/training/matMul';
import { defaultRouterConfig } from '../../../src/core/training/routerConfig';
import { fitScaled } from '../../../src/core/training/taskScales';
import { encodeTable, groupsOfTasks, prepareTraining } from '../../../src/core/training/trainRouter';
import { type Row, tableOf } from './tables';

const old = ['old-a', 'old-b', 'old-c', 'old-d'];
const fresh = ['new-a', 'new-b', 'new-c', 'new-d'];
const strength: Record<string, number> = {
  'old-a': 0.3,
  'old-b': 0.4,
  'old-c': 0.5,
  'old-d': 0.6,
  'new-a': 0.5,
  'new-b': 0.6,
  'new-c': 0.7,
  'new-d': 0.9,
};
const models: ReadonlyMap<string, ModelFacts> = new Map(
  [...old, ...fresh].map((id) => [
    id,
    {
      id,
      name: id,
      provider: 'p',
      openWeights: false,
      released: old.includes(id) ? '2024-03' : '2026-05',
      marketId: null,
    },
  ]),
);

/** Eight benchmarks whose accuracies follow the strength of the models, harder and easier by turns. */
async function setUp(change: (model: string, y: number) => number = (_, y) => y) {
  const random = new SeededRandom(3);
  const rows: Row[] = Array.from({ length: 8 }, (_, b) => b).flatMap((b) =>
    Array.from({ length: 60 }, (_, i) => ({
      benchmark: `bench-${b}`,
      prompt: `topic ${'abcdefgh'[b]}${b} question ${i} about ${'abcdefgh'[(b + i) % 8]}`,
      scores: Object.fromEntries(
        [...old, ...fresh].map((id) => {
          const y = random.next() < (strength[id] as number) * (b % 2 === 0 ? 1 : 0.8) ? 1 : 0;
          return [id, change(id, y)];
        }),
      ),
    })),
  );
  const table = tableOf(rows);
  const split = splitIntoTasks(table);
  const config = {
    ...defaultRouterConfig,
    encoder: { ...defaultRouterConfig.encoder, vocabulary: 300, minimumDocuments: 1, dimensions: 4 },
  };
  const facts = { models, indices: new Map(), urls: new Map(), aggregates: [], furtherModels: new Map() };
  const prepared = prepareTraining(table, await encodeTable(table, config, plainMatMul), facts, config);
  const fit = await fitScaled(prepared.pairs, prepared.kernels, groupsOfTasks(prepared), plainMatMul);
  const catalogFacts = {
    as_of: '',
    sources: {},
    market: [],
    benchmark_id_to_market_id: {},
    list_prices_of_retired_models: {},
  };
  const data: EvaluationData = {
    table,
    split,
    models,
    catalogFacts,
    usage: [],
    realUsage: new RealUsage([]),
    urls: new Map(),
    config,
    seed: 1,
    network: { hidden: 8, batch: 16, learningRate: 0.01, patience: 2, epochs: 10 },
    promptsPerPart: 10,
  };
  // Every prompt is a cluster of its own.
  const clusters = Int32Array.from(table.items.keys());
  const { parts } = heldOutParts(table, split, heldOutGroups(split, clusters), {
    minItems: 40,
    minCoverage: 0.9,
    minElsewhere: 80,
    minModels: 4,
  });
  return { data, prepared, fit, parts };
}

describe('placing models', () => {
  it('foretells a new model better, the more of it is known', async () => {
    const { data, prepared, fit, parts } = await setUp();
    const { errors, parts: reports } = await newModelProtocol(data, prepared, fit, parts, plainMatMul);
    const error = (method: string): number => errors[method]?.logitError ?? Number.NaN;
    assert.ok(error('router, 2 known') < error('router, 0 known'));
    assert.ok(error('linked ability, 2 known') < error('linked ability, 0 known'));
    assert.equal(reports.length, 8);
    assert.ok(reports.every(({ methods }) => (methods['router, 2 known']?.ratioToBest ?? 0) > 0.8));
    const coverage = errors['router, 1 known']?.coverage80 ?? 0;
    assert.ok(coverage > 0.5 && coverage <= 1, String(coverage));
  });

  it('foretells newer models without any of their results', async () => {
    const one = await setUp();
    const { parts, errors } = await newestFirstProtocol(one.data, one.prepared, one.fit, one.parts, plainMatMul);
    assert.equal(parts.length, 4 * 8);
    assert.deepEqual(parts[0]?.pool, fresh);
    assert.ok((errors.router?.logitError ?? 0) > 0);
    assert.ok(parts.every(({ methods }) => methods.router !== undefined && methods.random !== undefined));
  });
});

describe('folds of prompts', () => {
  it('keep copies together, are seeded and about equal', () => {
    const counts = new Array<number>(5).fill(0);
    for (let cluster = 0; cluster < 5000; cluster++) {
      const fold = promptFold(cluster, 1);
      assert.equal(fold, promptFold(cluster, 1));
      counts[fold] = (counts[fold] ?? 0) + 1;
    }
    assert.ok(
      counts.every((count) => count > 850 && count < 1150),
      counts.join(),
    );
    assert.ok(Array.from({ length: 50 }, (_, c) => promptFold(c, 1) === promptFold(c, 2)).includes(false));
  });
});
