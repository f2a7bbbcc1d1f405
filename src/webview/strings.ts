import { inLanguage, type Sentence } from '../core/sentence';

let translations: Readonly<Record<string, string>> = {};
let language = 'en';

/** Takes over the host's translations (by English text) and the locale that numbers and dates follow. */
export function useLanguage(strings: Readonly<Record<string, string>>, locale: string): void {
  translations = strings;
  try {
    language = Intl.getCanonicalLocales(locale)[0] ?? 'en';
  } catch {
    language = 'en';
  }
}

export function locale(): string {
  return language;
}

/** Translates `text`, whose `{0}`, `{1}`, … stand for `values`. */
export function t(text: string, ...values: readonly (string | number)[]): string {
  return (translations[text] ?? text).replace(/\{(\d+)\}/g, (hole, index: string) => {
    const value = values[Number(index)];
    return value === undefined ? hole : String(value);
  });
}

/** A sentence of the core in the user's language. */
export function said(sentence: Sentence): string {
  return inLanguage(sentence, (text) => translations[text] ?? text, language);
}

/** {@link t} with `one` for a count of 1 and `many` otherwise; `{0}` is the count, written in the user's locale. */
export function count(number: number, one: string, many: string, ...more: readonly (string | number)[]): string {
  return t(number === 1 ? one : many, new Intl.NumberFormat(language).format(number), ...more);
}
