import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import upng from 'upng-js';

/** One picture of an animation. */
export interface AnimationFrame {
  /** A PNG. */
  png: Uint8Array;
  /** How long it stays, in milliseconds. */
  delay: number;
}

/** Most colours of a saved picture: pictures of an editor look the same, at a third of the size. */
const colours = 256;

function pixels(png: Uint8Array): { width: number; height: number; rgba: ArrayBuffer } {
  const image = upng.decode(png);
  const [rgba] = upng.toRGBA8(image);
  if (!rgba) throw new Error('a PNG without a picture');
  return { width: image.width, height: image.height, rgba };
}

/** Saves a PNG with a palette. @returns its size in bytes */
export function savePicture(path: string, png: Uint8Array): number {
  return saveAnimation(path, [{ png, delay: 0 }]);
}

/** Saves pictures of one size as an animated PNG that loops. @returns its size in bytes */
export function saveAnimation(path: string, frames: readonly AnimationFrame[]): number {
  const decoded = frames.map(({ png }) => pixels(png));
  const [first] = decoded;
  if (!first) throw new Error('an animation without frames');
  const delays = frames.length > 1 ? frames.map(({ delay }) => delay) : undefined;
  const rgba = decoded.map((frame) => frame.rgba);
  const bytes = new Uint8Array(upng.encode(rgba, first.width, first.height, colours, delays));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return bytes.byteLength;
}
