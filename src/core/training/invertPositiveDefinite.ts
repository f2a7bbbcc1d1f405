import { RecommendError } from '../errors';
import { type MatMul, transpose } from './matMul';

/** Below this size a block is inverted by plain loops. */
const blockSize = 96;

/** The inverse of a symmetric positive definite matrix, and the logarithm of its determinant. */
export interface Inverse {
  /** n × n, row-major. */
  readonly inverse: Float64Array;
  readonly logDeterminant: number;
}

/**
 * Inverts a symmetric positive definite matrix by recursive halves: with A⁻¹ of the upper left half, W = B A⁻¹ and the
 * Schur complement S = C − W Bᵀ, the inverse is [A⁻¹ + Wᵀ S⁻¹ W, −Wᵀ S⁻¹; −S⁻¹ W, S⁻¹]. Nearly all work is in `matMul`.
 *
 * @param matrix n × n, row-major
 * @throws RecommendError INTERNAL where the matrix is not positive definite
 */
export async function invertPositiveDefinite(matrix: Float64Array, n: number, matMul: MatMul): Promise<Inverse> {
  if (n <= blockSize) return invertSmall(matrix, n);
  const first = n >> 1;
  const second = n - first;
  const upper = await invertPositiveDefinite(block(matrix, n, 0, 0, first, first), first, matMul);
  const below = block(matrix, n, first, 0, second, first);
  const right = transpose(below, second, first);
  const w = await matMul(below, upper.inverse, second, first, first);
  const schur = await matMul(w, right, second, first, second);
  for (let i = 0; i < second; i++) {
    for (let j = 0; j <= i; j++) {
      const value =
        (matrix[(first + i) * n + first + j] as number) -
        0.5 * ((schur[i * second + j] as number) + (schur[j * second + i] as number));
      schur[i * second + j] = value;
      schur[j * second + i] = value;
    }
  }
  const lower = await invertPositiveDefinite(schur, second, matMul);
  const lowerLeft = await matMul(lower.inverse, w, second, second, first);
  const correction = await matMul(transpose(w, second, first), lowerLeft, first, second, first);
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < first; i++) {
    for (let j = 0; j <= i; j++) {
      const value =
        (upper.inverse[i * first + j] as number) +
        0.5 * ((correction[i * first + j] as number) + (correction[j * first + i] as number));
      inverse[i * n + j] = value;
      inverse[j * n + i] = value;
    }
  }
  for (let i = 0; i < second; i++) {
    for (let j = 0; j < first; j++) {
      const value = -(lowerLeft[i * first + j] as number);
      inverse[(first + i) * n + j] = value;
      inverse[j * n + first + i] = value;
    }
    inverse.set(lower.inverse.subarray(i * second, (i + 1) * second), (first + i) * n + first);
  }
  return { inverse, logDeterminant: upper.logDeterminant + lower.logDeterminant };
}

/** rows × columns entries of a matrix of row length n from (top, left). */
function block(
  matrix: Float64Array,
  n: number,
  top: number,
  left: number,
  rows: number,
  columns: number,
): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const from = (top + i) * n + left;
    result.set(matrix.subarray(from, from + columns), i * columns);
  }
  return result;
}

/** The lower Cholesky factor (row-major, zeros above the diagonal) of a symmetric positive definite matrix. */
export function choleskyFactor(matrix: Float64Array, n: number): Float64Array {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j] as number;
      for (let l = 0; l < j; l++) sum -= (factor[i * n + l] as number) * (factor[j * n + l] as number);
      if (i === j) {
        if (!(sum > 0)) {
          throw new RecommendError(
            'INTERNAL',
            'A covariance matrix is not positive definite.',
            'Raise the noise in the router configuration.',
          );
        }
        factor[i * n + i] = Math.sqrt(sum);
      } else factor[i * n + j] = sum / (factor[j * n + j] as number);
    }
  }
  return factor;
}

function invertSmall(matrix: Float64Array, n: number): Inverse {
  const factor = choleskyFactor(matrix, n);
  let logDeterminant = 0;
  for (let i = 0; i < n; i++) logDeterminant += 2 * Math.log(factor[i * n + i] as number);
  const factorInverse = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    factorInverse[j * n + j] = 1 / (factor[j * n + j] as number);
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let l = j; l < i; l++) sum -= (factor[i * n + l] as number) * (factorInverse[l * n + j] as number);
      factorInverse[i * n + j] = sum / (factor[i * n + i] as number);
    }
  }
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let l = i; l < n; l++) sum += (factorInverse[l * n + i] as number) * (factorInverse[l * n + j] as number);
      inverse[i * n + j] = sum;
      inverse[j * n + i] = sum;
    }
  }
  return { inverse, logDeterminant };
}
