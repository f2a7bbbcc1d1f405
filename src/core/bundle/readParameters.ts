import { onnx } from 'onnx-proto';
import type { BenchmarkFacts, BenchmarkTable } from '../benchmarks/benchmarkTable';
import { RecommendError } from '../errors';
import type { TrainedEncoder } from '../training/trainEncoder';
import { constantNames } from './graphs';
import { decodeLabels } from './labelCodec';
import { bundleFile, type VerifiedBundle } from './manifest';
import { dequantiseRows } from './quantise';
import { parseRouterIndex } from './routerIndex';
import { decodeVocabulary } from './vocabularyCodec';
import { bundleFiles } from './writeBundle';

/** The encoder of a bundle as training made it, read back from its graph. @throws RecommendError BUNDLE_BROKEN */
export function readEncoder(bundle: VerifiedBundle): TrainedEncoder {
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
    `The bundle knows nothing of the benchmark of its task ${task}.`,
    'Reinstall the extension, or train the bundle again.',
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
    `The bundle's ${file} has no constant "${missing}", so no router can be trained on top of it.`,
    'Reinstall the extension, or train on your own tables alone (--alone).',
  );
}

function int8(bytes: Uint8Array): Int8Array {
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function float32(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
