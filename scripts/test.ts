// The whole test command: build, types, lint, then the unit, fuzz, system, host and UI suites; or only the suites that are named.
import { parseArgs } from 'node:util';
import { hostSuite, nodeSuite, runStep, type SuiteResult, twoAtATime, uiSuite } from './suites';

const { values, positionals } = parseArgs({ options: { grep: { type: 'string' } }, allowPositionals: true });
const grep = values.grep ?? '';
const suites = positionals.length > 0 ? positionals : ['types', 'lint', 'unit', 'fuzz', 'system', 'host', 'ui'];

/** A check that is not a suite: it adds a failure when it fails, and nothing to the passed tests. */
async function check(command: string, args: readonly string[]): Promise<SuiteResult> {
  return { passed: 0, failed: (await runStep(command, args)) ? 0 : 1 };
}

const run: Record<string, () => Promise<SuiteResult>> = {
  types: () => check('npm', ['run', '--silent', 'typecheck']),
  lint: () => check('npm', ['run', '--silent', 'lint']),
  unit: () => nodeSuite('unit', grep),
  fuzz: () => nodeSuite('fuzz', grep),
  system: () => nodeSuite('system', grep),
  host: () => hostSuite(grep),
  ui: () => uiSuite(grep),
};

/** Suites that use neither an editor nor a browser: where several are run, two run at a time. */
const inNode = ['unit', 'fuzz', 'system'] as const;

async function main(): Promise<number> {
  const total: SuiteResult = { passed: 0, failed: 0 };
  const summary: string[] = [];
  const add = async (name: string, part: () => Promise<SuiteResult>): Promise<boolean> => {
    const started = performance.now();
    const result = await part().catch((error: unknown): SuiteResult => {
      console.error(error instanceof Error ? error.message : String(error));
      return { passed: 0, failed: 1 };
    });
    total.passed += result.passed;
    total.failed += result.failed;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    summary.push(`${name}: ${result.passed} passed, ${result.failed} failed (${seconds} s)`);
    return result.failed === 0;
  };
  const alone = (name: string, part: () => Promise<SuiteResult>): Promise<boolean> => {
    console.log(`\n── ${name}`);
    return add(name, part);
  };
  if (await alone('build', () => check(process.execPath, ['esbuild.mjs', '--tests']))) {
    const together = inNode.filter((name) => suites.includes(name));
    for (const name of suites) {
      const suite = run[name];
      const shares = together.length > 1 && together.some((one) => one === name);
      if (!suite) await alone(name, () => Promise.reject(new Error(`There is no suite called ${name}.`)));
      else if (!shares) await alone(name, suite);
      else if (name === together[0])
        await twoAtATime(together.map((one) => () => add(one, () => nodeSuite(one, grep, one))));
    }
  }
  console.log(`\n${summary.join('\n')}`);
  if (total.passed === 0) console.log('No test passed.');
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

main().then((code) => process.exit(code));
