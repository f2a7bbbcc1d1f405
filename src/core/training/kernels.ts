import type { ModelTraits } from './modelTraits';
import type { KernelConfig } from './routerConfig';

/** What the task kernel needs to know of a task. */
export interface TaskTraits {
  readonly kind: string | null;
  readonly language: string | null;
  readonly source: string;
  /** Unit vector: the direction of the mean vector of its prompts. */
  readonly centroid: Float64Array;
  /** True for boards that are known by one number a model: their centroid is that of tasks of their kind. */
  readonly promptless: boolean;
}

/** All kernel matrices of a problem, dense and row-major; see docs/METHOD.md. */
export interface KernelMatrices {
  readonly tasks: number;
  readonly models: number;
  /** T × T: likeness of tasks, 1 on the diagonal. */
  readonly task: Float64Array;
  /** T: 1 for boards. How hard a board is tells nothing of other tasks: ratings have no level, and selected models are rated. */
  readonly promptless: Uint8Array;
  /** T × T: covariance of difficulties. */
  readonly difficulty: Float64Array;
  /** M × M: covariance of abilities. */
  readonly ability: Float64Array;
  /** M × M: covariance of what models are good at; multiplied by `task`. */
  readonly skill: Float64Array;
}

/** Factor of cosines with a task whose text is not known (√.9: two such tasks of one kind are at .9). */
export const promptlessFactor = 0.9486833;

/** log₂ of billions of parameters that stands for an unknown size when two models are compared. */
const unknownLog2Size = 7;

/** Likeness of two models by their facts, at most 1. */
function modelLikeness(a: ModelTraits, b: ModelTraits, config: KernelConfig): number {
  const date = (a.date - b.date) / config.dateScale;
  const size = ((a.log2Size ?? unknownLog2Size) - (b.log2Size ?? unknownLog2Size)) / config.sizeScale;
  const unlike = (a.thinking !== b.thinking ? 2 : 0) + (a.base !== b.base ? 2 : 0);
  const kinship =
    0.4 + (a.provider === b.provider && a.provider !== 'unknown' ? 0.3 : 0) + (a.stem === b.stem ? 0.3 : 0);
  return Math.exp(-0.5 * (date * date + size * size + unlike)) * kinship;
}

/** Features of a model for its linear ability. */
export function abilityFeatures(model: ModelTraits): number[] {
  return [
    1,
    model.date,
    model.index === null ? 0 : (model.index - 35) / 15,
    model.index === null ? 0 : 1,
    model.log2Size === null ? 0 : (model.log2Size - 4) / 2,
    model.log2Size === null ? 0 : 1,
    model.thinking ? 1 : 0,
    model.closed ? 1 : 0,
    model.base ? 1 : 0,
  ];
}

/** Factor of the task kernel that does not depend on the text; each argument is 1 where the two agree, else 0 (or a share). */
export function contextLikeness(kind: number, language: number, source: number, config: KernelConfig): number {
  const { sameKind, sameLanguage, sameSource } = config;
  return (
    (1 + sameKind * kind + sameLanguage * language + sameSource * source) / (1 + sameKind + sameLanguage + sameSource)
  );
}

/** Likeness of two texts at a cosine. */
export function textLikeness(cosine: number, scale: number): number {
  return Math.exp(-(1 - cosine) / scale);
}

/** 1 where both are known and equal. */
export function agree(a: string | null, b: string | null): number {
  return a !== null && a === b ? 1 : 0;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function taskCosine(a: TaskTraits, b: TaskTraits): number {
  return dot(a.centroid, b.centroid) * (a.promptless ? promptlessFactor : 1) * (b.promptless ? promptlessFactor : 1);
}

function symmetric(size: number, entry: (i: number, j: number) => number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = entry(i, j);
      matrix[i * size + j] = value;
      matrix[j * size + i] = value;
    }
  }
  return matrix;
}

/** All kernel matrices between the given tasks and models. */
export function kernelMatrices(
  tasks: readonly TaskTraits[],
  models: readonly ModelTraits[],
  config: KernelConfig,
): KernelMatrices {
  const cosine = symmetric(tasks.length, (i, j) =>
    i === j ? 1 : taskCosine(tasks[i] as TaskTraits, tasks[j] as TaskTraits),
  );
  const task = symmetric(tasks.length, (i, j) => {
    if (i === j) return 1;
    const a = tasks[i] as TaskTraits;
    const b = tasks[j] as TaskTraits;
    const context = contextLikeness(
      agree(a.kind, b.kind),
      agree(a.language, b.language),
      agree(a.source, b.source),
      config,
    );
    return textLikeness(cosine[i * tasks.length + j] as number, config.taskScale) * context;
  });
  const promptless = Uint8Array.from(tasks, (task) => (task.promptless ? 1 : 0));
  const difficulty = symmetric(tasks.length, (i, j) => {
    if (i !== j && (promptless[i] === 1 || promptless[j] === 1)) return 0;
    return (
      config.sharedDifficulty * textLikeness(cosine[i * tasks.length + j] as number, config.difficultyScale) +
      (i === j ? config.ownDifficulty : 0)
    );
  });
  const features = models.map(abilityFeatures);
  const likeness = symmetric(models.length, (i, j) =>
    i === j ? 1 : modelLikeness(models[i] as ModelTraits, models[j] as ModelTraits, config),
  );
  const sameModel = (i: number, j: number): boolean => models[i]?.root === models[j]?.root;
  const ability = symmetric(models.length, (i, j) => {
    const other = features[j] as number[];
    const linear = (features[i] as number[]).reduce((sum, value, at) => sum + value * (other[at] as number), 0);
    return (
      config.linearAbility * linear +
      (i === j ? config.ownAbility : 0) +
      config.sharedAbility * (likeness[i * models.length + j] as number) +
      (sameModel(i, j) ? config.sameModelAbility : 0)
    );
  });
  const skill = symmetric(
    models.length,
    (i, j) =>
      (i === j ? config.ownSkill : 0) +
      config.sharedSkill * (likeness[i * models.length + j] as number) +
      (sameModel(i, j) ? config.sameModelSkill : 0),
  );
  return { tasks: tasks.length, models: models.length, task, promptless, difficulty, ability, skill };
}
