import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeLabels, encodeLabels } from '../../../src/core/bundle/labelCodec';
import { loadBundle, manifestName, parseManifest } from '../../../src/core/bundle/manifest';
import { modelCard } from '../../../src/core/bundle/modelCard';
import { dequantiseRows, fromHalf, quantiseRows, toHalf } from '../../../src/core/bundle/quantise';
import { decodeVocabulary, encodeVocabulary } from '../../../src/core/bundle/vocabularyCodec';
import { bundleFiles, bundleOf } from '../../../src/core/bundle/writeBundle';
import { type ErrorCode, RecommendError } from '../../../src/core/errors';
import { nearestRows } from '../../../src/core/predictors/nearestRows';
import { inputLogits, mixtureOf, posteriorAt } from '../../../src/core/predictors/posteriorAt';
import { LinkedPredictor, NearestNeighbourPredictor, type Predictor } from '../../../src/core/predictors/predictor';
import type { Router } from '../../../src/core/predictors/router';
import type { RouterParameters } from '../../../src/core/predictors/routerParameters';
import { plainMatMul } from '../../../src/core/training/matMul';
import { encodeTexts } from '../../../src/core/training/trainEncoder';
import { trainRouter } from '../../../src/core/training/trainRouter';
import { verifyBundleFolder } from '../../../src/scoring/bundleFolder';
import { openRouter } from '../../../src/scoring/session';
import { tinyConfig, tinyFacts, tinyTable } from '../support/tinyTable';

const board = (model: string, score: number) => ({
  board: 'board/maths',
  family: 'board',
  kind: 'maths',
  model,
  score,
  scale: 'accuracy' as const,
  items: 100,
  standardError: null,
});

function train(): Promise<RouterParameters> {
  const facts = {
    models: tinyFacts,
    indices: new Map([['maker/strong-70b', 50]]),
    urls: new Map([['sums', 'https://example.org/sums']]),
    aggregates: [board('strong-70b', 0.8), board('weak-1b-base', 0.2)],
    furtherModels: new Map([
      [
        'maker/unseen-70b',
        {
          id: 'maker/unseen-70b',
          name: 'Unseen',
          provider: 'maker',
          openWeights: true,
          released: '2025-07',
          marketId: 'maker/unseen-70b',
        },
      ],
    ]),
  };
  return trainRouter(tinyTable(), facts, tinyConfig, plainMatMul);
}

const description = {
  trained: '2026-01-02',
  counts: { items: 160, results: 520, aggregateScores: 2, models: 4 },
  sources: [
    { name: 'sums', repository: 'https://example.org/sums', commit: 'abc', licence: 'MIT', items: 40, results: 120 },
  ],
  credits: ['Board of Boards'],
  constants: { ...tinyConfig },
};

const prompts = ['how many apples in total', 'write a poem on the moon', 'python function with a bug', 'zzzz qqqq'];

function isError(code: ErrorCode, pattern: RegExp): (error: unknown) => boolean {
  return (error) => RecommendError.is(error) && error.code === code && pattern.test(error.message);
}

/** Largest difference relative to the size of the expected values. */
function error(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length);
  let largest = 0;
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs((actual[i] as number) - (expected[i] as number));
    largest = Math.max(largest, difference / Math.max(1, Math.abs(expected[i] as number)));
  }
  return largest;
}

