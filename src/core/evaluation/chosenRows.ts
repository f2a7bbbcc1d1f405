/** The rows of some items: items × dimensions, row-major. */
export function rowsOf(vectors: Float32Array, dimensions: number, items: ArrayLike<number>): Float32Array {
  const rows = new Float32Array(items.length * dimensions);
  for (let row = 0; row < items.length; row++) {
    const from = (items[row] as number) * dimensions;
    rows.set(vectors.subarray(from, from + dimensions), row * dimensions);
  }
  return rows;
}

/** Up to `count` of the values, evenly spaced. */
export function evenlySpaced(values: Int32Array, count: number): Int32Array {
  const taken = Math.min(count, values.length);
  return Int32Array.from({ length: taken }, (_, i) => values[Math.floor((i * values.length) / taken)] as number);
}
