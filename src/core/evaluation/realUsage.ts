import type { UsageRow } from '../cost/readUsage';
import type { Price } from '../recommendation/recommendation';

/** Mean tokens of one prompt as a model really used them. */
export interface RealUse {
  readonly outputTokens: number;
  /** Over all turns; null where it was not measured. */
  readonly inputTokens: number | null;
}

/**
 * Measured use by task and model. A row of a whole benchmark stands for the benchmark's task; rows of categories, weighted
 * by their items, for the tasks of a benchmark that is split (`benchmark/part`).
 */
export class RealUsage {
  private readonly byCell = new Map<string, { items: number; output: number; input: number | null }>();

  constructor(rows: readonly UsageRow[]) {
    for (const row of rows) {
      this.add(`${row.benchmark}${row.category === null ? '' : `/${row.category.split('/')[0]}`}`, row);
    }
  }

  /** Null where the use was not measured, or not completely (hidden reasoning missing). */
  of(task: string, model: string): RealUse | null {
    const cell = this.byCell.get(`${task}\n${model}`);
    if (cell === undefined) return null;
    return {
      outputTokens: cell.output / cell.items,
      inputTokens: cell.input === null ? null : cell.input / cell.items,
    };
  }

  private add(task: string, row: UsageRow): void {
    const key = `${task}\n${row.model}`;
    const cell = this.byCell.get(key) ?? { items: 0, output: 0, input: 0 };
    const items = Math.max(1, row.items);
    cell.items += items;
    cell.output += items * row.outputTokens;
    cell.input = cell.input === null || row.inputTokens === null ? null : cell.input + items * row.inputTokens;
    this.byCell.set(key, cell);
  }
}

/** Characters of a token, for prompts whose input tokens were not measured. */
const charactersPerToken = 4;

/** What one prompt really cost, in US dollars: measured tokens at today's list price. */
export function realUsd(use: RealUse, price: Price, promptCharacters: number): number {
  const input = use.inputTokens ?? promptCharacters / charactersPerToken;
  return (input * price.input + use.outputTokens * price.output) / 1e6;
}
