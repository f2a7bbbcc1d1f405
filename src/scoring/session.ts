import { InferenceSession, Tensor } from 'onnxruntime-node';
import * as v from 'valibot';
import { decodeLabels } from '../core/bundle/labelCodec';
import { bundleFile, type VerifiedBundle } from '../core/bundle/manifest';
import { OnnxGraph } from '../core/bundle/onnxGraph';
import { parseRouterIndex, type RouterIndex } from '../core/bundle/routerIndex';
import { decodeVocabulary } from '../core/bundle/vocabularyCodec';
import { bundleFiles } from '../core/bundle/writeBundle';
import { causeOf, RecommendError } from '../core/errors';
import type { Encoder } from '../core/features/encoder';
import {
  openTokenizer,
  sentenceEncoder,
  sentenceSettingsSchema,
  type TokenBatch,
  type TokenNetwork,
} from '../core/features/sentenceEncoder';
import type { SparseRows } from '../core/features/sparseRows';
import { Featuriser } from '../core/features/vocabulary';
import type { JointPosterior, PromptPredictions, Router, RouterFacts, RouterItem } from '../core/predictors/router';
import type { IndexLabels } from '../core/predictors/routerParameters';
import { say } from '../core/sentence';
import type { MatMul } from '../core/training/matMul';

/** Threads of one operator: two keep a laptop responsive while a dataset is scored. */
const threads = 2;

const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
};

/**
 * A {@link MatMul} on onnxruntime: tens of GFLOP/s where a plain loop reaches one.
 * @param threadCount threads of one product; processes that share the processor's cores want one each, since idle threads spin
 */
export async function nativeMatMul(threadCount = threads): Promise<MatMul> {
  const graph = new OnnxGraph('matmul');
  const left = graph.input('a', 'double', ['m', 'k']);
  const right = graph.input('b', 'double', ['k', 'n']);
  graph.output('product', 'double', ['m', 'n'], graph.node('MatMul', [left, right]));
  const session = await InferenceSession.create(graph.finish(), { ...sessionOptions, intraOpNumThreads: threadCount });
  return async (a, b, m, k, n) => {
    const feeds = { a: new Tensor('float64', a, [m, k]), b: new Tensor('float64', b, [k, n]) };
    const { product } = await session.run(feeds);
    return product?.data as Float64Array;
  };
}

/**
 * The encoder gathers more than it computes: a second thread doubles its processor time and saves nothing. Its batches (features:
 * texts × longest text) are as large as the processor's caches like them.
 */
const encoderOptions: InferenceSession.SessionOptions = { ...sessionOptions, intraOpNumThreads: 1 };
const encoderCells = 6_000;
/** Texts are padded to a multiple of this: onnxruntime sums in blocks, and a text's vector must not depend on its batch. */
const encoderBlock = 16;
/** Vectors that are compared with the index at once: the more, the less it is moved about. 128 take 40 MB for cosines. */
const routerRows = 128;

/** The bundled encoder: hashed n-grams in TypeScript, their projection as an ONNX graph. */
class NgramEncoder implements Encoder {
  constructor(
    readonly id: string,
    readonly dimensions: number,
    private readonly featuriser: Featuriser,
    private readonly session: InferenceSession,
  ) {}

  async encode(texts: readonly string[]): Promise<Float32Array> {
    const rows = this.featuriser.features(texts);
    const lengths = texts.map((_, row) => (rows.offsets[row + 1] as number) - (rows.offsets[row] as number));
    // Texts of like length share a batch, so that little is padded.
    const order = [...texts.keys()].sort((a, b) => (lengths[a] as number) - (lengths[b] as number) || a - b);
    const vectors = new Float32Array(texts.length * this.dimensions);
    for (let start = 0; start < order.length; ) {
      let end = start + 1;
      while (end < order.length && (end + 1 - start) * (lengths[order[end] as number] as number) <= encoderCells) end++;
      const batch = order.slice(start, end);
      const longest = lengths[batch[batch.length - 1] as number] as number;
      const width = encoderBlock * Math.max(1, Math.ceil(longest / encoderBlock));
      const output = await this.project(rows, batch, width);
      for (const [position, row] of batch.entries()) {
        const from = position * this.dimensions;
        const known = rows.known[row] as number;
        for (let j = 0; j < this.dimensions; j++) {
          vectors[row * this.dimensions + j] = known * (output[from + j] as number);
        }
      }
      start = end;
    }
    return vectors;
  }

