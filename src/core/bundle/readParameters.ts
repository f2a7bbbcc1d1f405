import { onnx } from 'onnx-proto';
import * as v from 'valibot';
import type { BenchmarkFacts, BenchmarkTable } from '../benchmarks/benchmarkTable';
import { RecommendError } from '../errors';
import type { RouterParameters } from '../predictors/routerParameters';
import { say } from '../sentence';
import type { KernelConfig } from '../training/routerConfig';
import type { TrainedEncoder } from '../training/trainEncoder';
import { constantNames } from './graphs';
import { decodeLabels } from './labelCodec';
import { brokenPart, bundleFile, manifestName, type VerifiedBundle } from './manifest';
import { type ElementType, elementTypes } from './onnxGraph';
import { dequantiseRows, fromHalf } from './quantise';
import { parseRouterIndex } from './routerIndex';
import { decodeVocabulary } from './vocabularyCodec';
import { bundleFiles } from './writeBundle';

/** Stands in the place of a learned encoder where vectors come from another: it knows no n-gram. */
export function encoderOfOthers(dimensions: number): TrainedEncoder {
  return {
    vocabulary: { buckets: new Int32Array(0), idf: new Float32Array(0), frequencyWeights: new Float32Array(0) },
    projection: { rows: 0, columns: dimensions, values: new Int8Array(0), scales: new Float32Array(0) },
  };
}

/**
 * The encoder of a bundle as training made it, read back from its graph.
 * @throws RecommendError BUNDLE_BROKEN
 */
export function readEncoder(bundle: VerifiedBundle): TrainedEncoder {
  if (bundle.files.has(bundleFiles.sentence)) {
    throw new RecommendError(
      'BUNDLE_BROKEN',
      say('The bundle {0} has an encoder of its own: no router can be trained on top of it.', bundle.manifest.version),
      say('Train on your tables with the same --encoder, or on top of the bundled router.'),
    );
  }
  const tensors = constantsOf(bundle, bundleFiles.encoder, [constantNames.projection, constantNames.projectionScales]);
  const { dimensions: columns, features: rows } = bundle.manifest.encoder;
  return {
    vocabulary: decodeVocabulary(bundleFile(bundle, bundleFiles.vocabulary)),
    projection: {
      rows,
      columns,
      values: int8(tensors.get(constantNames.projection) as Uint8Array),
      scales: float32(tensors.get(constantNames.projectionScales) as Uint8Array),
    },
  };
}

/** The index of a bundle as a table without texts, and the vectors of its rows (rows × dimensions). */
export interface IndexTable {
  readonly table: BenchmarkTable;
  readonly vectors: Float32Array;
}

/**
 * @param benchmarks what is known of the benchmarks that the index rows belong to
 * @throws RecommendError BUNDLE_BROKEN
 */
export function readIndexTable(bundle: VerifiedBundle, benchmarks: readonly BenchmarkFacts[]): IndexTable {
  const tensors = constantsOf(bundle, bundleFiles.router, [constantNames.index, constantNames.indexScales]);
  const { models, tasks, categories, promptTasks, promptCategories, promptIds } = parseRouterIndex(
    bundleFile(bundle, bundleFiles.index),
  );
  const labels = decodeLabels(bundleFile(bundle, bundleFiles.labels), models.length);
  const rows = promptIds.length;
  const columns = bundle.manifest.encoder.dimensions;
  const transposed = int8(tensors.get(constantNames.index) as Uint8Array);
  const values = new Int8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) values[row * columns + j] = transposed[j * rows + row] as number;
  }
  const scales = float32(tensors.get(constantNames.indexScales) as Uint8Array);
  const benchmarkOfTask = tasks.map(({ name }) => benchmarkOf(name, benchmarks));
  return {
    table: {
      benchmarks,
      models,
      items: promptIds.map((id, row) => ({
        benchmark: benchmarkOfTask[promptTasks[row] ?? 0] ?? 0,
        category: categories[promptCategories[row] ?? -1] ?? null,
        id,
        prompt: '',
      })),
      offsets: labels.offsets,
      resultModels: labels.models,
      resultScores: Float32Array.from(labels.scores, (score) => score / 255),
    },
    vectors: dequantiseRows({ rows, columns, values, scales }),
  };
}

