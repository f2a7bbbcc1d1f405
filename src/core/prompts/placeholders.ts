import { textOfValue, valueAt } from './template';

/** Values for the placeholders of a prompt template; absent ones stay neutral tokens. */
export type Samples = Readonly<Record<string, unknown>>;

/** Longest placeholder or control tag, and longest comment: beyond it, braces are just text. */
const longestTag = 1_000;
const longestComment = 10_000;

/**
 * Turns a template (Jinja, Mustache, Handlebars, Dotprompt, `${input:…}`; Python braces apart) into the text that an LLM would
 * roughly see: given values are filled in, other placeholders become a neutral `[name]`, control tags and comments go.
 * It is no template engine: nothing is evaluated, loops and conditions keep their bodies once. Linear in the length of the text.
 */
export function neutralText(template: string, samples: Samples = {}): string {
  const opening = /\{[#%{]|\$\{/g;
  const closings = new Closings(template);
  let text = '';
  let copied = 0;
  for (let match = opening.exec(template); match; match = opening.exec(template)) {
    const tag = tagAt(template, match.index, closings, samples);
    if (!tag) continue;
    const ownLine = tag.text === null ? ownLineOf(template, match.index, tag.end) : null;
    text += template.slice(copied, ownLine?.start ?? match.index) + (tag.text ?? '');
    copied = ownLine?.end ?? tag.end;
    opening.lastIndex = copied;
  }
  return copied === 0 ? template : text + template.slice(copied);
}

interface Tag {
  readonly end: number;
  /** What stands in its place; null for control tags and comments, which go with their line. */
  readonly text: string | null;
}

function tagAt(template: string, start: number, closings: Closings, samples: Samples): Tag | null {
  const opened = template.slice(start, start + 2);
  if (opened === '{#' || opened === '{%') {
    const found = closings.inside(
      start + 2,
      opened === '{#' ? '#}' : '%}',
      opened === '{#' ? longestComment : longestTag,
    );
    return found && { end: found.end, text: null };
  }
  if (opened === '${') {
    const found = closings.inside(start + 2, '}', longestTag);
    const named = found && /^(?:input:)?([A-Za-z_][\w.-]*)(?::([^{}]*))?$/.exec(found.text);
    return found && named ? { end: found.end, text: variable(named[1] ?? '', samples, named[2]) } : null;
  }
  if (template.startsWith('{{!--', start)) {
    const found = closings.inside(start + 5, '--}}', longestComment);
    return found && { end: found.end, text: null };
  }
  const triple = template[start + 2] === '{';
  const found = closings.inside(start + (triple ? 3 : 2), triple ? '}}}' : '}}', longestTag);
  return found && { end: found.end, text: expression(found.text, samples) };
}

/** Finds what closes a tag. What is found is kept until it is passed, so that a text is searched once for each kind. */
class Closings {
  private readonly next = new Map<string, number>();

  constructor(private readonly template: string) {}

  inside(start: number, close: string, longest: number): { text: string; end: number } | null {
    let at = this.next.get(close) ?? -1;
    if (at < start) {
      const found = this.template.indexOf(close, start);
      at = found < 0 ? Number.POSITIVE_INFINITY : found;
      this.next.set(close, at);
    }
    return at - start > longest ? null : { text: this.template.slice(start, at), end: at + close.length };
  }
}

/** The whole line, where a tag has it for itself; templates indent little. */
function ownLineOf(template: string, start: number, end: number): { start: number; end: number } | null {
  const before = /(?:^|\n)([ \t]{0,100})$/.exec(template.slice(Math.max(0, start - 101), start));
  const after = /^[ \t]{0,100}(?:\r?\n|$)/.exec(template.slice(end, end + 102));
  if (!before || !after || (start > 100 && !before[0].startsWith('\n'))) return null;
  return { start: start - (before[1] ?? '').length, end: end + after[0].length };
}

function expression(raw: string, samples: Samples): string | null {
  const inner = raw.replace(/^[~&]/, '').replace(/~$/, '').trim();
  if (/^([#/^!]|else\b|history\b|section\b)/.test(inner)) return null;
  if (/^media\b/.test(inner)) return '[image]';
  if (inner.startsWith('>')) return `[${inner.slice(1).trim()}]`;
  const name = /^[\w$@][\w$@.-]*/.exec(inner)?.[0];
  if (name === undefined) return inner.replace(/^['"]|['"]$/g, '');
  return variable(name, samples);
}

function variable(name: string, samples: Samples, hint?: string): string {
  const given = valueAt(samples, name);
  if (given !== undefined && given !== null) return textOfValue(given);
  const words = (hint?.trim() || name).replace(/^(this|item|input|inputs|vars)\./, '').replace(/[_\-.]+/g, ' ');
  return `[${words}]`;
}
