import * as v from 'valibot';

/** Columns of the table of alternatives that it can be sorted by. */
export const sortColumns = [
  'name',
  'probability',
  'beatsBest',
  'cost',
  'price',
  'context',
  'released',
  'evidence',
  's1',
  's2',
  's3',
] as const;

export type SortColumn = (typeof sortColumns)[number];

const viewSchema = v.object({
  /** Null: as the user's setting says. */
  dial: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  /** Null: as the user's setting says. */
  mode: v.nullable(v.picklist(['guarded', 'paper'])),
  pinned: v.array(v.string()),
  excluded: v.array(v.string()),
  sort: v.nullable(v.object({ column: v.picklist(sortColumns), descending: v.boolean() })),
  filter: v.string(),
  openOnly: v.boolean(),
  availableOnly: v.boolean(),
  perItemOnly: v.boolean(),
  showAll: v.boolean(),
  /** The two models being compared; null: the recommended one and the best on average. */
  compare: v.object({ left: v.nullable(v.string()), right: v.nullable(v.string()) }),
  rows: v.object({ show: v.picklist(['differ', 'far', 'all']), filter: v.string() }),
  /** Models whose answers are being marked; empty: the leading ones. */
  labelModels: v.array(v.string()),
  /** Labels of a source beside which they cannot be saved. */
  labels: v.array(v.object({ row: v.string(), model: v.string(), correctness: v.number() })),
});

/** What the user has set in the panel: navigation and display only, nothing that the host computes. */
export type View = v.InferOutput<typeof viewSchema>;

export const initialView: View = {
  dial: null,
  mode: null,
  pinned: [],
  excluded: [],
  sort: null,
  filter: '',
  openOnly: false,
  availableOnly: false,
  perItemOnly: false,
  showAll: false,
  compare: { left: null, right: null },
  rows: { show: 'differ', filter: '' },
  labelModels: [],
  labels: [],
};

/** Reads a view that was saved by this or an older version: what is missing or malformed falls back to its default. */
export function readView(saved: unknown): View {
  if (typeof saved !== 'object' || saved === null) return initialView;
  const whole = v.safeParse(viewSchema, { ...initialView, ...saved });
  return whole.success ? whole.output : initialView;
}
