/**
 * Product of row-major matrices, a (m × k) · b (k × n), in double precision. Passed into training, so that core stays
 * free of a runtime: a native one is fifty times faster than {@link plainMatMul}.
 */
export type MatMul = (a: Float64Array, b: Float64Array, m: number, k: number, n: number) => Promise<Float64Array>;

/** Reference {@link MatMul} without a runtime, for tests and small inputs. */
export const plainMatMul: MatMul = (a, b, m, k, n) => {
  const product = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const factor = a[i * k + l] as number;
      if (factor === 0) continue;
      for (let j = 0; j < n; j++)
        product[i * n + j] = (product[i * n + j] as number) + factor * (b[l * n + j] as number);
    }
  }
  return Promise.resolve(product);
};

/** The transpose (columns × rows) of a row-major matrix. */
export function transpose(a: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  const block = 32;
  for (let i0 = 0; i0 < rows; i0 += block) {
    for (let j0 = 0; j0 < columns; j0 += block) {
      const iEnd = Math.min(i0 + block, rows);
      const jEnd = Math.min(j0 + block, columns);
      for (let i = i0; i < iEnd; i++) {
        for (let j = j0; j < jEnd; j++) result[j * rows + i] = a[i * columns + j] as number;
      }
    }
  }
  return result;
}
