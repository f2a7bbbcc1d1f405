import { invertPositiveDefinite } from '../training/invertPositiveDefinite';
import type { MatMul } from '../training/matMul';
import type { UsageRow } from './readUsage';
import { type TokenModel, tokenModelFormatVersion } from './tokenModel';

/** What is known of a task that token use is estimated for. */
export interface TokenTask {
  readonly name: string;
  readonly kind: string | null;
  /** D values, unit length: the direction of the mean vector of its prompts. */
  readonly centroid: ArrayLike<number>;
}

/**
 * Constants of the fit. Variances in squared logs, found by the predictive density of held-out benchmark families; see
 * docs/METHOD.md.
 */
const constants = {
  /** Variance of a model's verbosity: its own, shared by its efforts, and between reasoning and plain models. */
  ownVerbosity: 0.2,
  siblingVerbosity: 0.28,
  classVerbosity: 0.24,
  /** The same, for what differs from task to task. */
  ownTask: 0.22,
  siblingTask: 0.09,
  classTask: 0.12,
  /** Variance of a task's level: its own, shared with tasks of like text and kind, shared with its kind. */
  ownLevel: 0.06,
  likeLevel: 0.6,
  kindLevel: 0.19,
  noise: 0.07,
  /** Likeness of two tasks: exp(−(1 − cos) / textScale) · (1 + sameKind [same kind]) / (1 + sameKind). */
  textScale: 0.75,
  sameKind: 1,
  /** From this mean of input tokens an item is an agent loop: prompts alone are shorter. */
  agentInputFrom: 5_000,
  /** Input tokens of an agent loop where none were counted: the median of the measured agent benchmarks. */
  agentInputUnmeasured: 600_000,
  /** Ratio of the arithmetic to the geometric mean of tokens within a model and benchmark. */
  meanFactor: 1.28,
  /**
   * Spread of the log error with a family held out, measured on families of 2025-26: a median factor of 2.2 is a standard
   * deviation of 1.1; agent loops are off by a factor of up to 5 (log 1.7).
   */
  spread: { output: 1.1, agent: 1.7 },
} as const;

/** Kind of task of the published evaluations whose token counts are used beside our own. */
const externalKinds: Readonly<Record<string, string>> = {
  'external/artificial-analysis/gpqa': 'knowledge',
  'external/artificial-analysis/hle': 'knowledge',
  'external/artificial-analysis/scicode': 'code',
  'external/artificial-analysis/ifbench': 'instruction-following',
  'external/artificial-analysis/critpt': 'reasoning',
  'external/artificial-analysis/omniscience': 'knowledge',
  'external/artificial-analysis/terminalbenchHard': 'code-agent',
  'external/artificial-analysis/lcr': 'data',
  'external/artificial-analysis/tau2': 'tools',
};

/** Ratio of output tokens to `medium` effort, the same model (published evaluations of 2026): logarithms. */
const effortRatios: Readonly<Record<string, number>> = {
  none: Math.log(0.16),
  nothink: Math.log(0.16),
  minimal: Math.log(0.09),
  low: Math.log(0.48),
  medium: 0,
  high: Math.log(2.25),
  xhigh: Math.log(4.6),
  max: Math.log(8.5),
};

/** Verbosity of one model: log of its output tokens against the average model's. */
export interface Verbosity {
  readonly value: number;
  /** Tasks it was measured on; 0 = told by its class and its siblings. */
  readonly tasks: number;
}

export interface TokenFit {
  readonly tokens: TokenModel;
  /** Verbosity of a model, measured or not. */
  verbosity(model: string): Verbosity;
}

interface Cell {
  /** Index into all tasks, those of published evaluations after the given ones. */
  readonly task: number;
  readonly model: string;
  readonly log: number;
  readonly inputTokens: number | null;
}

/**
 * Fits output tokens by one Gaussian process over (task, model):
 * log t(m, b) = μ + verbosity_m + level_b + residual_mb + noise,
 * verbosities alike for efforts of one model and within the classes of reasoning and plain models, levels alike for tasks
 * of like text and kind, residuals the product of the two. What was never measured (a task, a model, a pair) has the
 * posterior mean that its likes give it; an effort that was never measured also has the published ratio of efforts.
 * @param tasks the tasks that a bundle's mixtures are over
 * @param reasons whether a model reasons before it answers, as it was run
 */
