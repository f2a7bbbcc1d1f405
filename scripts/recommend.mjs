// `npm run recommend -- FILE…`: builds the program where it is missing or older than its sources, and runs it.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Time of the last change of any file under `path`; 0 where there is none. */
function newest(path) {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (!facts) return 0;
  if (!facts.isDirectory()) return facts.mtimeMs;
  return Math.max(facts.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const sources = Math.max(...['src', 'package.json', 'esbuild.mjs'].map(newest));
if (newest('dist/cli.js') < sources) {
  const { status } = spawnSync(process.execPath, ['esbuild.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(status ?? 2);
}
const { status } = spawnSync(process.execPath, ['dist/cli.js', 'recommend', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 2;
