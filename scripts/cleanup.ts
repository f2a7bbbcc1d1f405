import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const tasks = new Set<() => void>();

function runTasks(): void {
  for (const task of [...tasks].reverse()) {
    tasks.delete(task);
    try {
      task();
    } catch (error) {
      console.error(`Cleaning up: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

process.once('exit', runTasks);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

/** Runs `task` when this process ends, however it ends (last registered first); the result takes it back. */
export function onExit(task: () => void): () => void {
  tasks.add(task);
  return () => tasks.delete(task);
}

/** A new temporary folder that is removed when this process ends. */
export function temporaryFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `recommend-llm-${purpose}-`));
  onExit(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** A child process with all its descendants. */
export interface ProcessGroup {
  child: ChildProcess;
  /** Ends the child and its descendants, at once unless another signal is named; harmless when they have ended. */
  stop(signal?: NodeJS.Signals): void;
}

/**
 * Starts a program in a process group of its own, so that it can be ended with all that it started (a server leaves
 * file watchers behind when only the parent is ended). The group also ends with this process.
 */
export function startGroup(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
  signalAtExit: NodeJS.Signals = 'SIGKILL',
): ProcessGroup {
  const grouped = process.platform !== 'win32';
  const child = spawn(command, args, { ...options, detached: grouped });
  const stop = (signal: NodeJS.Signals = 'SIGKILL'): void => {
    forget();
    if (child.pid === undefined) return;
    try {
      if (grouped) process.kill(-child.pid, signal);
      else spawn('taskkill', ['/pid', String(child.pid), '/t', '/f']);
    } catch {
      // The group has ended already.
    }
  };
  const forget = onExit(() => stop(signalAtExit));
  return { child, stop };
}
