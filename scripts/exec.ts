import { type SpawnOptions, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What a program left behind. */
export interface Finished {
  /** Exit code; 1 when it could not be started or was ended by a signal. */
  code: number;
  /** Standard output and standard error together; empty where they were inherited. */
  output: string;
}

/** Runs a program to its end and never throws: a program that cannot be started has code 1 and the reason as output. */
export function exec(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const parts: Buffer[] = [];
    child.stdout?.on('data', (part: Buffer) => parts.push(part));
    child.stderr?.on('data', (part: Buffer) => parts.push(part));
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(parts).toString('utf8') }));
  });
}

/** The last line that says something: what a failed program most likely complains about. */
export function lastLine(output: string): string {
  return output.trim().split(/\r?\n/).pop()?.trim() || 'no output';
}

/** The first of `names` that is on PATH, as an absolute path. */
export function onPath(...names: string[]): string | undefined {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      for (const suffix of process.platform === 'win32' ? ['.exe', '.cmd'] : ['']) {
        const path = join(folder, name + suffix);
        try {
          accessSync(path, constants.X_OK);
          return path;
        } catch {
          // Not here.
        }
      }
    }
  }
  return undefined;
}