  private async project(rows: SparseRows, batch: readonly number[], width: number): Promise<Float32Array> {
    const ids = new Int32Array(batch.length * width);
    const weights = new Float32Array(batch.length * width);
    for (const [position, row] of batch.entries()) {
      const [from, to] = [rows.offsets[row] as number, rows.offsets[row + 1] as number];
      ids.set(rows.ids.subarray(from, to), position * width);
      weights.set(rows.weights.subarray(from, to), position * width);
    }
    const shape = [batch.length, width];
    const { vectors } = await this.session.run({
      ids: new Tensor('int32', ids, shape),
      weights: new Tensor('float32', weights, shape),
    });
    return vectors?.data as Float32Array;
  }
}

/** Inputs that a transformer network may ask for; each is made of the tokens. */
const tokenInputs: Readonly<Record<string, (batch: TokenBatch) => BigInt64Array>> = {
  input_ids: ({ ids }) => ids,
  attention_mask: ({ mask }) => mask,
  token_type_ids: ({ rows, length }) => new BigInt64Array(rows * length),
  position_ids: ({ rows, length }) => BigInt64Array.from({ length: rows * length }, (_, at) => BigInt(at % length)),
};

/** Outputs that hold one vector for each token, by the names that exports give them. */
const tokenOutputs = ['last_hidden_state', 'token_embeddings', 'hidden_states'];

/**
 * Opens a transformer network.
 * @throws Error where it is none: its message says what it asks for or gives
 */
export async function openNetwork(network: Uint8Array): Promise<TokenNetwork> {
  const session = await InferenceSession.create(network, sessionOptions);
  const { inputNames, outputNames } = session;
  const strange = inputNames.find((name) => !Object.hasOwn(tokenInputs, name));
  if (strange !== undefined || !inputNames.includes('input_ids')) {
    throw new Error(`it asks for ${inputNames.join(', ')}; known are ${Object.keys(tokenInputs).join(', ')}`);
  }
  const output = tokenOutputs.find((name) => outputNames.includes(name)) ?? outputNames[0] ?? '';
  return {
    async run(batch) {
      const { rows, length } = batch;
      const feeds = Object.fromEntries(
        inputNames.map((name) => [name, new Tensor('int64', tokenInputs[name]?.(batch) ?? batch.ids, [rows, length])]),
      );
      const hidden = (await session.run(feeds, [output]))[output];
      const [n, l, dimensions] = hidden?.dims ?? [];
      if (hidden?.type !== 'float32' || dimensions === undefined || n !== rows || l !== length) {
        throw new Error(
          `its output ${output} is no vector for each token (${hidden?.type} ${hidden?.dims.join(' × ')})`,
        );
      }
      return { hidden: hidden.data as Float32Array, dimensions };
    },
  };
}

/** The encoder of a bundle: the learned one, or a sentence encoder of the user's. */
async function openEncoder(
  bundle: VerifiedBundle,
  open: (name: string, options: InferenceSession.SessionOptions) => Promise<InferenceSession>,
): Promise<Encoder> {
  const { id, dimensions } = bundle.manifest.encoder;
  if (!bundle.files.has(bundleFiles.sentence)) {
    const featuriser = new Featuriser(decodeVocabulary(bundleFile(bundle, bundleFiles.vocabulary)));
    return new NgramEncoder(id, dimensions, featuriser, await open(bundleFiles.encoder, encoderOptions));
  }
  const json = (name: string): unknown => JSON.parse(new TextDecoder().decode(bundleFile(bundle, name)));
  const settings = v.parse(sentenceSettingsSchema, json(bundleFiles.sentence));
  const config = bundle.files.has(bundleFiles.tokenizerConfig) ? json(bundleFiles.tokenizerConfig) : {};
  const tokenizer = openTokenizer(json(bundleFiles.tokenizer), config);
  const network = await openNetwork(bundleFile(bundle, bundleFiles.encoder));
  return sentenceEncoder(id, dimensions, settings, tokenizer, network);
}

/** A router whose graphs run in onnxruntime. */
class OnnxRouter implements Router {
  constructor(
    readonly facts: RouterFacts,
    readonly encoder: Encoder,
    private readonly index: RouterIndex,
    private readonly labels: IndexLabels,
    private readonly neighbours: number,
    private readonly rank: number,
    private readonly router: InferenceSession,
    private readonly posteriorSession: InferenceSession,
  ) {}

