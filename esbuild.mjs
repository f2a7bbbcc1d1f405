// Bundles every entry point: the extension, the scorer process, the command line, the panel and (with --tests) the tests.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const withTests = process.argv.includes('--tests');
const production = process.argv.includes('--production');

/** @returns {string[]} every file under `folder` that ends in `suffix` */
function filesUnder(folder, suffix) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesUnder(path, suffix);
    return name.endsWith(suffix) ? [path] : [];
  });
}

/** @type {import('esbuild').BuildOptions} */
const node = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode', 'onnxruntime-node'],
  sourcemap: production ? false : 'linked',
  minify: production,
  logLevel: 'warning',
  legalComments: 'none',
};

const entries = {
  extension: 'src/extension.ts',
  scorer: 'src/scoring/scorerProcess.ts',
  cli: 'src/cli/main.ts',
  evaluationWorker: 'src/cli/evaluationWorker.ts',
};
const present = Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(path)));

rmSync('dist', { recursive: true, force: true });
const jobs = [build({ ...node, entryPoints: present, outdir: 'dist' })];
if (existsSync('src/webview/main.tsx')) {
  jobs.push(
    build({
      bundle: true,
      platform: 'browser',
      format: 'iife',
      target: 'es2022',
      entryPoints: { panel: 'src/webview/main.tsx' },
      outdir: 'dist',
      minify: true,
      jsx: 'automatic',
      jsxImportSource: 'preact',
      sourcemap: production ? false : 'linked',
      logLevel: 'warning',
    }),
  );
}
if (withTests) {
  rmSync('out/test', { recursive: true, force: true });
  jobs.push(
    build({
      ...node,
      packages: 'external',
      entryPoints: ['scripts/codeServerShim.ts'],
      outdir: 'out/scripts',
      minify: false,
    }),
    build({
      ...node,
      external: [
        ...node.external,
        'mocha',
        'playwright-core',
        '@vscode/test-electron',
        'esbuild',
        'axe-core',
        '@vscode/vsce',
      ],
      entryPoints: [...filesUnder('test', '.test.ts'), ...filesUnder('test', '.entry.ts')],
      outbase: 'test',
      outdir: 'out/test',
      minify: false,
      sourcemap: 'inline',
    }),
  );
}
await Promise.all(jobs);
