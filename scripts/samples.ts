import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './cleanup';

/** A workspace that tests may change: a copy of `samples/` in a temporary folder. */
export function copyOfSamples(): string {
  const folder = join(temporaryFolder('workspace'), 'samples');
  cpSync('samples', folder, { recursive: true });
  return folder;
}