describe('router bundle', () => {
  let folder: string;
  let parameters: RouterParameters;
  let files: Map<string, Uint8Array>;
  let router: Router;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bundle-'));
    parameters = await train();
    files = bundleOf(parameters, description, new Map([[bundleFiles.catalog, new TextEncoder().encode('{}')]]));
    for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
    router = await openRouter(await verifyBundleFolder(folder));
  });
  after(() => rm(folder, { recursive: true }));

  it('is the same, byte for byte, when trained again', async () => {
    const again = bundleOf(
      await train(),
      description,
      new Map([[bundleFiles.catalog, new TextEncoder().encode('{}')]]),
    );
    assert.deepEqual(
      [...again].map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]),
      [...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]),
    );
  });

  it('names models, benchmarks, items and results as trained', () => {
    assert.deepEqual(router.facts.models, [
      'coder-7b',
      'maker/unseen-70b',
      'newcomer-70b',
      'strong-70b',
      'weak-1b-base',
    ]);
    assert.deepEqual([...router.facts.resultCounts], [160, 0, 40, 160, 160]);
    assert.deepEqual(
      router.facts.benchmarks.map((benchmark) => benchmark.name),
      ['code', 'laws', 'sums', 'verses'],
    );
    const sums = router.facts.benchmarks[2];
    assert.equal(sums?.url, 'https://example.org/sums');
    assert.equal(sums?.accuracies['newcomer-70b'], undefined);
    assert.ok((sums?.accuracies['strong-70b'] ?? 0) > 0.6);
    assert.equal(router.facts.trained, '2026-01-02');
    const table = tinyTable();
    for (const row of [0, 31, 119]) {
      const item = router.item(row);
      const original = table.items.findIndex((other) => other.id === item.id);
      assert.equal(item.category, table.items[original]?.category);
      assert.equal(item.benchmark, table.items[original]?.benchmark);
      const stored: number[] = [];
      router.results(row, (_, correctness) => stored.push(correctness));
      const known = table.resultScores.subarray(table.offsets[original], table.offsets[original + 1]);
      assert.ok(error(stored, known) < 1 / 255);
    }
  });

  it('computes in onnxruntime what the reference computes', async () => {
    const predictions = await router.predict(prompts);
    const D = router.encoder.dimensions;
    const vectors = encodeTexts(parameters, prompts);
    assert.ok(error(predictions.vectors, vectors) < 1e-5);
    const index = dequantiseRows(parameters.index.vectors);
    const { neighbours: K, sharpness } = parameters.constants;
    const [B, M] = [parameters.tasks.length, parameters.models.length];
    for (let row = 0; row < 3; row++) {
      const vector = vectors.subarray(row * D, (row + 1) * D);
      const nearest = nearestRows(vector, index, D, K);
      assert.ok(error(predictions.similarities.subarray(row * K, (row + 1) * K), nearest.similarities) < 1e-5);
      const neighbours = predictions.neighbours.subarray(row * K, (row + 1) * K);
      const similarities = predictions.similarities.subarray(row * K, (row + 1) * K);
      const mixture = mixtureOf(neighbours, similarities, parameters.index.tasks, B, sharpness);
      assert.ok(error(predictions.mixture.subarray(row * B, (row + 1) * B), mixture) < 1e-5);
      const logits = inputLogits(halved(parameters), vector, mixture);
      assert.ok(error(predictions.logits.subarray(row * M, (row + 1) * M), logits) < 1e-5);
      for (const centroid of [vector.slice(), new Float32Array(D)]) {
        const actual = await router.posterior(centroid, mixture);
        const expected = posteriorAt(halved(parameters), centroid, mixture);
        assert.equal(actual.rank, expected.rank);
        assert.ok(error(actual.mean, expected.mean) < 1e-5);
        // The square root of a novelty near 0 magnifies the last bits of single precision.
        assert.ok(error(actual.factors, expected.factors) < 1e-3);
        assert.ok(error(actual.ownVariance, expected.ownVariance) < 1e-4);
      }
    }
  });

  it('gives a prompt alone, bit for bit, what it gives it in a batch, and a posterior that agrees with its logits', async () => {
    // Texts of all lengths: the sums of a long one must not depend on what it shares a batch with.
    const texts = prompts.concat(
      Array.from(
        { length: 150 },
        (_, i) => `${'how many apples, '.repeat(i % 11)}${prompts[i % 3]} ${'word '.repeat(i)}`,
      ),
    );
    const together = await router.predict(texts);
    const [B, M] = [parameters.tasks.length, parameters.models.length];
    for (const [row, prompt] of texts.entries()) {
      const alone = await router.predict([prompt]);
      assert.deepEqual(alone.logits, together.logits.slice(row * M, (row + 1) * M));
      const mixture = together.mixture.slice(row * B, (row + 1) * B);
      const { mean } = await router.posterior(alone.vectors, mixture);
      assert.ok(error(mean, alone.logits) < 1e-4);
    }
  });

  it('knows what models are good at, and is unsure of those it never saw', async () => {
    const { logits, mixture, vectors } = await router.predict(prompts);
    const [B, M, D] = [parameters.tasks.length, parameters.models.length, router.encoder.dimensions];
    const logit = (row: number, id: string): number => logits[row * M + router.facts.models.indexOf(id)] as number;
    assert.ok(logit(0, 'strong-70b') > logit(0, 'coder-7b'));
    assert.ok(logit(2, 'coder-7b') > logit(2, 'weak-1b-base') + 1);
    assert.ok(logit(2, 'coder-7b') - logit(0, 'coder-7b') > logit(2, 'strong-70b') - logit(0, 'strong-70b'));
    const { factors, rank, ownVariance } = await router.posterior(vectors.slice(0, D), mixture.slice(0, B));
    const spread = (id: string): number => {
      const m = router.facts.models.indexOf(id);
      const reference = router.facts.models.indexOf('strong-70b');
      let variance = (ownVariance[m] as number) + (ownVariance[reference] as number);
      for (let r = 0; r < rank; r++) {
        variance += ((factors[m * rank + r] as number) - (factors[reference * rank + r] as number)) ** 2;
      }
      return variance;
    };
    assert.ok(spread('maker/unseen-70b') > spread('coder-7b'));
    assert.ok(router.facts.abilities.every(Number.isFinite));
  });

  it("offers both predictors: the linked one for every model, the paper's for those with results nearby", async () => {
    const predictions = await router.predict(prompts);
    const [linked, paper] = [new Float64Array(5), new Float64Array(5)];
    const at = (id: string): number => router.facts.models.indexOf(id);
    const predictors: Predictor[] = [new LinkedPredictor(), new NearestNeighbourPredictor(router)];
    predictors[0]?.probabilities(predictions, 2, linked);
    predictors[1]?.probabilities(predictions, 2, paper);
    assert.ok(linked.every((probability) => probability > 0 && probability < 1));
    const logit = predictions.logits[2 * 5 + at('coder-7b')] as number;
    assert.ok(Math.abs((linked[at('coder-7b')] as number) - 1 / (1 + Math.exp(-logit))) < 1e-12);
    assert.ok(Number.isNaN(paper[at('maker/unseen-70b')] as number));
    const seen: number[] = [];
    for (const row of predictions.neighbours.subarray(2 * 20, 3 * 20)) {
      router.results(row, (model, correctness) => {
        if (model === at('coder-7b') && seen.length < 5) seen.push(correctness);
      });
    }
    assert.equal(paper[at('coder-7b')], seen.reduce((sum, value) => sum + value, 0) / 5);
  });

  it('refuses what is missing, changed, broken or of another version', async () => {
    const with_ = (name: string, bytes: Uint8Array | null) =>
      loadBundle(async (wanted) => (wanted === name ? bytes : (files.get(wanted) ?? null)));
    await assert.rejects(with_(manifestName, null), isError('BUNDLE_MISSING', /no router bundle/));
    await assert.rejects(with_(bundleFiles.router, null), isError('BUNDLE_MISSING', /router\.onnx/));
    const changed = (files.get(bundleFiles.labels) as Uint8Array).slice();
    changed[changed.length - 1] = (changed[changed.length - 1] as number) ^ 1;
    await assert.rejects(with_(bundleFiles.labels, changed), isError('BUNDLE_TAMPERED', /labels\.bin/));
    const text = new TextDecoder().decode(files.get(manifestName));
    const other = new TextEncoder().encode(text.replace('"format": 1', '"format": 2'));
    await assert.rejects(with_(manifestName, other), isError('BUNDLE_VERSION', /format 2/));
    const broken = new TextEncoder().encode(text.replace('"trained"', '"drained"'));
    await assert.rejects(with_(manifestName, broken), isError('BUNDLE_BROKEN', /trained/));
    await assert.rejects(with_(manifestName, Uint8Array.of(1)), isError('BUNDLE_BROKEN', /not valid JSON/));
    const outside = new TextEncoder().encode(text.replace('"encoder.onnx"', '"../encoder.onnx"'));
    await assert.rejects(with_(manifestName, outside), isError('BUNDLE_BROKEN', /files/));
    await assert.rejects(verifyBundleFolder(join(folder, 'nowhere')), isError('BUNDLE_MISSING', /no router bundle/));
  });

  it('cannot be opened where a graph is not ONNX, though its hash is right', async () => {
    const bundle = await loadBundle(async (name) => files.get(name) ?? null);
    const wrong = new Map(bundle.files).set(bundleFiles.posterior, Uint8Array.of(1, 2, 3));
    await assert.rejects(openRouter({ ...bundle, files: wrong }), isError('BUNDLE_BROKEN', /cannot be opened/));
  });

  it('describes itself in a model card, without any prompt', async () => {
    const card = modelCard(parseManifest(await readFile(join(folder, manifestName))));
    assert.match(card, /\| sums \| https:\/\/example\.org\/sums \| abc \| MIT \| 40 \| 120 \|/);
    assert.match(card, /Board of Boards/);
    const everything = [...files.values()].map((bytes) => Buffer.from(bytes).toString('latin1')).join('');
    for (const item of tinyTable().items) assert.ok(!everything.includes(item.prompt));
  });
});