  async predict(texts: readonly string[]): Promise<PromptPredictions> {
    const vectors = await this.encoder.encode(texts);
    return this.predictVectors(vectors, texts.length);
  }

  private async predictVectors(vectors: Float32Array, count: number): Promise<PromptPredictions> {
    const D = this.encoder.dimensions;
    const [K, B, M] = [this.neighbours, this.facts.benchmarks.length, this.facts.models.length];
    const result = {
      count,
      vectors,
      neighbours: new Int32Array(count * K),
      similarities: new Float32Array(count * K),
      mixture: new Float32Array(count * B),
      logits: new Float32Array(count * M),
    };
    for (let start = 0; start < count; start += routerRows) {
      const rows = Math.min(routerRows, count - start);
      const slice = vectors.slice(start * D, (start + rows) * D);
      const output = await this.router.run({ vectors: new Tensor('float32', slice, [rows, D]) });
      result.neighbours.set(output.neighbours?.data as Int32Array, start * K);
      result.similarities.set(output.similarities?.data as Float32Array, start * K);
      result.mixture.set(output.mixture?.data as Float32Array, start * B);
      result.logits.set(output.logits?.data as Float32Array, start * M);
    }
    return result;
  }

  async posterior(centroid: Float32Array, mixture: Float32Array): Promise<JointPosterior> {
    const output = await this.posteriorSession.run({
      centroid: new Tensor('float32', centroid, [centroid.length]),
      mixture: new Tensor('float32', mixture, [mixture.length]),
    });
    return {
      mean: output.mean?.data as Float32Array,
      factors: output.factors?.data as Float32Array,
      rank: this.rank,
      ownVariance: output.own_variance?.data as Float32Array,
    };
  }

  item(index: number): RouterItem {
    const category = this.index.promptCategories[index] ?? -1;
    return {
      benchmark: this.index.promptTasks[index] ?? 0,
      category: this.index.categories[category] ?? null,
      id: this.index.promptIds[index] ?? '',
    };
  }

  results(index: number, visit: (model: number, correctness: number) => void): void {
    const { offsets, models, scores } = this.labels;
    for (let at = offsets[index] as number; at < (offsets[index + 1] as number); at++) {
      visit(models[at] as number, (scores[at] as number) / 255);
    }
  }
}

/**
 * Opens the router of a verified bundle.
 * @throws RecommendError BUNDLE_MISSING or BUNDLE_BROKEN
 */
export async function openRouter(bundle: VerifiedBundle): Promise<Router> {
  const { manifest } = bundle;
  const index = parseRouterIndex(bundleFile(bundle, bundleFiles.index));
  const { models } = index;
  try {
    const facts: RouterFacts = {
      version: manifest.version,
      sha256: bundle.sha256,
      trained: manifest.trained,
      models,
      resultCounts: Int32Array.from(index.resultCounts),
      abilities: Float32Array.from(index.abilities),
      benchmarks: index.tasks.map((task) => ({
        name: task.name,
        title: task.title,
        family: task.family,
        kind: task.kind ?? 'other',
        language: task.language ?? 'unknown',
        items: task.items,
        url: task.url,
        accuracies: accuraciesOf(task.accuracies, models),
      })),
      distanceThresholds: manifest.router.distanceThresholds,
    };
    const open = (name: string, options = sessionOptions): Promise<InferenceSession> =>
      InferenceSession.create(bundleFile(bundle, name), options);
    const encoder = await openEncoder(bundle, open);
    return new OnnxRouter(
      facts,
      encoder,
      index,
      decodeLabels(bundleFile(bundle, bundleFiles.labels), models.length),
      manifest.router.neighbours,
      manifest.router.posteriorRank,
      await open(bundleFiles.router),
      await open(bundleFiles.posterior),
    );
  } catch (error) {
    if (RecommendError.is(error)) throw error;
    throw new RecommendError(
      'BUNDLE_BROKEN',
      say('The router bundle cannot be opened: {0}.', causeOf(error)),
      say('Reinstall the extension, or train the bundle again.'),
      { cause: error },
    );
  }
}

function accuraciesOf(pairs: readonly number[], models: readonly string[]): Record<string, number> {
  const accuracies: Record<string, number> = {};
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const model = models[pairs[at] as number];
    if (model !== undefined) accuracies[model] = pairs[at + 1] as number;
  }
  return accuracies;
}
