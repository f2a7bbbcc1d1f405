import * as v from 'valibot';

/** Output (and, where known, input) tokens of one model on one benchmark: means over items. */
export interface UsageRow {
  readonly benchmark: string;
  readonly category: string | null;
  readonly model: string;
  readonly items: number;
  /** Mean output tokens of an item, hidden reasoning counted. */
  readonly outputTokens: number;
  /** Mean input tokens of an item over all turns; null where it was not measured. */
  readonly inputTokens: number | null;
}

export interface UsageReading {
  readonly rows: readonly UsageRow[];
  /** Lines that were left out, with the reason and how many. */
  readonly skipped: ReadonlyMap<string, number>;
}

const usageLine = v.object({
  benchmark: v.string(),
  category: v.nullable(v.string()),
  model: v.string(),
  items: v.nullish(v.number()),
  output_tokens: v.nullish(v.object({ mean: v.nullish(v.number()) })),
  includes_reasoning: v.nullish(v.boolean()),
  input_tokens_mean: v.nullish(v.number()),
});

const externalLine = v.object({
  source: v.string(),
  benchmark: v.string(),
  model: v.nullish(v.string()),
  items: v.nullish(v.number()),
  output_tokens_mean: v.nullish(v.number()),
  input_tokens_mean: v.nullish(v.number()),
});

/**
 * Reads `usage.jsonl`: rows whose output tokens are complete (hidden reasoning counted, or none). Incomplete and unreadable
 * lines are counted.
 */
export async function readUsage(lines: AsyncIterable<string>): Promise<UsageReading> {
  return readLines(lines, (value) => {
    const parsed = v.safeParse(usageLine, value);
    if (!parsed.success) return 'not a usage row';
    const row = parsed.output;
    const tokens = row.output_tokens?.mean ?? null;
    if (tokens === null || tokens <= 0) return 'no output tokens';
    if (row.includes_reasoning !== true) return 'hidden reasoning is missing or unknown';
    return {
      benchmark: row.benchmark,
      category: row.category,
      model: row.model,
      items: row.items ?? 1,
      outputTokens: tokens,
      inputTokens: row.input_tokens_mean ?? null,
    };
  });
}

/** Reads `external.jsonl` (published means of a model setting on a benchmark), of the sources that count all tokens. */
export async function readExternalUsage(lines: AsyncIterable<string>): Promise<UsageReading> {
  return readLines(lines, (value) => {
    const parsed = v.safeParse(externalLine, value);
    if (!parsed.success) return 'not a usage row';
    const row = parsed.output;
    if (!row.model) return 'model not mapped';
    if (!row.output_tokens_mean || row.output_tokens_mean <= 0) return 'no output tokens';
    return {
      benchmark: `external/${row.benchmark}`,
      category: null,
      model: row.model,
      items: row.items ?? 1,
      outputTokens: row.output_tokens_mean,
      inputTokens: row.input_tokens_mean ?? null,
    };
  });
}

async function readLines(
  lines: AsyncIterable<string>,
  parse: (value: unknown) => UsageRow | string,
): Promise<UsageReading> {
  const rows: UsageRow[] = [];
  const skipped = new Map<string, number>();
  for await (const line of lines) {
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = null;
    }
    const row = parse(value);
    if (typeof row === 'string') skipped.set(row, (skipped.get(row) ?? 0) + 1);
    else rows.push(row);
  }
  return { rows, skipped };
}
