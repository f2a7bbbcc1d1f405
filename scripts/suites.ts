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
 * @param output where its output goes: to the console as it comes, or all of it at its end
 * @returns whether it succeeded
 */
export function runStep(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  output: 'as it comes' | 'at the end' = 'as it comes',
): Promise<boolean> {
  return new Promise((done) => {
    const stream = output === 'as it comes' ? 'inherit' : 'pipe';
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
      process.stdout.write(Buffer.concat(parts));
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
function inNode(name: string, args: readonly string[], output?: 'at the end'): Promise<SuiteResult> {
  return counted((countsFile) =>
    runStep(
      process.execPath,
      ['--enable-source-maps', 'out/test/node.entry.js', name, ...args],
      { RECOMMEND_LLM_TEST_COUNTS: countsFile },
      output,
    ),
  );
}

/** Runs the tests of `test/unit`, `test/fuzz` or `test/system` in Node; all of them, or those whose title contains `grep`. */
export async function nodeSuite(name: 'unit' | 'fuzz' | 'system', grep = ''): Promise<SuiteResult> {
  if (name === 'system') await findParallel();
  return inNode(name, grep ? ['--grep', grep] : []);
}

/**
 * Runs the tests of `test/ui` in a browser: all of them, two files at a time, since each waits for its browser most of the
 * time; or those whose title contains `grep`.
 */
export async function uiSuite(grep = ''): Promise<SuiteResult> {
  await findChromium();
  await installCodeServer();
  if (grep) return inNode('ui', ['--grep', grep]);
  const folder = 'out/test/ui';
  // Long files first, so that both lanes end together. The one that packages the extension builds `dist` anew: it is alone.
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.test.js') && name !== packaging)
    .sort((a, b) => statSync(join(folder, b)).size - statSync(join(folder, a)).size || a.localeCompare(b));
  const total: SuiteResult = { passed: 0, failed: 0 };
  const run = async (file: string, output?: 'at the end'): Promise<void> => {
    const result = await inNode('ui', [file], output);
    total.passed += result.passed;
    total.failed += result.failed;
  };
  const lane = async (): Promise<void> => {
    for (let file = files.shift(); file !== undefined; file = files.shift()) await run(file, 'at the end');
  };
  await Promise.all([lane(), lane()]);
  await run(packaging);
  return total;
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
