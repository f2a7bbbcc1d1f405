import * as v from 'valibot';
import type { BenchmarkFacts, BenchmarkTable } from '../benchmarks/benchmarkTable';
import type { ModelFacts } from '../benchmarks/modelFacts';
import { say } from '../sentence';
import { type AggregateScore, aggregateObservation } from '../training/aggregates';
import type { TrainingFacts } from '../training/trainRouter';
import { parsePart } from './manifest';

const text = v.string();
const number = v.number();

const evidenceSchema = v.object({
  benchmarks: v.array(
    v.object({
      name: text,
      source: text,
      family: text,
      kind: v.nullable(text),
      language: v.nullable(text),
      scoredBy: v.picklist(['verifier', 'judge', 'human', 'unknown']),
    }),
  ),
  models: v.array(
    v.object({
      id: text,
      name: text,
      provider: text,
      openWeights: v.boolean(),
      released: v.nullable(text),
      marketId: v.nullable(text),
    }),
  ),
  /** Public index of general ability by market id. */
  indices: v.record(text, number),
  urls: v.record(text, text),
  boards: v.array(v.object({ name: text, family: text, kind: text, added: v.optional(v.boolean()) })),
  /** Observations of boards: board, model, logit and standard deviation, four numbers each. */
  observations: v.array(number),
});

/** What a bundle carries beside its index so that a router can be learned on top of it (`evidence.json`). */
export type BundleEvidence = v.InferOutput<typeof evidenceSchema>;

/**
 * @param table the table that the bundle was trained on: only what is known of its benchmarks is taken
 * @param aggregates scores of boards; they are carried as the observations that the Gaussian process makes of them
 */
export function bundleEvidence(table: BenchmarkTable, facts: TrainingFacts): BundleEvidence {
  const used = new Set(table.items.map((item) => item.benchmark));
  const models = new Map([...facts.furtherModels, ...facts.models]);
  const boards = new Map<string, { name: string; family: string; kind: string; scores: number[] }>();
  for (const row of facts.aggregates) {
    const board = boards.get(row.board) ?? { name: row.board, family: row.family, kind: row.kind, scores: [] };
    boards.set(row.board, board);
    board.scores.push(row.score);
  }
  const boardIndex = new Map([...boards.keys()].map((name, index) => [name, index]));
  const modelIndex = new Map([...models.keys()].map((id, index) => [id, index]));
  const observations: number[] = [];
  for (const row of facts.aggregates) {
    const model = modelIndex.get(row.model);
    const scores = boards.get(row.board)?.scores ?? [];
    if (model === undefined) continue;
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const { logit, noise } = aggregateObservation(row, mean, 0);
    observations.push(boardIndex.get(row.board) ?? 0, model, round(logit), round(Math.sqrt(noise)));
  }
  return {
    benchmarks: table.benchmarks
      .filter((_, index) => used.has(index))
      .map(({ name, source, family, kind, language, scoredBy }) => ({
        name,
        source,
        family,
        kind,
        language,
        scoredBy,
      })),
    models: [...models.values()].map(({ id, name, provider, openWeights, released, marketId }) => ({
      id,
      name,
      provider,
      openWeights,
      released,
      marketId,
    })),
    indices: Object.fromEntries(facts.indices),
    urls: Object.fromEntries(facts.urls),
    boards: [...boards.values()].map(({ name, family, kind }) => ({ name, family, kind })),
    observations,
  };
}

/**
 * Validates the content of `evidence.json`.
 * @throws RecommendError BUNDLE_BROKEN
 */
export function parseEvidence(bytes: Uint8Array): BundleEvidence {
  const nextStep = say('Reinstall the extension, or train the bundle again.');
  return parsePart('evidence.json', bytes, evidenceSchema, nextStep);
}

/** The facts that training on top of a bundle starts from. */
export function factsOf(evidence: BundleEvidence): TrainingFacts {
  const { boards, observations } = evidence;
  const aggregates: AggregateScore[] = [];
  for (let at = 0; at + 3 < observations.length; at += 4) {
    const board = boards[observations[at] as number];
    const model = evidence.models[observations[at + 1] as number];
    if (!board || !model) continue;
    aggregates.push({
      board: board.name,
      family: board.family,
      kind: board.kind,
      model: model.id,
      score: observations[at + 2] as number,
      scale: 'logit',
      items: null,
      standardError: observations[at + 3] as number,
    });
  }
  return {
    models: new Map(evidence.models.map((facts): [string, ModelFacts] => [facts.id, facts])),
    indices: new Map(Object.entries(evidence.indices)),
    urls: new Map(Object.entries(evidence.urls)),
    aggregates,
    furtherModels: new Map(),
  };
}

/** The benchmarks that a bundle's tasks belong to, as facts of a table. */
export function benchmarksOf(evidence: BundleEvidence): readonly BenchmarkFacts[] {
  return evidence.benchmarks.map((facts) => ({ ...facts, ship: true }));
}

function round(value: number): number {
  return Number(value.toFixed(4));
}

/** The boards in the order of the router's kernels: sorted by name, then those that came with added models. */
export function boardsInOrder({ boards }: BundleEvidence): BundleEvidence['boards'] {
  const byName = boards.filter(({ added }) => !added).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return [...byName, ...boards.filter(({ added }) => added)];
}
