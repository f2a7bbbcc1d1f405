import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { editorCache } from './codeServer';
import { exec, lastLine, onPath } from './exec';

const advice =
  'Install it (Debian and Ubuntu: apt-get install parallel; macOS: brew install parallel) and run this again.';

/** Moreutils has a program of the same name. */
async function isGnu(path: string): Promise<boolean> {
  return (await exec(path, ['--will-cite', '--version'])).output.startsWith('GNU parallel');
}

/** Debian's package unpacked into the cache of test programs: needs no right to install. It is one script for Perl. */
async function unpacked(): Promise<string> {
  const folder = join(editorCache(), 'parallel');
  const path = join(folder, 'usr', 'bin', 'parallel');
  if (existsSync(path)) return path;
  const partial = `${folder}.partial-${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  try {
    const download = await exec('apt-get', ['download', '-qq', 'parallel'], { cwd: partial });
    const archive = readdirSync(partial).find((name) => name.endsWith('.deb'));
    if (!archive) throw new Error(`apt-get download parallel failed (${lastLine(download.output)})`);
    const extracted = await exec('dpkg', ['-x', archive, '.'], { cwd: partial });
    if (extracted.code !== 0) throw new Error(`dpkg -x failed (${lastLine(extracted.output)})`);
    if (!existsSync(folder)) renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return path;
}

/**
 * GNU parallel: the installed one, else Debian's package, installed with apt-get where that is allowed, else unpacked into the cache
 * of test programs.
 * @returns the path of its executable
 * @throws Error with one line that says what is missing and what to do
 */
export async function findParallel(): Promise<string> {
  const found = onPath('parallel');
  if (found && (await isGnu(found))) return found;
  const missing = found ? `${found} is another program` : 'it is not installed';
  if (!onPath('apt-get')) throw new Error(`No GNU parallel: ${missing}. ${advice}`);
  console.log(`No GNU parallel: ${missing}; getting Debian's package …`);
  if (!found && process.getuid?.() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await exec('apt-get', ['update', '-qq'], { env });
    await exec('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'parallel'], { env });
    const installed = onPath('parallel');
    if (installed && (await isGnu(installed))) return installed;
  }
  try {
    const path = await unpacked();
    if (await isGnu(path)) return path;
    throw new Error(`${path} does not run`);
  } catch (error) {
    throw new Error(`No GNU parallel: ${error instanceof Error ? error.message : String(error)}. ${advice}`);
  }
}
