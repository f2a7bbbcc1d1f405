import { logitVariance } from '../scores/guard';
import { expectedSigmoid, interval80 } from '../scores/normal';
import { type Aggregate, preferences, type RowSums } from './aggregate';
import { costOf } from './assess';
import { choose } from './choose';
import { policyOf } from './policy';
import type { CandidateAssessment, DatasetBlock, DatasetSlice, PerRowRoute, Preference } from './recommendation';
import { posteriorOf, type RowScorer } from './rowScorer';

/** Categories that are reported, the largest first. */
const reportedSlices = 50;

/**
 * What is only known of datasets: the rows, how each would be routed, and slices by category. Rows and slices are routed by
 * the linked Gaussian process in paper mode too: the paper scores datasets as wholes.
 * @param candidates in the order of `scorer.candidates`
 * @param order the order in which they are reported, as indices into `candidates`
 */
export async function datasetBlock(
  scorer: RowScorer,
  aggregate: Aggregate,
  candidates: readonly CandidateAssessment[],
  order: readonly number[],
  preference: Preference,
): Promise<DatasetBlock> {
  const rows = [...aggregate.kept].sort((a, b) => a.order - b.order);
  const largest = [...aggregate.groups]
    .sort((a, b) => b[1].rows - a[1].rows || (a[0] < b[0] ? -1 : 1))
    .slice(0, reportedSlices);
  const sliced = largest.length > 1;
  const groups: DatasetSlice[] = [];
  if (sliced)
    for (const [value, sums] of largest) groups.push(await slice(scorer, candidates, order, value, sums, preference));
  const groupPlaces = new Map(groups.map(({ value }, index) => [value, index]));
  const places = new Map(order.map((candidate, place) => [candidate, place]));
  return {
    rows: {
      ids: rows.map(({ id }) => id),
      lines: rows.map(({ line }) => line),
      excerpts: rows.map(({ excerpt }) => excerpt),
      ...(sliced ? { groups: rows.map(({ group }) => (group === null ? -1 : (groupPlaces.get(group) ?? -1))) } : {}),
      distances: rows.map(({ distance }) => rounded(distance)),
    },
    routes: preferences.map((one, at) => route(one, at, aggregate, candidates, places, rows)),
    slices: sliced ? { column: 'category', groups } : null,
    farAbove: scorer.bundle.router.facts.distanceThresholds.far,
    farRows: aggregate.farRows,
  };
}

function route(
  preference: Preference,
  at: number,
  aggregate: Aggregate,
  candidates: readonly CandidateAssessment[],
  places: ReadonlyMap<number, number>,
  rows: Aggregate['kept'],
): PerRowRoute {
  const sums = aggregate.routes[at];
  const total = Math.max(1, aggregate.total.rows);
  const probability = (sums?.probability ?? 0) / total;
  const { agentic } = aggregate.total;
  const billed = (usd: number, loopUsd: number): number => (agentic ? usd : usd - loopUsd);
  const shares = [...(sums?.rows ?? [])]
    .map((count, candidate) => ({ model: candidates[candidate]?.model ?? '', rows: count, candidate }))
    .filter(({ rows: count }) => count > 0)
    .sort((a, b) => b.rows - a.rows || a.candidate - b.candidate);
  // The error of the level is shared by all rows: the interval has the spread of the picks' own intervals.
  const variance = shares.reduce((sum, { rows: count, candidate }) => {
    const posterior = candidates[candidate]?.posterior;
    return sum + (count / total) * (posterior ? logitVariance(posterior) : 0);
  }, 0);
  return {
    preference,
    probability,
    interval: interval80(logitWithMean(probability, variance), variance),
    usd: !sums || sums.unpriced > 0 ? null : billed(sums.usd, sums.loopUsd) / total,
    shares: shares.map(({ model, rows: count }) => ({ model, rows: count })),
    picks: rows.map(({ picks }) => places.get(picks[at]?.pick ?? 0) ?? 0),
    probabilities: rows.map(({ picks }) => rounded(picks[at]?.probability ?? 0)),
    costs: rows.map(({ picks }) => {
      const { usd = null, loopUsd = 0 } = picks[at] ?? {};
      return usd === null ? null : billed(usd, loopUsd);
    }),
  };
}

/** The logit mean for which the expected sigmoid under `variance` is `probability`: inverse of `expectedSigmoid`. */
function logitWithMean(probability: number, variance: number): number {
  const clamped = Math.min(1 - 1e-6, Math.max(1e-6, probability));
  return Math.log(clamped / (1 - clamped)) * Math.sqrt(1 + (Math.PI * variance) / 8);
}

async function slice(
  scorer: RowScorer,
  candidates: readonly CandidateAssessment[],
  order: readonly number[],
  value: string,
  sums: RowSums,
  preference: Preference,
): Promise<DatasetSlice> {
  const { router } = scorer.bundle;
  const joint = await router.posterior(sums.mean(sums.centroid), sums.mean(sums.mixture));
  const assessed = candidates.map((candidate, index) => {
    const posterior = posteriorOf(joint, scorer.models[index] ?? 0);
    return {
      ...candidate,
      probability: expectedSigmoid(posterior.mean, logitVariance(posterior)),
      posterior,
      cost: costOf(scorer, index, sums),
    };
  });
  const distance = sums.distance / Math.max(1, sums.rows);
  const choice = choose(
    { candidates: assessed, distanceWord: scorer.distanceWord(distance), prompts: sums.rows },
    policyOf(preference, 'guarded'),
  );
  return {
    value,
    rows: sums.rows,
    pick: choice?.decision.model ?? '',
    probabilities: order.map((candidate) => rounded(assessed[candidate]?.probability ?? 0)),
    costs: order.map((candidate) => assessed[candidate]?.cost.usd ?? null),
    distance: rounded(distance),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
