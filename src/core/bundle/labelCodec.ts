import type { IndexLabels } from '../predictors/routerParameters';

/**
 * Labels in a compact form. Prompts of one benchmark were mostly given to the same models, so sets of models are stored
 * once; scores that are all 0 or 1 take a bit each, others a byte.
 *
 * Layout, numbers as LEB128 varints: count of sets; for each set its size and the gaps of its ascending model indices;
 * count of rows; for each row its set and, packed over the row, a bit or a byte for each score (first byte of the row: 0
 * = bits, 1 = bytes).
 */
export function encodeLabels(labels: IndexLabels): Uint8Array {
  const rows = labels.offsets.length - 1;
  const sets = new Map<string, number>();
  const setModels: Uint16Array[] = [];
  const setOfRow: number[] = [];
  for (let row = 0; row < rows; row++) {
    const models = labels.models.subarray(labels.offsets[row], labels.offsets[row + 1]);
    const key = models.join(',');
    let set = sets.get(key);
    if (set === undefined) {
      set = setModels.length;
      sets.set(key, set);
      setModels.push(models);
    }
    setOfRow.push(set);
  }
  const out = new ByteWriter();
  out.varint(setModels.length);
  for (const models of setModels) {
    out.varint(models.length);
    let before = -1;
    for (const model of models) {
      out.varint(model - before - 1);
      before = model;
    }
  }
  out.varint(rows);
  for (let row = 0; row < rows; row++) {
    const scores = labels.scores.subarray(labels.offsets[row], labels.offsets[row + 1]);
    out.varint(setOfRow[row] as number);
    if (scores.every((score) => score === 0 || score === 255)) {
      out.byte(0);
      for (let start = 0; start < scores.length; start += 8) {
        let bits = 0;
        for (let i = start; i < Math.min(start + 8, scores.length); i++) {
          if (scores[i] === 255) bits |= 1 << (i - start);
        }
        out.byte(bits);
      }
    } else {
      out.byte(1);
      for (const score of scores) out.byte(score);
    }
  }
  return out.finish();
}

/**
 * Undoes {@link encodeLabels}.
 * @throws RangeError where the bytes end early or name a model or set that does not exist
 */
export function decodeLabels(bytes: Uint8Array, modelCount: number): IndexLabels {
  const input = new ByteReader(bytes);
  const sets = Array.from({ length: input.varint() }, () => {
    let before = -1;
    return Uint16Array.from({ length: input.varint() }, () => {
      before += input.varint() + 1;
      if (before >= modelCount) throw new RangeError('a label names a model that does not exist');
      return before;
    });
  });
  const rows = input.varint();
  const offsets = new Int32Array(rows + 1);
  const parts: { models: Uint16Array; scores: Uint8Array }[] = [];
  for (let row = 0; row < rows; row++) {
    const models = sets[input.varint()];
    if (!models) throw new RangeError('a row names a set of models that does not exist');
    const scores = new Uint8Array(models.length);
    if (input.byte() === 0) {
      for (let start = 0; start < scores.length; start += 8) {
        const bits = input.byte();
        for (let i = start; i < Math.min(start + 8, scores.length); i++)
          scores[i] = bits & (1 << (i - start)) ? 255 : 0;
      }
    } else for (let i = 0; i < scores.length; i++) scores[i] = input.byte();
    parts.push({ models, scores });
    offsets[row + 1] = (offsets[row] as number) + models.length;
  }
  const total = offsets[rows] as number;
  const models = new Uint16Array(total);
  const scores = new Uint8Array(total);
  for (const [row, part] of parts.entries()) {
    models.set(part.models, offsets[row]);
    scores.set(part.scores, offsets[row]);
  }
  return { offsets, models, scores };
}

class ByteWriter {
  private bytes = new Uint8Array(1 << 16);
  private length = 0;

  byte(value: number): void {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.length] = value;
    this.length++;
  }

  varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest & 127) | 128);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

class ByteReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  byte(): number {
    const value = this.bytes[this.at];
    if (value === undefined) throw new RangeError('the labels end early');
    this.at++;
    return value;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 32; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
    throw new RangeError('a number in the labels is too long');
  }
}
