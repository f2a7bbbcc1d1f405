/** Product of row-major matrices, a (m × k) · b (k × n). */
type MatMul = (a: Float64Array, b: Float64Array, m: number, k: number, n: number) => Promise<Float64Array>;

/** The nearest known prompts of some queries, nearest first; −1 and −2 fill rows that have fewer. */
export interface NearestPrompts {
  readonly count: number;
  readonly width: number;
  /** count × width item indices. */
  readonly items: Int32Array;
  /** count × width cosines. */
  readonly similarities: Float32Array;
}

const queriesPerBlock = 128;

/**
 * Finds the nearest of a set of known prompts for each query by exact search.
 * @param vectors items × dimensions unit vectors, row-major
 * @param known items to search among
 * @param queries items to search for
 * @param allowed whether `item` may be a neighbour of the query at `position`
 */
export async function nearestPrompts(
  vectors: Float32Array,
  dimensions: number,
  known: Int32Array,
  queries: Int32Array,
  width: number,
  allowed: (item: number, position: number) => boolean,
  matMul: MatMul,
): Promise<NearestPrompts> {
  const transposed = new Float64Array(dimensions * known.length);
  for (const [column, item] of known.entries()) {
    for (let d = 0; d < dimensions; d++)
      transposed[d * known.length + column] = vectors[item * dimensions + d] as number;
  }
  const items = new Int32Array(queries.length * width).fill(-1);
  const similarities = new Float32Array(queries.length * width).fill(-2);
  for (let start = 0; start < queries.length; start += queriesPerBlock) {
    const block = queries.subarray(start, start + queriesPerBlock);
    const rows = new Float64Array(block.length * dimensions);
    for (const [row, item] of block.entries())
      rows.set(vectors.subarray(item * dimensions, (item + 1) * dimensions), row * dimensions);
    const cosines = await matMul(rows, transposed, block.length, dimensions, known.length);
    for (let row = 0; row < block.length; row++) {
      const position = start + row;
      const found = largest(cosines.subarray(row * known.length, (row + 1) * known.length), width, (column) =>
        allowed(known[column] as number, position),
      );
      for (const [rank, column] of found.entries()) {
        items[position * width + rank] = known[column] as number;
        similarities[position * width + rank] = cosines[row * known.length + column] as number;
      }
    }
  }
  return { count: queries.length, width, items, similarities };
}

/** Positions of the `count` largest allowed values, largest first; equal values in order of position. */
export function largest(
  values: Float64Array,
  count: number,
  allowed: (position: number) => boolean,
): readonly number[] {
  let kept: number[] = [];
  let least = Number.NEGATIVE_INFINITY;
  const cut = (): void => {
    kept.sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
    kept = kept.slice(0, count);
    if (kept.length === count) least = values[kept[count - 1] as number] as number;
  };
  for (let position = 0; position < values.length; position++) {
    if ((values[position] as number) <= least || !allowed(position)) continue;
    kept.push(position);
    if (kept.length >= 4 * count) cut();
  }
  cut();
  return kept;
}