const number = v.number();

const kernelSchema: v.GenericSchema<unknown, KernelConfig> = v.object({
  dateScale: number,
  sizeScale: number,
  taskScale: number,
  difficultyScale: number,
  linearAbility: number,
  ownAbility: number,
  sharedAbility: number,
  ownSkill: number,
  sharedSkill: number,
  sameModelAbility: number,
  sameModelSkill: number,
  sameKind: number,
  sameLanguage: number,
  sameSource: number,
  ownDifficulty: number,
  sharedDifficulty: number,
  extraNoise: number,
  extraAggregateNoise: number,
});

const constantsSchema = v.object({
  kernel: kernelSchema,
  index: v.object({ sharpness: number }),
  input: v.object({ inheritedDifficulty: number }),
  minimumResults: number,
});

/** The constants that a bundle was trained with, as its manifest records them. */
export type TrainedConstants = v.InferOutput<typeof constantsSchema>;

/** @throws RecommendError BUNDLE_BROKEN where the manifest lacks them */
export function readConstants({ manifest }: VerifiedBundle): TrainedConstants {
  const parsed = v.safeParse(constantsSchema, manifest.constants);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const nextStep = say('Use the bundle that came with this version, or train one with "recommend-llm train".');
  throw brokenPart(manifestName, issue, nextStep, `constants.${v.getDotPath(issue) ?? ''}`);
}

/**
 * Everything that a bundle's router knows, read back from its files: what {@link bundleOf} was given, as far as the bundle
 * keeps it (skills and own variances in half precision, abilities to four digits).
 * @throws RecommendError BUNDLE_BROKEN
 */
export function readRouterParameters(bundle: VerifiedBundle): RouterParameters {
  const { manifest } = bundle;
  const { kernel, index: indexConstants, input } = readConstants(bundle);
  const index = parseRouterIndex(bundleFile(bundle, bundleFiles.index));
  const { models: M, tasks: T, boards, prompts: N } = manifest.router;
  const D = manifest.encoder.dimensions;
  const all = T + boards;
  const router = graphConstants(bundle, bundleFiles.router);
  const posterior = graphConstants(bundle, bundleFiles.posterior);
  const transposed = float32(router(constantNames.centroids, [D, all], 'float'));
  const centroids = new Float32Array(all * D);
  for (let b = 0; b < all; b++) for (let j = 0; j < D; j++) centroids[b * D + j] = transposed[j * all + b] as number;
  const transposedIndex = int8(router(constantNames.index, [D, N], 'int8'));
  const values = new Int8Array(N * D);
  for (let row = 0; row < N; row++) {
    for (let j = 0; j < D; j++) values[row * D + j] = transposedIndex[j * N + row] as number;
  }
  const noveltyFactors = float32(posterior(constantNames.noveltyFactors, [M, null], 'float'));
  const noveltyRank = noveltyFactors.length / M;
  const rank = manifest.router.posteriorRank - noveltyRank - 1;
  const [difficultySpread = 0] = float32(posterior(constantNames.difficultySpread, [M, 1], 'float'));
  return {
    ...(bundle.files.has(bundleFiles.sentence) ? encoderOfOthers(D) : readEncoder(bundle)),
    models: index.models,
    resultCounts: Int32Array.from(index.resultCounts),
    abilities: Float32Array.from(index.abilities),
    tasks: index.tasks.map((task) => ({
      ...task,
      accuracies: new Map(
        Array.from({ length: task.accuracies.length / 2 }, (_, at) => [
          task.accuracies[2 * at] as number,
          task.accuracies[2 * at + 1] as number,
        ]),
      ),
    })),
    index: {
      vectors: {
        rows: N,
        columns: D,
        values,
        scales: float32(router(constantNames.indexScales, [N], 'float')),
      },
      tasks: Int32Array.from(index.promptTasks),
      categories: index.promptCategories.map((category) => index.categories[category] ?? null),
      ids: index.promptIds,
      labels: decodeLabels(bundleFile(bundle, bundleFiles.labels), M),
    },
    kernels: {
      centroids,
      cosineFactors: float32(router(constantNames.cosineFactors, [all], 'float')),
      likeness: float32(posterior(constantNames.likeness, [T, T], 'float')),
    },
    weights: {
      ability: float32(router(constantNames.ability, [M], 'float')),
      skill: fromHalf(float16(router(constantNames.skill, [all, M], 'float16'))),
      difficulty: float32(router(constantNames.difficulty, [all, 1], 'float')),
    },
    posterior: {
      rank,
      factors: {
        rows: T,
        columns: M * rank,
        values: int8(posterior(constantNames.factors, [T, M * rank], 'int8')),
        scales: float32(posterior(constantNames.factorScales, [T], 'float')),
      },
      own: fromHalf(float16(posterior(constantNames.own, [T, M], 'float16'))),
      noveltyRank,
      noveltyFactors,
      noveltyOwn: float32(posterior(constantNames.noveltyOwn, [M], 'float')),
      difficultySpread,
    },
    constants: {
      neighbours: manifest.router.neighbours,
      sharpness: indexConstants.sharpness,
      distanceNeighbours: manifest.router.distanceNeighbours,
      taskScale: kernel.taskScale,
      difficultyScale: kernel.difficultyScale,
      sharedDifficulty: kernel.sharedDifficulty,
      inheritedDifficulty: input.inheritedDifficulty * kernel.ownDifficulty,
    },
    distanceThresholds: manifest.router.distanceThresholds,
  };
}

