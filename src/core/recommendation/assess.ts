import type { ScoringBundle } from '../bundle/scoringBundle';
import type { OfferedModel } from '../cost/catalog';
import { expectedCost } from '../cost/expectedCost';
import type { JointPosterior } from '../predictors/router';
import { logitVariance, probabilityAtLeast } from '../scores/guard';
import { expectedSigmoid, interval80 } from '../scores/normal';
import type { Aggregate, RowSums } from './aggregate';
import type { CandidateAssessment, NearestBenchmark } from './recommendation';
import { posteriorOf, type RowScorer } from './rowScorer';

/** Loadings are rounded: they are sent to the panel, and differences of 1e-4 in a logit mean nothing. */
const loadingDigits = 1e4;

/**
 * Assesses every candidate on an input as a whole.
 * @param sampled true where the rows are a sample of the input: intervals then hold the error of the sample too
 */
export function assessCandidates(
  scorer: RowScorer,
  aggregate: Aggregate,
  posterior: JointPosterior,
  sampled = false,
): CandidateAssessment[] {
  const { bundle, candidates } = scorer;
  const { facts } = bundle.router;
  const paper = aggregate.paperScores();
  const scoresOf = paper.scores(bundle.paper);
  const sums = aggregate.total;
  const joint = candidates.map((_, candidate) => {
    const own = posteriorOf(posterior, scorer.models[candidate] ?? 0);
    // The linked model knows a dataset by its centroid; a prompt alone is told more by the known prompts next to it.
    return sums.rows === 1 ? { ...own, mean: own.mean + (sums.local[candidate] ?? 0) } : own;
  });
  const best = joint[scorer.picker.bestOnAverage];
  return candidates.map((model, candidate): CandidateAssessment => {
    const index = scorer.models[candidate] ?? 0;
    const own = joint[candidate] ?? posteriorOf(posterior, index);
    const variance = logitVariance(own);
    const items = facts.resultCounts[index] ?? 0;
    return {
      ...described(model),
      probability: expectedSigmoid(own.mean, variance),
      interval: interval80(own.mean, variance + (sampled ? sums.samplingVariance(candidate) : 0)),
      beatsBest: best ? probabilityAtLeast(own, best) : 1,
      ability: facts.abilities[index] ?? 0,
      evidence: {
        kind: items > 0 ? 'per-item' : model.aggregates > 0 ? 'aggregate' : 'features',
        items,
        nearby: paper.nearbyResults(index),
      },
      cost: costOf(scorer, candidate, sums),
      scores: scoresOf(index),
      posterior: {
        mean: own.mean,
        factors: own.factors.map((loading) => Math.round(loading * loadingDigits) / loadingDigits),
        ownVariance: own.ownVariance,
      },
    };
  });
}

function described(
  model: OfferedModel,
): Pick<
  CandidateAssessment,
  'model' | 'name' | 'provider' | 'openWeights' | 'contextTokens' | 'released' | 'buyable' | 'price'
> {
  return {
    model: model.id,
    name: model.name,
    provider: model.provider,
    openWeights: model.openWeights,
    contextTokens: model.contextTokens,
    released: model.released,
    buyable: model.buyable,
    price: model.price,
  };
}

/** Expected cost of a row with one candidate: the mean over the rows of `sums`. */
export function costOf(scorer: RowScorer, candidate: number, sums: RowSums): CandidateAssessment['cost'] {
  const rows = Math.max(1, sums.rows);
  return expectedCost(
    {
      prompt: scorer.promptTokens(candidate, sums.inputTokens / rows),
      agentInput: sums.agentic ? sums.agentInput / rows : 0,
      output: (sums.outputTokens[candidate] ?? 0) / rows,
    },
    scorer.candidates[candidate]?.price ?? null,
    sums.agentic,
    scorer.bundle.tokens.spread,
  );
}

/** Share of the neighbourhood below which a benchmark is not worth naming. */
const namedFrom = 0.02;
const namedAtMost = 8;

/** The benchmarks that the neighbourhood consists of, and what candidates scored there. */
export function nearestBenchmarks(
  bundle: ScoringBundle,
  candidates: readonly OfferedModel[],
  aggregate: Aggregate,
): NearestBenchmark[] {
  const mixture = aggregate.total.mean(aggregate.total.mixture);
  return bundle.router.facts.benchmarks
    .map((benchmark, index) => ({ benchmark, weight: mixture[index] ?? 0, similarity: aggregate.similarityTo(index) }))
    .filter(({ weight, similarity }) => weight >= namedFrom && similarity > -1)
    .sort((a, b) => b.weight - a.weight || (a.benchmark.name < b.benchmark.name ? -1 : 1))
    .slice(0, namedAtMost)
    .map(({ benchmark, weight, similarity }) => ({
      benchmark: benchmark.name,
      title: benchmark.title,
      kind: benchmark.kind,
      language: benchmark.language,
      weight,
      similarity,
      items: benchmark.items,
      url: benchmark.url,
      accuracies: Object.fromEntries(
        candidates.flatMap(({ id, evidenceOf }) => {
          const accuracy = benchmark.accuracies[evidenceOf];
          return accuracy === undefined ? [] : [[id, accuracy] as const];
        }),
      ),
    }));
}
