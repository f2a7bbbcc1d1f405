import type { BenchmarkTable } from '../core/benchmarks/benchmarkTable';
import { splitIntoTasks } from '../core/benchmarks/tasks';
import { boardsInOrder, factsOf, parseEvidence } from '../core/bundle/evidence';
import { bundleFile, parsePart, type VerifiedBundle } from '../core/bundle/manifest';
import { dequantiseRows } from '../core/bundle/quantise';
import { readConstants, readRouterParameters } from '../core/bundle/readParameters';
import type { ScoringBundle } from '../core/bundle/scoringBundle';
import { bundleFiles, bundleWithModels } from '../core/bundle/writeBundle';
import type { Catalog } from '../core/cost/catalog';
import { RecommendError } from '../core/errors';
import type { Encoder } from '../core/features/encoder';
import { mixtureOf } from '../core/predictors/posteriorAt';
import type { RouterParameters } from '../core/predictors/routerParameters';
import { VectorIndex } from '../core/predictors/vectorIndex';
import { say } from '../core/sentence';
import { type AddingPlan, type AddingReport, addingReportSchema } from '../core/training/addingReport';
import { type AddedModel, addModels, type PlacedBenchmark } from '../core/training/addModels';
import type { MatMul } from '../core/training/matMul';
import { evenly } from '../core/training/trainEncoder';
import { centroidOf, type TrainingProgress, taskSums } from '../core/training/trainRouter';
import { verifyBundleFolder } from '../scoring/bundleFolder';
import { nativeMatMul } from '../scoring/session';
import { readOwnTables, withOwnModels } from './ownRouterCommand';
import { writeFolder } from './writeRouter';

/** What `train --add-models` was asked for. */
export interface Adding {
  /** Tables, and folders of tables. */
  readonly paths: readonly string[];
  /** The router that they are added to. */
  readonly base: string;
  /** Models to add; every one that the router has no results of where empty. */
  readonly models: readonly string[];
  readonly output: string;
  readonly trained: string;
}

/** Prompts of a benchmark that place it. */
const placedBy = 200;
/** A prompt is one of the index where its similarity is this share of that with itself: vectors there have 8 bits. */
const sameText = 0.99;
const mostPrompts = 0.9;
const halfOfPrompts = 0.5;

interface Opened {
  readonly base: VerifiedBundle;
  readonly catalog: Catalog;
  readonly parameters: RouterParameters;
  readonly placed: readonly PlacedBenchmark[];
  readonly newModels: AddingPlan['newModels'];
  readonly before: readonly AddedModel[];
}

async function open(
  adding: Adding,
  load: (folder: string) => Promise<ScoringBundle>,
  progress: TrainingProgress,
): Promise<Opened> {
  const table = await readOwnTables(adding.paths, progress);
  const base = await verifyBundleFolder(adding.base);
  const parameters = readRouterParameters(base);
  const before = addedBefore(base);
  const { router, catalog } = await load(adding.base);
  const placed = await placeBenchmarks(table, parameters, router.encoder, await nativeMatMul());
  const again = new Set(before.map(({ model }) => model));
  const newModels = table.models.flatMap((id) => {
    const known = parameters.resultCounts[parameters.models.indexOf(id)] ?? 0;
    if (known > 0 && !again.has(id)) return [];
    const counts = placed.flatMap(({ results }) => results.filter(({ model }) => model === id));
    return [{ id, results: counts.reduce((sum, { count }) => sum + count, 0), benchmarks: counts.length }];
  });
  return { base, catalog, parameters, placed, newModels, before };
}

/**
 * What `train --add-models` would add.
 * @throws RecommendError TRAINING_DATA, BUNDLE_*
 */
export async function planAddedModels(
  adding: Adding,
  load: (folder: string) => Promise<ScoringBundle>,
  progress: TrainingProgress,
): Promise<AddingPlan> {
  const { parameters, placed, newModels } = await open(adding, load, progress);
  const fresh = new Set(newModels.map(({ id }) => id));
  const known = (model: string, task: number): boolean =>
    parameters.tasks[task]?.accuracies.has(parameters.models.indexOf(model)) ?? false;
  return {
    newModels,
    benchmarks: placed.map(({ name, task }) => ({
      name,
      task: task === null ? null : (parameters.tasks[task]?.name ?? null),
    })),
    onlyNewModels:
      newModels.length > 0 &&
      placed.every(
        ({ task, results }) => task !== null && results.every(({ model }) => fresh.has(model) || known(model, task)),
      ),
  };
}

/**
 * Adds models to a router from their own results, and writes the new router whole or not at all.
 * @throws RecommendError BAD_ARGUMENT, TRAINING_DATA, BUNDLE_*, OUTPUT_FAILED
 */
