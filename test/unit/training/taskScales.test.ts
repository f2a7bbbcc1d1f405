import assert from 'node:assert/strict';
import type { ModelFacts } from '../../../src/core/benchmarks/modelFacts';
import { normalDraw, seededRandom } from '../../../src/core/scores/seededRandom';
import { kernelMatrices, type TaskTraits } from '../../../src/core/training/kernels';
import { fitLinkedGaussianProcess, type Pairs } from '../../../src/core/training/linkedGaussianProcess';
import { plainMatMul } from '../../../src/core/training/matMul';
import { type ModelTraits, modelTraits, rootOf } from '../../../src/core/training/modelTraits';
import { defaultRouterConfig } from '../../../src/core/training/routerConfig';
import { fitScaled, likeliestScale, rescaledPairs, taskScales } from '../../../src/core/training/taskScales';

const tasks = Array.from(
  { length: 6 },
  (_, t): TaskTraits => ({
    kind: 'maths',
    language: 'en',
    source: `source ${t}`,
    centroid: Float64Array.of(Math.cos(t / 20), Math.sin(t / 20)),
    promptless: false,
  }),
);
const groups = tasks.map((_, t) => `group ${t}`);
const models = Array.from(
  { length: 24 },
  (_, m): ModelTraits => ({
    id: `model-${m}`,
    provider: `maker ${m}`,
    stem: `line ${m}`,
    root: `model-${m}`,
    date: 0,
    log2Size: null,
    thinking: false,
    closed: true,
    base: false,
    index: null,
  }),
);
const kernels = kernelMatrices(tasks, models, defaultRouterConfig.kernel);
const trueScales = [1, 1, 2.5, 1, 0.4, 1];

/** Every model on every task: its ability, stretched by the task's scale, shifted by its level. */
function observations(): Pairs {
  const random = seededRandom(11);
  const abilities = models.map(() => normalDraw(random));
  const cells = tasks.flatMap((_, task) => models.map((_model, model) => ({ task, model })));
  return {
    tasks: Int32Array.from(cells, ({ task }) => task),
    models: Int32Array.from(cells, ({ model }) => model),
    logits: Float64Array.from(
      cells,
      ({ task, model }) =>
        (trueScales[task] as number) * ((abilities[model] as number) + 0.15 * normalDraw(random)) + task - 2,
    ),
    noise: new Float64Array(cells.length).fill(0.02),
    scale: new Float64Array(cells.length).fill(1),
  };
}

describe('task scales', () => {
  it('finds the tasks that set models further apart, or less far, than the others', async () => {
    const fit = await fitLinkedGaussianProcess(observations(), kernels, plainMatMul);
    const scales = await taskScales(fit, groups, plainMatMul);
    assert.ok((scales[2] as number) > 1.6, `stretched: ${scales[2]}`);
    assert.ok((scales[4] as number) < 0.65, `narrow: ${scales[4]}`);
    for (const t of [0, 1, 3, 5]) assert.ok(Math.abs(Math.log(scales[t] as number)) < 0.45, `plain ${t}: ${scales[t]}`);
  });

  it('leaves a task alone that has too few models to tell', async () => {
    const all = observations();
    const kept = [...all.tasks.keys()].filter((pair) => all.tasks[pair] !== 2 || (all.models[pair] as number) < 2);
    const few: Pairs = {
      tasks: Int32Array.from(kept, (pair) => all.tasks[pair] as number),
      models: Int32Array.from(kept, (pair) => all.models[pair] as number),
      logits: Float64Array.from(kept, (pair) => all.logits[pair] as number),
      noise: Float64Array.from(kept, (pair) => all.noise[pair] as number),
      scale: Float64Array.from(kept, (pair) => all.scale[pair] as number),
    };
    const fit = await fitLinkedGaussianProcess(few, kernels, plainMatMul);
    assert.equal((await taskScales(fit, groups, plainMatMul))[2], 1);
  });

  it('counts differences between models only, whatever the level of the task', () => {
    const logits = [-1, 0, 1, 2];
    const covariance = (i: number, j: number): number => (i === j ? 0.3 : 0.1);
    const noise = [0.05, 0.05, 0.05, 0.05];
    const scale = likeliestScale(logits, [-0.5, 0, 0.5, 1], noise, covariance);
    const shifted = likeliestScale(
      logits.map((logit) => logit + 3),
      [-0.5, 0, 0.5, 1],
      noise,
      covariance,
    );
    assert.ok(scale > 1.2);
    assert.ok(Math.abs(Math.log(shifted / scale)) <= 0.11);
  });

  it('fits the rescaled observations', async () => {
    const pairs = observations();
    const fit = await fitScaled(pairs, kernels, groups, plainMatMul);
    const stretched = pairs.tasks.indexOf(2);
    const scale = fit.pairs.scale[stretched] as number;
    assert.ok(scale > 1.6);
    assert.equal(fit.pairs.logits[stretched], (pairs.logits[stretched] as number) / scale);
    assert.equal(fit.pairs.noise[stretched], (pairs.noise[stretched] as number) / scale ** 2);
    const unscaled = await fitLinkedGaussianProcess(pairs, kernels, plainMatMul);
    const same = await fitLinkedGaussianProcess(
      rescaledPairs(pairs, new Float64Array(6).fill(1)),
      kernels,
      plainMatMul,
    );
    assert.deepEqual(same.alpha, unscaled.alpha);
  });
});

describe('model traits of kin', () => {
  const fact = (id: string, released: string | null, marketId: string | null = null): [string, ModelFacts] => [
    id,
    { id, name: id, provider: 'Maker', openWeights: true, released, marketId },
  ];
  const facts = new Map([
    fact('owl-8b', '2025-01-15'),
    fact('owl-70b', '2025-03-15'),
    fact('owl-9b', '2025-03-15'),
    fact('owl-2b', null),
    fact('elk-2b', null),
    fact('owl-70b-thinking', '2025-03-15', 'maker/owl-70b'),
    fact('owl-70b-high', '2025-03-15', 'maker/owl-70b'),
  ]);
  const traits = modelTraits([...facts.keys()], facts, new Map());
  const of = (id: string): ModelTraits => traits.find((trait) => trait.id === id) as ModelTraits;

  it('dates a model of unknown release by its line, else by its maker', () => {
    assert.equal(of('owl-2b').date, of('owl-70b').date);
    assert.equal(of('elk-2b').date, of('owl-70b').date);
    assert.notEqual(of('owl-2b').date, of('owl-8b').date);
  });

  it('knows the settings of one model, and lets them share ability and skill', () => {
    assert.equal(rootOf('qwen3-32b-nothink'), 'qwen3-32b');
    assert.equal(rootOf('claude-opus-4-6-thinking-high'), 'claude-opus-4-6');
    assert.equal(of('owl-70b-high').root, of('owl-70b-thinking').root);
    const { ability, skill } = kernelMatrices(
      tasks,
      [of('owl-70b-high'), of('owl-70b-thinking'), { ...of('owl-70b-thinking'), root: 'another' }],
      defaultRouterConfig.kernel,
    );
    const { sameModelAbility, sameModelSkill } = defaultRouterConfig.kernel;
    assert.ok(Math.abs((ability[1] as number) - (ability[2] as number) - sameModelAbility) < 1e-12);
    assert.ok(Math.abs((skill[1] as number) - (skill[2] as number) - sameModelSkill) < 1e-12);
  });
});
