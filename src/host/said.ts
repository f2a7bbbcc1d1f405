import { env, l10n } from 'vscode';
import { inLanguage, type Sentence } from '../core/sentence';

/** A sentence of the core or the scorer in the user's language, as far as it is known there. */
export function said(sentence: Sentence): string {
  return inLanguage(sentence, (text) => l10n.t(text), env.language);
}
