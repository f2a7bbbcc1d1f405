import type { RouterParameters } from '../predictors/routerParameters';
import { encoderGraph, posteriorGraph, routerGraph } from './graphs';
import { encodeLabels } from './labelCodec';
import { bundleFormat, type Manifest, manifestName, sha256, type VerifiedBundle } from './manifest';
import { routerIndex } from './routerIndex';
import { encodeVocabulary } from './vocabularyCodec';

/** Names of a bundle's files. */
export const bundleFiles = {
  encoder: 'encoder.onnx',
  router: 'router.onnx',
  posterior: 'posterior.onnx',
  vocabulary: 'vocabulary.bin',
  labels: 'labels.bin',
  index: 'index.json',
  catalog: 'catalog.json',
  tokens: 'tokens.json',
  paper: 'paper.json',
  /** What training on top of the bundle needs besides. */
  evidence: 'evidence.json',
  /** What models were added from results of their own, and on what evidence. */
  added: 'added.json',
  /** Of a sentence encoder, in place of a vocabulary. */
  tokenizer: 'tokenizer.json',
  tokenizerConfig: 'tokenizer_config.json',
  sentence: 'sentence.json',
} as const;

/** An encoder as the files of a bundle, its network first. */
export interface EncoderFiles {
  readonly id: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What a manifest says besides what the parameters do. */
export interface BundleDescription {
  /** YYYY-MM-DD; an argument, so that the same input gives the same bytes. */
  readonly trained: string;
  readonly counts: Manifest['counts'];
  readonly sources: Manifest['sources'];
  readonly credits: readonly string[];
  readonly constants: Readonly<Record<string, unknown>>;
}

/**
 * A router as the files of its bundle, the manifest last.
 * @param further files that are not the router's own, such as the catalog
 * @param foreign an encoder that stands in the place of the learned one
 */
export function bundleOf(
  parameters: RouterParameters,
  description: BundleDescription,
  further: ReadonlyMap<string, Uint8Array> = new Map(),
  foreign: EncoderFiles | null = null,
): Map<string, Uint8Array> {
  const encoder = foreign ?? learnedEncoder(parameters);
  const [network, ...encoderFiles] = encoder.files;
  const files = new Map<string, Uint8Array>([
    ...(network ? [network] : []),
    [bundleFiles.router, routerGraph(parameters)],
    [bundleFiles.posterior, posteriorGraph(parameters)],
    ...encoderFiles,
    [bundleFiles.labels, encodeLabels(parameters.index.labels)],
    [bundleFiles.index, jsonBytes(routerIndex(parameters))],
    ...further,
  ]);
  const { hashes, version } = described(files, description.trained);
  const manifest: Manifest = {
    format: bundleFormat,
    version,
    trained: description.trained,
    files: hashes,
    encoder: {
      id: encoder.id,
      dimensions: parameters.projection.columns,
      features: parameters.projection.rows,
    },
    router: {
      models: parameters.models.length,
      tasks: parameters.tasks.length,
      boards: parameters.weights.difficulty.length - parameters.tasks.length,
      prompts: parameters.index.ids.length,
      neighbours: parameters.constants.neighbours,
      distanceNeighbours: parameters.constants.distanceNeighbours,
      posteriorRank: parameters.posterior.rank + parameters.posterior.noveltyRank + 1,
      distanceThresholds: parameters.distanceThresholds,
    },
    counts: description.counts,
    sources: description.sources,
    credits: [...description.credits],
    constants: { ...description.constants },
  };
  files.set(manifestName, new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
  return files;
}

/** The encoder that training learned, as the files of a bundle. */
function learnedEncoder(parameters: RouterParameters): EncoderFiles {
  const vocabulary = encodeVocabulary(parameters.vocabulary);
  const network = encoderGraph(parameters);
  return {
    id: `ngram-svd-${sha256(vocabulary).slice(0, 8)}${sha256(network).slice(0, 8)}`,
    files: new Map([
      [bundleFiles.encoder, network],
      [bundleFiles.vocabulary, vocabulary],
    ]),
  };
}

/**
 * A bundle whose router knows further models; what they do not change stays as it is, byte for byte.
 * @param further files that are new or differ from those of `base`
 */
export function bundleWithModels(
  base: VerifiedBundle,
  parameters: RouterParameters,
  trained: string,
  further: ReadonlyMap<string, Uint8Array>,
): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>([
    ...base.files,
    [bundleFiles.router, routerGraph(parameters)],
    [bundleFiles.posterior, posteriorGraph(parameters)],
    [bundleFiles.index, jsonBytes(routerIndex(parameters))],
    ...further,
  ]);
  const { hashes, version } = described(files, trained);
  const manifest: Manifest = {
    ...base.manifest,
    version,
    trained,
    files: hashes,
    router: {
      ...base.manifest.router,
      models: parameters.models.length,
      boards: parameters.weights.difficulty.length - parameters.tasks.length,
    },
  };
  files.set(manifestName, new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
  return files;
}

function jsonBytes(content: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(content)}\n`);
}

/** Hashes of files, and the version that names them: the date and the start of the hash of all. */
function described(
  files: ReadonlyMap<string, Uint8Array>,
  trained: string,
): { hashes: Manifest['files']; version: string } {
  const hashes = [...files].map(([name, bytes]) => [name, { sha256: sha256(bytes), bytes: bytes.length }] as const);
  const content = sha256(new TextEncoder().encode(hashes.map(([name, file]) => `${name} ${file.sha256}`).join('\n')));
  return { hashes: Object.fromEntries(hashes), version: `${trained}-${content.slice(0, 8)}` };
}
