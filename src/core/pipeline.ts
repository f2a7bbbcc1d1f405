import type { ScoringBundle } from './bundle/scoringBundle';
import { offeredModels } from './cost/catalog';
import type { CatalogOverlay } from './cost/catalogOverlay';
import { RecommendError } from './errors';
import type { Prompt } from './prompts/prompt';
import type { ReadReport } from './prompts/readReport';
import { Aggregate } from './recommendation/aggregate';
import { assessCandidates, nearestBenchmarks } from './recommendation/assess';
import { selectCandidates } from './recommendation/candidates';
import { choose } from './recommendation/choose';
import { datasetBlock } from './recommendation/datasetBlock';
import { policyOf } from './recommendation/policy';
import type { Preference, Recommendation, RoutingMode } from './recommendation/recommendation';
import { RowScorer } from './recommendation/rowScorer';
import { say } from './sentence';

/** Where the prompts come from: one pass over files, a selection, a dataset. */
export interface PromptInput {
  /** How the user knows the input. */
  readonly file: string;
  readonly prompts: AsyncIterable<Prompt>;
  /** What was read; complete once `prompts` has ended. */
  report(): ReadReport;
}

export interface PipelineOptions {
  readonly mode: RoutingMode;
  readonly preference: Preference;
  /** Model ids and globs; empty = models that can be bought today. */
  readonly candidates: readonly string[];
  readonly overlay?: CatalogOverlay;
  /** True for a first answer that another one will replace: tokens are estimated, which saves loading the tokenizer. */
  readonly provisional?: boolean;
  readonly signal?: AbortSignal;
  /** Awaited before each batch: lets a waiting shorter job go first. */
  readonly turn?: () => Promise<void>;
  /** Called after each batch with the number of prompts scored. */
  readonly onBatch?: (prompts: number) => void;
}

/** Prompts that are encoded and scored together. */
const batchSize = 64;

/**
 * From prompts to a recommendation: the steps, in order. Memory is bounded whatever the number of prompts.
 * @throws RecommendError NO_CANDIDATES, NO_PROMPTS, CANCELLED, and what reading throws
 */
export async function recommend(
  bundle: ScoringBundle,
  input: PromptInput,
  options: PipelineOptions,
): Promise<Recommendation> {
  const { router } = bundle;
  const started = performance.now();
  let scoreMs = 0;

  const offered = offeredModels(bundle.catalog, options.overlay);
  const candidates = selectCandidates(offered.models, options.candidates, new Set(router.facts.models));
  const scorer = await RowScorer.create(bundle, candidates, options.provisional ? 'estimated' : 'exactly');
  const aggregate = new Aggregate(scorer);

  for await (const prompts of batches(input.prompts, batchSize)) {
    await options.turn?.();
    if (options.signal?.aborted) throw cancelled();
    const before = performance.now();
    aggregate.add(await scorer.score(prompts));
    scoreMs += performance.now() - before;
    options.onBatch?.(aggregate.total.rows);
  }
  const { total } = aggregate;
  if (total.rows === 0)
    throw new RecommendError(
      'NO_PROMPTS',
      say('{0} holds no prompt.', input.file),
      say('Check the file, or name the prompt column.'),
    );

  const before = performance.now();
  const posterior = await router.posterior(total.mean(total.centroid), total.mean(total.mixture));
  const assessed = assessCandidates(scorer, aggregate, posterior, input.report().sample !== undefined);
  const distance = total.distance / total.rows;
  const distanceWord = scorer.distanceWord(distance);
  const choice = choose(
    { candidates: assessed, distanceWord, prompts: total.rows },
    policyOf(options.preference, options.mode),
  );
  if (!choice) throw new RecommendError('INTERNAL', 'No candidate was left to choose.', 'Please report this defect.');
  const order = [...assessed.keys()].sort((a, b) => (assessed[b]?.probability ?? 0) - (assessed[a]?.probability ?? 0));
  const dataset = total.rows > 1 ? await datasetBlock(scorer, aggregate, assessed, order, options.preference) : null;
  scoreMs += performance.now() - before;

  return {
    file: input.file,
    prompts: total.rows,
    mode: options.mode,
    preference: options.preference,
    recommendation: choice.decision,
    picks: choice.picks,
    candidates: order.flatMap((candidate) => assessed[candidate] ?? []),
    distance,
    distanceWord,
    distanceThresholds: scorer.bundle.router.facts.distanceThresholds,
    outOfDistribution: distanceWord === 'far',
    nearest: aggregate.nearest(),
    nearestBenchmarks: nearestBenchmarks(bundle, candidates, aggregate),
    read: withWarnings(input.report(), offered.unknown),
    declaredModel: aggregate.declaredModel,
    ...(dataset ? { dataset } : {}),
    bundle: { version: router.facts.version, sha256: router.facts.sha256, trained: router.facts.trained },
    timing: { readMs: Math.max(0, performance.now() - started - scoreMs), scoreMs },
  };
}

function withWarnings(report: ReadReport, unknownModels: readonly string[]): ReadReport {
  if (unknownModels.length === 0) return report;
  const warning = say('Unknown models in your own prices or models: {0}.', unknownModels.join(', '));
  return { ...report, warnings: [...(report.warnings ?? []), warning] };
}

async function* batches<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The failure of a job whose user cancelled it. */
export function cancelled(): RecommendError {
  return new RecommendError('CANCELLED', say('Scoring was cancelled.'), say('Run it again to start over.'));
}
