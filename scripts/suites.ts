import type { SpawnOptions } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
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

interface Manifest {
  engines: { vscode: string };
}

/** Runs a command of the project with its output on the console. @returns whether it succeeded */
export function runStep(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<boolean> {
  return new Promise((done) => {
    const options: SpawnOptions = { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } };
    // A suite may have started an editor: it is asked to end, and ended only if it does not.
    const { child, stop } = startGroup(command, args, options, 'SIGTERM');
    const late = setTimeout(() => {
      console.error(`${command} ${args.join(' ')} took more than ${suiteLimitMs / 60_000} minutes and was ended.`);
      child.kill('SIGTERM');
      setTimeout(() => stop(), 10_000);
    }, suiteLimitMs);
    const end = (ok: boolean): void => {
      clearTimeout(late);
      stop();
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

/** Runs the tests of `test/unit`, `test/fuzz`, `test/system` or `test/ui` in Node. */
export async function nodeSuite(
  name: 'unit' | 'fuzz' | 'system' | 'ui',
  args: readonly string[] = [],
): Promise<SuiteResult> {
  if (name === 'system') await findParallel();
  if (name === 'ui') {
    await findChromium();
    await installCodeServer();
  }
  return counted((countsFile) =>
    runStep(process.execPath, ['--enable-source-maps', 'out/test/node.entry.js', name, ...args], {
      RECOMMEND_LLM_TEST_COUNTS: countsFile,
    }),
  );
}

/** Runs the tests of `test/host` in the extension host of each editor that this machine can have. */
export async function hostSuite(grep = ''): Promise<SuiteResult> {
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
