import { usdOf } from '../cost/expectedCost';
import { PaperScorer } from '../scores/paperScores';
import { seededRandom } from '../scores/seededRandom';
import { balancedDial } from './policy';
import type { NearestItem, Preference } from './recommendation';
import type { RowScorer, ScoredBatch, ScoredRow } from './rowScorer';

/** Rows that are kept for listing and for the paper's scores: all, or a uniform sample where there are more. */
export const keptRows = 2_000;
/** Categories that are told apart; rows of later ones count in the totals only. */
const keptGroups = 500;
const keptNearest = 10;
const excerptCharacters = 120;

export const preferences: readonly Preference[] = ['quality', 'balanced', 'price'];

/** Sums over rows from which a posterior can be taken. */
export class RowSums {
  rows = 0;
  distance = 0;
  agentRows = 0;
  inputTokens = 0;
  agentInput = 0;
  readonly centroid: Float64Array;
  readonly mixture: Float64Array;
  readonly outputTokens: Float64Array;
  /** What the results on the nearest known prompts added to each candidate's logit. */
  readonly local: Float64Array;
  private readonly logits: Float64Array;
  private readonly squaredLogits: Float64Array;

  constructor(dimensions: number, benchmarks: number, candidates: number) {
    this.centroid = new Float64Array(dimensions);
    this.mixture = new Float64Array(benchmarks);
    this.outputTokens = new Float64Array(candidates);
    this.local = new Float64Array(candidates);
    this.logits = new Float64Array(candidates);
    this.squaredLogits = new Float64Array(candidates);
  }

  add(row: ScoredRow, vector: Float32Array, mixture: Float32Array): void {
    this.rows++;
    this.distance += row.distance;
    this.inputTokens += row.inputTokens;
    this.agentInput += row.agentInput;
    if (row.agentInput > 0) this.agentRows++;
    addTo(this.centroid, vector);
    addTo(this.mixture, mixture);
    addTo(this.outputTokens, row.outputTokens);
    addTo(this.local, row.local);
    for (let candidate = 0; candidate < this.logits.length; candidate++) {
      const logit = row.logits[candidate] ?? 0;
      this.logits[candidate] = (this.logits[candidate] ?? 0) + logit;
      this.squaredLogits[candidate] = (this.squaredLogits[candidate] ?? 0) + logit * logit;
    }
  }

  /**
   * Whether the rows are an agent's tasks: half of them or more. A dataset is used in one way, and a few rows that are mistaken
   * for an agent's would decide the whole bill: where fewer are, all count as single requests.
   */
  get agentic(): boolean {
    return this.agentRows > 0 && this.agentRows * 2 >= this.rows;
  }

  /** Variance of the mean logit of a candidate where the rows are a sample: s² / n. */
  samplingVariance(candidate: number): number {
    if (this.rows < 2) return 0;
    const mean = (this.logits[candidate] ?? 0) / this.rows;
    const variance = ((this.squaredLogits[candidate] ?? 0) - this.rows * mean * mean) / (this.rows - 1);
    return Math.max(0, variance) / this.rows;
  }

  mean(sums: Float64Array): Float32Array {
    return Float32Array.from(sums, (sum) => sum / Math.max(1, this.rows));
  }
}

/** Where a row goes under one preference. */
export interface KeptPick {
  readonly pick: number;
  readonly probability: number;
  readonly usd: number | null;
  /** What of `usd` an agent's loop costs. */
  readonly loopUsd: number;
}

/** A kept row. */
export interface KeptRow {
  readonly order: number;
  readonly id: string;
  readonly line: number;
  readonly excerpt: string;
  readonly group: string | null;
  readonly distance: number;
  /** The pick under each of {@link preferences}. */
  readonly picks: readonly KeptPick[];
  readonly neighbours: Int32Array;
}

/** What one preference gives when every row goes to its own pick. */
export interface RouteSums {
  readonly preference: Preference;
  probability: number;
  usd: number;
  /** What of `usd` agents' loops cost. */
  loopUsd: number;
  unpriced: number;
  readonly rows: Int32Array;
}

/** Streaming aggregates of a dataset: memory is bounded whatever the number of rows. */
export class Aggregate {
  readonly total: RowSums;
  readonly groups = new Map<string, RowSums>();
  readonly routes: readonly RouteSums[];
  readonly kept: KeptRow[] = [];
  farRows = 0;
  declaredModel: string | null = null;
  private readonly bestByBenchmark: Float64Array;
  private nearestItems: { readonly item: number; readonly similarity: number }[] = [];
  private readonly random = seededRandom(20_230_915);

  constructor(private readonly scorer: RowScorer) {
    const { router } = scorer.bundle;
    this.total = this.sums();
    this.bestByBenchmark = new Float64Array(router.facts.benchmarks.length).fill(-1);
    this.routes = preferences.map((preference) => ({
      preference,
      probability: 0,
      usd: 0,
      loopUsd: 0,
      unpriced: 0,
      rows: new Int32Array(scorer.candidates.length),
    }));
  }

  add(batch: ScoredBatch): void {
    for (const row of batch.rows) this.addRow(row, batch);
  }

  /** The nearest known prompts, nearest first, each once. */
  nearest(): NearestItem[] {
    const { router } = this.scorer.bundle;
    return this.nearestItems.map(({ item: index, similarity }) => {
      const item = router.item(index);
      return {
        benchmark: router.facts.benchmarks[item.benchmark]?.name ?? '',
        category: item.category,
        item: item.id,
        similarity,
      };
    });
  }