export async function fitTokenModel(
  usage: readonly UsageRow[],
  tasks: readonly TokenTask[],
  reasons: (model: string) => boolean,
  matMul: MatMul,
): Promise<TokenFit> {
  const external = [...new Set(usage.map(({ benchmark }) => benchmark))].filter((name) => name in externalKinds).sort();
  const all = [...tasks, ...external.map((name) => externalTask(name, tasks))];
  const cells = cellsOf(usage, all);
  const likeness = likenessOf(all);
  const level = (a: number, b: number): number =>
    constants.likeLevel * likeness(a, b) +
    (sameKind(all[a], all[b]) ? constants.kindLevel : 0) +
    (a === b ? constants.ownLevel : 0);
  const models = [...new Set(cells.map(({ model }) => model))];
  const facts = new Map(models.map((model) => [model, modelFactsOf(model, reasons)]));
  const modelFacts = (model: string): ModelFacts => facts.get(model) ?? modelFactsOf(model, reasons);

  // An effort's published ratio is its prior mean: the process explains what is left.
  const targets = cells.map(({ model, log }) => log - modelFacts(model).log);
  const known = cells.map(({ task, model }) => ({ task, model, ...modelFacts(model) }));
  const { mean, weights } = await condition(known, targets, matMul, (a, b) => {
    const like = likeness(a.task, b.task);
    const sibling = a.stem === b.stem;
    const own = sibling && a.model === b.model;
    return (
      level(a.task, b.task) +
      a.sign * b.sign * (constants.classVerbosity + like * constants.classTask) +
      (sibling ? constants.siblingVerbosity + like * constants.siblingTask : 0) +
      (own ? constants.ownVerbosity + like * constants.ownTask : 0)
    );
  });

  const byModel = new Map<string, number>();
  for (const [at, { model }] of cells.entries()) byModel.set(model, (byModel.get(model) ?? 0) + (weights[at] ?? 0));
  const classWeight = [...byModel].reduce((sum, [model, weight]) => sum + modelFacts(model).sign * weight, 0);
  const byStem = new Map<string, number>();
  for (const [model, weight] of byModel) {
    const { stem } = modelFacts(model);
    byStem.set(stem, (byStem.get(stem) ?? 0) + weight);
  }
  const verbosity = (model: string): Verbosity => {
    const { stem, sign, log } = modelFacts(model);
    const value =
      log +
      constants.classVerbosity * sign * classWeight +
      constants.siblingVerbosity * (byStem.get(stem) ?? 0) +
      constants.ownVerbosity * (byModel.get(model) ?? 0);
    return { value: rounded(value), tasks: cells.reduce((count, cell) => count + (cell.model === model ? 1 : 0), 0) };
  };

  const taskWeights = (chosen: (model: string) => number): Float64Array => {
    const sums = new Float64Array(all.length);
    for (const [at, { task, model }] of cells.entries())
      sums[task] = (sums[task] ?? 0) + chosen(model) * (weights[at] ?? 0);
    return sums;
  };
  const spreadOver = (sums: Float64Array, kernel: (a: number, b: number) => number): number[] =>
    tasks.map((_, task) => {
      let total = 0;
      for (let other = 0; other < all.length; other++) {
        const weight = sums[other] ?? 0;
        if (weight !== 0) total += kernel(task, other) * weight;
      }
      return total;
    });
  const levels = spreadOver(
    taskWeights(() => 1),
    level,
  );
  const reasoning = spreadOver(
    taskWeights((model) => constants.classTask * modelFacts(model).sign),
    likeness,
  );
  const residuals = models.map((model) => {
    const { stem } = modelFacts(model);
    const sums = taskWeights(
      (other) =>
        (other === model ? constants.ownTask : 0) + (modelFacts(other).stem === stem ? constants.siblingTask : 0),
    );
    return [model, spreadOver(sums, likeness).map((value) => Math.round(100 * value))] as const;
  });
  return {
    verbosity,
    tokens: {
      formatVersion: tokenModelFormatVersion,
      tasks: tasks.map(({ name }) => name),
      level: rounded(mean),
      levels: levels.map(rounded),
      reasoning: reasoning.map(rounded),
      agentInput: tasks.map((_, task) =>
        agentInputOf(
          all[task],
          cells.filter((cell) => cell.task === task),
        ),
      ),
      residuals: Object.fromEntries(residuals),
      meanFactor: constants.meanFactor,
      spread: { ...constants.spread },
    },
  };
}

/** Posterior weights K⁻¹(y − μ), and the generalised least squares mean μ. */
async function condition<T>(
  cells: readonly T[],
  targets: readonly number[],
  matMul: MatMul,
  covariance: (a: T, b: T) => number,
): Promise<{ readonly mean: number; readonly weights: Float64Array }> {
  const n = cells.length;
  if (n === 0) return { mean: Math.log(300), weights: new Float64Array(0) };
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = covariance(cells[i] as T, cells[j] as T) + (i === j ? constants.noise : 0);
      matrix[i * n + j] = value;
      matrix[j * n + i] = value;
    }
  }
  const { inverse } = await invertPositiveDefinite(matrix, n, matMul);
  const columns = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    columns[2 * i] = targets[i] ?? 0;
    columns[2 * i + 1] = 1;
  }
  const product = await matMul(inverse, columns, n, n, 2);
  let weighted = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    weighted += product[2 * i] ?? 0;
    total += product[2 * i + 1] ?? 0;
  }
  const mean = weighted / total;
  return {
    mean,
    weights: Float64Array.from({ length: n }, (_, i) => (product[2 * i] ?? 0) - mean * (product[2 * i + 1] ?? 0)),
  };
}

