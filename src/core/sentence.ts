/** A number that is written in the manner of the reader's language. `chance` and `percent` are 0..1. */
export type Figure =
  /** A probability: an editor never says it as certain. */
  | { readonly kind: 'chance'; readonly value: number }
  | { readonly kind: 'percent'; readonly value: number }
  | { readonly kind: 'decimal'; readonly value: number; readonly digits: number };

/** What stands in a hole of a {@link Sentence}: text that is not translated, numbers, and what is said in turn. */
export type SentenceValue = string | number | Figure | Sentence;

/** Words with holes `{0}`, `{1}`, … for their values, so that the editor can say them in the user's language. */
export interface Sentence {
  readonly text: string;
  readonly values: readonly SentenceValue[];
}

/** How sentences are said: {@link inEnglish}, or in the user's language. */
export type Speak = (sentence: Sentence) => string;

/** Makes a {@link Sentence}; `text` is literal at each call, since it is looked up in the translations. */
export function say(text: string, ...values: readonly SentenceValue[]): Sentence {
  return { text, values };
}

/** Words of others (a library, the system) as a sentence: they stay as they are in every language. */
export function verbatim(words: string): Sentence {
  return { text: '{0}', values: [words] };
}

/** @param digits that are written, zeros included */
export function decimal(value: number, digits: number): Figure {
  return { kind: 'decimal', value, digits };
}

/** @param digits as of {@link decimal} */
export function signed(value: number, digits: number): Sentence {
  return { text: '{0}{1}', values: [value >= 0 ? '+' : '−', decimal(Math.abs(value), digits)] };
}

/** The sentence in English, as the command line prints it and its JSON holds it. */
export function inEnglish(sentence: Sentence): string {
  return filled(sentence, (text) => text, englishNumber);
}

/**
 * The sentence in another language.
 * @param translate gives the translation of a text with its holes
 * @param locale BCP 47 tag that numbers follow
 */
export function inLanguage(sentence: Sentence, translate: (text: string) => string, locale: string): string {
  return filled(sentence, translate, (figure) => localNumber(figure, locale));
}

function filled(
  { text, values }: Sentence,
  translate: (text: string) => string,
  number: (figure: number | Figure) => string,
): string {
  return translate(text).replace(/\{(\d+)\}/g, (hole, index: string) => {
    const value = values[Number(index)];
    if (value === undefined) return hole;
    if (typeof value === 'string') return value;
    return typeof value === 'object' && 'text' in value ? filled(value, translate, number) : number(value);
  });
}

function englishNumber(figure: number | Figure): string {
  if (typeof figure === 'number') return String(figure);
  return figure.kind === 'decimal' ? figure.value.toFixed(figure.digits) : `${Math.round(100 * figure.value)} %`;
}

function localNumber(figure: number | Figure, locale: string): string {
  if (typeof figure === 'number') return new Intl.NumberFormat(locale).format(figure);
  if (figure.kind === 'decimal') return localDecimal(figure.value, figure.digits, locale);
  return figure.kind === 'chance' ? localChance(figure.value, locale) : localPercent(figure.value, locale);
}

export function localDecimal(value: number, digits: number, locale: string): string {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** @param share 0..1 */
export function localPercent(share: number, locale: string, digits = 0): string {
  return new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(share);
}

/** A probability that never reads as certain: "> 99 %" and "< 1 %" at the ends. */
export function localChance(probability: number, locale: string): string {
  if (probability > 0.99) return `> ${localPercent(0.99, locale)}`;
  if (probability < 0.01) return `< ${localPercent(0.01, locale)}`;
  return localPercent(probability, locale);
}
