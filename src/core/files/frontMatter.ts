import { parseDocument } from 'yaml';
import { isRecord } from './rows';

export interface FrontMatter {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly body: string;
  /** 1-based line on which the body starts. */
  readonly bodyLine: number;
  /** Why the front matter could not be read, where that is so; the body is read all the same. */
  readonly fault?: string;
}

/** Splits a text into its YAML front matter (between lines of three dashes, at the very start) and its body. */
export function splitFrontMatter(text: string, maxAliases: number): FrontMatter {
  const open = /^\uFEFF?---[ \t]*\r?\n/.exec(text);
  if (!open) return { fields: {}, body: text, bodyLine: 1 };
  const close = /^---[ \t]*(\r?\n|$)/m.exec(text.slice(open[0].length));
  if (!close) return { fields: {}, body: text, bodyLine: 1 };
  const source = text.slice(open[0].length, open[0].length + close.index);
  const after = open[0].length + close.index + close[0].length;
  const body = text.slice(after);
  const bodyLine = text.slice(0, after).split('\n').length;
  try {
    const document = parseDocument(source, { prettyErrors: true, logLevel: 'error' });
    const first = document.errors[0];
    if (first) return { fields: {}, body, bodyLine, fault: first.message.split('\n')[0] ?? first.message };
    const fields: unknown = document.toJS({ maxAliasCount: maxAliases });
    return { fields: isRecord(fields) ? fields : {}, body, bodyLine };
  } catch (thrown) {
    return { fields: {}, body, bodyLine, fault: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
