import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OnnxGraph } from '../../../src/core/bundle/onnxGraph';
import { seededRandom } from '../../../src/core/scores/seededRandom';

/** Dimensions of the tiny encoder's vectors. */
export const tinyDimensions = 8;

/** Vectors of the words that the tiny encoder knows, in the order of its vocabulary: [UNK] first, all zero. */
export function tinyWordVectors(words: readonly string[]): Float32Array {
  const random = seededRandom(4);
  const vectors = Float32Array.from({ length: (words.length + 1) * tinyDimensions }, () => random() - 0.5);
  return vectors.fill(0, 0, tinyDimensions);
}

/** A network that looks the vector of each token up: its output has the given name and, if told so, one vector for a text. */
export function tinyNetwork(words: readonly string[], output = 'last_hidden_state', pooled = false): Uint8Array {
  const graph = new OnnxGraph('tiny');
  const ids = graph.input('input_ids', 'int64', ['n', 'l']);
  graph.input('attention_mask', 'int64', ['n', 'l']);
  const vectors = tinyWordVectors(words);
  const table = graph.constant('float', [words.length + 1, tinyDimensions], vectors);
  const hidden = graph.node('Gather', [table, ids]);
  if (pooled) {
    const mean = graph.node('ReduceMean', [hidden], { axes: [1], keepdims: 0 });
    graph.output(output, 'float', ['n', tinyDimensions], mean);
  } else graph.output(output, 'float', ['n', 'l', tinyDimensions], hidden);
  return graph.finish();
}

/** A sentence-transformers style folder with a network and a tokenizer of a few words. */
export async function writeTinyEncoder(folder: string, words: readonly string[]): Promise<void> {
  await mkdir(join(folder, '1_Pooling'), { recursive: true });
  const json = (name: string, content: unknown): Promise<void> =>
    writeFile(join(folder, name), JSON.stringify(content));
  await json('tokenizer.json', {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: null,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(['[UNK]', ...words].map((word, at) => [word, at])),
    },
  });
  await json('modules.json', [
    { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
    { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
    { idx: 2, name: '2', path: '2_Normalize', type: 'sentence_transformers.models.Normalize' },
  ]);
  await json('1_Pooling/config.json', {
    word_embedding_dimension: tinyDimensions,
    pooling_mode_cls_token: false,
    pooling_mode_mean_tokens: true,
  });
  await json('sentence_bert_config.json', { max_seq_length: 12, do_lower_case: false });
  await writeFile(join(folder, 'model.onnx'), tinyNetwork(words));
}
