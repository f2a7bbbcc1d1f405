import type { SpawnOptions } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { findChromium } from './chromium';
import { startGroup, temporaryFolder } from './cleanup';
import { installCodeServer } from './codeServer';
import { findEditorHosts } from './editorHost';
import { findParallel } from './gnuParallel';
import { copyOfSamples } from './samples';

/** How many tests of a suite passed and failed; a suite that could not run counts as one failure. */
export interface SuiteResult {
  passed: number;
  failed: number;
}

/** Longest time for one suite; a suite that hangs is ended and counts as failed. */
const suiteLimitMs = 15 * 60_000;

/** The test that packages the extension. */
const packaging = 'vsix.test.js';

interface Manifest {
  engines: { vscode: string };
}

/**
 * Runs a command of the project.
 * @param heading where it is given, the output goes to the console at the end, under it: others may write meanwhile
 * @returns whether it succeeded
 */
export function runStep(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  heading?: string,
): Promise<boolean> {
  return new Promise((done) => {
    const stream = heading === undefined ? 'inherit' : 'pipe';
    const options: SpawnOptions = { stdio: ['ignore', stream, stream], env: { ...process.env, ...env } };
    // A suite may have started an editor: it is asked to end, and ended only if it does not.
    const { child, stop } = startGroup(command, args, options, 'SIGTERM');
    const late = setTimeout(() => {
      console.error(`${command} ${args.join(' ')} took more than ${suiteLimitMs / 60_000} minutes and was ended.`);
      child.kill('SIGTERM');
      setTimeout(() => stop(), 10_000);
    }, suiteLimitMs);
    const parts: Buffer[] = [];
    for (const pipe of [child.stdout, child.stderr]) pipe?.on('data', (part: Buffer) => parts.push(part));
    const end = (ok: boolean): void => {
      clearTimeout(late);
      stop();
      if (heading !== undefined) process.stdout.write(`\n── ${heading}\n${Buffer.concat(parts).toString('utf8')}`);
      done(ok);
    };
    child.on('error', () => end(false));
    child.on('exit', (code) => end(code === 0));
  });
}

/** Runs a suite that writes its counts to a file; trusts the counts only as far as the exit code agrees. */
async function counted(run: (countsFile: string) => Promise<boolean>): Promise<SuiteResult> {
  const countsFile = join(temporaryFolder('counts'), 'counts.json');
  const ok = await run(countsFile);
  if (!existsSync(countsFile)) {
    console.error('The suite ended before it could report.');
    return { passed: 0, failed: 1 };
  }
  const counts = JSON.parse(readFileSync(countsFile, 'utf8')) as SuiteResult;
  if (counts.passed + counts.failed === 0) {
    console.error('No test ran.');
    return { passed: 0, failed: 1 };
  }
  return { passed: counts.passed, failed: ok ? counts.failed : Math.max(1, counts.failed) };
}

/** Runs the tests of one folder of `test` in Node. */
function inNode(name: string, args: readonly string[], heading?: string): Promise<SuiteResult> {
  return counted((countsFile) =>
    runStep(
      process.execPath,
      ['--enable-source-maps', 'out/test/node.entry.js', name, ...args],
      { RECOMMEND_LLM_TEST_COUNTS: countsFile },
      heading,
    ),
  );
}

/** Runs the tests of `test/unit`, `test/fuzz` or `test/system` in Node; all of them, or those whose title contains `grep`. */
export async function nodeSuite(
  name: 'unit' | 'fuzz' | 'system',
  grep: string,
  heading?: string,
): Promise<SuiteResult> {
  if (name === 'system') await findParallel();
  return inNode(name, grep ? ['--grep', grep] : [], heading);
}

/** Runs jobs in their order, two at a time: machines that run the tests have two cores. */
export async function twoAtATime(jobs: readonly (() => Promise<unknown>)[]): Promise<void> {
  const waiting = [...jobs];
  const lane = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await job();
  };
  await Promise.all([lane(), lane()]);
}

/** Runs the tests of `test/ui` in a browser: all of them, two files at a time, or those whose title contains `grep`. */
export async function uiSuite(grep: string): Promise<SuiteResult> {
  await findChromium();
  await installCodeServer();
  if (grep) return inNode('ui', ['--grep', grep]);
  const folder = 'out/test/ui';
  // Long files first, so that both lanes end together. The one that packages the extension builds `dist` anew: it is alone.
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.test.js') && name !== packaging)
    .sort((a, b) => statSync(join(folder, b)).size - statSync(join(folder, a)).size || a.localeCompare(b));
  const total: SuiteResult = { passed: 0, failed: 0 };
  const run = async (file: string): Promise<void> => {
    const result = await inNode('ui', [file], `ui: ${file}`);
    total.passed += result.passed;
    total.failed += result.failed;
  };
  await twoAtATime(files.map((file) => () => run(file)));
  await run(packaging);
  return total;
}

/** Runs the tests of `test/host` in the extension host of each editor that this machine can have. */
export async function hostSuite(grep: string): Promise<SuiteResult> {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
  const total: SuiteResult = { passed: 0, failed: 0 };
  for (const host of await findEditorHosts(manifest.engines.vscode.replace('^', ''))) {
    console.log(`In ${host.name}:`);
    const result = await counted(async (countsFile) => {
      try {
        const code = await runTests({
          vscodeExecutablePath: host.executable,
          extensionDevelopmentPath: [resolve('.'), resolve('test/host/chatProvider')],
          extensionTestsPath: resolve('out/test/host/index.entry.js'),
          launchArgs: [copyOfSamples(), '--disable-extensions'],
          extensionTestsEnv: {
            RECOMMEND_LLM_TEST_COUNTS: countsFile,
            RECOMMEND_LLM_TEST_GREP: grep,
            RECOMMEND_LLM_TEST_FOLDER: temporaryFolder('host'),
          },
        });
        return code === 0;
      } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
        return false;
      }
    });
    total.passed += result.passed;
    total.failed += result.failed;
  }
  return total;
}
