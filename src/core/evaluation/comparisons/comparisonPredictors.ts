import type { BenchmarkTable } from '../../benchmarks/benchmarkTable';
import { VectorIndex } from '../../predictors/vectorIndex';
import type { MatMul } from '../../training/matMul';
import { rowsOf } from '../chosenRows';
import { poolResults } from '../heldOut';
import { paperPredictions } from '../paperMode';
import { fitCorrectnessNetwork, type NetworkConfig } from './correctnessNetwork';
import type { CorrectnessPredictor } from './correctnessPredictor';
import { fitLogisticRegressions } from './logisticRegression';

/** Predictors of single correctness that the router is compared with, by the name of their method. */
export const comparisonMethods = ['comparison-knn', 'comparison-network', 'comparison-logistic'] as const;

export type ComparisonMethod = (typeof comparisonMethods)[number];

export type ComparisonPredictors = Readonly<Record<ComparisonMethod, CorrectnessPredictor>>;

/** Neighbours that are looked at for the five that a model was run on. */
const searched = 400;

/**
 * Learns the paper's two predictors (kNN, MLP) and a logistic regression for each model, all from the same results on the
 * same prompts: comparisons on equal terms.
 * @param vectors of every item of the table, D dimensions
 * @param items to learn from
 * @param models indices into the table's models, the columns of the predictions
 */
export async function learnComparisons(
  table: BenchmarkTable,
  vectors: Float32Array,
  dimensions: number,
  items: Int32Array,
  models: Int32Array,
  network: NetworkConfig,
  seed: number,
  matMul: MatMul,
): Promise<ComparisonPredictors> {
  const known = rowsOf(vectors, dimensions, items);
  const { scores: labels } = poolResults(table, items, models);
  const rows = { rows: items.length, dimensions, models: models.length, vectors: known, labels };
  const index = new VectorIndex(known, dimensions, matMul);
  return {
    'comparison-knn': async (queries) => {
      const nearest = await index.search(queries, searched);
      const near = { ...nearest, items: nearest.items.map((row) => (row < 0 ? -1 : (items[row] as number))) };
      return paperPredictions(table, near, models).means;
    },
    'comparison-network': await fitCorrectnessNetwork(rows, network, seed, matMul),
    'comparison-logistic': await fitLogisticRegressions(rows, seed, matMul),
  };
}
