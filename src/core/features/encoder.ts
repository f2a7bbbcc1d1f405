/**
 * Turns text into a unit vector. The bundled encoder is hashed n-grams projected by a truncated SVD; a neural sentence
 * encoder can stand in its place: nothing else knows which one is in use.
 */
export interface Encoder {
  /** Identifies weights and feature recipe: vectors of different ids are never compared. */
  readonly id: string;
  readonly dimensions: number;
  /**
   * @param texts n texts
   * @returns n × dimensions values, row-major; each row has unit length, or less where part of the
   *   text is unknown to the encoder (down to all zero): the less is known, the farther it is from every known prompt
   */
  encode(texts: readonly string[]): Promise<Float32Array>;
}
