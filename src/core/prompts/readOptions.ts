import type { ReadLimits } from '../files/limits';
import type { Workspace } from '../files/source';

export interface ReadOptions {
  /** Prompt column as a dotted path; absent: found by name and content. */
  readonly column?: string;
  /** Builds the prompt of a row, e.g. `{{question}}\n{{choices}}`; goes before `column`. */
  readonly template?: string;
  /** Resolves references of prompt files; absent: they are listed and not read. */
  readonly workspace?: Workspace;
  /** Read as JSON Lines whatever it looks like, with one outcome for each line, blank ones included. */
  readonly everyLine?: boolean;
  readonly limits?: Partial<ReadLimits>;
  readonly signal?: AbortSignal;
}
