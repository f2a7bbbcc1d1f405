import { Tokenizer } from '@huggingface/tokenizers';
import * as v from 'valibot';
import { RecommendError } from '../errors';
import type { Encoder } from './encoder';

/** Texts that go through the network together: more gain nothing on a CPU and hold more memory. */
const batchTexts = 16;

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
  /** @returns hidden states of the last layer (rows × length × dimensions), and how many dimensions they have */
  run(batch: TokenBatch): Promise<{ readonly hidden: Float32Array; readonly dimensions: number }>;
}

/** How token vectors become one vector of a text. */
export interface SentenceSettings {
  readonly pooling: 'mean' | 'cls';
  /** Longest input in tokens, special ones included; what is over it is cut off. */
  readonly maximumTokens: number;
  /** Texts are lower-cased before they are split. */
  readonly lowerCase: boolean;
}

/** Settings as a bundle keeps them. */
export const sentenceSettingsSchema: v.GenericSchema<unknown, SentenceSettings> = v.object({
  pooling: v.picklist(['mean', 'cls']),
  maximumTokens: v.pipe(v.number(), v.integer(), v.minValue(2)),
  lowerCase: v.boolean(),
});

/** Contents of the configuration files of a sentence-transformers folder, parsed; null for those that it lacks. */
export interface SentenceConfigs {
  readonly modules: unknown;
  readonly pooling: unknown;
  readonly sentence: unknown;
  /** `tokenizer_config.json` */
  readonly tokenizer: unknown;
}

const modulesSchema = v.array(v.looseObject({ type: v.string(), path: v.string() }));
const flag = v.optional(v.boolean(), false);
const poolingSchema = v.looseObject({
  word_embedding_dimension: v.optional(v.number()),
  pooling_mode_cls_token: flag,
  pooling_mode_mean_tokens: flag,
  pooling_mode_max_tokens: flag,
  pooling_mode_mean_sqrt_len_tokens: flag,
  pooling_mode_weightedmean_tokens: flag,
  pooling_mode_lasttoken: flag,
});
const limit = v.optional(v.nullable(v.number()));
const sentenceSchema = v.looseObject({ max_seq_length: limit, do_lower_case: flag });
const tokenizerSchema = v.looseObject({ model_max_length: limit });

/** Longest input where no file names one, in tokens. */
const defaultMaximumTokens = 512;

/** Names of the files that a folder's errors speak of. */
export const sentenceFiles = {
  network: 'model.onnx',
  tokenizer: 'tokenizer.json',
  tokenizerConfig: 'tokenizer_config.json',
  modules: 'modules.json',
  pooling: '1_Pooling/config.json',
  sentence: 'sentence_bert_config.json',
} as const;

/** @throws RecommendError BAD_ARGUMENT that names the folder, the file and the field at fault */
export function badEncoder(folder: string, what: string, cause?: unknown): RecommendError {
  return new RecommendError(
    'BAD_ARGUMENT',
    `The encoder folder ${folder} cannot be used: ${what}.`,
    'It needs tokenizer.json, model.onnx (or onnx/model.onnx) and, where pooling is not the mean, 1_Pooling/config.json.',
    cause === undefined ? undefined : { cause },
  );
}

/**
 * What the configuration files of a sentence-transformers folder say: the mean of the tokens where no file says how they are
 * pooled, as sentence-transformers has it.
 * @param folder its name, for messages
 * @throws RecommendError BAD_ARGUMENT naming file and field
 */
export function sentenceSettings(
  folder: string,
  configs: SentenceConfigs,
): SentenceSettings & { readonly dimensions: number | null } {
  const read = <T extends v.GenericSchema>(schema: T, value: unknown, file: string): v.InferOutput<T> => {
    const parsed = v.safeParse(schema, value);
    if (parsed.success) return parsed.output;
    const [issue] = parsed.issues;
    throw badEncoder(folder, `${file}: ${v.getDotPath(issue) ?? 'content'}: ${issue.message}`);
  };
  const { modules, pooling, sentence, tokenizerConfig } = sentenceFiles;
  for (const [at, { type }] of read(modulesSchema, configs.modules ?? [], modules).entries()) {
    if (/\.(Transformer|Pooling|Normalize)$/.test(type)) continue;
    throw badEncoder(
      folder,
      `${modules}: ${at}.type: ${type} is none of the modules that are known (Transformer, Pooling, Normalize)`,
    );
  }
  const modes = read(poolingSchema, configs.pooling ?? { pooling_mode_mean_tokens: true }, pooling);
  const chosen = Object.entries(modes).flatMap(([name, on]) =>
    name.startsWith('pooling_mode_') && on === true ? [name] : [],
  );
  const [mode] = chosen;
  if (chosen.length !== 1 || (mode !== 'pooling_mode_mean_tokens' && mode !== 'pooling_mode_cls_token')) {
    throw badEncoder(
      folder,
      `${pooling}: one of pooling_mode_mean_tokens and pooling_mode_cls_token must be true, and nothing else (${chosen.join(', ') || 'none'} is)`,
    );
  }
  const { max_seq_length: longest, do_lower_case: lowerCase } = read(sentenceSchema, configs.sentence ?? {}, sentence);
  const tokens = read(tokenizerSchema, configs.tokenizer ?? {}, tokenizerConfig).model_max_length;
  // Some tokenizers write 1e30 for "no limit".
  const maximumTokens = Math.floor(Math.min(longest ?? defaultMaximumTokens, tokens ?? defaultMaximumTokens));
  if (maximumTokens < 2) throw badEncoder(folder, `${sentence}: max_seq_length: ${maximumTokens} tokens hold no text`);
  return {
    pooling: mode === 'pooling_mode_cls_token' ? 'cls' : 'mean',
    maximumTokens,
    lowerCase,
    dimensions: modes.word_embedding_dimension ?? null,
  };
}

