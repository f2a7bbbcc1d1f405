import type { ScoringBundle } from './bundle/scoringBundle';
import { offeredModels } from './cost/catalog';
import { cancelled, type PipelineOptions } from './pipeline';
import type { PromptOutcome } from './prompts/readPrompts';
import { selectCandidates } from './recommendation/candidates';
import { balancedDial, policyOf } from './recommendation/policy';
import type { DistanceWord } from './recommendation/recommendation';
import { RowScorer, type ScoredRow } from './recommendation/rowScorer';
import type { Sentence } from './sentence';

/** The recommendation for one row of a dataset. Numbers are rounded, so that a row's line is the same wherever it is scored. */
export interface RowScore {
  readonly kind: 'score';
  readonly file: string;
  readonly line: number;
  /** The row's own id; null where it has none. */
  readonly id: string | null;
  readonly category: string | null;
  /** The recommended LLM. */
  readonly model: string;
  /** Its expected correctness, 0..1. */
  readonly probability: number;
  /** True where the evidence was too weak and the best model on average was taken. */
  readonly fallback: boolean;
  /** Mean cosine distance to the nearest known prompts. */
  readonly distance: number;
  readonly distanceWord: DistanceWord;
  /** Expected cost in US dollars; null where the price is unknown. */
  readonly usd: number | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A row that was not scored. */
export interface RowSkip {
  readonly kind: 'skip';
  readonly file: string;
  readonly line: number;
  readonly reason: Sentence;
}

export type RowResult = RowScore | RowSkip;

/** Prompts that are encoded and scored together: as many as the router compares with its index at once. */
const batchSize = 128;
/** Batches under way at once: one is read and written while another is scored. */
const batchesAhead = 2;

/**
 * From the rows of a dataset to a recommendation for each, in order, skipped rows included. A row's result depends on that row
 * alone. Memory is bounded whatever the number of rows.
 * @throws RecommendError NO_CANDIDATES, CANCELLED, and what reading throws
 */
export async function* scoreRows(
  bundle: ScoringBundle,
  outcomes: AsyncIterable<readonly PromptOutcome[]>,
  options: PipelineOptions,
): AsyncIterable<readonly RowResult[]> {
  const offered = offeredModels(bundle.catalog, options.overlay);
  const candidates = selectCandidates(offered.models, options.candidates, new Set(bundle.router.facts.models));
  const scorer = await RowScorer.create(bundle, candidates, 'row by row');
  const { dial } = policyOf(options.preference, options.mode);
  const underWay: Promise<readonly RowResult[]>[] = [];
  let batch: PromptOutcome[] = [];
  let prompts = 0;
  let scored = 0;
  const start = async (): Promise<void> => {
    if (options.signal?.aborted) throw cancelled();
    await options.turn?.();
    const started = scoreBatch(scorer, batch, dial);
    // It is awaited below, in order; until then a failure must not count as unhandled.
    started.catch(() => undefined);
    underWay.push(started);
    batch = [];
    prompts = 0;
  };
  const finish = async (): Promise<readonly RowResult[]> => {
    const results = (await underWay.shift()) ?? [];
    scored += results.length;
    options.onBatch?.(scored);
    return results;
  };
  for await (const rows of outcomes) {
    for (const row of rows) {
      batch.push(row);
      if (row.kind === 'prompt') prompts++;
      if (prompts < batchSize && batch.length < 16 * batchSize) continue;
      await start();
      if (underWay.length >= batchesAhead) yield await finish();
    }
  }
  if (batch.length > 0) await start();
  while (underWay.length > 0) yield await finish();
}

async function scoreBatch(
  scorer: RowScorer,
  outcomes: readonly PromptOutcome[],
  dial: number,
): Promise<readonly RowResult[]> {
  const scored = await scorer.score(outcomes.flatMap((outcome) => (outcome.kind === 'prompt' ? [outcome.prompt] : [])));
  let at = 0;
  return outcomes.map((outcome): RowResult => {
    if (outcome.kind === 'skipped')
      return { kind: 'skip', file: outcome.file, line: outcome.line, reason: outcome.reason };
    return resultOf(scorer, scored.rows[at++] as ScoredRow, outcome.file, dial);
  });
}

function resultOf(scorer: RowScorer, row: ScoredRow, file: string, dial: number): RowScore {
  const { picker, candidates } = scorer;
  picker.setRow(row.logits);
  const distanceWord = scorer.distanceWord(row.distance);
  const quality = picker.quality(row.logits, row.usd, distanceWord === 'far');
  // As in `choose`: quality first spends nothing less, and far from everything known balance keeps the best on average.
  const keepsQuality = dial <= 0 || (distanceWord === 'far' && dial <= balancedDial);
  const { pick, probability, fallback } = keepsQuality ? quality : picker.value(quality, row.logits, row.usd, dial);
  const usd = row.usd[pick] ?? Number.NaN;
  return {
    kind: 'score',
    file,
    line: row.prompt.line ?? 1,
    id: row.prompt.numbered ? null : row.prompt.id,
    category: row.prompt.category ?? null,
    model: candidates[pick]?.id ?? '',
    probability: rounded(probability, 4),
    fallback,
    distance: rounded(row.distance, 4),
    distanceWord,
    usd: Number.isNaN(usd) ? null : Number(usd.toPrecision(4)),
    inputTokens: Math.round(scorer.promptTokens(pick, row.inputTokens) + row.agentInput),
    outputTokens: Math.round(row.outputTokens[pick] ?? 0),
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
