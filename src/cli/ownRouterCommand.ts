import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchmarkTable } from '../core/benchmarks/benchmarkTable';
import { skippedStep } from '../core/benchmarks/readBenchmarks';
import { type BundleEvidence, benchmarksOf, bundleEvidence, factsOf, parseEvidence } from '../core/bundle/evidence';
import { bundleFile, type VerifiedBundle } from '../core/bundle/manifest';
import { dequantiseRows } from '../core/bundle/quantise';
import { encoderOfOthers, readEncoder, readIndexTable } from '../core/bundle/readParameters';
import type { ScoringBundle } from '../core/bundle/scoringBundle';
import { bundleFiles, bundleOf } from '../core/bundle/writeBundle';
import { type Catalog, catalogFormatVersion } from '../core/cost/catalog';
import { RecommendError } from '../core/errors';
import { paperPairs } from '../core/scores/paperPairs';
import { say } from '../core/sentence';
import { fitLinkedGaussianProcess } from '../core/training/linkedGaussianProcess';
import { compareOwnRouter, type OwnRouterReport } from '../core/training/ownComparison';
import { joinTables, onlyModels, onlyScores } from '../core/training/ownEvidence';
import { defaultRouterConfig, type RouterConfig } from '../core/training/routerConfig';
import { encodeTexts } from '../core/training/trainEncoder';
import {
  condenseRouter,
  type EncodedTable,
  encodeTable,
  heldOutSpread,
  indexThresholds,
  prepareTraining,
  type TrainingFacts,
  type TrainingProgress,
} from '../core/training/trainRouter';
import { verifyBundleFolder } from '../scoring/bundleFolder';
import { nativeMatMul } from '../scoring/session';
import { badArgument } from './arguments';
import { filesIn } from './benchmarkFolder';
import { openEncoderFolder, type PortableEncoder } from './encoderFolder';
import { readTables } from './testFolder';
import { indexTable, writeFolder } from './writeRouter';

/** What `train` was asked for where the tables are the user's own. */
export interface OwnTraining {
  /** Tables, and folders of tables. */
  readonly paths: readonly string[];
  /** The bundle to learn on top of. */
  readonly base: string;
  /** Learn from the own tables only: the base bundle gives the catalog and token use, and nothing else. */
  readonly alone: boolean;
  /** Folder of a sentence encoder; null to learn one from the own text. Only where `alone`. */
  readonly encoder: string | null;
  readonly output: string;
  readonly trained: string;
}

/** Tables named by the user: files as they are, folders with all their tables. */
async function tableFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const facts = await stat(path).catch(() => null);
    if (facts === null)
      throw new RecommendError('FILE_NOT_FOUND', say('{0} does not exist.', path), say('Check the path.'));
    if (!facts.isDirectory()) files.push(path);
    else files.push(...(await filesIn(path, ['.jsonl', '.jsonl.gz'])).map((name) => join(path, name)));
  }
  if (files.length > 0) return files;
  throw badArgument(
    say('{0} holds no *.jsonl or *.jsonl.gz table; "recommend-llm import" writes one.', paths.join(', ')),
    'train',
  );
}

/**
 * Learns a router from the user's own tables, alone or on top of a bundle, and writes it whole or not at all.
 * @returns how the router did on the user's own benchmarks, each held out
 * @throws RecommendError TRAINING_DATA, BUNDLE_*, OUTPUT_FAILED
 */
