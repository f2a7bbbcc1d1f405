// Runs one suite in Node: `node out/test/node.entry.js unit|fuzz|system|ui [--grep text] [part of a file name]`.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runMocha } from './runMocha';

const { values, positionals } = parseArgs({ options: { grep: { type: 'string' } }, allowPositionals: true });
const [suite = 'unit', file] = positionals;
// A step of the editor may take long where browsers are slow: two of them have to fit.
const timeout = suite === 'ui' ? 150_000 : 60_000;
runMocha({ folder: join(__dirname, suite), timeout, grep: values.grep, file }).then(({ passed, failed }) => {
  if (passed + failed === 0) console.error('No test ran.');
  process.exit(failed > 0 || passed === 0 ? 1 : 0);
});
