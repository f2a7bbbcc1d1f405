import type { Vocabulary } from '../features/vocabulary';

/** A vocabulary as little-endian bytes: V, length of the frequency table, then buckets, idf and frequency weights. */
export function encodeVocabulary(vocabulary: Vocabulary): Uint8Array {
  const { buckets, idf, frequencyWeights } = vocabulary;
  const view = new DataView(new ArrayBuffer(8 + 4 * (buckets.length + idf.length + frequencyWeights.length)));
  view.setUint32(0, buckets.length, true);
  view.setUint32(4, frequencyWeights.length, true);
  let at = 8;
  for (const bucket of buckets) {
    view.setUint32(at, bucket, true);
    at += 4;
  }
  for (const weight of [...idf, ...frequencyWeights]) {
    view.setFloat32(at, weight, true);
    at += 4;
  }
  return new Uint8Array(view.buffer);
}

/**
 * Undoes {@link encodeVocabulary}.
 * @throws RangeError where the length does not fit
 */
export function decodeVocabulary(bytes: Uint8Array): Vocabulary {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(0, true);
  const table = view.getUint32(4, true);
  if (bytes.length !== 8 + 4 * (2 * size + table)) throw new RangeError('the vocabulary has a wrong length');
  const floats = (start: number, length: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => view.getFloat32(start + 4 * i, true));
  return {
    buckets: Int32Array.from({ length: size }, (_, i) => view.getUint32(8 + 4 * i, true)),
    idf: floats(8 + 4 * size, size),
    frequencyWeights: floats(8 + 8 * size, table),
  };
}
