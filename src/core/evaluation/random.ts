/**
 * Seeded pseudo-random numbers (sfc32, 128 bits of state): the same seed gives the same draws on every platform, because
 * only 32-bit integer operations are used.
 */
export class SeededRandom {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number) {
    this.a = seed | 0;
    this.b = 0x9e3779b9 | 0;
    this.c = 0x243f6a88 | 0;
    for (let i = 0; i < 15; i++) this.bits();
  }

  /** Uniform in [0, 1). */
  next(): number {
    return this.bits() / 4294967296;
  }

  /** Uniform integer in 0 … below − 1. */
  integer(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** Shuffles in place (Fisher–Yates) and returns the same array. */
  shuffle<T extends number[] | Int32Array>(values: T): T {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = values[i] as number;
      values[i] = values[j] as number;
      values[j] = kept;
    }
    return values;
  }

  /** `count` different integers of 0 … below − 1, in random order. */
  sample(count: number, below: number): Int32Array {
    return this.shuffle(Int32Array.from({ length: below }, (_, i) => i)).slice(0, count);
  }

  private bits(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

/** A seed that depends on a text, so that every part of an evaluation has draws of its own (FNV-1a, 32 bits). */
export function seedOf(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
