import type { MatMul } from '../training/matMul';

/** The nearest known prompts of some queries, nearest first; −1 and −2 fill rows that have fewer. */
export interface NearestPrompts {
  readonly count: number;
  readonly width: number;
  /** count × width index rows. */
  readonly items: Int32Array;
  /** count × width cosines. */
  readonly similarities: Float32Array;
}

const queriesPerBlock = 128;

/** An index of unit vectors that is searched exactly. */
export class VectorIndex {
  private readonly rows: number;
  private readonly transposed: Float64Array;

  /** @param vectors rows × dimensions, row-major */
  constructor(
    vectors: Float32Array,
    private readonly dimensions: number,
    private readonly matMul: MatMul,
  ) {
    this.rows = vectors.length / dimensions;
    this.transposed = new Float64Array(vectors.length);
    for (let row = 0; row < this.rows; row++) {
      for (let d = 0; d < dimensions; d++)
        this.transposed[d * this.rows + row] = vectors[row * dimensions + d] as number;
    }
  }

  /**
   * The rows nearest to each query.
   * @param queries n × dimensions unit vectors, row-major
   * @param allowed whether a row may be a neighbour of the query at a position; all where absent
   */
  async search(
    queries: Float32Array,
    width: number,
    allowed: (row: number, query: number) => boolean = () => true,
  ): Promise<NearestPrompts> {
    const { dimensions, rows } = this;
    const count = queries.length / dimensions;
    const items = new Int32Array(count * width).fill(-1);
    const similarities = new Float32Array(count * width).fill(-2);
    for (let start = 0; start < count; start += queriesPerBlock) {
      const block = Float64Array.from(queries.subarray(start * dimensions, (start + queriesPerBlock) * dimensions));
      const size = block.length / dimensions;
      const cosines = await this.matMul(block, this.transposed, size, dimensions, rows);
      for (let at = 0; at < size; at++) {
        const query = start + at;
        const own = cosines.subarray(at * rows, (at + 1) * rows);
        for (const [rank, row] of largest(own, width, (row) => allowed(row, query)).entries()) {
          items[query * width + rank] = row;
          similarities[query * width + rank] = own[row] as number;
        }
      }
    }
    return { count, width, items, similarities };
  }
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
