/** Counts the tokens of a text exactly. */
export type TokenCounter = (text: string) => number;

/** Characters that are counted exactly in one text; of a longer one, three slices stand for the whole. */
const exactCharacters = 24_000;
/** Texts that are counted; later ones are estimated from the mean characters of a token so far. */
const countedTexts = 2_000;

/** The o200k_base tokenizer, loaded on first use: its table takes about a tenth of a second. */
export async function loadTokenCounter(): Promise<TokenCounter> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  // Text that looks like a control token is text here.
  return (text) => countTokens(text, { disallowedSpecial: new Set() });
}

/** Tokens of one text after another. */
export interface TextTokens {
  /** Tokens of one text (o200k_base). */
  of(text: string): number;
}

/** Tokens of many prompts: exact where that is cheap, estimated where it is not. Deterministic for an order of texts. */
export class InputTokens implements TextTokens {
  private counted = 0;
  private characters = 0;
  private tokens = 0;

  constructor(private readonly count: TokenCounter) {}

  /** Tokens of one text (o200k_base). */
  of(text: string): number {
    if (text.length === 0) return 0;
    if (this.counted >= countedTexts) return Math.max(1, Math.round((text.length * this.tokens) / this.characters));
    const tokens = text.length <= exactCharacters ? this.count(text) : this.fromSlices(text);
    this.counted++;
    this.characters += text.length;
    this.tokens += tokens;
    return tokens;
  }

  private fromSlices(text: string): number {
    const size = exactCharacters / 3;
    const starts = [0, Math.floor((text.length - size) / 2), text.length - size];
    const tokens = starts.reduce((sum, start) => sum + this.count(text.slice(start, start + size)), 0);
    return Math.round((tokens * text.length) / exactCharacters);
  }
}

/** Characters of a text that is counted whole by {@link SlicedTokens}, and of the two slices of a longer one. */
const wholeCharacters = 512;

/** Tokens of a text by that text alone, whatever came before it: two slices stand for a long one. */
export class SlicedTokens implements TextTokens {
  constructor(private readonly count: TokenCounter) {}

  of(text: string): number {
    if (text.length <= wholeCharacters) return text.length === 0 ? 0 : this.count(text);
    const size = wholeCharacters / 2;
    const middle = Math.floor((text.length - size) / 2);
    const tokens = this.count(text.slice(0, size)) + this.count(text.slice(middle, middle + size));
    return Math.round((tokens * text.length) / wholeCharacters);
  }
}

/** UTF-8 bytes of a token of o200k_base: 4.4 in English prose, 3 to 4 in code and in other scripts. */
const bytesPerToken = 4;

/** Tokens by the length of a text alone: for a first answer, which does not wait until the tokenizer's table is loaded. */
export class EstimatedTokens implements TextTokens {
  of(text: string): number {
    let bytes = 0;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      // A pair of surrogates takes four bytes.
      bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
    }
    return Math.ceil(bytes / bytesPerToken);
  }
}

/**
 * Tokens of a provider's own tokenizer for one token of o200k_base. Measured for Claude on English answers (1.12–1.18); the
 * other providers were within 4 % of 1, Gemini within 8 %.
 */
export function tokenizerFactor(provider: string): number {
  return provider === 'Anthropic' ? 1.15 : 1;
}
