/** Growable column of numbers. */
class Column<T extends Int32Array | Float32Array> {
  length = 0;

  constructor(
    private values: T,
    private readonly grow: (length: number) => T,
  ) {}

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = this.grow(this.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length] = value;
    this.length += 1;
  }

  at(index: number): number {
    return this.values[index] ?? Number.NaN;
  }
}

const integers = (): Column<Int32Array> => new Column(new Int32Array(1024), (length) => new Int32Array(length));
const decimals = (): Column<Float32Array> => new Column(new Float32Array(1024), (length) => new Float32Array(length));

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
  private readonly resultItem = integers();
  private readonly resultModel = integers();
  private readonly resultScore = decimals();
  private readonly resultTokens = decimals();
  private readonly resultCost = decimals();

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
    const order = this.byItem();
    let at = 0;
    for (const [index, item] of this.items.entries()) {
      const end = order.ends[index] ?? at;
      const means = new Map<
        number,
        { count: number; score: number; tokens: number; tokenCount: number; cost: number; costCount: number }
      >();
      for (; at < end; at += 1) {
        const result = order.results[at] ?? 0;
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

  /** Counting sort of the results by item. */
  private byItem(): { readonly results: Int32Array; readonly ends: Int32Array } {
    const ends = new Int32Array(this.items.length + 1);
    for (let result = 0; result < this.resultItem.length; result += 1) {
      const item = this.resultItem.at(result);
      ends[item] = (ends[item] ?? 0) + 1;
    }
    let total = 0;
    const next = new Int32Array(this.items.length);
    for (let item = 0; item < this.items.length; item += 1) {
      next[item] = total;
      total += ends[item] ?? 0;
      ends[item] = total;
    }
    const results = new Int32Array(total);
    for (let result = 0; result < total; result += 1) {
      const item = this.resultItem.at(result);
      const slot = next[item] ?? 0;
      results[slot] = result;
      next[item] = slot + 1;
    }
    return { results, ends };
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
