import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { normalDraw, seededRandom } from '../scores/seededRandom';
import { type MatMul, transpose } from './matMul';

/** Eigenvalues in descending order with their eigenvectors as columns, of the symmetric a (n × n, row-major). */
export function symmetricEigen(a: Float64Array, n: number): { values: number[]; vectors: Matrix } {
  const matrix = Matrix.from1DArray(n, n, a);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, index) => index).sort((i, j) => value(j) - value(i));
  function value(index: number): number {
    return realEigenvalues[index] as number;
  }
  return { values: order.map(value), vectors: eigenvectorMatrix.subMatrixColumn(order) };
}

/** An orthonormal basis of the columns of a (rows × width) through the eigenvectors of aᵀa; null directions are dropped. */
export async function orthonormalise(
  a: Float64Array,
  rows: number,
  width: number,
  matMul: MatMul,
): Promise<{ basis: Float64Array; width: number }> {
  const gram = await matMul(transpose(a, rows, width), a, width, rows, width);
  const { values, vectors } = symmetricEigen(gram, width);
  const kept = values.filter((value) => value > (values[0] as number) * 1e-13 && value > 0).length;
  const map = new Float64Array(width * kept);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < kept; j++) map[i * kept + j] = vectors.get(i, j) / Math.sqrt(values[j] as number);
  }
  return { basis: await matMul(a, map, rows, width, kept), width: kept };
}

/**
 * The leading eigenvectors of a symmetric positive semi-definite operator, each times the square root of its
 * eigenvalue, so that the result F gives the best approximation F Fᵀ. Seeded subspace iteration with a Rayleigh–Ritz step.
 *
 * @param apply the operator on a block of columns (n × width, row-major)
 * @returns n × rank (fewer columns where the operator's rank is smaller), with its width
 */
export async function leadingFactors(
  apply: (block: Float64Array, width: number) => Promise<Float64Array>,
  n: number,
  rank: number,
  iterations: number,
  seed: number,
  matMul: MatMul,
): Promise<{ factors: Float64Array; rank: number }> {
  const random = seededRandom(seed);
  const start = Math.min(n, rank + 8);
  let block: Float64Array = Float64Array.from({ length: n * start }, () => normalDraw(random));
  let { basis, width } = await orthonormalise(block, n, start, matMul);
  for (let iteration = 0; iteration < iterations; iteration++) {
    block = await apply(basis, width);
    ({ basis, width } = await orthonormalise(block, n, width, matMul));
  }
  const image = await apply(basis, width);
  const small = await matMul(transpose(basis, n, width), image, width, n, width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < i; j++) {
      const mean = 0.5 * ((small[i * width + j] as number) + (small[j * width + i] as number));
      small[i * width + j] = mean;
      small[j * width + i] = mean;
    }
  }
  const { values, vectors } = symmetricEigen(small, width);
  const kept = Math.min(rank, values.filter((value) => value > 0).length);
  const map = new Float64Array(width * kept);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < kept; j++) map[i * kept + j] = vectors.get(i, j) * Math.sqrt(values[j] as number);
  }
  return { factors: await matMul(basis, map, n, width, kept), rank: kept };
}
