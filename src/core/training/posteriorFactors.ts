import { normalDraw, seededRandom } from '../scores/seededRandom';
import { choleskyFactor } from './invertPositiveDefinite';
import { leadingFactors } from './leadingEigenvectors';
import type { LinkedFit } from './linkedGaussianProcess';
import type { MatMul } from './matMul';

/** A compact form of the posterior covariance of the latent logits (without difficulty) of M models on T tasks. */
export interface PosteriorFactors {
  readonly rank: number;
  /** M × T × rank. */
  readonly factors: Float64Array;
  /** M × T: variance that the factors leave. */
  readonly own: Float64Array;
}

/** Share of a variance that is always a model's own: a sample estimate must not claim certainty. */
const leastOwnShare = 0.05;
const samplesAtOnce = 25;

/**
 * Operators between the grid of the first `models` models and the first `tasks` tasks, and the observed pairs. Blocks of
 * w columns are laid out as (model, task, column).
 */
class GridOperator {
  private readonly allModels: number;
  private readonly allTasks: number;
  private readonly abilityRows: Float64Array;
  private readonly skillRows: Float64Array;
  private readonly taskRows: Float64Array;

  constructor(
    private readonly fit: LinkedFit,
    private readonly models: number,
    private readonly tasks: number,
    private readonly matMul: MatMul,
  ) {
    const { kernels } = fit;
    this.allModels = kernels.models;
    this.allTasks = kernels.tasks;
    this.abilityRows = kernels.ability.slice(0, models * kernels.models);
    this.skillRows = kernels.skill.slice(0, models * kernels.models);
    this.taskRows = kernels.task.slice(0, tasks * kernels.tasks);
  }

  /** Prior covariance of the grid with values at all (model, task) cells: M' × T' × w to M × T × w. */
  async toGrid(cells: Float64Array, width: number): Promise<Float64Array> {
    const { models, tasks, allModels, allTasks } = this;
    const bySum = new Float64Array(allModels * width);
    for (let m = 0; m < allModels; m++) {
      for (let t = 0; t < allTasks; t++) {
        const from = (m * allTasks + t) * width;
        for (let c = 0; c < width; c++) {
          bySum[m * width + c] = (bySum[m * width + c] as number) + (cells[from + c] as number);
        }
      }
    }
    const ability = await this.matMul(this.abilityRows, bySum, models, allModels, width);
    const skill = await this.matMul(this.skillRows, cells, models, allModels, allTasks * width);
    const grid = new Float64Array(models * tasks * width);
    for (let m = 0; m < models; m++) {
      const row = skill.subarray(m * allTasks * width, (m + 1) * allTasks * width);
      const image = await this.matMul(this.taskRows, row, tasks, allTasks, width);
      for (let t = 0; t < tasks; t++) {
        for (let c = 0; c < width; c++) {
          grid[(m * tasks + t) * width + c] = (image[t * width + c] as number) + (ability[m * width + c] as number);
        }
      }
    }
    return grid;
  }

  /** Embeds grid values among all cells. */
  spread(grid: Float64Array, width: number): Float64Array {
    const cells = new Float64Array(this.allModels * this.allTasks * width);
    for (let m = 0; m < this.models; m++) {
      cells.set(grid.subarray(m * this.tasks * width, (m + 1) * this.tasks * width), m * this.allTasks * width);
    }
    return cells;
  }

  /** Prior covariance of the observed pairs with the grid: M × T × w to pairs × w. */
  async toPairs(grid: Float64Array, width: number): Promise<Float64Array> {
    const { models, tasks, allModels, allTasks, fit } = this;
    const { ability, skill, task } = fit.kernels;
    const bySum = new Float64Array(models * width);
    for (let m = 0; m < models; m++) {
      for (let t = 0; t < tasks; t++) {
        for (let c = 0; c < width; c++) {
          bySum[m * width + c] = (bySum[m * width + c] as number) + (grid[(m * tasks + t) * width + c] as number);
        }
      }
    }
    const left = (kernel: Float64Array): Float64Array => {
      const columns = new Float64Array(allModels * models);
      for (let m = 0; m < allModels; m++) {
        columns.set(kernel.subarray(m * allModels, m * allModels + models), m * models);
      }
      return columns;
    };
    const abilityImage = await this.matMul(left(ability), bySum, allModels, models, width);
    const skillImage = await this.matMul(left(skill), grid, allModels, models, tasks * width);
    const { pairs } = fit;
    const values = new Float64Array(pairs.models.length * width);
    for (let i = 0; i < pairs.models.length; i++) {
      const m = pairs.models[i] as number;
      const taskRow = (pairs.tasks[i] as number) * allTasks;
      const out = values.subarray(i * width, (i + 1) * width);
      out.set(abilityImage.subarray(m * width, (m + 1) * width));
      for (let t = 0; t < tasks; t++) {
        const likeness = task[taskRow + t] as number;
        const from = (m * tasks + t) * width;
        for (let c = 0; c < width; c++) {
          out[c] = (out[c] as number) + likeness * (skillImage[from + c] as number);
        }
      }
    }
    return values;
  }

