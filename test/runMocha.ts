import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

/** Which tests to run, and how. */
export interface MochaRun {
  /** Folder of bundled tests; every `*.test.js` below it is run. */
  folder: string;
  /** Milliseconds before a test counts as hung. */
  timeout: number;
  /** Only tests whose full title contains this text. */
  grep?: string | undefined;
  /** Only test files whose path contains this text. */
  file?: string | undefined;
}

/** How a run ended, as the test command adds it up. */
export interface TestCounts {
  passed: number;
  failed: number;
}

/**
 * Runs the tests of a folder, the same way in Node and in the extension host. A skipped test and a forgotten `.only`
 * count as failures. The counts are also written to the file named by RECOMMEND_LLM_TEST_COUNTS, where it is set,
 * because an extension host has no other way to hand them back.
 */
export function runMocha({ folder, timeout, grep, file = '' }: MochaRun): Promise<TestCounts> {
  const mocha = new Mocha({ ui: 'bdd', timeout, color: false, forbidOnly: true, forbidPending: true });
  if (grep) mocha.fgrep(grep);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (name.endsWith('.test.js') && name.includes(file)) mocha.addFile(join(folder, name));
  }
  return new Promise((resolve) => {
    const runner = mocha.run((failures) => {
      const counts = { passed: runner.stats?.passes ?? 0, failed: failures };
      const target = process.env.RECOMMEND_LLM_TEST_COUNTS;
      if (target) writeFileSync(target, JSON.stringify(counts));
      resolve(counts);
    });
  });
}
