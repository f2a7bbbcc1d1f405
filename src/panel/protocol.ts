import * as v from 'valibot';
import type { ErrorReport } from '../core/errors';
import type { DatasetEvaluation } from '../core/evaluation/datasetEvaluation';
import type { Preference, Recommendation, RoutingMode } from '../core/recommendation/recommendation';

/** Whether one LLM was right on one row of a dataset, as the user marked it. */
export interface RowLabel {
  /** The row's id, as in `DatasetRows.ids`. */
  readonly row: string;
  readonly model: string;
  /** Correctness 0..1. */
  readonly correctness: number;
}

/** What every message to the panel carries besides its content. */
export interface PanelContext {
  /** Translations by English text (`vscode.l10n.bundle`); empty for English. */
  readonly strings: Readonly<Record<string, string>>;
  /** BCP 47 tag (`vscode.env.language`). */
  readonly locale: string;
  /** YYYY-MM-DD: ages of prices are told from it. */
  readonly today: string;
  /** Opaque to the panel; kept in the webview's state as `source` so that the serializer can ask again after a reload. */
  readonly source: string;
  readonly settings: { readonly preference: Preference; readonly mode: RoutingMode };
  /** Actions that make sense here; the panel hides the others. */
  readonly capabilities: {
    /** The input is a prompt file with front matter. */
    readonly setFrontMatter: boolean;
    readonly openChat: boolean;
    /** The input is a file whose rows can be shown in an editor. */
    readonly openSource: boolean;
    /** The input is a dataset beside which labels can be saved. */
    readonly saveLabels: boolean;
  };
  /** Catalog ids of models that the user has in VS Code; null where that is not known. */
  readonly available: readonly string[] | null;
}

export interface PanelProgress {
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly secondsLeft: number | null;
  /** 0..1 where the size is known. */
  readonly fraction: number | null;
}

/** Messages of the extension to the panel. Each is a complete snapshot: the panel shows the last one and no other. */
export type ToPanel =
  | { readonly type: 'empty'; readonly context: PanelContext }
  | {
      readonly type: 'busy';
      readonly context: PanelContext;
      readonly file: string;
      /** Null until the first figures are known. */
      readonly progress: PanelProgress | null;
      /** A first answer from a uniform sample, replaced when the full pass ends. */
      readonly preview: Recommendation | null;
    }
  | { readonly type: 'failed'; readonly context: PanelContext; readonly file: string; readonly error: ErrorReport }
  | {
      readonly type: 'recommendation';
      readonly context: PanelContext;
      readonly recommendation: Recommendation;
      /** Labels that the user gave before, loaded from beside the dataset. */
      readonly labels: readonly RowLabel[];
    }
  | { readonly type: 'evaluation'; readonly context: PanelContext; readonly evaluation: DatasetEvaluation };

const row = v.pipe(v.number(), v.integer(), v.minValue(1));
const modelId = v.pipe(v.string(), v.minLength(1), v.maxLength(300));
const labels = v.array(
  v.object({ row: v.string(), model: modelId, correctness: v.pipe(v.number(), v.minValue(0), v.maxValue(1)) }),
);

/** Messages of the panel to the extension; everything from the webview is checked against this. */
export const fromPanelSchema = v.variant('type', [
  /** The page is loaded and wants the current snapshot. */
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('cancel') }),
  /** Score again: after an error, or because the source changed. */
  v.object({ type: v.literal('retry') }),
  /** Pick another file (empty state). */
  v.object({ type: v.literal('chooseFile') }),
  v.object({ type: v.literal('openSample') }),
  v.object({ type: v.literal('chooseCandidates') }),
  v.object({ type: v.literal('showLog') }),
  /** Ask for a price list and take over its prices. */
  v.object({ type: v.literal('updateCatalog') }),
  /** Ask for the column of prompts by hand, then score again. */
  v.object({ type: v.literal('chooseColumn') }),
  /** Score again with prompts from this column (dotted path). */
  v.object({ type: v.literal('setColumn'), column: v.pipe(v.string(), v.minLength(1)) }),
  /** Keep to this mode from now on; the panel itself shows it without a new scoring. */
  v.object({ type: v.literal('setMode'), mode: v.picklist(['guarded', 'paper']) }),
  /** Keep this preference as the user's default. */
  v.object({ type: v.literal('savePreference'), preference: v.picklist(['quality', 'balanced', 'price']) }),
  v.object({ type: v.literal('openRow'), line: row }),
  v.object({ type: v.literal('copyModel'), model: modelId }),
  v.object({ type: v.literal('copySnippet'), model: modelId }),
  v.object({ type: v.literal('setFrontMatter'), model: modelId }),
  v.object({ type: v.literal('openChat'), model: modelId }),
  /** Open a benchmark's page in the browser; the host lets https only through. */
  v.object({ type: v.literal('openLink'), url: v.pipe(v.string(), v.startsWith('https://')) }),
  /** All labels of this dataset, to be saved beside it. */
  v.object({ type: v.literal('saveLabels'), labels }),
  /** Ask for a labelled file and answer with a new snapshot that holds its labels. */
  v.object({ type: v.literal('loadLabels') }),
  /** Ask where to save, then write `content`: text, or base64 where `encoding` says so. */
  v.object({
    type: v.literal('export'),
    /** Suggested file name without a folder, with its extension. */
    name: v.pipe(v.string(), v.regex(/^[^/\\]{1,200}$/u)),
    encoding: v.picklist(['utf8', 'base64']),
    content: v.string(),
  }),
]);

export type FromPanel = v.InferOutput<typeof fromPanelSchema>;

/**
 * What the panel keeps through a reload with `setState`. The host's serializer reads `source` and asks again; the rest is
 * the panel's own (dial, pins, sorting, …).
 */
export const panelStateSchema = v.object({ version: v.literal(1), source: v.string(), view: v.unknown() });

export type PanelState = v.InferOutput<typeof panelStateSchema>;