export async function addModelsToRouter(
  adding: Adding,
  load: (folder: string) => Promise<ScoringBundle>,
  progress: TrainingProgress,
): Promise<AddingReport> {
  const { base, catalog, parameters, placed, newModels, before } = await open(adding, load, progress);
  const ids = adding.models.length > 0 ? [...new Set(adding.models)] : newModels.map(({ id }) => id);
  for (const id of ids) {
    if (newModels.some((model) => model.id === id)) continue;
    const count = parameters.resultCounts[parameters.models.indexOf(id)] ?? 0;
    throw count > 0
      ? new RecommendError(
          'BAD_ARGUMENT',
          say(
            'The router has {0} results of {1} already: adding would count what it learned from them as well.',
            count,
            id,
          ),
          say('Train a router on your tables instead (without --add-models): it weighs both.'),
        )
      : new RecommendError(
          'BAD_ARGUMENT',
          say('The tables hold no result of {0}.', id),
          say('Name a model of the tables.'),
        );
  }
  if (ids.length === 0) {
    throw new RecommendError(
      'TRAINING_DATA',
      say('The router has results of every model in these tables already.'),
      say('Train a router on them instead (without --add-models).'),
    );
  }
  progress(say('adding {0}', ids.join(', ')));
  const evidence = parseEvidence(bundleFile(base, bundleFiles.evidence));
  const facts = factsOf(evidence);
  const { kernel, minimumResults } = readConstants(base);
  const result = addModels(
    parameters,
    {
      models: facts.models,
      indices: facts.indices,
      boards: boardsInOrder(evidence),
      addedBefore: new Set(before.map(({ model }) => model)),
      kernel,
      minimumResults,
    },
    ids,
    placed,
  );
  const report: AddingReport = {
    formatVersion: 1,
    base: base.manifest.version,
    models: [...before.filter(({ model }) => !ids.includes(model)), ...result.added],
  };
  const json = (content: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(content)}\n`);
  const families = new Map(evidence.boards.map((board) => [board.name, board.family]));
  const boards = result.boards.map((board) => ({ ...board, family: families.get(board.name) ?? `own/${board.name}` }));
  const boardPlace = new Map(boards.map(({ name }, at) => [name, at]));
  const observations = evidence.observations.map((value, at) =>
    at % 4 === 0 ? (boardPlace.get(evidence.boards[value]?.name ?? '') as number) : value,
  );
  const files = bundleWithModels(
    base,
    result.parameters,
    adding.trained,
    new Map([
      [bundleFiles.catalog, json(withOwnModels(catalog, ids))],
      [bundleFiles.evidence, json({ ...evidence, boards, observations })],
      [bundleFiles.added, json(report)],
    ]),
  );
  await writeFolder(adding.output, files);
  progress(say('{0}: written', adding.output));
  return { ...report, models: result.added };
}

function addedBefore({ files }: VerifiedBundle): readonly AddedModel[] {
  const bytes = files.get(bundleFiles.added);
  if (!bytes) return [];
  const nextStep = say('Add the models to the router that they were added to again.');
  return parsePart(bundleFiles.added, bytes, addingReportSchema, nextStep).models;
}

/** Results by benchmark and model, and where the router places each benchmark by its prompts. */
async function placeBenchmarks(
  own: BenchmarkTable,
  parameters: RouterParameters,
  encoder: Encoder,
  matMul: MatMul,
): Promise<PlacedBenchmark[]> {
  const { tasks, taskOfItem } = splitIntoTasks(own);
  const { sums, counts } = taskSums(own, taskOfItem, tasks.length);
  const D = parameters.projection.columns;
  const T = parameters.tasks.length;
  const index = new VectorIndex(dequantiseRows(parameters.index.vectors), D, matMul);
  const { neighbours, sharpness } = parameters.constants;
  const placed: PlacedBenchmark[] = [];
  for (const [t, { name, items }] of tasks.entries()) {
    const sample = evenly(items, placedBy);
    const texts = sample.map((item) => own.items[item]?.prompt ?? '');
    const vectors = await encoder.encode(texts);
    const found = await index.search(vectors, neighbours);
    const mixture = new Float32Array(T);
    const nearestIn = new Int32Array(T);
    const sameIn = new Int32Array(T);
    for (let row = 0; row < sample.length; row++) {
      const rows = found.items.subarray(row * neighbours, (row + 1) * neighbours);
      const similarities = found.similarities.subarray(row * neighbours, (row + 1) * neighbours);
      const own = mixtureOf(rows, similarities, parameters.index.tasks, T, sharpness);
      for (let task = 0; task < T; task++) {
        mixture[task] = (mixture[task] as number) + (own[task] as number) / sample.length;
      }
      const vector = vectors.subarray(row * D, (row + 1) * D);
      const task = parameters.index.tasks[rows[0] as number] as number;
      nearestIn[task] = (nearestIn[task] as number) + 1;
      const itself = vector.reduce((sum, value) => sum + value * value, 0);
      if ((similarities[0] as number) >= sameText * itself) sameIn[task] = (sameIn[task] as number) + 1;
    }
    const task = parameters.tasks.findIndex((known, at) => {
      if ((sameIn[at] as number) >= mostPrompts * sample.length) return true;
      // A name alone is not enough: two benchmarks may share one.
      const named = known.name === name || known.name === `own/${name}`;
      return named && (nearestIn[at] as number) >= halfOfPrompts * sample.length;
    });
    placed.push({
      name,
      task: task < 0 ? null : task,
      centroid: centroidOf(vectors, Array.from(sample.keys()), D),
      mixture,
      results: own.models.flatMap((model, m) => {
        const count = counts[m * tasks.length + t] as number;
        return count > 0 ? [{ model, sum: sums[m * tasks.length + t] as number, count }] : [];
      }),
    });
  }
  return placed;
}
