import assert from 'node:assert/strict';
import { type SparseRows, sparseTimesDense, transposedRows } from '../../../src/core/features/sparseRows';
import { seededRandom } from '../../../src/core/scores/seededRandom';
import { choleskyFactor, invertPositiveDefinite } from '../../../src/core/training/invertPositiveDefinite';
import { leadingFactors } from '../../../src/core/training/leadingEigenvectors';
import { plainMatMul, transpose } from '../../../src/core/training/matMul';
import { truncatedSvd } from '../../../src/core/training/truncatedSvd';
import { nativeMatMul } from '../../../src/scoring/session';

function randomMatrix(rows: number, columns: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: rows * columns }, () => random() - 0.5);
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] as number) - (b[i] as number)));
  return largest;
}

async function positiveDefinite(n: number): Promise<Float64Array> {
  const half = randomMatrix(n, n, 3);
  const matrix = await plainMatMul(half, transpose(half, n, n), n, n, n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = (matrix[i * n + i] as number) + 0.5;
  return matrix;
}

describe('matrix product', () => {
  it('is the same natively and in plain loops', async () => {
    const [a, b] = [randomMatrix(7, 5, 1), randomMatrix(5, 9, 2)];
    const native = await nativeMatMul();
    assert.ok(largestDifference(await native(a, b, 7, 5, 9), await plainMatMul(a, b, 7, 5, 9)) < 1e-12);
  });
});

describe('sparse rows', () => {
  // Rows of no, few, four and more entries.
  const x: SparseRows = {
    offsets: Int32Array.of(0, 0, 2, 6, 13),
    ids: Int32Array.of(1, 4, 0, 2, 3, 6, 0, 1, 2, 3, 4, 5, 6),
    weights: Float32Array.from({ length: 13 }, (_, i) => (i % 5) - 1.25),
  };
  const columns = 7;
  const full = new Float64Array(4 * columns);
  for (let row = 0; row < 4; row++)
    for (let at = x.offsets[row] as number; at < (x.offsets[row + 1] as number); at++)
      full[row * columns + (x.ids[at] as number)] = x.weights[at] as number;

  it('times a dense matrix are what the full matrix gives', async () => {
    const dense = randomMatrix(columns, 3, 4);
    const expected = await plainMatMul(full, dense, 4, columns, 3);
    assert.ok(largestDifference(sparseTimesDense(x, dense, 3), expected) < 1e-12);
  });

  it('are transposed', async () => {
    const dense = randomMatrix(4, 3, 5);
    const expected = await plainMatMul(transpose(full, 4, columns), dense, columns, 4, 3);
    assert.ok(largestDifference(sparseTimesDense(transposedRows(x, columns), dense, 3), expected) < 1e-12);
  });
});

describe('invertPositiveDefinite', () => {
  it('inverts by halves what a direct product confirms, with its determinant', async () => {
    const n = 250;
    const matrix = await positiveDefinite(n);
    const { inverse, logDeterminant } = await invertPositiveDefinite(matrix, n, plainMatMul);
    const identity = Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
    assert.ok(largestDifference(await plainMatMul(matrix, inverse, n, n, n), identity) < 1e-9);
    const factor = choleskyFactor(matrix, n);
    let direct = 0;
    for (let i = 0; i < n; i++) direct += 2 * Math.log(factor[i * n + i] as number);
    assert.ok(Math.abs(logDeterminant - direct) < 1e-8);
  });

  it('refuses a matrix that is not positive definite', async () => {
    await assert.rejects(invertPositiveDefinite(Float64Array.of(1, 2, 2, 1), 2, plainMatMul), /not positive definite/);
  });
});

describe('truncatedSvd', () => {
  /** u₁ 3 v₁ᵀ + u₂ 1 v₂ᵀ with orthonormal v₁ = (½,½,½,½), v₂ = (½,−½,½,−½). */
  const dense = [
    [1.5, 1.5, 1.5, 1.5],
    [0.5, -0.5, 0.5, -0.5],
    [0, 0, 0, 0],
  ];
  const sparse = {
    offsets: Int32Array.of(0, 4, 8, 8),
    ids: Int32Array.of(0, 1, 2, 3, 0, 1, 2, 3),
    weights: Float32Array.from(dense.flat().slice(0, 8)),
  };

  it('finds the singular vectors of a known matrix, and no more than its rank', async () => {
    const { vectors, values } = await truncatedSvd(sparse, 4, 3, 2, 1, plainMatMul);
    assert.ok(largestDifference(values, [3, 1]) < 1e-6);
    assert.ok(largestDifference(vectors, [0.5, 0.5, 0.5, -0.5, 0.5, 0.5, 0.5, -0.5]) < 1e-6);
  });

  it('gives the same numbers for the same seed', async () => {
    const first = await truncatedSvd(sparse, 4, 2, 2, 5, plainMatMul);
    const second = await truncatedSvd(sparse, 4, 2, 2, 5, plainMatMul);
    assert.deepEqual(first, second);
  });
});

describe('leadingFactors', () => {
  it('reconstructs a covariance of low rank', async () => {
    const n = 40;
    const loadings = randomMatrix(n, 3, 9);
    const covariance = await plainMatMul(loadings, transpose(loadings, n, 3), n, 3, n);
    const { factors, rank } = await leadingFactors(
      (block, width) => plainMatMul(covariance, block, n, n, width),
      n,
      3,
      4,
      1,
      plainMatMul,
    );
    assert.equal(rank, 3);
    const rebuilt = await plainMatMul(factors, transpose(factors, n, rank), n, rank, n);
    assert.ok(largestDifference(rebuilt, covariance) < 1e-9);
  });
});
