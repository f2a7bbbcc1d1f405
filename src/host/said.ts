import { env, l10n } from 'vscode';
import { inEnglish, inLanguage, type Sentence } from '../core/sentence';

/** A sentence of the core or the scorer in the user's language, as far as it is known there. */
export function said(sentence: Sentence): string {
  return inLanguage(sentence, (text) => l10n.t(text), env.language);
}

/**
 * As {@link said}, for a document. Where nothing is translated it is what the command line prints: its English has numbers
 * in its own words too ("the 95 % interval"), and one document writes all of them alike.
 */
export function saidInDocument(sentence: Sentence): string {
  return l10n.bundle ? said(sentence) : inEnglish(sentence);
}