function sameKind(a: TokenTask | undefined, b: TokenTask | undefined): boolean {
  return a?.kind !== null && a?.kind === b?.kind;
}

function likenessOf(tasks: readonly TokenTask[]): (a: number, b: number) => number {
  const count = tasks.length;
  const matrix = new Float64Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      const one = tasks[a]?.centroid ?? [];
      const other = tasks[b]?.centroid ?? [];
      let cosine = 0;
      for (let at = 0; at < one.length; at++) cosine += (one[at] ?? 0) * (other[at] ?? 0);
      const context = (1 + (sameKind(tasks[a], tasks[b]) ? constants.sameKind : 0)) / (1 + constants.sameKind);
      const value = a === b ? 1 : Math.exp(-(1 - Math.min(1, cosine)) / constants.textScale) * context;
      matrix[a * count + b] = value;
      matrix[b * count + a] = value;
    }
  }
  return (a, b) => matrix[a * count + b] ?? 0;
}

/** A published evaluation has no prompts here: its centroid is that of the tasks of its kind. */
function externalTask(name: string, tasks: readonly TokenTask[]): TokenTask {
  const kind = externalKinds[name] ?? null;
  const alike = tasks.filter((task) => task.kind === kind);
  const sum = new Float64Array(tasks[0]?.centroid.length ?? 0);
  for (const { centroid } of alike.length > 0 ? alike : tasks)
    for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] ?? 0) + (centroid[at] ?? 0);
  const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0)) || 1;
  return { name, kind, centroid: sum.map((value) => value / length) };
}

interface ModelFacts {
  /** Id without its effort: shared by the settings of one model. */
  readonly stem: string;
  /** Logarithm of the published ratio of its effort. */
  readonly log: number;
  /** 1 where it reasons, −1 where it does not. */
  readonly sign: number;
}

/** Effort is the last word of a model id, where it is one. */
function modelFactsOf(model: string, reasons: (model: string) => boolean): ModelFacts {
  const sign = reasons(model) ? 1 : -1;
  const match = /^(.*?)(?:-thinking)?-(none|nothink|minimal|low|medium|high|xhigh|max)$/.exec(model);
  if (!match) return { stem: model.replace(/-(thinking|reasoning)$/, ''), log: 0, sign };
  return { stem: match[1] ?? model, log: effortRatios[match[2] ?? ''] ?? 0, sign };
}

/** One cell for each (task, model): whole benchmarks, or parts that count as tasks of their own (`name/part`). */
function cellsOf(usage: readonly UsageRow[], tasks: readonly TokenTask[]): Cell[] {
  const places = new Map(tasks.map(({ name }, task) => [name, task]));
  const sums = new Map<string, { task: number; model: string; items: number; output: number; input: number | null }>();
  for (const row of usage) {
    const name = row.category === null ? row.benchmark : `${row.benchmark}/${row.category.split('/')[0]}`;
    const task = row.category !== null && places.has(row.benchmark) ? undefined : places.get(name);
    if (task === undefined) continue;
    const key = `${task}\n${row.model}`;
    const found = sums.get(key) ?? { task, model: row.model, items: 0, output: 0, input: 0 };
    found.items += row.items;
    found.output += row.items * row.outputTokens;
    found.input = found.input === null || row.inputTokens === null ? null : found.input + row.items * row.inputTokens;
    sums.set(key, found);
  }
  return [...sums.values()].map(({ task, model, items, output, input }) => ({
    task,
    model,
    log: Math.log(output / items / constants.meanFactor),
    inputTokens: input === null ? null : input / items,
  }));
}

/** Log input tokens of an agent loop; null where the task is one request. */
function agentInputOf(task: TokenTask | undefined, cells: readonly Cell[]): number | null {
  const inputs = cells.flatMap(({ inputTokens }) => (inputTokens === null ? [] : [Math.log(inputTokens)]));
  const measured = inputs.length === 0 ? null : inputs.reduce((sum, value) => sum + value, 0) / inputs.length;
  if (measured !== null && measured > Math.log(constants.agentInputFrom)) return rounded(measured);
  return task?.kind === 'code-agent' ? rounded(measured ?? Math.log(constants.agentInputUnmeasured)) : null;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
