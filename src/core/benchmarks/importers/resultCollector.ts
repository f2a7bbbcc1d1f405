import { byGroup, Column } from '../column';

interface CollectedItem {
  readonly benchmark: string;
  readonly category: string | null;
  readonly id: string;
  readonly prompt: string;
}

/** A finished line of a benchmark table. */
export interface TableLine {
  readonly benchmark: string;
  readonly category: string | null;
  readonly item_id: string;
  readonly prompt: string;
  readonly scores: Readonly<Record<string, number>>;
  readonly output_tokens?: Readonly<Record<string, number>>;
  readonly cost_usd?: Readonly<Record<string, number>>;
}

/**
 * Gathers results of many LLMs on many items in columns (12 to 20 bytes a result beside the prompts). Several results of
 * one LLM on one item (epochs, repeated runs) become their mean.
 */
export class ResultCollector {
  private readonly items: CollectedItem[] = [];
  private readonly itemIndex = new Map<string, number>();
  private readonly models: string[] = [];
  private readonly modelIndex = new Map<string, number>();
  private readonly resultItem = Column.integers();
  private readonly resultModel = Column.integers();
  private readonly resultScore = Column.singles();
  private readonly resultTokens = Column.singles();
  private readonly resultCost = Column.singles();

  /** @param key what makes two results belong to the same item */
  add(
    key: string,
    item: CollectedItem,
    model: string,
    score: number,
    outputTokens: number | undefined,
    costUsd: number | undefined,
  ): void {
    let itemAt = this.itemIndex.get(key);
    if (itemAt === undefined) {
      itemAt = this.items.push(item) - 1;
      this.itemIndex.set(key, itemAt);
    }
    let modelAt = this.modelIndex.get(model);
    if (modelAt === undefined) {
      modelAt = this.models.push(model) - 1;
      this.modelIndex.set(model, modelAt);
    }
    this.resultItem.push(itemAt);
    this.resultModel.push(modelAt);
    this.resultScore.push(score);
    this.resultTokens.push(outputTokens ?? Number.NaN);
    this.resultCost.push(costUsd ?? Number.NaN);
  }

  get itemCount(): number {
    return this.items.length;
  }

  get resultCount(): number {
    return this.resultItem.length;
  }

  /** One line for each item, in the order in which items were first met; models in the order of their names. */
  *lines(): Generator<TableLine> {
    const order = byGroup(this.resultItem, this.items.length);
    let at = 0;
    for (const [index, item] of this.items.entries()) {
      const end = order.ends[index] ?? at;
      const means = new Map<
        number,
        { count: number; score: number; tokens: number; tokenCount: number; cost: number; costCount: number }
      >();
      for (; at < end; at += 1) {
        const result = order.positions[at] ?? 0;
        const model = this.resultModel.at(result);
        const mean = means.get(model) ?? { count: 0, score: 0, tokens: 0, tokenCount: 0, cost: 0, costCount: 0 };
        mean.count += 1;
        mean.score += this.resultScore.at(result);
        const tokens = this.resultTokens.at(result);
        if (!Number.isNaN(tokens)) {
          mean.tokens += tokens;
          mean.tokenCount += 1;
        }
        const cost = this.resultCost.at(result);
        if (!Number.isNaN(cost)) {
          mean.cost += cost;
          mean.costCount += 1;
        }
        means.set(model, mean);
      }
      const named = [...means]
        .map(([model, mean]) => ({ name: this.models[model] ?? '', ...mean }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const tokens = named.filter((each) => each.tokenCount > 0);
      const costs = named.filter((each) => each.costCount > 0);
      yield {
        benchmark: item.benchmark,
        category: item.category,
        item_id: item.id,
        prompt: item.prompt,
        scores: Object.fromEntries(named.map((each) => [each.name, round(each.score / each.count)])),
        ...(tokens.length > 0
          ? {
              output_tokens: Object.fromEntries(
                tokens.map((each) => [each.name, round(each.tokens / each.tokenCount)]),
              ),
            }
          : {}),
        ...(costs.length > 0
          ? { cost_usd: Object.fromEntries(costs.map((each) => [each.name, significant(each.cost / each.costCount)])) }
          : {}),
      };
    }
  }
}

/** Six decimals: enough for a mean of repeated runs, and the same text on every platform. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** Seven digits: what a single-precision column holds. */
function significant(value: number): number {
  return Number(value.toPrecision(7));
}
