import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { temporaryFolder } from './cleanup';

/**
 * The platforms that onnxruntime-node has binaries for, by their VS Code name, with the files that a CPU session needs.
 * On macOS its folder holds the same library twice; the binding loads the one with the short name.
 */
const binaries = {
  'linux-x64': 'linux/x64/*',
  'linux-arm64': 'linux/arm64/*',
  'darwin-arm64': 'darwin/arm64/{onnxruntime_binding.node,libonnxruntime.1.dylib}',
  'win32-x64': 'win32/x64/*',
  'win32-arm64': 'win32/arm64/*',
} as const;

/** A platform that an extension package is made for. */
export type Target = keyof typeof binaries;

/** Every platform that can be packaged for. */
export const targets = Object.keys(binaries) as Target[];

/** Whether a text names a platform that can be packaged for. */
export function isTarget(text: string): text is Target {
  return text in binaries;
}

/** The platform of this machine. @throws Error where onnxruntime-node has no binaries for it */
export function currentTarget(): Target {
  const target = `${process.platform}-${process.arch}`;
  if (!isTarget(target)) throw new Error(`There is no package for ${target}; there is for ${targets.join(', ')}.`);
  return target;
}

/** An extension package. */
export interface Vsix {
  path: string;
  /** Its size in bytes. */
  size: number;
}

/**
 * Packs the extension (`vscode:prepublish` bundles it first) for one platform, with onnxruntime's binaries of that platform only.
 * @param folder where `recommend-llm-VERSION-TARGET.vsix` goes
 */
export async function packageExtension(target: Target, folder: string): Promise<Vsix> {
  const ignoreFile = join(temporaryFolder('vsix'), '.vscodeignore');
  const allowed = `!node_modules/onnxruntime-node/bin/napi-v6/${binaries[target]}`;
  writeFileSync(ignoreFile, `${readFileSync('.vscodeignore', 'utf8')}${allowed}\n`);
  const { name, version } = JSON.parse(readFileSync('package.json', 'utf8')) as { name: string; version: string };
  mkdirSync(folder, { recursive: true });
  const path = resolve(folder, `${name}-${version}-${target}.vsix`);
  await createVSIX({
    packagePath: path,
    target,
    ignoreFile,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  return { path, size: statSync(path).size };
}
