import type { BenchmarkTable } from '../benchmarks/benchmarkTable';
import type { ScoringBundle } from '../bundle/scoringBundle';
import type { OfferedModel } from '../cost/catalog';
import type { Prompt } from '../prompts/prompt';
import { Aggregate } from '../recommendation/aggregate';
import { assessCandidates } from '../recommendation/assess';
import { choose } from '../recommendation/choose';
import { balancedDial, policyOf } from '../recommendation/policy';
import type { CandidateAssessment, DistanceWord } from '../recommendation/recommendation';
import { RowScorer } from '../recommendation/rowScorer';
import { logitVariance } from '../scores/guard';
import { expectedSigmoid } from '../scores/normal';

/** Positions of the dial that are tried: from quality whatever it costs to price first. */
export const dials: readonly number[] = Array.from({ length: 41 }, (_, i) => i / 40);

/** A choice under one position of the dial. */
export interface DialPick {
  readonly dial: number;
  /** Position among the candidates. */
  readonly pick: number;
}

/** What the product says of some prompts and a fixed list of candidates, all by the product's own code. */
export interface ProductAnswer {
  /** In the order of the candidates. */
  readonly assessed: readonly CandidateAssessment[];
  /** Position of the guarded quality pick. */
  readonly pick: number;
  /** Position of the pick under the default preference, the balance of quality and cost. */
  readonly valuePick: number;
  readonly distance: number;
  readonly distanceWord: DistanceWord;
  /** prompts × candidates: P(correct) of every prompt by itself. */
  readonly promptProbabilities: Float64Array;
  /** Guarded pick for every prompt by itself. */
  readonly promptPicks: Int32Array;
  /** prompts × positions of the dial: the pick for every prompt by itself. */
  readonly promptDialPicks: Int32Array;
  /** The same if list prices of output tokens were taken for costs. */
  readonly promptListPricePicks: Int32Array;
}

/** Prompts that are scored together. */
const batchSize = 256;

/** A prompt of a benchmark as the product reads it. */
export function promptOf(table: BenchmarkTable, item: number): Prompt {
  const known = table.items[item];
  return { id: known?.id ?? String(item), parts: [{ role: 'user', text: known?.prompt ?? '' }] };
}

/** Scores prompts as the product does and takes all its choices. */
export async function productAnswer(
  bundle: ScoringBundle,
  prompts: readonly Prompt[],
  candidates: readonly OfferedModel[],
): Promise<ProductAnswer> {
  const scorer = await RowScorer.create(bundle, candidates);
  const aggregate = new Aggregate(scorer);
  const promptProbabilities = new Float64Array(prompts.length * candidates.length);
  const reference = await referenceVariances(bundle, scorer);
  const promptDialPicks = new Int32Array(prompts.length * dials.length);
  const promptListPricePicks = new Int32Array(prompts.length * dials.length);
  const listPrices = Float64Array.from(candidates, ({ price }) => price?.output ?? Number.NaN);
  for (let start = 0; start < prompts.length; start += batchSize) {
    const batch = await scorer.score(prompts.slice(start, start + batchSize));
    aggregate.add(batch);
    for (const [row, { logits, usd, distance }] of batch.rows.entries()) {
      const far = scorer.distanceWord(distance) === 'far';
      scorer.picker.setRow(logits);
      for (const [costs, picks] of [
        [usd, promptDialPicks],
        [listPrices, promptListPricePicks],
      ] as const) {
        const quality = scorer.picker.quality(logits, costs, far);
        for (const [at, dial] of dials.entries())
          picks[(start + row) * dials.length + at] = scorer.picker.value(quality, logits, costs, dial).pick;
      }
      for (let candidate = 0; candidate < candidates.length; candidate++) {
        promptProbabilities[(start + row) * candidates.length + candidate] = expectedSigmoid(
          logits[candidate] as number,
          reference[candidate] as number,
        );
      }
    }
  }
  const { total } = aggregate;
  const posterior = await bundle.router.posterior(total.mean(total.centroid), total.mean(total.mixture));
  const assessed = assessCandidates(scorer, aggregate, posterior);
  const distance = total.distance / total.rows;
  const distanceWord = scorer.distanceWord(distance);
  const rows = [...aggregate.kept].sort((a, b) => a.order - b.order);
  return {
    assessed,
    ...choices(assessed, distanceWord, total.rows),
    distance,
    distanceWord,
    promptProbabilities,
    promptPicks: Int32Array.from(rows, (row) => row.picks[0]?.pick ?? 0),
    promptDialPicks,
    promptListPricePicks,
  };
}

/** The quality pick and the pick under the default preference, as positions among the candidates. */
export function choices(
  assessed: readonly CandidateAssessment[],
  distanceWord: DistanceWord,
  prompts: number,
): { readonly pick: number; readonly valuePick: number } {
  return {
    pick: qualityPick(assessed, distanceWord, prompts),
    valuePick: pickAt(balancedDial, assessed, distanceWord, prompts),
  };
}

/** The picks under every position of the dial. */
export function dialPicks(
  assessed: readonly CandidateAssessment[],
  distanceWord: DistanceWord,
  prompts: number,
): readonly DialPick[] {
  return dials.map((dial) => ({ dial, pick: pickAt(dial, assessed, distanceWord, prompts) }));
}

/** The guarded quality pick, after some rows were labelled. */
export function qualityPick(
  assessed: readonly CandidateAssessment[],
  distanceWord: DistanceWord,
  prompts: number,
  labelledRows = 0,
): number {
  return pickAt(0, assessed, distanceWord, prompts, labelledRows);
}

function pickAt(
  dial: number,
  candidates: readonly CandidateAssessment[],
  distanceWord: DistanceWord,
  prompts: number,
  labelledRows = 0,
): number {
  const choice = choose(
    { candidates, distanceWord, prompts, labelledRows },
    { ...policyOf('quality', 'guarded'), dial },
  );
  return candidates.findIndex(({ model }) => model === choice?.decision.model);
}

/** Spread of a prompt's logit as the product takes it: that of an input in the middle of everything known. */
async function referenceVariances(bundle: ScoringBundle, scorer: RowScorer): Promise<Float64Array> {
  const { facts, encoder } = bundle.router;
  const items = facts.benchmarks.reduce((sum, benchmark) => sum + benchmark.items, 0);
  const mixture = Float32Array.from(facts.benchmarks, (benchmark) => (items > 0 ? benchmark.items / items : 0));
  const joint = await bundle.router.posterior(new Float32Array(encoder.dimensions), mixture);
  return Float64Array.from(scorer.models, (model) =>
    logitVariance({
      mean: joint.mean[model] as number,
      factors: [...joint.factors.subarray(model * joint.rank, (model + 1) * joint.rank)],
      ownVariance: joint.ownVariance[model] as number,
    }),
  );
}
