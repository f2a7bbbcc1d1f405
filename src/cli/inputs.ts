import type { ScoringBundle } from '../core/bundle/scoringBundle';
import { type ByteSource, singlePassSource } from '../core/files/source';
import type { PromptInput } from '../core/pipeline';
import { type PromptReading, readPrompts } from '../core/prompts/readPrompts';
import { localSources, localWorkspace } from '../scoring/localFiles';
import type { Terminal } from './terminal';

/** What the commands need from outside: tests give their own. */
export interface CliContext {
  readonly terminal: Terminal;
  /** Folder of the bundle that ships with the program. */
  readonly bundleFolder: string;
  /** Loads and verifies a bundle folder. */
  readonly load: (folder: string) => Promise<ScoringBundle>;
  readonly standardInput: AsyncIterable<Uint8Array>;
  /** Writes to standard output; settles when it takes more. */
  readonly write: (text: string) => Promise<void>;
}

export interface OpenedInput extends PromptInput {
  progress: PromptReading['progress'];
}

/**
 * Opens files and folders (or `-`, standard input) as one input.
 * @throws RecommendError FILE_NOT_FOUND, FILE_UNREADABLE, FORMAT_UNKNOWN
 */
export async function openInput(
  paths: readonly string[],
  options: { readonly column?: string | undefined; readonly template?: string | undefined },
  context: CliContext,
): Promise<OpenedInput> {
  const sources: readonly ByteSource[] =
    paths.length === 1 && paths[0] === '-'
      ? [singlePassSource('standard input', context.standardInput)]
      : await localSources(paths, null);
  const reading = readPrompts(sources, {
    workspace: localWorkspace(process.cwd()),
    ...(options.column === undefined ? {} : { column: options.column }),
    ...(options.template === undefined ? {} : { template: options.template }),
  });
  const [first] = sources;
  return {
    file: sources.length === 1 && first ? first.name : paths.join(', '),
    prompts: reading.prompts,
    report: () => reading.report(),
    progress: () => reading.progress(),
  };
}

/** Draws rows and share over one line of the error stream while a terminal looks on. */
export function progressLine(
  terminal: Terminal,
  progress: PromptReading['progress'],
): { readonly update: () => void; readonly clear: () => void } {
  let drawn = 0;
  let last = 0;
  return {
    update() {
      const now = performance.now();
      if (!terminal.interactive || now - last < 250) return;
      last = now;
      const { rows, bytesRead, bytesTotal } = progress();
      const share = bytesTotal ? `, ${Math.min(100, Math.round((100 * bytesRead) / bytesTotal))} %` : '';
      const line = `${rows.toLocaleString('en-US')} rows${share} …`;
      terminal.error(`\r${line.padEnd(drawn)}`);
      drawn = line.length;
    },
    clear() {
      if (drawn > 0) terminal.error(`\r${' '.repeat(drawn)}\r`);
      drawn = 0;
    },
  };
}
