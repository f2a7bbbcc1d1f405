import { isRecord } from '../files/rows';

/**
 * @param path dotted (`doc.question`, `choices.0`); a field whose own name holds the dots wins
 * @returns the value there, undefined where there is none
 */
export function valueAt(value: unknown, path: string): unknown {
  if (isRecord(value) && Object.hasOwn(value, path)) return value[path];
  let at: unknown = value;
  for (const step of path.split('.')) {
    if (Array.isArray(at)) at = /^\d+$/.test(step) ? at[Number(step)] : undefined;
    else if (isRecord(at) && Object.hasOwn(at, step)) at = at[step];
    else return undefined;
  }
  return at;
}

/** How a value reads inside a prompt: texts as they are, lists with one item a line, objects as JSON. */
export function textOfValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value) && value.every((item) => typeof item === 'string' || typeof item === 'number'))
    return value.join('\n');
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item)) ?? '';
}

const placeholder = /\{\{\{?\s*([^{}]+?)\s*\}?\}\}/g;

/** The fields that a `{{field}}` template names. */
export function fieldsOfTemplate(template: string): string[] {
  return [...new Set([...template.matchAll(placeholder)].map((match) => match[1] ?? ''))];
}

/** Fills `{{field}}` (dotted paths) from a record; a field that the record lacks is left empty. */
export function fillTemplate(template: string, value: unknown): string {
  return template.replace(placeholder, (_, path: string) => textOfValue(valueAt(value, path)));
}
