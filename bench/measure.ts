import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** Time between two looks at the memory of a process and its descendants, in milliseconds: a short run is looked at closely. */
const lookEvery = (age: number): number => (age < 2_000 ? 20 : 200);
/** Of a clock tick that /proc counts in, in seconds. */
const tick = 1 / Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout?.trim() || 100);

/** What a process and all that it started took. Memory and processor time are 0 where /proc does not tell them. */
export interface Taken {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly seconds: number;
  readonly processorSeconds: number;
  /** Largest sum of resident memory, in bytes. */
  readonly peakResident: number;
  /** Largest sum of proportional memory (pages that processes share are counted once), in bytes. */
  readonly peakProportional: number;
}

interface Look {
  resident: number;
  proportional: number;
  processorSeconds: number;
}

function kilobytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) * 1024;
}

/** @returns null where there is no /proc */
function lookAt(root: number): Look | null {
  const parents = new Map<number, number>();
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  const seconds = new Map<number, number>();
  for (const name of names) {
    try {
      // After the program's name in brackets: state, parent, …; user and system time are the 12th and 13th, of ended children the next.
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      parents.set(Number(name), Number(fields[1]));
      seconds.set(Number(name), tick * fields.slice(11, 15).reduce((sum, value) => sum + Number(value), 0));
    } catch {
      // It ended meanwhile.
    }
  }
  const look: Look = { resident: 0, proportional: 0, processorSeconds: 0 };
  for (const id of parents.keys()) {
    let at: number | undefined = id;
    while (at && at !== root) at = parents.get(at);
    if (at !== root) continue;
    look.processorSeconds += seconds.get(id) ?? 0;
    try {
      const memory = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
      look.resident += kilobytes(memory, 'Rss');
      look.proportional += kilobytes(memory, 'Pss');
    } catch {
      // It ended meanwhile.
    }
  }
  return look;
}

/** Runs Node and looks at it, and at all that it starts, until it ends. */
export async function measured(args: readonly string[], started?: (child: ChildProcess) => void): Promise<Taken> {
  const from = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  started?.(child);
  const most: Look = { resident: 0, proportional: 0, processorSeconds: 0 };
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const seen = lookAt(child.pid ?? 0);
    for (const name of Object.keys(most) as (keyof Look)[]) most[name] = Math.max(most[name], seen?.[name] ?? 0);
    timer = setTimeout(look, lookEvery(performance.now() - from));
  };
  look();
  const [code] = await ended;
  clearTimeout(timer);
  return {
    code,
    seconds: (performance.now() - from) / 1000,
    processorSeconds: most.processorSeconds,
    peakResident: most.resident,
    peakProportional: most.proportional,
  };
}
