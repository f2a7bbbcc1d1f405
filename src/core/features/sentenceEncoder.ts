import { Tokenizer } from '@huggingface/tokenizers';
import * as v from 'valibot';
import { RecommendError } from '../errors';
import type { Encoder } from './encoder';

/** Texts that go through the network together: more gain nothing on a CPU and hold more memory. */
const batchTexts = 16;

/** What a sentence-transformers folder holds, parsed but not yet checked. */
export interface EncoderFolder {
  /** Name of the folder, for messages. */
  readonly name: string;
  /** `tokenizer.json` */
  readonly tokenizer: unknown;
  /** `tokenizer_config.json`; null where there is none. */
  readonly tokenizerConfig: unknown;
  /** `1_Pooling/config.json`; null where there is none: then the mean is taken, as sentence-transformers does. */
  readonly pooling: unknown;
  /** `sentence_bert_config.json`; null where there is none. */
  readonly sentenceConfig: unknown;
  /** SHA-256 over the network and the tokenizer: vectors of different encoders are never compared. */
  readonly sha256: string;
}

/** A batch of token sequences, padded to one length. */
export interface TokenBatch {
  readonly rows: number;
  readonly length: number;
  /** rows × length */
  readonly ids: BigInt64Array;
  /** rows × length: 1 for a token, 0 for padding. */
  readonly mask: BigInt64Array;
}

/** A transformer network, as the runtime offers it. */
export interface TokenNetwork {
  readonly dimensions: number;
  /** @returns rows × length × dimensions hidden states of the last layer */
  run(batch: TokenBatch): Promise<Float32Array>;
}

const tokenizerSchema = v.looseObject({ model: v.looseObject({}) });
const tokenizerConfigSchema = v.looseObject({ model_max_length: v.optional(v.nullable(v.number())) });
const poolingSchema = v.looseObject({
  pooling_mode_cls_token: v.optional(v.boolean(), false),
  pooling_mode_mean_tokens: v.optional(v.boolean(), false),
});
const sentenceSchema = v.looseObject({ max_seq_length: v.optional(v.nullable(v.number())) });

/** Longest input where neither config names one, in tokens. */
const defaultMaximumTokens = 512;

/**
 * A neural sentence encoder from a sentence-transformers style folder: tokens → network → mean or CLS pooling → unit
 * length (Reimers and Gurevych, arXiv 1908.10084, section 3).
 * @throws RecommendError BUNDLE_BROKEN where a config cannot be used; names the file
 */
export function sentenceEncoder(folder: EncoderFolder, network: TokenNetwork): Encoder {
  const read = <T extends v.GenericSchema>(schema: T, value: unknown, file: string): v.InferOutput<T> => {
    const parsed = v.safeParse(schema, value ?? {});
    if (parsed.success) return parsed.output;
    throw broken(folder.name, `${file}: ${parsed.issues[0].message}`);
  };
  const tokenizerJson = read(tokenizerSchema, folder.tokenizer, 'tokenizer.json');
  const tokenizerConfig = read(tokenizerConfigSchema, folder.tokenizerConfig, 'tokenizer_config.json');
  const pooling = read(poolingSchema, folder.pooling ?? { pooling_mode_mean_tokens: true }, '1_Pooling/config.json');
  const sentence = read(sentenceSchema, folder.sentenceConfig, 'sentence_bert_config.json');
  if (pooling.pooling_mode_cls_token === pooling.pooling_mode_mean_tokens) {
    throw broken(folder.name, '1_Pooling/config.json must choose either mean or CLS pooling');
  }
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(tokenizerJson, tokenizerConfig);
  } catch (error) {
    throw broken(folder.name, `tokenizer.json: ${error instanceof Error ? error.message : String(error)}`);
  }
  const maximum = Math.min(
    sentence.max_seq_length ?? defaultMaximumTokens,
    // Some tokenizers write 1e30 for "no limit".
    tokenizerConfig.model_max_length ?? defaultMaximumTokens,
  );
  const { dimensions } = network;
  return {
    id: `sentence-${folder.sha256.slice(0, 16)}`,
    dimensions,
    async encode(texts) {
      const vectors = new Float32Array(texts.length * dimensions);
      for (let start = 0; start < texts.length; start += batchTexts) {
        const batch = tokenBatch(tokenizer, texts.slice(start, start + batchTexts), maximum);
        const hidden = await network.run(batch);
        if (hidden.length !== batch.rows * batch.length * dimensions) {
          throw broken(folder.name, 'model.onnx returned hidden states of an unexpected shape');
        }
        for (let row = 0; row < batch.rows; row += 1) {
          const target = vectors.subarray((start + row) * dimensions, (start + row + 1) * dimensions);
          pool(hidden, batch, row, pooling.pooling_mode_cls_token, target);
        }
      }
      return vectors;
    },
  };
}

function tokenBatch(tokenizer: Tokenizer, texts: readonly string[], maximum: number): TokenBatch {
  const sequences = texts.map((text) => {
    const { ids } = tokenizer.encode(text);
    // A text over the limit keeps its closing special token.
    return ids.length > maximum ? [...ids.slice(0, maximum - 1), ids.at(-1) ?? 0] : ids;
  });
  const length = Math.max(1, ...sequences.map((ids) => ids.length));
  const ids = new BigInt64Array(texts.length * length);
  const mask = new BigInt64Array(texts.length * length);
  sequences.forEach((sequence, row) => {
    sequence.forEach((id, position) => {
      ids[row * length + position] = BigInt(id);
      mask[row * length + position] = 1n;
    });
  });
  return { rows: texts.length, length, ids, mask };
}

/** Pools one row's hidden states into `target` and gives it unit length (all zero where the text has no token). */
function pool(hidden: Float32Array, batch: TokenBatch, row: number, cls: boolean, target: Float32Array): void {
  const dimensions = target.length;
  const positions = cls ? 1 : batch.length;
  const sum = new Float64Array(dimensions);
  for (let position = 0; position < positions; position += 1) {
    if (batch.mask[row * batch.length + position] !== 1n) continue;
    const from = (row * batch.length + position) * dimensions;
    for (let d = 0; d < dimensions; d += 1) sum[d] = (sum[d] ?? 0) + (hidden[from + d] ?? 0);
  }
  const norm = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  if (norm > 0) for (let d = 0; d < dimensions; d += 1) target[d] = (sum[d] ?? 0) / norm;
}

function broken(folder: string, what: string): RecommendError {
  return new RecommendError(
    'BUNDLE_BROKEN',
    `The encoder folder ${folder} cannot be used: ${what}.`,
    'It needs tokenizer.json, model.onnx (or onnx/model.onnx) and, where pooling is not the mean, 1_Pooling/config.json.',
  );
}
