import { RecommendError } from '../../errors';
import type { ByteSource } from '../../files/source';
import { type Sentence, say } from '../../sentence';

/** A file as an importer sees it: its name is relative to what the user chose, '/' separated. */
export type LogFile = Pick<ByteSource, 'name' | 'size' | 'open'>;

/** A metric's value as the tool wrote it. */
export type MetricValue = number | boolean | string;

/** One LLM's result on one item, with every metric that the tool recorded. */
export interface LoggedResult {
  readonly benchmark: string;
  readonly category: string | null;
  readonly item: string;
  readonly prompt: string;
  /** The model as the tool names it. */
  readonly model: string;
  readonly metrics: Readonly<Record<string, MetricValue>>;
  /** Output tokens where the tool counted them. */
  readonly outputTokens?: number;
  /** Billed US dollars where the tool recorded them. */
  readonly costUsd?: number;
}

/** A row that could not be used: where and why. */
export interface RejectedRow<Text = Sentence> {
  readonly file: string;
  /** 1-based line, row or sample number. */
  readonly line: number;
  readonly reason: Text;
}

/** Receives what an importer finds. */
export interface LogSink {
  result(result: LoggedResult): void;
  reject(row: RejectedRow): void;
  /** True once the reader may stop (cancelled, or a preview has enough). */
  readonly stopped: boolean;
}

/** Choices that a log may not hold itself. */
export interface ImportChoices {
  /** Model name for logs that name none (Ragas). */
  readonly model?: string;
  /** Benchmark name for tables that name none; else the file's name. */
  readonly benchmark?: string;
  /** Columns of generic tables, where they are not found by name. */
  readonly columns?: Partial<ColumnMapping>;
}

/** Which columns of a generic table hold what. `models` is for wide tables: one column for each LLM. */
export interface ColumnMapping {
  readonly prompt: string;
  readonly item: string | null;
  readonly category: string | null;
  readonly benchmark: string | null;
  /** Long tables. */
  readonly model: string | null;
  readonly scores: readonly string[];
  /** Wide tables. */
  readonly models: readonly string[];
}

/** Files that belong to one log, recognised by an importer. */
export interface LogGroup {
  /** What the group is called in reports: its main file. */
  readonly name: string;
  readonly files: readonly LogFile[];
}

/** Reads the logs of one evaluation tool. */
export interface LogImporter {
  readonly id: string;
  readonly title: string;
  /** The version of the tool or layout that the reader follows. */
  readonly follows: string;
  /**
   * The metric to take when a benchmark has several, most preferred first; a metric absent from the list comes after
   * all of them, in the order in which it was met.
   */
  readonly preferredMetrics: readonly string[];
  /** Picks out the files that it can read, by name and by the first bytes of their content. */
  recognise(files: readonly LogFile[], peek: (file: LogFile) => Promise<string>): Promise<readonly LogGroup[]>;
  /** @throws RecommendError FORMAT_BROKEN where the log as a whole cannot be used; single bad rows go to the sink */
  read(group: LogGroup, sink: LogSink, choices: ImportChoices): Promise<void>;
}

export function brokenLog(file: string, what: Sentence, cause?: unknown): RecommendError {
  return new RecommendError(
    'FORMAT_BROKEN',
    say('{0}: {1}', file, what),
    say('Check that the log was written completely, or leave this file out of the import.'),
    cause === undefined ? undefined : { cause },
  );
}

/** The file's name without folders. */
export function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** The folder that holds the file, '' at the top. */
export function folderOf(name: string): string {
  const end = name.lastIndexOf('/');
  return end < 0 ? '' : name.slice(0, end);
}

/** The name without `.gz`, and without its extension. */
export function stemOf(name: string): string {
  return baseName(name)
    .replace(/\.gz$/, '')
    .replace(/\.[a-z]+$/i, '');
}