  /** Highest cosine of a prompt of the benchmark to any row; −1 where none was near. */
  similarityTo(benchmark: number): number {
    return this.bestByBenchmark[benchmark] ?? -1;
  }

  /** S1, S2 and S3 over the kept rows. */
  paperScores(): PaperScorer {
    const paper = new PaperScorer(this.scorer.bundle.router);
    for (const row of this.kept) paper.add(row.neighbours, row.distance);
    return paper;
  }

  private sums(): RowSums {
    const { router } = this.scorer.bundle;
    return new RowSums(router.encoder.dimensions, router.facts.benchmarks.length, this.scorer.candidates.length);
  }

  private addRow(row: ScoredRow, { predictions }: ScoredBatch): void {
    const { router } = this.scorer.bundle;
    const slice = <T extends Float32Array | Int32Array>(values: T): T => {
      const width = values.length / predictions.count;
      return values.subarray(row.row * width, (row.row + 1) * width) as T;
    };
    const vector = slice(predictions.vectors);
    const mixture = slice(predictions.mixture);
    this.total.add(row, vector, mixture);
    const group = row.prompt.category ?? null;
    if (group !== null) this.groupSums(group)?.add(row, vector, mixture);
    this.declaredModel ??= row.prompt.declaredModel ?? null;

    const far = this.scorer.distanceWord(row.distance) === 'far';
    if (far) this.farRows++;
    const picks = this.pick(row, far);

    const neighbours = slice(predictions.neighbours);
    const similarities = slice(predictions.similarities);
    this.noteNearest(neighbours, similarities);
    for (let at = 0; at < neighbours.length; at++) {
      const benchmark = router.item(neighbours[at] ?? 0).benchmark;
      const similarity = similarities[at] ?? 0;
      if (similarity > (this.bestByBenchmark[benchmark] ?? -1)) this.bestByBenchmark[benchmark] = similarity;
    }
    this.keep(() => ({
      order: this.total.rows - 1,
      id: row.prompt.id,
      line: row.prompt.line ?? this.total.rows,
      excerpt: excerptOf(row),
      group,
      distance: row.distance,
      picks,
      neighbours: neighbours.slice(),
    }));
  }

  private pick(row: ScoredRow, far: boolean): KeptRow['picks'] {
    const { picker } = this.scorer;
    picker.setRow(row.logits);
    const quality = picker.quality(row.logits, row.usd, far);
    return this.routes.map((route) => {
      const choice =
        route.preference === 'quality' || (far && route.preference === 'balanced')
          ? quality
          : picker.value(quality, row.logits, row.usd, route.preference === 'balanced' ? balancedDial : 1);
      const usd = row.usd[choice.pick] ?? Number.NaN;
      route.probability += choice.probability;
      route.rows[choice.pick] = (route.rows[choice.pick] ?? 0) + 1;
      const price = this.scorer.candidates[choice.pick]?.price;
      const loopUsd = price ? usdOf({ prompt: 0, agentInput: row.agentInput, output: 0 }, price) : 0;
      if (Number.isNaN(usd)) route.unpriced++;
      else route.usd += usd;
      route.loopUsd += loopUsd;
      return { pick: choice.pick, probability: choice.probability, usd: Number.isNaN(usd) ? null : usd, loopUsd };
    });
  }

  private groupSums(group: string): RowSums | null {
    const found = this.groups.get(group);
    if (found) return found;
    if (this.groups.size >= keptGroups) return null;
    const sums = this.sums();
    this.groups.set(group, sums);
    return sums;
  }

  /** Algorithm R (Vitter 1985): every row is kept with the same probability. */
  private keep(make: () => KeptRow): void {
    if (this.kept.length < keptRows) {
      this.kept.push(make());
      return;
    }
    const place = Math.floor(this.random() * this.total.rows);
    if (place < keptRows) this.kept[place] = make();
  }

  private noteNearest(neighbours: Int32Array, similarities: Float32Array): void {
    let changed = false;
    const least = this.nearestItems.at(-1)?.similarity ?? -1;
    for (let at = 0; at < Math.min(neighbours.length, keptNearest); at++) {
      const item = neighbours[at] ?? 0;
      const similarity = similarities[at] ?? 0;
      if (this.nearestItems.length >= keptNearest && similarity <= least) break;
      const known = this.nearestItems.find((one) => one.item === item);
      if (known && known.similarity >= similarity) continue;
      this.nearestItems = this.nearestItems.filter((one) => one.item !== item);
      this.nearestItems.push({ item, similarity });
      changed = true;
    }
    if (!changed) return;
    this.nearestItems.sort((a, b) => b.similarity - a.similarity || a.item - b.item);
    this.nearestItems.length = Math.min(this.nearestItems.length, keptNearest);
  }
}

function addTo(sums: Float64Array, values: ArrayLike<number>): void {
  for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] ?? 0) + (values[at] ?? 0);
}

/** The beginning of what the user asks, on one line. */
function excerptOf({ prompt }: ScoredRow): string {
  const asked = prompt.parts.findLast(({ role, text }) => role === 'user' && text.trim() !== '') ?? prompt.parts[0];
  const line = (asked?.text ?? '')
    .slice(0, 4 * excerptCharacters)
    .replace(/\s+/gu, ' ')
    .trim();
  return line.length <= excerptCharacters ? line : `${line.slice(0, excerptCharacters - 1)}…`;
}
