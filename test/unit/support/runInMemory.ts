import type { CliContext } from '../../../src/cli/inputs';
import { runCli } from '../../../src/cli/runCli';
import { tinyBundle } from './tinyBundle';

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** What a command did. */
export interface Run {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs the command line on a bundle in memory and keeps what it writes. */
export async function run(args: readonly string[], over: Partial<CliContext> = {}): Promise<Run> {
  let out = '';
  let error = '';
  const code = await runCli(args, {
    terminal: {
      out: (text) => {
        out += text;
      },
      error: (text) => {
        error += text;
      },
      interactive: false,
    },
    bundleFolder: 'models',
    load: async () => tinyBundle(),
    standardInput: nothing(),
    write: async (text) => {
      out += text;
    },
    ...over,
  });
  return { code, out, error };
}
