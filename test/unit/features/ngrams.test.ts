import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  capText,
  featureBuckets,
  maxEncodedLength,
  normalise,
  TokenCache,
  tokenFeatures,
  tokenPattern,
  visitFeatures,
  visitTokens,
} from '../../../src/core/features/ngrams';
import { Featuriser, learnVocabulary } from '../../../src/core/features/vocabulary';

function bucketsOf(text: string): number[] {
  const buckets: number[] = [];
  visitFeatures(text, new TokenCache(tokenFeatures), (bucket) => buckets.push(bucket));
  return buckets;
}

describe('n-gram features', () => {
  it('are these very buckets (a change makes every trained bundle useless)', () => {
    assert.deepEqual(bucketsOf('Ab c'), golden.word);
    assert.deepEqual(bucketsOf('北京市'), golden.unspaced);
    assert.deepEqual(bucketsOf('x=>1;'), golden.code);
  });

  it('do not see case, width, white space and the value of digits', () => {
    assert.deepEqual(bucketsOf('ＡＢ  12 eggs'), bucketsOf('ab\n97 Eggs'));
    assert.notDeepEqual(bucketsOf('ab cd'), bucketsOf('abcd'));
    assert.equal(normalise('Ａ１٣'), 'a00');
  });

  it('cut scripts without spaces into characters', () => {
    assert.equal(bucketsOf('東京都').length, 3 + 2 + 1);
    const shared = bucketsOf('東京都庁').filter((bucket) => bucketsOf('京都大学').includes(bucket));
    assert.equal(new Set(shared).size, 3);
  });

  it('find the same tokens by characters as by the pattern, whatever the text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme-ascii' }),
      fc.constantFrom('naïve', 'ab北京', 'x—y', '=>é', '…!!', ' ', 'snake_case', '```', '\u0301', '\ud83d', 'ไทยabc'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const found: [string, string][] = [];
        visitTokens(text, (token, kind) => found.push([token, kind]));
        const expected = [...text.matchAll(tokenPattern)].map((match) => [
          match[0],
          match[1] !== undefined ? 'unspaced' : match[2] !== undefined ? 'word' : 'punctuation',
        ]);
        assert.deepEqual(found, expected);
      }),
      { numRuns: 2000, seed: 10 },
    );
  });

  it('stay within the number of buckets, whatever the text', () => {
    for (const bucket of bucketsOf('\ud800 héllo \u0000 👩‍👩‍👧 ไทย नमस्ते __init__ ```')) {
      assert.ok(Number.isInteger(bucket) && bucket >= 0 && bucket < featureBuckets);
    }
  });

  it('keep head and tail of a long text', () => {
    const long = `first ${'x '.repeat(10_000)} last`;
    assert.equal(capText(long).length, maxEncodedLength);
    assert.ok(capText(long).startsWith('first') && capText(long).endsWith('last'));
    assert.equal(capText('short'), 'short');
  });
});

describe('Featuriser', () => {
  const texts = ['red apple red', 'green apple', 'blue sky', 'green sky'];
  const vocabulary = learnVocabulary(texts, Float64Array.of(1, 1, 1, 1), 500, 1);

  it('gives ascending ids with sublinear counts times rarity', () => {
    const rows = new Featuriser(vocabulary).features(['apple', 'apple apple', 'unheard']);
    const [first, second] = [
      rows.weights.slice(0, rows.offsets[1]),
      rows.weights.slice(rows.offsets[1], rows.offsets[2]),
    ];
    assert.ok(first.length > 3);
    assert.deepEqual(
      [...second].map((weight, at) => (weight / (first[at] as number)).toFixed(4)),
      [...first].map(() => (1 + Math.log(2)).toFixed(4)),
    );
    assert.ok(
      [...rows.ids.subarray(0, rows.offsets[1])].every((id, at, all) => at === 0 || id > (all[at - 1] as number)),
    );
  });

  it('weighs documents: a rare word of a heavy document is common', () => {
    const light = learnVocabulary(texts, Float64Array.of(1, 1, 1, 1), 500, 1);
    const heavy = learnVocabulary(texts, Float64Array.of(97, 1, 1, 1), 500, 1);
    const red = bucketsOf('red')[0] as number;
    const idf = (of: typeof light): number => of.idf[of.buckets.indexOf(red)] as number;
    assert.ok(idf(heavy) < idf(light));
  });

  it('tells how much of a text it knows, text after text', () => {
    const { known } = new Featuriser(vocabulary).features(['red apple', 'red zqx wvk jjp qqf', 'zzz', 'red apple']);
    assert.equal(known[0], 1);
    assert.ok((known[1] as number) > 0 && (known[1] as number) < 0.8);
    assert.equal(known[2], 0);
    assert.equal(known[3], 1);
  });

  it('scales rows to unit length and leaves unknown texts empty', () => {
    const rows = new Featuriser(vocabulary).features(['red sky', '???'], true);
    const squares = rows.weights.reduce((sum, weight) => sum + weight * weight, 0);
    assert.ok(Math.abs(squares - 1) < 1e-6);
    assert.equal(rows.offsets[1], rows.offsets[2]);
  });

  it('tells known language from letters in no order, whatever the script', () => {
    const texts = ['the red sky over the sea', 'the sea and the sky', '東京の天気は晴れです', '京都の天気は雨です'];
    const vocabulary = learnVocabulary(texts, new Float64Array(texts.length).fill(1), 5000, 1);
    const { known } = new Featuriser(vocabulary).features([
      'the sky, the sea?',
      '天気は雨',
      'qxzv wkjh bnmv',
      '龘靐齉',
      '?!',
    ]);
    assert.deepEqual([...known], [1, 1, 0, 0, 0]);
  });
});

const golden = {
  word: [812045, 752437, 1903834, 285758, 876433, 1684608, 1117683],
  unspaced: [1822370, 1284350, 715407, 58496, 470054, 875716],
  code: [1898028, 941228, 526670, 380544, 1085281, 1832479, 2081395, 1084842, 1220216],
};