/**
 * A tokenizer as its two files describe it.
 * @throws Error where they cannot be used
 */
export function openTokenizer(tokenizer: unknown, config: unknown): Tokenizer {
  const known = v.safeParse(v.looseObject({ model: v.looseObject({}) }), tokenizer);
  if (!known.success) throw new Error(`${v.getDotPath(known.issues[0]) ?? 'content'}: ${known.issues[0].message}`);
  return new Tokenizer(known.output, v.is(v.looseObject({}), config) ? config : {});
}

/**
 * A neural sentence encoder: tokens → network → mean or CLS pooling → unit length (Reimers and Gurevych, arXiv 1908.10084,
 * section 3).
 * @param dimensions of its vectors: hidden states of another size are refused with BUNDLE_BROKEN
 */
export function sentenceEncoder(
  id: string,
  dimensions: number,
  settings: SentenceSettings,
  tokenizer: Tokenizer,
  network: TokenNetwork,
): Encoder {
  return {
    id,
    dimensions,
    async encode(texts) {
      const sequences = texts.map((text) => tokensOf(tokenizer, text, settings));
      // Texts of like length share a batch, so that little is padded.
      const order = [...texts.keys()].sort((a, b) => lengthOf(sequences, a) - lengthOf(sequences, b) || a - b);
      const vectors = new Float32Array(texts.length * dimensions);
      for (let start = 0; start < order.length; start += batchTexts) {
        const rows = order.slice(start, start + batchTexts);
        const batch = tokenBatch(rows.map((row) => sequences[row] ?? []));
        const { hidden, dimensions: found } = await network.run(batch);
        if (found !== dimensions || hidden.length !== batch.rows * batch.length * dimensions) {
          throw new RecommendError(
            'BUNDLE_BROKEN',
            `The encoder's network gives vectors of ${found} dimensions where ${dimensions} are expected.`,
            'Train the router again with this encoder.',
          );
        }
        for (const [position, row] of rows.entries()) {
          const target = vectors.subarray(row * dimensions, (row + 1) * dimensions);
          pool(hidden, batch, position, settings.pooling === 'cls', target);
        }
      }
      return vectors;
    },
  };
}

function lengthOf(sequences: readonly (readonly number[])[], row: number): number {
  return sequences[row]?.length ?? 0;
}

function tokensOf(tokenizer: Tokenizer, text: string, settings: SentenceSettings): number[] {
  const { ids } = tokenizer.encode(settings.lowerCase ? text.toLowerCase() : text);
  const { maximumTokens } = settings;
  // A text over the limit keeps its closing special token.
  return ids.length > maximumTokens ? [...ids.slice(0, maximumTokens - 1), ids.at(-1) ?? 0] : ids;
}

function tokenBatch(sequences: readonly (readonly number[])[]): TokenBatch {
  const length = Math.max(1, ...sequences.map((ids) => ids.length));
  const ids = new BigInt64Array(sequences.length * length);
  const mask = new BigInt64Array(sequences.length * length);
  for (const [row, sequence] of sequences.entries()) {
    for (const [position, id] of sequence.entries()) {
      ids[row * length + position] = BigInt(id);
      mask[row * length + position] = 1n;
    }
  }
  return { rows: sequences.length, length, ids, mask };
}

/** Pools one row's hidden states into `target` and gives it unit length (all zero where the text has no token). */
function pool(hidden: Float32Array, batch: TokenBatch, row: number, cls: boolean, target: Float32Array): void {
  const dimensions = target.length;
  const positions = cls ? 1 : batch.length;
  const sum = new Float64Array(dimensions);
  for (let position = 0; position < positions; position++) {
    if (batch.mask[row * batch.length + position] !== 1n) continue;
    const from = (row * batch.length + position) * dimensions;
    for (let d = 0; d < dimensions; d++) sum[d] = (sum[d] as number) + (hidden[from + d] as number);
  }
  const norm = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  if (norm > 0) for (let d = 0; d < dimensions; d++) target[d] = (sum[d] as number) / norm;
}
