import assert from 'node:assert/strict';
import { invertPositiveDefinite } from '../../../src/core/training/invertPositiveDefinite';
import { kernelMatrices, type TaskTraits } from '../../../src/core/training/kernels';
import {
  fitLinkedGaussianProcess,
  leaveOut,
  linkedWeights,
  observedLogit,
  type Pairs,
  predictLogits,
} from '../../../src/core/training/linkedGaussianProcess';
import { plainMatMul } from '../../../src/core/training/matMul';
import {
  isThinking,
  type ModelTraits,
  rootOf,
  sizeInName,
  stemOf,
  yearsSince2024,
} from '../../../src/core/training/modelTraits';
import { posteriorFactors } from '../../../src/core/training/posteriorFactors';
import { defaultRouterConfig } from '../../../src/core/training/routerConfig';

const task = (kind: string, angle: number): TaskTraits => ({
  kind,
  language: 'en',
  source: kind,
  centroid: Float64Array.of(Math.cos(angle), Math.sin(angle)),
  promptless: false,
});
const model = (id: string, date: number, size: number | null): ModelTraits => ({
  id,
  provider: 'maker',
  stem: stemOf(id),
  root: rootOf(id),
  date,
  log2Size: size,
  thinking: false,
  closed: size === null,
  base: false,
  index: size === null ? 50 : null,
});
const tasks = [task('maths', 0), task('maths', 0.4), task('law', 1.5)];
const models = [model('a', 0, 3), model('b', 1, 6), model('c', 1.5, null)];
const kernels = kernelMatrices(tasks, models, defaultRouterConfig.kernel);

/** Every cell but (task 2, model 0). */
const pairs: Pairs = {
  tasks: Int32Array.of(0, 0, 0, 1, 1, 1, 2, 2),
  models: Int32Array.of(0, 1, 2, 0, 1, 2, 1, 2),
  logits: Float64Array.of(-1, 0.5, 1, -0.7, 0.8, 1.4, 0.2, 1.9),
  noise: Float64Array.of(0.1, 0.1, 0.2, 0.1, 0.3, 0.1, 0.1, 0.1),
  scale: new Float64Array(8).fill(1),
};

function prior(i: { task: number; model: number }, j: { task: number; model: number }): number {
  const t = i.task * 3 + j.task;
  const m = i.model * 3 + j.model;
  return (
    (kernels.ability[m] as number) +
    (kernels.task[t] as number) * (kernels.skill[m] as number) +
    (kernels.difficulty[t] as number)
  );
}

const cell = (i: number, of: Pairs = pairs): { task: number; model: number } => ({
  task: of.tasks[i] as number,
  model: of.models[i] as number,
});

/** Plain conditioning on some pairs: means and covariance (without noise) of some cells. */
async function condition(
  on: readonly number[],
  mean: number,
  cells: readonly { task: number; model: number }[],
): Promise<{ means: number[]; covariance: number[][] }> {
  const n = on.length;
  const matrix = new Float64Array(n * n);
  for (const [i, a] of on.entries()) {
    for (const [j, b] of on.entries())
      matrix[i * n + j] = prior(cell(a), cell(b)) + (i === j ? (pairs.noise[a] as number) : 0);
  }
  const { inverse } = await invertPositiveDefinite(matrix, n, plainMatMul);
  const rows = cells.map((at) => on.map((a) => prior(at, cell(a))));
  const solved = rows.map((row) =>
    on.map((_, j) => row.reduce((sum, k, i) => sum + k * (inverse[i * n + j] as number), 0)),
  );
  return {
    means: solved.map(
      (row) => mean + row.reduce((sum, k, i) => sum + k * ((pairs.logits[on[i] as number] as number) - mean), 0),
    ),
    covariance: cells.map((a, i) =>
      cells.map(
        (b, j) =>
          prior(a, b) -
          (solved[i] as number[]).reduce((sum, k, l) => sum + k * ((rows[j] as number[])[l] as number), 0),
      ),
    ),
  };
}

const close = (a: number, b: number, tolerance = 1e-9): boolean => Math.abs(a - b) < tolerance;

