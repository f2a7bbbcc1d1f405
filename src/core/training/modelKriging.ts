import type { RouterParameters } from '../predictors/routerParameters';
import { choleskyFactor, solveFactored } from './invertPositiveDefinite';
import type { KernelMatrices } from './kernels';
import { columnOf, type ModelColumn } from './modelColumns';
import type { KernelConfig } from './routerConfig';

/** A column that the router's other models say of a model without results, and which of them say most. */
export interface KrigedColumn {
  readonly column: ModelColumn;
  /** Weights in the model's logit on a task, of the models given. */
  readonly weights: Float64Array;
}

/**
 * What a router says of models that it has not seen, from those that it has. Both parts of the linked model's prior are
 * products of a model kernel and a task kernel, so, given the other models' values, a new model's ability is k_A K_A⁻¹ A and
 * its skill on every task k_R K_R⁻¹ R, with the variances that this leaves: no task tells more of another through the
 * others (Bonilla, Chai and Williams 2007, 2.3). The others' own uncertainty is handed on by the weights of whole logits,
 * k (K_A + K_R)⁻¹.
 */
export class ModelKriging {
  private readonly factors: {
    readonly ability: Float64Array;
    readonly skill: Float64Array;
    readonly logit: Float64Array;
  };

  /**
   * @param kernels over the router's models and the new ones, in one order
   * @param known positions of the models that tell, in the kernels and in the router alike
   * @param reference those of them with results
   * @param inflation what the router's spreads were multiplied by
   */
  constructor(
    private readonly parameters: RouterParameters,
    private readonly kernels: KernelMatrices,
    private readonly known: readonly number[],
    private readonly reference: readonly number[],
    private readonly config: KernelConfig,
    private readonly inflation: number,
  ) {
    const n = known.length;
    const among = (entry: (cell: number) => number): Float64Array => {
      const matrix = new Float64Array(n * n);
      for (const [i, row] of known.entries()) {
        for (const [j, column] of known.entries()) matrix[i * n + j] = entry(row * kernels.models + column);
      }
      return choleskyFactor(matrix, n);
    };
    const { ability, skill } = kernels;
    this.factors = {
      ability: among((cell) => ability[cell] as number),
      skill: among((cell) => skill[cell] as number),
      logit: among((cell) => (ability[cell] as number) + (skill[cell] as number)),
    };
  }

  /** @param model position in the kernels */
  column(id: string, model: number): KrigedColumn {
    const { parameters, kernels, known, inflation } = this;
    const n = known.length;
    const to = (kernel: Float64Array): Float64Array =>
      Float64Array.from(known, (other) => kernel[model * kernels.models + other] as number);
    const [toAbility, toSkill] = [to(kernels.ability), to(kernels.skill)];
    const ofAbility = solveFactored(this.factors.ability, n, toAbility);
    const ofSkill = solveFactored(this.factors.skill, n, toSkill);
    const ofLogit = solveFactored(
      this.factors.logit,
      n,
      toAbility.map((value, at) => value + (toSkill[at] as number)),
    );
    const own = model * kernels.models + model;
    const residual =
      (kernels.ability[own] as number) -
      dot(ofAbility, toAbility) +
      (kernels.skill[own] as number) -
      dot(ofSkill, toSkill);
    const T = parameters.tasks.length;
    const all = parameters.weights.difficulty.length;
    const { rank, noveltyRank } = parameters.posterior;
    const skill = new Float64Array(all);
    const factors = new Float64Array(T * rank);
    const variance = new Float64Array(T).fill(inflation * Math.max(residual, 0));
    const noveltyFactors = new Float64Array(noveltyRank);
    // Stands for the prior mean, of which the weights leave next to nothing: they nearly sum to 1.
    const abilities = this.reference.map((other) => parameters.weights.ability[other] as number);
    const middle = abilities.reduce((sum, value) => sum + value, 0) / Math.max(abilities.length, 1);
    let ability = middle;
    for (const [at, other] of known.entries()) {
      const column = columnOf(parameters, other);
      ability += (ofAbility[at] as number) * (column.ability - middle);
      addScaled(skill, column.skill, ofSkill[at] as number);
      addScaled(factors, column.factors, ofLogit[at] as number);
      addScaled(variance, column.own, (ofLogit[at] as number) ** 2);
      addScaled(noveltyFactors, column.noveltyFactors, ofSkill[at] as number);
    }
    const priorSkill = inflation * skillVariance(this.config);
    const column: ModelColumn = {
      id,
      resultCount: 0,
      averageLogit: Number.NaN,
      ability,
      skill,
      factors,
      own: variance,
      noveltyFactors,
      noveltyOwn: Math.max(0, priorSkill - dot(noveltyFactors, noveltyFactors)),
      accuracies: new Map(),
    };
    return { column, weights: ofLogit };
  }
}

/** Prior variance of every model's skill on a task. */
export function skillVariance({ ownSkill, sharedSkill, sameModelSkill }: KernelConfig): number {
  return ownSkill + sharedSkill + sameModelSkill;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addScaled(to: Float64Array, from: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + factor * (from[i] as number);
}
