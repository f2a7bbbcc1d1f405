import type { ScoringBundle } from '../core/bundle/scoringBundle';
import { type ByteSource, singlePassSource } from '../core/files/source';
import type { PipelineOptions, PromptInput } from '../core/pipeline';
import { type PromptReading, readPrompts } from '../core/prompts/readPrompts';
import type { Preference } from '../core/recommendation/recommendation';
import { localSources, localWorkspace } from '../scoring/localFiles';
import { badArgument, candidatesOf, modeOf, preferenceOf } from './arguments';
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

/** The values of `routingOptions`, as a command line gave them. */
export interface RoutingValues {
  readonly candidates?: string[] | undefined;
  readonly preference?: string | undefined;
  readonly mode?: string | undefined;
  readonly column?: string | undefined;
  readonly template?: string | undefined;
  readonly bundle?: string | undefined;
}

/**
 * Opens what a command that routes prompts was given and runs `work` over it, with a line of progress while it lasts.
 * @param command named in the messages about bad arguments
 * @throws RecommendError BAD_ARGUMENT where no file was named; what opening, loading and `work` throw
 */
export async function routeInput<T>(
  command: string,
  positionals: readonly string[],
  values: RoutingValues,
  fallback: Preference,
  context: CliContext,
  work: (bundle: ScoringBundle, input: PromptInput, options: PipelineOptions) => Promise<T>,
): Promise<T> {
  if (positionals.length === 0) throw badArgument('No file was named.', command);
  const options: PipelineOptions = {
    mode: modeOf(values.mode, command),
    preference: preferenceOf(values.preference, command, fallback),
    candidates: candidatesOf(values.candidates),
  };
  const input = await openInput(positionals, values, context);
  const bundle = await context.load(values.bundle ?? context.bundleFolder);
  const line = progressLine(context.terminal, input.progress);
  try {
    return await work(bundle, input, { ...options, onBatch: line.update });
  } finally {
    line.clear();
  }
}