/** The parameters as half precision leaves them. */
function halved(parameters: RouterParameters): RouterParameters {
  const { weights, posterior } = parameters;
  return {
    ...parameters,
    weights: { ...weights, skill: fromHalf(toHalf(weights.skill)) },
    posterior: { ...posterior, own: fromHalf(toHalf(posterior.own)) },
  };
}

describe('codecs', () => {
  it('round labels only to 8 bits and refuse what is cut off', () => {
    const labels = {
      offsets: Int32Array.of(0, 3, 3, 5, 15),
      models: Uint16Array.of(0, 5, 300, 0, 5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
      scores: Uint8Array.of(255, 0, 255, 7, 255, 255, 0, 0, 0, 0, 0, 0, 0, 255, 255),
    };
    const bytes = encodeLabels(labels);
    assert.deepEqual(decodeLabels(bytes, 301), labels);
    assert.throws(() => decodeLabels(bytes.subarray(0, bytes.length - 1), 301), RangeError);
    assert.throws(() => decodeLabels(bytes, 300), RangeError);
  });

  it('store a vocabulary exactly', () => {
    const vocabulary = {
      buckets: Int32Array.of(1, 7, 2_097_151),
      idf: Float32Array.of(1.5, Math.PI, 9),
      frequencyWeights: Float32Array.of(0, 1, 1.7),
    };
    assert.deepEqual(decodeVocabulary(encodeVocabulary(vocabulary)), vocabulary);
    assert.throws(() => decodeVocabulary(encodeVocabulary(vocabulary).subarray(0, 20)), RangeError);
  });

  it('quantise to half a step and to the nearest half-precision value', () => {
    const matrix = Float32Array.of(1, -0.5, 0.003, 0, 0, 0);
    const quantised = quantiseRows(matrix, 2, 3);
    assert.ok(error(dequantiseRows(quantised), matrix) <= 0.5 / 127 + 1e-7);
    const values = Float32Array.of(0, -2, 65504, 70000, 1e-7, 6e-8, 0.1, 1 + 1 / 2048, 1 + 3 / 2048);
    assert.deepEqual(
      [...fromHalf(toHalf(values))],
      [0, -2, 65504, Number.POSITIVE_INFINITY, 2 ** -23, 2 ** -24, 0.0999755859375, 1, 1 + 2 / 1024],
    );
  });
});
