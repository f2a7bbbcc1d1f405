type Numbers = Int32Array | Float32Array | Float64Array;

/** A growable column of numbers: a few bytes a value where a list of objects takes a hundred. */
export class Column<T extends Numbers> {
  length = 0;

  private constructor(
    private values: T,
    private readonly grow: (length: number) => T,
  ) {}

  static integers(): Column<Int32Array> {
    return new Column(new Int32Array(1024), (length) => new Int32Array(length));
  }

  static singles(): Column<Float32Array> {
    return new Column(new Float32Array(1024), (length) => new Float32Array(length));
  }

  static doubles(): Column<Float64Array> {
    return new Column(new Float64Array(1024), (length) => new Float64Array(length));
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = this.grow(Math.ceil(this.length * 1.5));
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length] = value;
    this.length += 1;
  }

  at(index: number): number {
    return this.values[index] ?? Number.NaN;
  }
}

/** Positions of a column's values by group (0 … groups − 1), in their order within each. */
export interface Grouped {
  readonly positions: Int32Array;
  /** groups: where the positions of each end. */
  readonly ends: Int32Array;
}

/** Counting sort: positions of `column` by the group that it holds. */
export function byGroup(column: Column<Int32Array>, groups: number): Grouped {
  const ends = new Int32Array(groups);
  for (let at = 0; at < column.length; at += 1) {
    const group = column.at(at);
    ends[group] = (ends[group] ?? 0) + 1;
  }
  let total = 0;
  const next = new Int32Array(groups);
  for (let group = 0; group < groups; group += 1) {
    next[group] = total;
    total += ends[group] ?? 0;
    ends[group] = total;
  }
  const positions = new Int32Array(total);
  for (let at = 0; at < total; at += 1) {
    const group = column.at(at);
    const slot = next[group] ?? 0;
    positions[slot] = at;
    next[group] = slot + 1;
  }
  return { positions, ends };
}
