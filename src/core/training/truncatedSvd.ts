import { type SparseRows, sparseTimesDense, transposedRows } from '../features/sparseRows';
import { normalDraw, seededRandom } from '../scores/seededRandom';
import { orthonormalise, symmetricEigen } from './leadingEigenvectors';
import { type MatMul, transpose } from './matMul';

/** The leading right singular vectors of a matrix. */
export interface TruncatedSvd {
  /** columns × rank, row-major: row f is the image of feature f. */
  readonly vectors: Float64Array;
  /** rank singular values, descending. */
  readonly values: Float64Array;
}

/**
 * Randomised truncated SVD of a sparse matrix by subspace iteration (Halko, Martinsson, Tropp 2011, algorithms 4.4 and
 * 5.1). Signs are fixed: the largest component of every vector is positive.
 *
 * @param columns number of columns of `x`
 * @param rank vectors wanted; fewer are given where the matrix has a smaller rank
 * @param iterations power iterations; 2 suffice for slowly falling spectra of texts
 */
export async function truncatedSvd(
  x: SparseRows,
  columns: number,
  rank: number,
  iterations: number,
  seed: number,
  matMul: MatMul,
): Promise<TruncatedSvd> {
  const rows = x.offsets.length - 1;
  const transposed = transposedRows(x, columns);
  const width = Math.min(rank + 16, columns, rows);
  const random = seededRandom(seed);
  const start = Float64Array.from({ length: columns * width }, () => normalDraw(random));
  let left = await orthonormalise(sparseTimesDense(x, start, width), rows, width, matMul);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const right = await orthonormalise(
      sparseTimesDense(transposed, left.basis, left.width),
      columns,
      left.width,
      matMul,
    );
    left = await orthonormalise(sparseTimesDense(x, right.basis, right.width), rows, right.width, matMul);
  }
  const projected = sparseTimesDense(transposed, left.basis, left.width);
  const gram = await matMul(transpose(projected, columns, left.width), projected, left.width, columns, left.width);
  const { values, vectors } = symmetricEigen(gram, left.width);
  const kept = Math.min(rank, values.filter((value) => value > (values[0] as number) * 1e-12 && value > 0).length);
  const map = new Float64Array(left.width * kept);
  for (let i = 0; i < left.width; i++) {
    for (let j = 0; j < kept; j++) map[i * kept + j] = vectors.get(i, j) / Math.sqrt(values[j] as number);
  }
  const right = await matMul(projected, map, columns, left.width, kept);
  for (let j = 0; j < kept; j++) {
    let largest = 0;
    for (let i = 0; i < columns; i++) {
      const value = right[i * kept + j] as number;
      if (Math.abs(value) > Math.abs(largest)) largest = value;
    }
    if (largest < 0) for (let i = 0; i < columns; i++) right[i * kept + j] = -(right[i * kept + j] as number);
  }
  return { vectors: right, values: Float64Array.from(values.slice(0, kept), Math.sqrt) };
}
