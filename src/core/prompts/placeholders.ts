import { textOfValue, valueAt } from './template';

/** Values for the placeholders of a prompt template; absent ones stay neutral tokens. */
export type Samples = Readonly<Record<string, unknown>>;

/**
 * Turns a template (Jinja, Mustache, Handlebars, Dotprompt, `${input:…}`, Python braces apart) into the text that an LLM would
 * roughly see: given values are filled in, other placeholders become a neutral `[name]`, control tags and comments go.
 * It is no template engine: nothing is evaluated, loops and conditions keep their bodies once.
 */
export function neutralText(template: string, samples: Samples = {}): string {
  if (!/\{\{|\{%|\{#|\$\{/.test(template)) return template;
  return template
    .replace(/\{#-?[\s\S]*?-?#\}/g, '')
    .replace(/\{\{!(--[\s\S]*?--|[^}]*)\}\}/g, '')
    .replace(/\{%-?\s*(?:end)?raw\s*-?%\}/g, '')
    .replace(/^[ \t]*\{%-?[^%]*-?%\}[ \t]*\r?\n/gm, '')
    .replace(/\{%-?[^%]*-?%\}/g, '')
    .replace(/^[ \t]*\{\{~?\s*([#/^][^}]*|else)\s*~?\}\}[ \t]*\r?\n/gm, '')
    .replace(/\{\{\{?~?&?\s*([^{}]*?)\s*~?\}?\}\}/g, (_, inner: string) => expression(inner, samples))
    .replace(/\$\{(?:input:)?([A-Za-z_][\w.-]*)(?::([^{}]*))?\}/g, (_, name: string, hint: string | undefined) =>
      variable(name, samples, hint),
    );
}

function expression(inner: string, samples: Samples): string {
  if (/^([#/^]|else\b|history\b|section\b)/.test(inner)) return '';
  if (/^media\b/.test(inner)) return '[image]';
  if (inner.startsWith('>')) return `[${inner.slice(1).trim()}]`;
  const name = /^[\w$@][\w$@.-]*(\[[^\]]*\][\w.]*)?/.exec(inner)?.[0];
  if (name === undefined) return inner.replace(/^['"]|['"]$/g, '');
  return variable(name, samples);
}

function variable(name: string, samples: Samples, hint?: string): string {
  const given = valueAt(samples, name);
  if (given !== undefined && given !== null) return textOfValue(given);
  const words = (hint?.trim() || name).replace(/^(this|item|input|inputs|vars)\./, '').replace(/[_\-.]+/g, ' ');
  return `[${words}]`;
}
