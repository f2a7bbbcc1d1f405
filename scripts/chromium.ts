import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exec, lastLine, onPath } from './exec';

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
];

/** Where installers put a browser that is not on PATH. */
function usualPlaces(): string[] {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (process.platform === 'win32') {
    return [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA].flatMap((base) =>
      base
        ? [join(base, 'Google/Chrome/Application/chrome.exe'), join(base, 'Microsoft/Edge/Application/msedge.exe')]
        : [],
    );
  }
  return [];
}

function installed(): string | undefined {
  return onPath(...names) ?? usualPlaces().find(existsSync);
}

/**
 * The browser that shows the workbench: CHROMIUM_PATH, else an installed Chromium, Chrome or Edge, else Debian's own
 * `chromium` package, installed with apt-get where that is allowed.
 * @returns the path of its executable
 * @throws Error with one line that says what is missing and what to do
 */
export async function findChromium(): Promise<string> {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new Error(`No browser: CHROMIUM_PATH names ${chosen}, which does not exist.`);
  }
  const found = installed();
  if (found) return found;
  const advice = 'Install Chromium, Chrome or Edge, or set CHROMIUM_PATH.';
  if (!onPath('apt-get') || process.getuid?.() !== 0) throw new Error(`No browser is installed. ${advice}`);
  console.log('No browser is installed; installing chromium with apt-get …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = await exec('apt-get', ['update', '-qq'], { env });
  // Without a font the workbench has no text.
  const packages = ['chromium', 'fonts-liberation'];
  const install = await exec('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
  const path = installed();
  if (path) return path;
  const failed = update.code === 0 ? install : update;
  throw new Error(`No browser: apt-get install chromium failed (${lastLine(failed.output)}). ${advice}`);
}

/** Switches for a browser that serves tests: no sandbox (root in containers), no GPU, no calls home. */
export const chromiumSwitches: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
