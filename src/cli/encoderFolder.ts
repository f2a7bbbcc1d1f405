import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { onnx } from 'onnx-proto';
import { sha256 } from '../core/bundle/manifest';
import { bundleFiles } from '../core/bundle/writeBundle';
import type { Encoder } from '../core/features/encoder';
import {
  badEncoder,
  openTokenizer,
  sentenceEncoder,
  sentenceFiles,
  sentenceSettings,
} from '../core/features/sentenceEncoder';
import { openNetwork } from '../scoring/session';

/** Largest network and largest other file that a router carries, in bytes. */
const largestNetwork = 600e6;
const largestFile = 64e6;

/** A sentence encoder and the files by which a bundle carries it. */
export interface PortableEncoder {
  readonly encoder: Encoder;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Opens a sentence-transformers style folder: `tokenizer.json`, `model.onnx` or `onnx/model.onnx`, and, as far as they are
 * there, `modules.json`, `1_Pooling/config.json`, `sentence_bert_config.json` and `tokenizer_config.json`.
 * @throws RecommendError BAD_ARGUMENT naming the file and field at fault
 */
export async function openEncoderFolder(folder: string): Promise<PortableEncoder> {
  const optional = async (name: string, largest = largestFile): Promise<Uint8Array | null> => {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => null);
    if (!facts?.isFile()) return null;
    if (facts.size > largest) {
      throw badEncoder(folder, `${name} has ${Math.round(facts.size / 1e6)} MB, of at most ${largest / 1e6} MB`);
    }
    return new Uint8Array(
      await readFile(path).catch((cause: unknown) => {
        throw badEncoder(folder, `${name} cannot be read`, cause);
      }),
    );
  };
  const json = (bytes: Uint8Array | null, name: string): unknown => {
    if (bytes === null) return null;
    try {
      return JSON.parse(new TextDecoder().decode(bytes));
    } catch (cause) {
      throw badEncoder(folder, `${name} is not valid JSON`, cause);
    }
  };
  const configOf = async (name: string): Promise<unknown> => json(await optional(name), name);
  const tokenizer = await optional(sentenceFiles.tokenizer);
  if (tokenizer === null) throw badEncoder(folder, `${sentenceFiles.tokenizer} is missing`);
  const network =
    (await optional(sentenceFiles.network, largestNetwork)) ??
    (await optional(`onnx/${sentenceFiles.network}`, largestNetwork));
  if (network === null) throw badEncoder(folder, `${sentenceFiles.network} is missing`);
  if (holdsDataElsewhere(network)) {
    throw badEncoder(folder, `${sentenceFiles.network} keeps its weights in a file beside it; export it as one file`);
  }
  const tokenizerConfig = await optional(sentenceFiles.tokenizerConfig);
  const { dimensions: told, ...settings } = sentenceSettings(folder, {
    modules: await configOf(sentenceFiles.modules),
    pooling: await configOf(sentenceFiles.pooling),
    sentence: await configOf(sentenceFiles.sentence),
    tokenizer: json(tokenizerConfig, sentenceFiles.tokenizerConfig),
  });
  const files = new Map<string, Uint8Array>([
    [bundleFiles.encoder, network],
    [bundleFiles.tokenizer, tokenizer],
    ...(tokenizerConfig === null ? [] : [[bundleFiles.tokenizerConfig, tokenizerConfig] as const]),
    [bundleFiles.sentence, new TextEncoder().encode(`${JSON.stringify(settings)}\n`)],
  ]);
  let opened: ReturnType<typeof openTokenizer>;
  try {
    opened = openTokenizer(
      json(tokenizer, sentenceFiles.tokenizer),
      json(tokenizerConfig, sentenceFiles.tokenizerConfig),
    );
    opened.encode('text');
  } catch (cause) {
    throw badEncoder(folder, `${sentenceFiles.tokenizer}: ${cause instanceof Error ? cause.message : cause}`, cause);
  }
  let dimensions: number;
  const runs = await openNetwork(network).catch((cause: unknown) => {
    throw badEncoder(folder, `${sentenceFiles.network}: ${cause instanceof Error ? cause.message : cause}`, cause);
  });
  try {
    // Two tokens: the smallest input that tells a vector for each token from one for the text.
    const ids = BigInt64Array.of(0n, 0n);
    ({ dimensions } = await runs.run({ rows: 1, length: 2, ids, mask: BigInt64Array.of(1n, 1n) }));
  } catch (cause) {
    throw badEncoder(folder, `${sentenceFiles.network}: ${cause instanceof Error ? cause.message : cause}`, cause);
  }
  if (told !== null && told !== dimensions) {
    throw badEncoder(
      folder,
      `${sentenceFiles.pooling}: word_embedding_dimension: ${told}, but ${sentenceFiles.network} gives vectors of ${dimensions} dimensions`,
    );
  }
  const id = `sentence-${sha256(new TextEncoder().encode([...files.values()].map(sha256).join('\n'))).slice(0, 16)}`;
  return { encoder: sentenceEncoder(id, dimensions, settings, opened, runs), files };
}

/** Whether a network's weights are in files of their own, as ONNX has it above 2 GB. */
function holdsDataElsewhere(network: Uint8Array): boolean {
  try {
    const { graph } = onnx.ModelProto.decode(network);
    return graph?.initializer?.some((tensor) => (tensor.externalData?.length ?? 0) > 0) ?? false;
  } catch {
    // Told by the runtime, which opens it next.
    return false;
  }
}
