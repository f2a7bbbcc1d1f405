import type { ScoringBundle } from '../bundle/scoringBundle';
import type { OfferedModel } from '../cost/catalog';
import { usdOf } from '../cost/expectedCost';
import {
  EstimatedTokens,
  InputTokens,
  loadTokenCounter,
  SlicedTokens,
  type TextTokens,
  tokenizerFactor,
} from '../cost/inputTokens';
import { familiarityAt, type TokenEstimator, tokenEstimator } from '../cost/tokenModel';
import { localEvidence, locality } from '../predictors/localEvidence';
import type { JointPosterior, PromptPredictions, RouterFacts } from '../predictors/router';
import type { Prompt } from '../prompts/prompt';
import { scoredText } from '../prompts/scoredText';
import { promptDistance } from '../scores/distance';
import type { LogitPosterior } from '../scores/guard';
import type { DistanceWord } from './recommendation';
import { RowPicker } from './rowPicker';

/** The prompts of one batch, scored. Per-candidate arrays are in the order of {@link RowScorer.candidates}. */
export interface ScoredRow {
  readonly prompt: Prompt;
  /** Row of the batch's `predictions`. */
  readonly row: number;
  readonly distance: number;
  /** Logit of correctness of each candidate, the results on the nearest known prompts included. */
  readonly logits: Float32Array;
  /** What those results added to each logit; see `localEvidence`. */
  readonly local: Float64Array;
  /** Expected output tokens of each candidate. */
  readonly outputTokens: Float64Array;
  /** Tokens of the prompt itself (o200k_base). */
  readonly inputTokens: number;
  /** Input tokens that an agent loop adds; 0 where the neighbourhood is of single requests. */
  readonly agentInput: number;
  /** Expected cost with each candidate in US dollars; NaN where the price is unknown. */
  readonly usd: Float64Array;
}

export interface ScoredBatch {
  readonly predictions: PromptPredictions;
  readonly rows: readonly ScoredRow[];
}

/** Scores prompts one by one against a fixed list of candidates: the inner step of datasets and of streaming files. */
export class RowScorer {
  readonly picker: RowPicker;
  /** Index of each candidate's evidence in the router's models. */
  readonly models: Int32Array;
  private readonly tokens: TokenEstimator;
  private readonly factors: Float64Array;

  private constructor(
    readonly bundle: ScoringBundle,
    readonly candidates: readonly OfferedModel[],
    reference: JointPosterior,
    private readonly input: TextTokens,
  ) {
    const { facts } = bundle.router;
    this.models = candidateIndices(bundle, candidates);
    this.tokens = tokenEstimator(
      bundle.tokens,
      facts.benchmarks.map(({ name }) => name),
      candidates.map(({ evidenceOf, verbosity, reasoning }) => ({ id: evidenceOf, verbosity, reasoning })),
    );
    this.factors = Float64Array.from(candidates, ({ provider }) => tokenizerFactor(provider));
    this.picker = new RowPicker(
      candidates.map(({ id }, candidate) => ({
        model: id,
        ability: facts.abilities[this.models[candidate] ?? 0] ?? 0,
        evidence: { items: facts.resultCounts[this.models[candidate] ?? -1] ?? 0 },
      })),
      Array.from(this.models, (model) => posteriorOf(reference, model)),
    );
  }

  /**
   * @param counting how the tokens of prompts are counted: exactly for the first thousands; row by row, so that each row's figures
   *   depend on that row alone and parts can be scored apart and joined; or estimated by their lengths, at once
   */
  static async create(
    bundle: ScoringBundle,
    candidates: readonly OfferedModel[],
    counting: 'exactly' | 'row by row' | 'estimated' = 'exactly',
  ): Promise<RowScorer> {
    const { facts, encoder } = bundle.router;
    // The spreads of an input in the middle of everything known stand for those of every row.
    const items = facts.benchmarks.reduce((sum, benchmark) => sum + benchmark.items, 0);
    const mixture = Float32Array.from(facts.benchmarks, (benchmark) => (items > 0 ? benchmark.items / items : 0));
    const reference = await bundle.router.posterior(new Float32Array(encoder.dimensions), mixture);
    return new RowScorer(bundle, candidates, reference, await tokensOf(counting));
  }

