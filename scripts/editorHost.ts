import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { findChromium } from './chromium';
import { temporaryFolder } from './cleanup';
import { editorCache, installCodeServer } from './codeServer';
import { onPath } from './exec';

/** An editor that runs extension tests. */
export interface EditorHost {
  /** What it is, for people. */
  name: string;
  /** What test-electron's `runTests` takes as `vscodeExecutablePath`. */
  executable: string;
}

/**
 * The editors to run the host tests in, by what this machine has: VSCODE_EXECUTABLE; else the oldest VS Code that the
 * manifest allows and the stable one, cached or downloaded by test-electron; else code-server behind a shim that
 * takes VS Code's command line.
 * @throws Error with one line when there is none
 */
export async function findEditorHosts(oldest: string): Promise<EditorHost[]> {
  const chosen = process.env.VSCODE_EXECUTABLE;
  if (chosen) {
    if (!existsSync(chosen))
      throw new Error(`No editor host: VSCODE_EXECUTABLE names ${chosen}, which does not exist.`);
    return [{ name: chosen, executable: chosen }];
  }
  if (canShowWindows()) {
    const versions = (await isOnline()) ? [oldest, 'stable'] : cachedVersions();
    const hosts: EditorHost[] = [];
    for (const version of versions) {
      const executable = await downloadAndUnzipVSCode({ version, cachePath: editorCache(), timeout: 20_000 });
      hosts.push({ name: `VS Code ${version}`, executable: withScreen(executable) });
    }
    if (hosts.length > 0) return hosts;
  }
  await findChromium();
  await installCodeServer();
  return [{ name: 'code-server', executable: writeShim() }];
}

/** Whether VS Code's download service answers; a machine without it must not wait for several long timeouts. */
async function isOnline(): Promise<boolean> {
  try {
    const answer = await fetch('https://update.code.visualstudio.com/api/releases/stable', {
      signal: AbortSignal.timeout(5000),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

/** The versions of VS Code that test-electron has downloaded before. */
function cachedVersions(): string[] {
  if (!existsSync(editorCache())) return [];
  return readdirSync(editorCache()).flatMap((name) => /^vscode-.*?-(\d+\.\d+\.\d+)$/.exec(name)?.[1] ?? []);
}

/** The desktop editor needs a screen; on Linux that is a display or the virtual one of xvfb-run. */
function canShowWindows(): boolean {
  return hasDisplay() || onPath('xvfb-run') !== undefined;
}

/** Whether a window can be shown to a person; only Linux machines go without a display. */
export function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

function withScreen(executable: string): string {
  if (hasDisplay()) return executable;
  return writeCommand(`exec xvfb-run -a "${executable}" "$@"`);
}

function writeShim(): string {
  return writeCommand(`exec "${process.execPath}" "${resolve('out/scripts/codeServerShim.js')}" "$@"`);
}

function writeCommand(line: string): string {
  const path = join(temporaryFolder('shim'), 'code');
  writeFileSync(path, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  return path;
}
