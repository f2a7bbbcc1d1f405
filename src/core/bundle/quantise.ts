/** A matrix in 8 bits with one scale for each row: value ≈ quantised × scale of its row. */
export interface QuantisedRows {
  readonly rows: number;
  readonly columns: number;
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/** Symmetric 8-bit quantisation by row; the largest error is half a step, max|row| / 254. */
export function quantiseRows(matrix: ArrayLike<number>, rows: number, columns: number): QuantisedRows {
  const values = new Int8Array(rows * columns);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let largest = 0;
    for (let j = 0; j < columns; j++) largest = Math.max(largest, Math.abs(matrix[row * columns + j] as number));
    const scale = Math.fround(largest / 127);
    scales[row] = scale;
    if (scale === 0) continue;
    for (let j = 0; j < columns; j++) {
      const step = Math.round((matrix[row * columns + j] as number) / scale);
      values[row * columns + j] = Math.max(-127, Math.min(127, step));
    }
  }
  return { rows, columns, values, scales };
}

/** Undoes {@link quantiseRows}, up to its rounding. */
export function dequantiseRows(matrix: QuantisedRows): Float32Array {
  const result = new Float32Array(matrix.rows * matrix.columns);
  for (let row = 0; row < matrix.rows; row++) {
    const scale = matrix.scales[row] as number;
    for (let j = 0; j < matrix.columns; j++) {
      const at = row * matrix.columns + j;
      result[at] = (matrix.values[at] as number) * scale;
    }
  }
  return result;
}

/** Values as IEEE 754 half-precision bits, rounded to nearest even; what is too large becomes infinity. */
export function toHalf(values: ArrayLike<number>): Uint16Array {
  const result = new Uint16Array(values.length);
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  for (let i = 0; i < values.length; i++) {
    float[0] = values[i] as number;
    const word = bits[0] as number;
    const sign = (word >>> 16) & 0x8000;
    const exponent = ((word >>> 23) & 0xff) - 112;
    const fraction = word & 0x7fffff;
    let half: number;
    if (exponent >= 31) half = 0x7c00;
    else if (exponent <= 0) {
      if (exponent < -10) half = 0;
      else half = roundShift(fraction | 0x800000, 14 - exponent);
    } else half = roundShift((exponent << 23) | fraction, 13);
    result[i] = sign | half;
  }
  return result;
}

/** Undoes {@link toHalf}, up to its rounding. */
export function fromHalf(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) return sign * Number.POSITIVE_INFINITY;
    return exponent === 0 ? sign * 2 ** -24 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
  });
}

/** value / 2^shift, rounded to nearest, ties to even. */
function roundShift(value: number, shift: number): number {
  const quotient = value >>> shift;
  const rest = value - quotient * 2 ** shift;
  const tie = 2 ** (shift - 1);
  return rest > tie || (rest === tie && (quotient & 1) === 1) ? quotient + 1 : quotient;
}
