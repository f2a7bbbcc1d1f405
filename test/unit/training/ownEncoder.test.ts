import assert from 'node:assert/strict';
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEncoderFolder } from '../../../src/cli/encoderFolder';
import { RecommendError } from '../../../src/core/errors';
import { openTokenizer, sentenceEncoder, type TokenNetwork } from '../../../src/core/features/sentenceEncoder';
import { seededRandom } from '../../../src/core/scores/seededRandom';
import { openScoringBundle } from '../../../src/scoring/bundleFolder';
import { run } from '../support/runInMemory';
import { tinyDimensions, tinyNetwork, tinyWordVectors, writeTinyEncoder } from '../support/tinyEncoder';
import { writeTinyRouter } from '../support/tinyRouterFolder';

const cooking = ['flour', 'oven', 'bake', 'butter', 'whisk', 'dough'];
const travel = ['train', 'ticket', 'flight', 'border', 'hotel', 'luggage'];
const words = [...cooking, ...travel];

/** Two benchmarks: coder-7b cooks well, strong-70b travels well. */
function rows(): string {
  const random = seededRandom(3);
  return [cooking, travel]
    .flatMap((list, kind) =>
      Array.from({ length: 60 }, (_, at) => {
        const prompt = Array.from({ length: 7 }, () => list[Math.floor(random() * list.length)]).join(' ');
        const draw = (p: number): number => (random() < p ? 1 : 0);
        const [own, other] = [draw(0.95), draw(0.15)];
        return JSON.stringify({
          benchmark: kind === 0 ? 'cooking' : 'travel',
          category: null,
          item_id: `${at}`,
          prompt: `${prompt} ${at}`,
          scores: kind === 0 ? { 'coder-7b': own, 'strong-70b': other } : { 'coder-7b': other, 'strong-70b': own },
        });
      }),
    )
    .join('\n');
}

/** Mean (or first) vector of known words, at unit length. */
function expected(text: string, cls = false): number[] {
  const vectors = tinyWordVectors(words);
  const ids = text.split(' ').map((word) => words.indexOf(word) + 1);
  const sum = Array.from({ length: tinyDimensions }, (_, d) =>
    (cls ? ids.slice(0, 1) : ids).reduce((total, id) => total + (vectors[id * tinyDimensions + d] ?? 0), 0),
  );
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}

function near(actual: ArrayLike<number>, wanted: readonly number[]): void {
  assert.equal(actual.length, wanted.length);
  for (const [d, value] of wanted.entries()) assert.ok(Math.abs((actual[d] ?? 0) - value) < 1e-5);
}

