import type { Sentence } from '../sentence';

/** A record of a dataset as read: an object, array or string. */
export interface Row {
  /** 1-based line (text formats) or record (Parquet, JSON arrays) where it starts. */
  readonly line: number;
  readonly value: unknown;
}

/** A record that cannot be read, with the reason that the user is told. */
export interface BrokenRow {
  readonly line: number;
  readonly reason: Sentence;
}

export type RowOutcome = Row | BrokenRow;

/** Records in the order of the file, in batches. */
export type RowStream = AsyncIterable<readonly RowOutcome[]>;

export function isBroken(outcome: RowOutcome): outcome is BrokenRow {
  return 'reason' in outcome;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
