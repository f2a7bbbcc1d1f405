/** The nearest rows of an index, nearest first. */
export interface NearestRows {
  readonly rows: Int32Array;
  readonly similarities: Float32Array;
}

/**
 * The `count` rows of `index` (N × D unit vectors) with the largest cosine to a unit vector; equal ones by row number.
 * @param admit rows that may be given; all where absent
 */
export function nearestRows(
  vector: Float32Array,
  index: Float32Array,
  dimensions: number,
  count: number,
  admit?: (row: number) => boolean,
): NearestRows {
  const total = index.length / dimensions;
  const rows: number[] = [];
  const similarities: number[] = [];
  for (let row = 0; row < total; row++) {
    if (admit && !admit(row)) continue;
    let cosine = 0;
    const from = row * dimensions;
    for (let j = 0; j < dimensions; j++) cosine += (vector[j] as number) * (index[from + j] as number);
    if (rows.length === count && cosine <= (similarities[count - 1] as number)) continue;
    let at = rows.length < count ? rows.length : count - 1;
    while (at > 0 && (similarities[at - 1] as number) < cosine) {
      similarities[at] = similarities[at - 1] as number;
      rows[at] = rows[at - 1] as number;
      at--;
    }
    similarities[at] = cosine;
    rows[at] = row;
  }
  return { rows: Int32Array.from(rows), similarities: Float32Array.from(similarities) };
}

/** Mean cosine distance max(1 − cos, 10⁻⁷) over the first `count` neighbours (arXiv 2309.15789). */
export function neighbourDistance(similarities: ArrayLike<number>, count: number): number {
  const taken = Math.min(count, similarities.length);
  let sum = 0;
  for (let i = 0; i < taken; i++) sum += Math.max(1 - (similarities[i] as number), 1e-7);
  return sum / taken;
}