describe('linked Gaussian process', () => {
  it('leaves a block out in closed form as if it had never been observed', async () => {
    const fit = await fitLinkedGaussianProcess(pairs, kernels, plainMatMul);
    const held = [6, 7];
    const closed = await leaveOut(fit, held, plainMatMul);
    const direct = await condition(
      [0, 1, 2, 3, 4, 5],
      fit.mean,
      held.map((i) => cell(i)),
    );
    for (const [i] of held.entries()) {
      assert.ok(close(closed.mean[i] as number, direct.means[i] as number));
      for (const [j] of held.entries()) {
        const noise = i === j ? (pairs.noise[held[i] as number] as number) : 0;
        assert.ok(close(closed.covariance[i * 2 + j] as number, (direct.covariance[i]?.[j] as number) + noise));
      }
    }
  });

  it('condenses to weights that predict what conditioning does, an unobserved cell included', async () => {
    const fit = await fitLinkedGaussianProcess(pairs, kernels, plainMatMul);
    const weights = await linkedWeights(fit, plainMatMul);
    const rows = [0, 1, 2].map((t) => ({
      task: kernels.task.slice(t * 3, t * 3 + 3),
      difficulty: kernels.difficulty.slice(t * 3, t * 3 + 3),
    }));
    const logits = await predictLogits(weights, rows, plainMatMul);
    const cells = [0, 1, 2].flatMap((t) => [0, 1, 2].map((m) => ({ task: t, model: m })));
    const direct = await condition([...pairs.tasks.keys()], fit.mean, cells);
    for (const [at, mean] of direct.means.entries()) assert.ok(close(logits[at] as number, mean));
  });

  it('condenses the spread to factors and own variances', async () => {
    const fit = await fitLinkedGaussianProcess(pairs, kernels, plainMatMul);
    const { factors, own, rank } = await posteriorFactors(fit, 3, 3, 2, 4000, 1, plainMatMul);
    const cells = [0, 1, 2].flatMap((m) => [0, 1, 2].map((t) => ({ task: t, model: m })));
    const n = pairs.tasks.length;
    // The latent logit without difficulty: prior covariances of cells carry no difficulty, those of pairs do.
    const latent = (a: { task: number; model: number }, b: { task: number; model: number }): number =>
      prior(a, b) - (kernels.difficulty[a.task * 3 + b.task] as number);
    for (const [at, a] of cells.entries()) {
      const row = [...pairs.tasks.keys()].map((i) => latent(a, cell(i)));
      let explained = 0;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++)
          explained += (row[i] as number) * (fit.inverse[i * n + j] as number) * (row[j] as number);
      }
      let total = own[at] as number;
      for (let r = 0; r < rank; r++) total += (factors[at * rank + r] as number) ** 2;
      const exact = latent(a, a) - explained;
      assert.ok(Math.abs(total - exact) < 0.12 * exact, `${total} against ${exact}`);
    }
  });

  it('takes from a board who is better than whom, not how high its scores are', async () => {
    const withBoard = kernelMatrices([...tasks, { ...task('maths', 0.2), promptless: true }], models, {
      ...defaultRouterConfig.kernel,
    });
    /** Logits of all models on the first task, of which only the board and the last task tell anything. */
    const predicted = async (...scores: readonly number[]): Promise<readonly number[]> => {
      const all: Pairs = {
        tasks: Int32Array.of(2, 2, 3, 3, 3),
        models: Int32Array.of(1, 2, 0, 1, 2),
        logits: Float64Array.of(0.2, 1.9, ...scores),
        noise: new Float64Array(5).fill(0.1),
        scale: new Float64Array(5).fill(1),
      };
      const fit = await fitLinkedGaussianProcess(all, withBoard, plainMatMul);
      const row = { task: withBoard.task.slice(0, 4), difficulty: withBoard.difficulty.slice(0, 4) };
      return [...(await predictLogits(await linkedWeights(fit, plainMatMul), [row], plainMatMul))];
    };
    const gaps = (a: readonly number[], b: readonly number[]) => a.map((logit, at) => logit - (b[at] as number));
    const low = await predicted(-2, -1, 0);
    // Three logits higher: next to nothing changes, and alike for all models. Turned round, the order changes.
    assert.ok(gaps(await predicted(1, 2, 3), low).every((gap) => Math.abs(gap) < 0.25));
    const turned = gaps(await predicted(0, -1, -2), low);
    assert.ok((turned[0] as number) > 0.25 && (turned[2] as number) < -0.25);
  });

  it('turns counts into logits that shrink at the ends', () => {
    const all = observedLogit(10, 10, 0.01);
    assert.ok(close(all.logit, Math.log(10.5 / 0.5)));
    assert.ok(all.noise > observedLogit(5, 10, 0.01).noise);
  });
});

describe('model traits', () => {
  it('reads sizes, stems and thinking from ids', () => {
    assert.equal(sizeInName('llama-3.1-70b-instruct'), 70);
    assert.equal(sizeInName('qwen3-30b-a3b-thinking'), 30);
    assert.equal(sizeInName('mixtral-8x7b-instruct-v0.1'), 56);
    assert.equal(sizeInName('gemma-3-270m-it'), 0.27);
    assert.equal(sizeInName('gpt-5'), null);
    assert.equal(stemOf('claude-sonnet-4-5-20250929-thinking'), 'claude-sonnet');
    assert.equal(stemOf('claude-3-5-sonnet-20241022'), 'claude-sonnet');
    assert.equal(stemOf('gpt-5.4-mini-xhigh'), 'gpt-mini');
    assert.deepEqual(
      ['o3-mini', 'gpt-5.4', 'gpt-5.1-none', 'deepseek-v3.1-thinking', 'gpt-4o-2024-05-13', 'gpt-5.3-chat-latest'].map(
        isThinking,
      ),
      [true, true, false, true, false, false],
    );
    assert.ok(close(yearsSince2024('2025-07'), 1 + 6.5 / 12));
    assert.equal(yearsSince2024('2024'), 0.5);
  });
});