  /** Scores a batch; an empty text has no neighbours and is far from everything. */
  async score(prompts: readonly Prompt[]): Promise<ScoredBatch> {
    const predictions = await this.bundle.router.predict(prompts.map(scoredText));
    return { predictions, rows: prompts.map((prompt, row) => this.scoreRow(prompt, row, predictions)) };
  }

  /** Tokens of a prompt with one candidate, in the candidate's own tokens. */
  promptTokens(candidate: number, inputTokens: number): number {
    return inputTokens * (this.factors[candidate] ?? 1);
  }

  /** How far a prompt is from everything known, in words. */
  distanceWord(distance: number): DistanceWord {
    const { near, far } = this.bundle.router.facts.distanceThresholds;
    return distance > far ? 'far' : distance > near ? 'near' : 'in';
  }

  private scoreRow(prompt: Prompt, row: number, predictions: PromptPredictions): ScoredRow {
    const { facts } = this.bundle.router;
    const models = facts.models.length;
    const benchmarks = facts.benchmarks.length;
    const width = predictions.count === 0 ? 0 : predictions.similarities.length / predictions.count;
    const { length } = this.candidates;
    const outputTokens = new Float64Array(length);
    const mixture = predictions.mixture.subarray(row * benchmarks, (row + 1) * benchmarks);
    const distance = promptDistance(predictions.similarities, row, width);
    const loop = this.tokens.estimate(mixture, familiarityAt(distance, facts.distanceThresholds.near), outputTokens);
    const inputTokens = this.input.of(sentText(prompt));
    const agentInput = distance <= agentsWithin(facts.distanceThresholds) ? loop : 0;
    const usd = new Float64Array(length);
    const linked = new Float32Array(length);
    for (let candidate = 0; candidate < length; candidate++) {
      const price = this.candidates[candidate]?.price ?? null;
      const use = {
        prompt: this.promptTokens(candidate, inputTokens),
        agentInput,
        output: outputTokens[candidate] ?? 0,
      };
      usd[candidate] = price === null ? Number.NaN : usdOf(use, price);
      linked[candidate] = predictions.logits[row * models + (this.models[candidate] ?? 0)] ?? 0;
    }
    const near = locality(distance, facts.distanceThresholds.near);
    const local = localEvidence(this.bundle.router, predictions, row, this.models, linked, near);
    const logits = new Float32Array(length);
    for (let candidate = 0; candidate < length; candidate++)
      logits[candidate] = (linked[candidate] ?? 0) + (local[candidate] ?? 0);
    return {
      prompt,
      row,
      distance,
      logits,
      local,
      outputTokens,
      inputTokens,
      agentInput,
      usd,
    };
  }
}

/**
 * Distance up to which a neighbourhood of agents' tasks makes an input one: a third of the way from `near` to `far`. An agent's
 * loop costs a thousand times what one request does, and what is further away merely reads like code. With benchmark families
 * held out, 3 % of single requests are taken for an agent's then (7 % without this), and 51 % of agents' tasks are found (61 %).
 */
function agentsWithin({ near, far }: RouterFacts['distanceThresholds']): number {
  return near + (far - near) / 3;
}

async function tokensOf(counting: 'exactly' | 'row by row' | 'estimated'): Promise<TextTokens> {
  if (counting === 'estimated') return new EstimatedTokens();
  const counter = await loadTokenCounter();
  return counting === 'row by row' ? new SlicedTokens(counter) : new InputTokens(counter);
}

/** Everything that would be sent, for counting tokens. */
function sentText(prompt: Prompt): string {
  const first = prompt.parts[0];
  return prompt.parts.length === 1 && first ? first.text : prompt.parts.map(({ text }) => text).join('\n');
}

/** Index of each candidate's evidence in the router's models. */
export function candidateIndices(bundle: ScoringBundle, candidates: readonly OfferedModel[]): Int32Array {
  const indices = new Map(bundle.router.facts.models.map((id, index) => [id, index]));
  return Int32Array.from(candidates, ({ evidenceOf }) => indices.get(evidenceOf) ?? -1);
}

/** One model's part of a joint posterior. */
export function posteriorOf(joint: JointPosterior, model: number): LogitPosterior {
  return {
    mean: joint.mean[model] ?? 0,
    factors: [...joint.factors.subarray(model * joint.rank, (model + 1) * joint.rank)],
    ownVariance: joint.ownVariance[model] ?? 0,
  };
}
