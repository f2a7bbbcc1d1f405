/**
 * Text to hashed n-grams. Everything here is integer arithmetic on UTF-16 code units, so the features are the same, bit
 * for bit, in training and in scoring and on every platform.
 */

/** Number of buckets that features are hashed into before the vocabulary selects among them. */
export const featureBuckets = 2 ** 21;

/** Longest text that is encoded, UTF-16 code units; what is longer keeps its head and tail. */
export const maxEncodedLength = 6000;
const headLength = 4000;

/** Cuts a text to {@link maxEncodedLength}: instructions stand at the head of a prompt, the question often at its end. */
export function capText(text: string): string {
  if (text.length <= maxEncodedLength) return text;
  return `${text.slice(0, headLength)} ${text.slice(text.length - (maxEncodedLength - headLength - 1))}`;
}

/** NFKC, lower case, every decimal digit as `0`: "16 eggs" and "27 eggs" are the same to a router. */
export function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{Nd}/gu, '0');
}

const seedWord = 0x811c9dc5;
const seedCharacters = 0x2f0b4c47;
const prime = 0x01000193;

/** Final mixing of MurmurHash3 (32 bits): spreads FNV-1a's weak low bits. */
function mix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** FNV-1a over UTF-16 code units from `start` to before `end`. */
function hashRange(text: string, start: number, end: number, seed: number): number {
  let h = seed;
  for (let i = start; i < end; i++) h = Math.imul(h ^ text.charCodeAt(i), prime);
  return h;
}

/**
 * Tokens: runs of scripts that do not put spaces between words (each run one token), runs of letters, digits, marks and
 * underscores, runs of at most three of the same kind of punctuation.
 */
const tokenPattern =
  /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}ー]+)|([\p{L}\p{N}\p{M}_]+)|[^\s\p{L}\p{N}\p{M}_]{1,3}/gu;

const shortestCharacterGram = 3;
const longestCharacterGram = 5;
const longestUnspacedGram = 3;
/** Beyond this, a token is data (base64, hashes), not language: only its start is cut into character n-grams. */
const longestToken = 40;

/** Buckets of a token's own n-grams by normalised token: words repeat, so their n-grams are hashed once a batch. */
export class TokenCache {
  private readonly grams = new Map<string, Int32Array>();

  get(token: string, make: (token: string) => Int32Array): Int32Array {
    let known = this.grams.get(token);
    if (!known) {
      if (this.grams.size >= 50_000) this.grams.clear();
      known = make(token);
      this.grams.set(token, known);
    }
    return known;
  }
}

function bucket(hash: number): number {
  return mix(hash) & (featureBuckets - 1);
}

/** Word itself and its character 3- to 5-grams with the word's bounds marked. */
function gramsOfWord(word: string): Int32Array {
  const grams = [bucket(hashRange(word, 0, word.length, seedWord))];
  const marked = `\u0002${word.slice(0, longestToken)}\u0003`;
  for (let size = shortestCharacterGram; size <= longestCharacterGram; size++) {
    for (let start = 0; start + size <= marked.length; start++) {
      grams.push(bucket(hashRange(marked, start, start + size, seedCharacters)));
    }
  }
  return Int32Array.from(grams);
}

/** Character 1- to 3-grams of a run without spaces (Chinese, Japanese, Thai, …). */
function gramsOfUnspaced(run: string): Int32Array {
  const grams: number[] = [];
  for (let size = 1; size <= longestUnspacedGram; size++) {
    for (let start = 0; start + size <= run.length; start++) {
      grams.push(bucket(hashRange(run, start, start + size, seedCharacters)));
    }
  }
  return Int32Array.from(grams);
}

/** Of a run without spaces, longer n-grams are mostly new even in a known language; punctuation tells nothing. */
function tellingGrams(match: RegExpMatchArray, grams: Int32Array): number {
  if (match[1] !== undefined) return Math.min(grams.length, 2 * match[0].length - 1);
  return match[2] !== undefined ? grams.length : 0;
}

function gramsOfPunctuation(run: string): Int32Array {
  return Int32Array.of(bucket(hashRange(run, 0, run.length, seedWord)));
}

/**
 * Calls `visit` with the bucket (0 … {@link featureBuckets} − 1) of every n-gram of `text`, repeated as often as it occurs:
 * words and punctuation, pairs of neighbouring tokens, character 3- to 5-grams within words, character 1- to 3-grams of
 * scripts without spaces.
 * @param visitToken called with the n-grams of every token, and how many of the first ones tell whether it is a known one
 */
export function visitFeatures(
  text: string,
  cache: TokenCache,
  visit: (bucket: number) => void,
  visitToken?: (grams: Int32Array, telling: number) => void,
): void {
  const normal = normalise(capText(text));
  let before = 0;
  for (const match of normal.matchAll(tokenPattern)) {
    const token = match[0];
    const make = match[1] !== undefined ? gramsOfUnspaced : match[2] !== undefined ? gramsOfWord : gramsOfPunctuation;
    const grams = cache.get(token, make);
    for (const gram of grams) visit(gram);
    visitToken?.(grams, tellingGrams(match, grams));
    const hash = mix(hashRange(token, 0, token.length, seedWord));
    if (before !== 0) visit(bucket(Math.imul(before, 0x9e3779b1) ^ hash));
    // A run without spaces is a whole clause: pairs of clauses never recur.
    before = match[1] !== undefined ? 0 : hash;
  }
}