  /** What observing `values` at the pairs (pairs × w) tells of the grid: U K⁻¹ values. */
  async explain(values: Float64Array, width: number): Promise<Float64Array> {
    const { pairs, inverse } = this.fit;
    const n = pairs.models.length;
    const alpha = await this.matMul(inverse, values, n, n, width);
    const cells = new Float64Array(this.allModels * this.allTasks * width);
    for (let i = 0; i < n; i++) {
      const to = ((pairs.models[i] as number) * this.allTasks + (pairs.tasks[i] as number)) * width;
      for (let c = 0; c < width; c++) cells[to + c] = (cells[to + c] as number) + (alpha[i * width + c] as number);
    }
    return this.toGrid(cells, width);
  }

  /** The posterior covariance of the grid times a block. */
  async posterior(block: Float64Array, width: number): Promise<Float64Array> {
    const prior = await this.toGrid(this.spread(block, width), width);
    const explained = await this.explain(await this.toPairs(block, width), width);
    for (let i = 0; i < prior.length; i++) prior[i] = (prior[i] as number) - (explained[i] as number);
    return prior;
  }
}

/** `count` draws from the prior of all cells and of noisy observations at the pairs. */
async function priorDraws(
  fit: LinkedFit,
  count: number,
  random: () => number,
  factors: PriorFactors,
  matMul: MatMul,
): Promise<{ cells: Float64Array; observations: Float64Array }> {
  const { models, tasks } = fit.kernels;
  const normal = (length: number): Float64Array => Float64Array.from({ length }, () => normalDraw(random));
  const ability = await matMul(factors.ability, normal(models * count), models, models, count);
  const difficulty = await matMul(factors.difficulty, normal(tasks * count), tasks, tasks, count);
  const skill = await matMul(factors.skill, normal(models * tasks * count), models, models, tasks * count);
  const cells = new Float64Array(models * tasks * count);
  for (let m = 0; m < models; m++) {
    const row = skill.subarray(m * tasks * count, (m + 1) * tasks * count);
    const image = await matMul(factors.task, row, tasks, tasks, count);
    for (let t = 0; t < tasks; t++) {
      for (let c = 0; c < count; c++) {
        cells[(m * tasks + t) * count + c] = (image[t * count + c] as number) + (ability[m * count + c] as number);
      }
    }
  }
  const { pairs } = fit;
  const observations = new Float64Array(pairs.models.length * count);
  for (let i = 0; i < pairs.models.length; i++) {
    const t = pairs.tasks[i] as number;
    const from = ((pairs.models[i] as number) * tasks + t) * count;
    const deviation = Math.sqrt(pairs.noise[i] as number);
    for (let c = 0; c < count; c++) {
      observations[i * count + c] =
        (cells[from + c] as number) + (difficulty[t * count + c] as number) + deviation * normalDraw(random);
    }
  }
  return { cells, observations };
}

interface PriorFactors {
  readonly ability: Float64Array;
  readonly skill: Float64Array;
  readonly task: Float64Array;
  readonly difficulty: Float64Array;
}

function jittered(matrix: Float64Array, n: number): Float64Array {
  const result = matrix.slice();
  for (let i = 0; i < n; i++) result[i * n + i] = (result[i * n + i] as number) + 1e-6;
  return choleskyFactor(result, n);
}

/**
 * The posterior covariance of the latent logits of the first `models` models on the first `tasks` tasks, as shared
 * factors and own variances: the leading eigenvectors of the exact covariance, applied as an operator, and the variance
 * that they leave, from pathwise samples (Wilson et al. 2021, equation 12).
 */
export async function posteriorFactors(
  fit: LinkedFit,
  models: number,
  tasks: number,
  rank: number,
  samples: number,
  seed: number,
  matMul: MatMul,
): Promise<PosteriorFactors> {
  const operator = new GridOperator(fit, models, tasks, matMul);
  const leading = await leadingFactors(
    (block, width) => operator.posterior(block, width),
    models * tasks,
    rank,
    3,
    seed,
    matMul,
  );
  const { kernels } = fit;
  const priorFactors: PriorFactors = {
    ability: jittered(kernels.ability, kernels.models),
    skill: jittered(kernels.skill, kernels.models),
    task: jittered(kernels.task, kernels.tasks),
    difficulty: jittered(kernels.difficulty, kernels.tasks),
  };
  const random = seededRandom(seed + 1);
  const squares = new Float64Array(models * tasks);
  for (let done = 0; done < samples; done += samplesAtOnce) {
    const width = Math.min(samplesAtOnce, samples - done);
    const { cells, observations } = await priorDraws(fit, width, random, priorFactors, matMul);
    const explained = await operator.explain(observations, width);
    for (let m = 0; m < models; m++) {
      for (let t = 0; t < tasks; t++) {
        for (let c = 0; c < width; c++) {
          const deviation =
            (cells[(m * kernels.tasks + t) * width + c] as number) - (explained[(m * tasks + t) * width + c] as number);
          squares[m * tasks + t] = (squares[m * tasks + t] as number) + deviation * deviation;
        }
      }
    }
  }
  const own = new Float64Array(models * tasks);
  for (let cell = 0; cell < own.length; cell++) {
    const total = (squares[cell] as number) / samples;
    let shared = 0;
    for (let r = 0; r < leading.rank; r++) shared += (leading.factors[cell * leading.rank + r] as number) ** 2;
    own[cell] = Math.max(total - shared, leastOwnShare * total);
  }
  return { rank: leading.rank, factors: leading.factors, own };
}
