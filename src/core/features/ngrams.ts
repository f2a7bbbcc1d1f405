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

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them.
const isAscii = /^[\x00-\x7f]*$/;

/** NFKC, lower case, every decimal digit as `0`: "16 eggs" and "27 eggs" are the same to a router. */
export function normalise(text: string): string {
  // Of ASCII the compatibility form is the text itself.
  if (isAscii.test(text)) return text.toLowerCase().replace(/[1-9]/g, '0');
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
export const tokenPattern =
  /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}ー]+)|([\p{L}\p{N}\p{M}_]+)|[^\s\p{L}\p{N}\p{M}_]{1,3}/gu;
const tokenHere = new RegExp(tokenPattern.source, 'uy');

export type TokenKind = 'unspaced' | 'word' | 'punctuation';

const longestPunctuation = 3;

/** What an ASCII character is to {@link tokenPattern}. */
const [space, wordPart, mark] = [0, 1, 2];
const kindOfAscii = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /\s/.test(character) ? space : /\w/.test(character) ? wordPart : mark;
});

/** Calls `visit` with every token, as {@link tokenPattern} finds them: it is asked only where a token is not all ASCII. */
export function visitTokens(text: string, visit: (token: string, kind: TokenKind) => void): void {
  const { length } = text;
  for (let at = 0; at < length; ) {
    const start = at;
    const kind = kindOfAscii[text.charCodeAt(at++)];
    if (kind === space) continue;
    if (kind !== undefined) {
      const limit = kind === wordPart ? length : Math.min(length, start + longestPunctuation);
      while (at < limit && kindOfAscii[text.charCodeAt(at)] === kind) at++;
      if (at === limit || text.charCodeAt(at) < kindOfAscii.length) {
        visit(text.slice(start, at), kind === wordPart ? 'word' : 'punctuation');
        continue;
      }
    }
    tokenHere.lastIndex = start;
    const match = tokenHere.exec(text);
    at = match ? tokenHere.lastIndex : start + 1;
    if (match) visit(match[0], match[1] !== undefined ? 'unspaced' : match[2] !== undefined ? 'word' : 'punctuation');
  }
}

const shortestCharacterGram = 3;
const longestCharacterGram = 5;
const longestUnspacedGram = 3;
/** Beyond this, a token is data (base64, hashes), not language: only its start is cut into character n-grams. */
const longestToken = 40;

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

function gramsOfPunctuation(run: string): Int32Array {
  return Int32Array.of(bucket(hashRange(run, 0, run.length, seedWord)));
}

/** What a token adds to the features of its text. */
export interface TokenFeatures {
  /** Buckets of its own n-grams. */
  readonly grams: Int32Array;
  /** How many of the first ones tell whether it is a known one: none of punctuation. */
  readonly telling: number;
  /** Goes into the features of pairs of neighbouring tokens. */
  readonly hash: number;
  /** False for a run without spaces. It is a whole clause: pairs that clauses begin never recur. */
  readonly beginsPair: boolean;
}

/** The features of one token, as {@link visitTokens} names it. */
export function tokenFeatures(token: string, kind: TokenKind): TokenFeatures {
  const make = kind === 'unspaced' ? gramsOfUnspaced : kind === 'word' ? gramsOfWord : gramsOfPunctuation;
  const grams = make(token);
  return {
    grams,
    // Of a run without spaces, longer n-grams are mostly new even in a known language; punctuation tells nothing.
    telling: kind === 'unspaced' ? Math.min(grams.length, 2 * token.length - 1) : kind === 'word' ? grams.length : 0,
    hash: mix(hashRange(token, 0, token.length, seedWord)),
    beginsPair: kind !== 'unspaced',
  };
}

/** What is known of tokens, by token: words repeat, so their n-grams are hashed once. */
export class TokenCache<T extends Pick<TokenFeatures, 'hash' | 'beginsPair'> = TokenFeatures> {
  private readonly known = new Map<string, T>();

  constructor(private readonly make: (token: string, kind: TokenKind) => T) {}

  get(token: string, kind: TokenKind): T {
    let found = this.known.get(token);
    if (found === undefined) {
      if (this.known.size >= 50_000) this.known.clear();
      found = this.make(token, kind);
      this.known.set(token, found);
    }
    return found;
  }
}

/**
 * The features of a text, token by token.
 * @param visitToken called with every token
 * @param visitPair called with the bucket of every pair of neighbouring tokens
 */
export function visitTokenFeatures<T extends Pick<TokenFeatures, 'hash' | 'beginsPair'>>(
  text: string,
  cache: TokenCache<T>,
  visitToken: (token: T) => void,
  visitPair: (bucket: number) => void,
): void {
  let before = 0;
  visitTokens(normalise(capText(text)), (text, kind) => {
    const token = cache.get(text, kind);
    visitToken(token);
    if (before !== 0) visitPair(bucket(Math.imul(before, 0x9e3779b1) ^ token.hash));
    before = token.beginsPair ? token.hash : 0;
  });
}

/**
 * Calls `visit` with the bucket (0 … {@link featureBuckets} − 1) of every n-gram of `text`, repeated as often as it occurs:
 * words and punctuation, pairs of neighbouring tokens, character 3- to 5-grams within words, character 1- to 3-grams of
 * scripts without spaces.
 */
export function visitFeatures(text: string, cache: TokenCache, visit: (bucket: number) => void): void {
  visitTokenFeatures(text, cache, ({ grams }) => grams.forEach(visit), visit);
}
