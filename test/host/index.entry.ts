import { runMocha } from '../runMocha';

/** Called by VS Code in its extension host; every test beside this file is run there. */
export async function run(): Promise<void> {
  const { passed, failed } = await runMocha({
    folder: __dirname,
    timeout: 60_000,
    grep: process.env.RECOMMEND_LLM_TEST_GREP,
  });
  if (failed > 0) throw new Error(`${failed} of ${passed + failed} host tests failed`);
  if (passed === 0) throw new Error('No host test ran');
}