describe('an encoder of the user', () => {
  let folder: string;
  const path = (...names: string[]): string => join(folder, ...names);
  const train = (encoder: string, output: string, more: readonly string[] = ['--alone']) =>
    run(
      ['train', '--benchmarks', path('own.jsonl'), '--base', path('base'), '--output', path(output), ...more].concat([
        '--encoder',
        path(encoder),
      ]),
      { load: openScoringBundle },
    );

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'own-encoder-'));
    await writeTinyRouter(path('base'));
    await writeFile(path('own.jsonl'), rows());
    await writeTinyEncoder(path('encoder'), words);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('encodes by the mean of the tokens or the first one, at unit length, cut at the limit', async () => {
    const text = 'flour oven bake';
    const { encoder } = await openEncoderFolder(path('encoder'));
    assert.equal(encoder.dimensions, tinyDimensions);
    const vectors = await encoder.encode([text, 'Ticket', 'nothing known']);
    near(vectors.subarray(0, tinyDimensions), expected(text));
    near(vectors.subarray(tinyDimensions, 2 * tinyDimensions), expected('ticket'));
    assert.deepEqual([...vectors.subarray(2 * tinyDimensions)], new Array(tinyDimensions).fill(0));
    const long = [...new Array(11).fill('flour'), ...new Array(20).fill('oven')].join(' ');
    near(await encoder.encode([long]), expected([...new Array(11).fill('flour'), 'oven'].join(' ')));

    await cp(path('encoder'), path('cls'), { recursive: true });
    await writeFile(path('cls', '1_Pooling', 'config.json'), JSON.stringify({ pooling_mode_cls_token: true }));
    const cls = (await openEncoderFolder(path('cls'))).encoder;
    near(await cls.encode([text]), expected(text, true));
    assert.notEqual(cls.id, encoder.id);
  });

  it('trains a portable router that recommends by it', async () => {
    await cp(path('encoder'), path('gone'), { recursive: true });
    const { code, error } = await train('gone', 'own');
    assert.equal(code, 0, error);
    await rm(path('gone'), { recursive: true });
    await rename(path('own'), path('moved'));
    assert.ok((await readdir(path('moved'))).includes('tokenizer.json'));
    const { router } = await openScoringBundle(path('moved'));
    assert.match(router.encoder.id, /^sentence-[0-9a-f]{16}$/);
    const { vectors } = await router.predict(['bake dough']);
    near(vectors, expected('bake dough'));
    const recommended = async (text: string): Promise<string> => {
      await writeFile(path('prompt.txt'), text);
      const args = ['recommend', path('prompt.txt'), '--bundle', path('moved'), '--json', '--preference', 'quality'];
      const { out } = await run(args, { load: openScoringBundle });
      const { candidates } = JSON.parse(out) as { candidates: { model: string; probability: number }[] };
      return candidates.reduce((best, each) => (each.probability > best.probability ? each : best)).model;
    };
    assert.equal(await recommended('bake dough with butter in the oven'), 'coder-7b');
    assert.equal(await recommended('a train ticket over the border with luggage'), 'strong-70b');
    const added = await run(
      ['train', '--benchmarks', path('own.jsonl'), '--base', path('moved'), '--add-models', '--plan'],
      { load: openScoringBundle },
    );
    assert.deepEqual(JSON.parse(added.out).benchmarks, [
      { name: 'cooking', task: 'cooking' },
      { name: 'travel', task: 'travel' },
    ]);
    const onTop = await run(
      ['train', '--benchmarks', path('own.jsonl'), '--base', path('moved'), '--output', path('x')],
      {
        load: openScoringBundle,
      },
    );
    assert.match(onTop.error, /has an encoder of its own/);
    await appendFile(path('moved', 'tokenizer.json'), ' ');
    await assert.rejects(openScoringBundle(path('moved')), { code: 'BUNDLE_TAMPERED' });
  });

  it('says that another encoder cannot read the bundled index', async () => {
    const { code, error } = await train('encoder', 'merged', []);
    assert.equal(code, 1);
    assert.match(error, /--encoder needs --alone: of the bundled index only vectors are there/);
  });

  it('names the file and the field of a folder that cannot be used', async () => {
    let copies = 0;
    const refused = async (break_: (copy: string) => Promise<void>, pattern: RegExp): Promise<void> => {
      const copy = path(`broken-${copies++}`);
      await cp(path('encoder'), copy, { recursive: true });
      await break_(copy);
      await assert.rejects(openEncoderFolder(copy), (error: unknown) => {
        assert.ok(RecommendError.is(error) && error.code === 'BAD_ARGUMENT', String(error));
        assert.match(error.message, pattern);
        return true;
      });
    };
    const content = (name: string, text: string) => (copy: string) => writeFile(join(copy, name), text);
    await refused((copy) => rm(join(copy, 'tokenizer.json')), /tokenizer\.json is missing/);
    await refused((copy) => rm(join(copy, 'model.onnx')), /model\.onnx is missing/);
    await refused(content('tokenizer.json', '{"model": 3}'), /tokenizer\.json: model: /);
    await refused(content('modules.json', '{'), /modules\.json is not valid JSON/);
    await refused(
      content('modules.json', '[{"type":"sentence_transformers.models.Dense","path":"2_Dense"}]'),
      /0\.type/,
    );
    await refused(content('model.onnx', 'not a network'), /model\.onnx: /);
    await refused(content('sentence_bert_config.json', '{"max_seq_length":"long"}'), /max_seq_length/);
    const pooling = (config: object) => content('1_Pooling/config.json', JSON.stringify(config));
    await refused(pooling({ word_embedding_dimension: 384, pooling_mode_mean_tokens: true }), /384.* 8 dimensions/);
    await refused(pooling({ pooling_mode_max_tokens: true }), /1_Pooling.*pooling_mode_max_tokens is/);
    await refused(
      (copy) => writeFile(join(copy, 'model.onnx'), tinyNetwork(words, 'sentence_embedding', true)),
      /sentence_embedding is no vector for each token/,
    );
  });

  it('finds the network in the folder onnx, under another name of its output', async () => {
    await cp(path('encoder'), path('nested'), { recursive: true });
    await mkdir(path('nested', 'onnx'));
    await rm(path('nested', 'model.onnx'));
    await writeFile(path('nested', 'onnx', 'model.onnx'), tinyNetwork(words, 'token_embeddings'));
    const { encoder } = await openEncoderFolder(path('nested'));
    near(await encoder.encode(['hotel flight']), expected('hotel flight'));
  });

  it('refuses vectors of another size than the router was trained with', async () => {
    const network: TokenNetwork = {
      run: ({ rows: n, length }) => Promise.resolve({ hidden: new Float32Array(n * length * 3), dimensions: 3 }),
    };
    const tokenizer = openTokenizer(JSON.parse(await readFile(path('encoder', 'tokenizer.json'), 'utf8')), {});
    const settings = { pooling: 'mean', maximumTokens: 8, lowerCase: false } as const;
    const encoder = sentenceEncoder('wrong', 8, settings, tokenizer, network);
    await assert.rejects(encoder.encode(['text']), { code: 'BUNDLE_BROKEN' });
  });
});
