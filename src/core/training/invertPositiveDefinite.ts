import { RecommendError } from '../errors';
import { say } from '../sentence';
import type { MatMul } from './matMul';

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
 * @param matrix n × n, row-major; the inverse takes its place, so that a large one is never held several times
 * @throws RecommendError INTERNAL where the matrix is not positive definite
 */
export async function invertInPlace(matrix: Float64Array, n: number, matMul: MatMul): Promise<Inverse> {
  return { inverse: matrix, logDeterminant: await invertBlock({ matrix, n, matMul }, 0, n) };
}

/** As {@link invertInPlace}, of a copy. */
export function invertPositiveDefinite(matrix: Float64Array, n: number, matMul: MatMul): Promise<Inverse> {
  return invertInPlace(matrix.slice(), n, matMul);
}

interface Inversion {
  readonly matrix: Float64Array;
  readonly n: number;
  readonly matMul: MatMul;
}

/** Rows of a product that are computed at once where the whole is not needed: bounds its memory. */
const slabRows = 1024;

/** Inverts the block of `size` rows and columns from `start` on the diagonal, in its place. @returns its log determinant */
async function invertBlock(inversion: Inversion, start: number, size: number): Promise<number> {
  const { matrix, n, matMul } = inversion;
  if (size <= blockSize) {
    const { inverse, logDeterminant } = invertSmall(block(matrix, n, start, start, size, size), size);
    for (let i = 0; i < size; i++) {
      matrix.set(inverse.subarray(i * size, (i + 1) * size), (start + i) * n + start);
    }
    return logDeterminant;
  }
  const first = size >> 1;
  const second = size - first;
  const middle = start + first;
  const upper = await invertBlock(inversion, start, first);
  const w = await matMul(
    block(matrix, n, middle, start, second, first),
    block(matrix, n, start, start, first, first),
    second,
    first,
    first,
  );
  // By symmetry, the block on the upper right is Bᵀ.
  const right = block(matrix, n, start, middle, first, second);
  for (let from = 0; from < second; from += slabRows) {
    const rows = Math.min(slabRows, second - from);
    const slab = await matMul(w.subarray(from * first, (from + rows) * first), right, rows, first, second);
    for (let i = from; i < from + rows; i++) {
      for (let j = 0; j <= i; j++) {
        const at = (middle + i) * n + middle + j;
        const value = (matrix[at] as number) - (slab[(i - from) * second + j] as number);
        matrix[at] = value;
        matrix[(middle + j) * n + middle + i] = value;
      }
    }
  }
  const lower = await invertBlock(inversion, middle, second);
  const lowerLeft = await matMul(block(matrix, n, middle, middle, second, second), w, second, second, first);
  for (let from = 0; from < first; from += slabRows) {
    const columns = Math.min(slabRows, first - from);
    const transposed = new Float64Array(columns * second);
    for (let i = 0; i < second; i++) {
      for (let j = 0; j < columns; j++) transposed[j * second + i] = w[i * first + from + j] as number;
    }
    const slab = await matMul(transposed, lowerLeft, columns, second, first);
    for (let i = from; i < from + columns; i++) {
      for (let j = 0; j <= i; j++) {
        const at = (start + i) * n + start + j;
        const value = (matrix[at] as number) + (slab[(i - from) * first + j] as number);
        matrix[at] = value;
        matrix[(start + j) * n + start + i] = value;
      }
    }
  }
  for (let i = 0; i < second; i++) {
    for (let j = 0; j < first; j++) {
      const value = -(lowerLeft[i * first + j] as number);
      matrix[(middle + i) * n + start + j] = value;
      matrix[(start + j) * n + middle + i] = value;
    }
  }
  return upper + lower;
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
            say('A covariance matrix is not positive definite.'),
            say('Raise the noise in the router configuration.'),
          );
        }
        factor[i * n + i] = Math.sqrt(sum);
      } else factor[i * n + j] = sum / (factor[j * n + j] as number);
    }
  }
  return factor;
}

/** Solves L Lᵀ x = b for a lower Cholesky factor L (n × n). */
export function solveFactored(factor: Float64Array, n: number, b: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) x[i] = (x[i] as number) - (factor[i * n + j] as number) * (x[j] as number);
    x[i] = (x[i] as number) / (factor[i * n + i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) x[i] = (x[i] as number) - (factor[j * n + i] as number) * (x[j] as number);
    x[i] = (x[i] as number) / (factor[i * n + i] as number);
  }
  return x;
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
