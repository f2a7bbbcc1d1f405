import type { CatalogOverlay } from '../core/cost/catalogOverlay';
import type { ErrorReport } from '../core/errors';
import type { DatasetEvaluation } from '../core/evaluation/datasetEvaluation';
import type { Preference, Recommendation, RoutingMode } from '../core/recommendation/recommendation';

/** Where the scorer process takes the input from: it streams local files itself; other content is handed over. */
export type InputSource =
  | { readonly kind: 'local'; readonly paths: readonly string[]; readonly workspaceRoot: string | null }
  | { readonly kind: 'text'; readonly name: string; readonly text: string; readonly languageId?: string }
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array }
  /** Several files that are not on this machine's disk, taken as one dataset. */
  | {
      readonly kind: 'several';
      readonly name: string;
      readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
    };

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
  | { readonly type: 'cancel'; readonly id: number };

/** Messages of the scorer process to the extension host. */
export type FromScorer =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly type: 'preview'; readonly id: number; readonly recommendation: Recommendation }
  | { readonly type: 'recommendation'; readonly id: number; readonly recommendation: Recommendation }
  | { readonly type: 'evaluation'; readonly id: number; readonly evaluation: DatasetEvaluation }
  | { readonly type: 'failed'; readonly id: number; readonly error: ErrorReport };