export async function trainOwnRouter(
  training: OwnTraining,
  load: (folder: string) => Promise<ScoringBundle>,
  progress: TrainingProgress,
): Promise<OwnRouterReport> {
  const own = await readOwnTables(training.paths, progress);
  const base = await verifyBundleFolder(training.base);
  const { catalog } = await load(training.base);
  const evidence = parseEvidence(bundleFile(base, bundleFiles.evidence));
  const matMul = await nativeMatMul();
  const config = defaultRouterConfig;

  const foreign = training.encoder === null ? null : await openEncoderFolder(training.encoder);
  const { table, facts, encoded, firstOwn } = training.alone
    ? {
        table: ownFamilies(own),
        facts: { ...factsOf(evidence), aggregates: [] },
        encoded: foreign
          ? await encodedBy(foreign, own, progress)
          : await encodeTable(own, smallTableConfig(config, own), matMul, progress),
        firstOwn: 0,
      }
    : joined(base, evidence, catalog, own);
  const prepared = prepareTraining(table, encoded, facts, config);
  progress(say('linked Gaussian process: {0} pairs, {1} models', prepared.pairs.logits.length, prepared.traits.length));
  const fit = await fitLinkedGaussianProcess(prepared.pairs, prepared.kernels, matMul);
  progress(say('held-out comparison'));
  const modelIds = prepared.traits.map(({ id }) => id);
  const comparison = await compareOwnRouter(
    table,
    prepared.split,
    fit,
    modelIds,
    firstOwn,
    config.kernel.extraNoise,
    config.seed,
    matMul,
  );
  const groups = prepared.split.tasks.map((task) => task.group);
  const spread = await heldOutSpread(fit, groups, matMul);
  const thresholds = await indexThresholds(prepared, config, matMul);
  progress(say('posterior'));
  const parameters = await condenseRouter(prepared, fit, spread, thresholds, facts.urls, config, matMul);

  const json = (content: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(content)}\n`);
  const index = indexTable(parameters, table);
  const files = bundleOf(
    parameters,
    {
      trained: training.trained,
      counts: {
        items: table.items.length,
        results: table.resultScores.length,
        aggregateScores: facts.aggregates.length,
        models: new Set(table.resultModels).size,
      },
      sources: training.alone ? [] : base.manifest.sources,
      credits: training.alone ? [] : base.manifest.credits,
      constants: { ...config, own: { benchmarks: own.benchmarks.length, items: own.items.length } },
    },
    new Map([
      [bundleFiles.catalog, json(withOwnModels(catalog, own.models))],
      [bundleFiles.tokens, bundleFile(base, bundleFiles.tokens)],
      [bundleFiles.paper, json(await paperPairs(index, dequantiseRows(parameters.index.vectors), matMul))],
      [bundleFiles.evidence, json(bundleEvidence(table, facts))],
    ]),
    foreign && { id: foreign.encoder.id, files: foreign.files },
  );
  await writeFolder(training.output, files);
  progress(say('{0}: written', training.output));
  return comparison;
}

/** Reads the user's tables, and tells what was read and what was skipped. */
export async function readOwnTables(paths: readonly string[], progress: TrainingProgress): Promise<BenchmarkTable> {
  const { table, report } = await readTables(await tableFiles(paths));
  const { results, items, linesSkipped, skipped } = report;
  progress(say('{0} own results on {1} prompts; {2} lines skipped', results, items, linesSkipped));
  for (const skip of skipped) progress(skippedStep(skip));
  return table;
}

interface Learning {
  readonly table: BenchmarkTable;
  readonly facts: TrainingFacts;
  readonly encoded: EncodedTable;
  readonly firstOwn: number;
}

/**
 * The bundle's index and the user's table as one, in the bundle's own vectors. Of the bundle, models that can be bought
 * and models of the user are kept: retired models would cost most of the time and memory and are not candidates.
 */
function joined(base: VerifiedBundle, evidence: BundleEvidence, catalog: Catalog, own: BenchmarkTable): Learning {
  const keep = new Set([...catalog.models.filter(({ buyable }) => buyable).map(({ id }) => id), ...own.models]);
  const index = readIndexTable(base, benchmarksOf(evidence));
  const { table, firstOwn } = joinTables(onlyModels(index.table, keep), own);
  const encoder = readEncoder(base);
  const vectors = new Float32Array(table.items.length * encoder.projection.columns);
  vectors.set(index.vectors);
  vectors.set(
    encodeTexts(
      encoder,
      own.items.map(({ prompt }) => prompt),
    ),
    index.vectors.length,
  );
  const facts = factsOf(evidence);
  const aggregates = onlyScores(facts.aggregates, keep);
  return { table, facts: { ...facts, aggregates }, encoded: { encoder, vectors }, firstOwn };
}

/** Texts that are encoded between two lines of progress. */
const encodedAtOnce = 2000;

/** The table's prompts by the user's own encoder; nothing is learned from their text. */
async function encodedBy(
  { encoder }: PortableEncoder,
  own: BenchmarkTable,
  progress: TrainingProgress,
): Promise<EncodedTable> {
  const { dimensions } = encoder;
  const vectors = new Float32Array(own.items.length * dimensions);
  for (let from = 0; from < own.items.length; from += encodedAtOnce) {
    progress(say('vectors of {0}: {1} of {2} prompts', encoder.id, from, own.items.length));
    const texts = own.items.slice(from, from + encodedAtOnce).map(({ prompt }) => prompt);
    vectors.set(await encoder.encode(texts), from * dimensions);
  }
  return {
    encoder: encoderOfOthers(dimensions),
    vectors,
    encode: (texts) => encoder.encode(texts),
  };
}

/** Each own benchmark is held out by itself. */
function ownFamilies(own: BenchmarkTable): BenchmarkTable {
  return { ...own, benchmarks: own.benchmarks.map((facts) => ({ ...facts, family: `own/${facts.name}` })) };
}

/** An encoder of few prompts cannot have more axes than prompts, nor demand that an n-gram occurs in many of them. */
function smallTableConfig(config: RouterConfig, own: BenchmarkTable): RouterConfig {
  const dimensions = Math.max(2, Math.min(config.encoder.dimensions, Math.floor(own.items.length / 4)));
  const minimumDocuments = own.items.length < 2000 ? 2 : config.encoder.minimumDocuments;
  return { ...config, encoder: { ...config.encoder, dimensions, minimumDocuments } };
}

/** The catalog with every model of the user's tables among the default candidates; unknown ones without a price. */
export function withOwnModels(catalog: Catalog, own: readonly string[]): Catalog {
  const mine = new Set(own);
  const known = new Set(catalog.models.map(({ id }) => id));
  return {
    ...catalog,
    formatVersion: catalogFormatVersion,
    models: [
      ...catalog.models.map((model) => (mine.has(model.id) ? { ...model, buyable: true, standard: true } : model)),
      ...own
        .filter((id) => !known.has(id))
        .map((id) => ({
          id,
          name: id,
          provider: 'own',
          marketId: null,
          effort: null,
          reasoning: false,
          openWeights: false,
          released: null,
          contextTokens: null,
          price: null,
          buyable: true,
          standard: true,
          aggregates: 0,
          verbosity: 0,
          verbosityTasks: 0,
        })),
    ],
  };
}
