import type { CatalogOverlay } from '../core/cost/catalogOverlay';
import type { SaidError } from '../core/errors';
import type { DatasetEvaluation } from '../core/evaluation/datasetEvaluation';
import type { Preference, Recommendation, RoutingMode } from '../core/recommendation/recommendation';

/** Where content that is handed over stands: the files that it refers to are read from there. */
export type Place =
  | { readonly kind: 'local'; readonly path: string; readonly workspaceRoot: string }
  /** In a file system that only the editor can read: the scorer asks for the files. */
  | { readonly kind: 'virtual'; readonly uri: string };

/** Where the scorer process takes the input from: it streams local files itself; other content is handed over. */
export type InputSource =
  | { readonly kind: 'local'; readonly paths: readonly string[]; readonly workspaceRoot: string | null }
  | {
      readonly kind: 'text';
      readonly name: string;
      readonly text: string;
      readonly languageId?: string;
      readonly place?: Place;
    }
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array; readonly place?: Place }
  /** Several files that are not on this machine's disk, taken as one dataset. */
  | {
      readonly kind: 'several';
      readonly name: string;
      readonly files: readonly { readonly name: string; readonly bytes: Uint8Array; readonly place?: Place }[];
    };

/** A file that an input refers to, or why it is not read. `name` is its path in the workspace. */
export type FoundReference =
  | { readonly name: string; readonly bytes: Uint8Array }
  | 'outside-workspace'
  | 'missing'
  | 'not-text'
  | 'over-limit';

export interface RecommendOptions {
  readonly mode: RoutingMode;
  readonly preference: Preference;
  /** Model ids and globs; empty = models that can be bought today. */
  readonly candidates: readonly string[];
  /** Prompt column as a dotted path; absent = found by name and content. */
  readonly column?: string;
  readonly template?: string;
  /** The user's own prices and models, laid over the bundle's catalog. */
  readonly overlay?: CatalogOverlay;
}

export interface Progress {
  readonly rows: number;
  readonly rowsPerSecond: number;
  /** Null while the total is unknown. */
  readonly secondsLeft: number | null;
  /** 0..1 where the size is known. */
  readonly fraction: number | null;
}

/** Messages of the extension host to the scorer process. `id` ties answers to requests. */
export type ToScorer =
  | {
      readonly type: 'recommend';
      readonly id: number;
      readonly bundle: string;
      readonly source: InputSource;
      readonly options: RecommendOptions;
    }
  | {
      readonly type: 'evaluate';
      readonly id: number;
      readonly bundle: string;
      readonly source: InputSource;
      readonly options: RecommendOptions;
    }
  | { readonly type: 'cancel'; readonly id: number }
  /** Answers the `reference` message with the same `question`. */
  | { readonly type: 'referenced'; readonly id: number; readonly question: number; readonly found: FoundReference };

/** Messages of the scorer process to the extension host. */
export type FromScorer =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly id: number; readonly progress: Progress }
  /** Asks for the file that the input at `uri` names as `reference`. */
  | {
      readonly type: 'reference';
      readonly id: number;
      readonly question: number;
      readonly uri: string;
      readonly reference: string;
    }
  | { readonly type: 'preview'; readonly id: number; readonly recommendation: Recommendation }
  | { readonly type: 'recommendation'; readonly id: number; readonly recommendation: Recommendation }
  | { readonly type: 'evaluation'; readonly id: number; readonly evaluation: DatasetEvaluation }
  | { readonly type: 'failed'; readonly id: number; readonly error: SaidError };
