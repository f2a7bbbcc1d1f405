// Bundles one TypeScript script for Node and runs it: `node scripts/run.mjs scripts/<name> [arguments]`.
import { spawn } from 'node:child_process';
import { build } from 'esbuild';

const [name = '', ...rest] = process.argv.slice(2);
const outfile = `out/${name}.js`;
await build({
  entryPoints: [`${name}.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
const child = spawn(process.execPath, [outfile, ...rest], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
