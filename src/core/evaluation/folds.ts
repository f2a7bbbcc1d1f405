import { fitLinkedGaussianProcess } from '../training/linkedGaussianProcess';
import type { MatMul } from '../training/matMul';
import { rescaledPairs, taskScales } from '../training/taskScales';
import {
  type EncodedTable,
  groupsOfTasks,
  heldOutSpread,
  indexItemsOf,
  indexThresholds,
  type PreparedTraining,
  prepareTraining,
  type TrainingFacts,
} from '../training/trainRouter';
import { evenlySpaced } from './chosenRows';
import { learnComparisons } from './comparisons/comparisonPredictors';
import { type EvaluationData, type FoldComparisons, type FoldState, paperIndex } from './groupEvaluation';
import { cellCounts, type HeldOutGroup, type HeldOutPart } from './heldOut';
import { PlainEncoder } from './plainRouter';
import { SeededRandom } from './random';
import { heldOutOf, pairsOutside, withoutHeldOut } from './withoutGroup';

/** A group with its parts. */
export interface TestedGroup {
  readonly group: HeldOutGroup;
  readonly parts: readonly HeldOutPart[];
}

/**
 * Deals the tested groups into folds of about the same number of prompts, seeded. The encoder of a fold learns from no text
 * of any of its groups; everything else is learned anew for each group.
 */
export function dealFolds(groups: readonly TestedGroup[], folds: number, seed: number): readonly TestedGroup[][] {
  const random = new SeededRandom(seed);
  const order = random.sample(groups.length, groups.length);
  const items = ({ parts }: TestedGroup): number => parts.reduce((sum, part) => sum + part.items.length, 0);
  const sorted = Array.from(order, (index) => groups[index] as TestedGroup).sort((a, b) => items(b) - items(a));
  const dealt: TestedGroup[][] = Array.from({ length: Math.min(folds, groups.length) }, () => []);
  const loads = new Float64Array(dealt.length);
  for (const group of sorted) {
    const lightest = loads.indexOf(Math.min(...loads));
    dealt[lightest]?.push(group);
    loads[lightest] = (loads[lightest] as number) + items(group);
  }
  return dealt;
}

/** Items that none of the groups holds out. */
function learnable(groups: readonly HeldOutGroup[]): (item: number) => boolean {
  return (item) => groups.every((group) => group.excluded[item] !== 1);
}

/**
 * Learns what the groups of a fold share.
 * @param encode learns an encoder from some of the table's items, see `encodeTable`
 */
export async function prepareFold(
  data: EvaluationData,
  facts: TrainingFacts,
  tested: readonly TestedGroup[],
  encode: (learnFrom: (item: number) => boolean) => Promise<EncodedTable>,
  matMul: MatMul,
  progress: (step: string) => void = () => undefined,
): Promise<FoldState> {
  const { table, split, config } = data;
  const groups = tested.map(({ group }) => group);
  const known = learnable(groups);
  const prepared = prepareTraining(table, await encode(known), facts, config, known);
  const heldOut = heldOutOf(prepared, groups, (excluded) => cellCounts(table, split, excluded));
  progress('scales of the tasks without the fold');
  const outside = await fitLinkedGaussianProcess(pairsOutside(prepared, heldOut), prepared.kernels, matMul);
  const scales = await taskScales(outside, groupsOfTasks(prepared), matMul);
  const fit = await fitLinkedGaussianProcess(rescaledPairs(prepared.pairs, scales), prepared.kernels, matMul);
  progress('spread and distances without the fold');
  const reduced = await withoutHeldOut(prepared, fit, heldOut, prepared.exported, config, matMul);
  const spread = await heldOutSpread(
    reduced.fit,
    reduced.prepared.split.tasks.map((task) => task.group),
    matMul,
  );
  const thresholds = await indexThresholds(reduced.prepared, config, matMul);
  progress('paper mode');
  const paper = await paperIndex(data, prepared, Int32Array.from(indexItemsOf(prepared, config)), matMul);
  progress('predictors to compare with');
  const comparisons = await foldComparisons(data, prepared, tested, known, matMul);
  return { prepared, fit, spread, thresholds, encoder: new PlainEncoder(prepared.encoder), paper, comparisons };
}

/** Prompts of one task that the compared predictors learn from, at most: the MLP's time grows with them. */
const comparisonPrompts = 100;

async function foldComparisons(
  { table, seed, network }: EvaluationData,
  { split, vectors, encoder }: PreparedTraining,
  tested: readonly TestedGroup[],
  known: (item: number) => boolean,
  matMul: MatMul,
): Promise<FoldComparisons> {
  const items = split.tasks.flatMap((task) => [...evenlySpaced(task.items.filter(known), comparisonPrompts)]);
  const models = Int32Array.from(
    new Set(tested.flatMap(({ parts }) => parts.flatMap((part) => [...part.models]))),
  ).sort();
  const D = encoder.projection.columns;
  const predictors = await learnComparisons(table, vectors, D, Int32Array.from(items), models, network, seed, matMul);
  return { models, predictors };
}
