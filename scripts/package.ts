// Packs the extension: `npm run package -- [--target linux-x64 …|all]`; this machine's platform where none is named.
import { parseArgs } from 'node:util';
import { currentTarget, isTarget, packageExtension, targets } from './vsix';

const { values } = parseArgs({ options: { target: { type: 'string', multiple: true } } });

async function main(): Promise<void> {
  const named = values.target ?? [currentTarget()];
  const wanted = named.includes('all') ? targets : named;
  for (const target of wanted) {
    if (!isTarget(target)) throw new Error(`There is no package for ${target}; there is for ${targets.join(', ')}.`);
    const { path, size } = await packageExtension(target, '.');
    console.log(`${path}: ${(size / 1e6).toFixed(1)} MB`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
