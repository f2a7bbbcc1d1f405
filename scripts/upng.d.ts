/** The part of upng-js that the pictures use. */
declare module 'upng-js' {
  interface Upng {
    /** Frames of RGBA bytes → a PNG, animated where there are several; `colours` 0 = lossless; delays in ms. */
    encode(frames: ArrayBuffer[], width: number, height: number, colours: number, delays?: number[]): ArrayBuffer;
    decode(png: ArrayBuffer | Uint8Array): { width: number; height: number };
    toRGBA8(image: { width: number; height: number }): ArrayBuffer[];
  }
  const upng: Upng;
  export = upng;
}