/**
 * Looks constants of a graph up by name. Bundles before 2026-11 name only few of theirs: there, it is the last nameless
 * one of the type and shape (null: any length above 1).
 */
function graphConstants(
  bundle: VerifiedBundle,
  file: string,
): (name: string, shape: readonly (number | null)[], type: ElementType) => Uint8Array {
  const initializers = onnx.ModelProto.decode(bundleFile(bundle, file)).graph?.initializer ?? [];
  return (name, shape, type) => {
    const fits = ({ dataType, dims }: onnx.ITensorProto): boolean =>
      dataType === elementTypes[type] &&
      dims?.length === shape.length &&
      shape.every((length, axis) => (length === null ? Number(dims[axis]) > 1 : length === Number(dims[axis])));
    const found =
      initializers.find((tensor) => tensor.name === name && fits(tensor)) ??
      initializers.findLast((tensor) => /^constant_\d+$/.test(tensor.name ?? '') && fits(tensor));
    if (found?.rawData) return found.rawData.slice();
    throw new RecommendError(
      'BUNDLE_BROKEN',
      say(
        'The bundle\'s {0} has no constant "{1}" of the expected shape, so nothing can be added to its router.',
        file,
        name,
      ),
      say('Reinstall the extension, or train the bundle again.'),
    );
  };
}

/** A task is a benchmark, or "<benchmark>/<part>" of one that is split; benchmark names hold slashes themselves. */
export function benchmarkOf(task: string, benchmarks: readonly BenchmarkFacts[]): number {
  const parts = task.split('/');
  for (let length = parts.length; length > 0; length--) {
    const name = parts.slice(0, length).join('/');
    const found = benchmarks.findIndex((facts) => facts.name === name);
    if (found >= 0) return found;
  }
  throw new RecommendError(
    'BUNDLE_BROKEN',
    say('The bundle knows nothing of the benchmark of its task {0}.', task),
    say('Reinstall the extension, or train the bundle again.'),
  );
}

function constantsOf(bundle: VerifiedBundle, file: string, names: readonly string[]): Map<string, Uint8Array> {
  const tensors = new Map<string, Uint8Array>();
  for (const { name, rawData } of onnx.ModelProto.decode(bundleFile(bundle, file)).graph?.initializer ?? []) {
    // A copy, since typed arrays of more than a byte need aligned memory.
    if (name && rawData && names.includes(name)) tensors.set(name, rawData.slice());
  }
  const missing = names.find((name) => !tensors.has(name));
  if (missing === undefined) return tensors;
  throw new RecommendError(
    'BUNDLE_BROKEN',
    say('The bundle\'s {0} has no constant "{1}", so no router can be trained on top of it.', file, missing),
    say('Reinstall the extension, or train on your own tables alone (--alone).'),
  );
}

function int8(bytes: Uint8Array): Int8Array {
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function float16(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(Uint8Array.from(bytes).buffer);
}

function float32(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
