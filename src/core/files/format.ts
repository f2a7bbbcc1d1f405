/** Formats that are told apart by name and content. */
export type FileFormat =
  | 'text'
  | 'markdown'
  | 'prompt'
  | 'instructions'
  | 'agent'
  | 'chatmode'
  | 'skill'
  | 'prompty'
  | 'dotprompt'
  | 'template'
  | 'json'
  | 'jsonl'
  | 'yaml'
  | 'csv'
  | 'tsv'
  | 'parquet'
  | 'eval'
  | 'code';

const byEnding: readonly (readonly [RegExp, FileFormat])[] = [
  [/\.prompt\.md$/i, 'prompt'],
  [/\.instructions\.md$|(^|\/)(copilot-instructions|AGENTS|CLAUDE|GEMINI)\.md$/i, 'instructions'],
  [/\.agent\.md$/i, 'agent'],
  [/\.chatmode\.md$/i, 'chatmode'],
  [/(^|\/)SKILL\.md$/i, 'skill'],
  [/\.prompty$/i, 'prompty'],
  [/\.prompt$/i, 'dotprompt'],
  [/\.(jinja2?|j2|mustache|hbs|handlebars)$/i, 'template'],
  [/\.(md|markdown|mdx)$/i, 'markdown'],
  [/\.(txt|text)$/i, 'text'],
  [/\.(jsonl|ndjson)$/i, 'jsonl'],
  [/\.json$/i, 'json'],
  [/\.ya?ml$/i, 'yaml'],
  [/\.csv$/i, 'csv'],
  [/\.(tsv|tab)$/i, 'tsv'],
  [/\.(parquet|parq|pq)$/i, 'parquet'],
  [/\.eval$/i, 'eval'],
  [/\.(py|ts|tsx|js|jsx|mjs|cjs|ipynb|java|go|rs|rb|cs|php|kt|swift|c|h|cpp|sh)$/i, 'code'],
];

/** @returns the format that a file's name stands for (`.gz` and `.zst` are looked through); null where it says nothing */
export function formatOfName(name: string): FileFormat | null {
  const inner = name.replace(/\.(gz|zst)$/i, '').replaceAll('\\', '/');
  return byEnding.find(([ending]) => ending.test(inner))?.[1] ?? null;
}

/** @returns the format that the first characters of a text stand for, where the name says nothing */
export function formatOfContent(head: string): FileFormat {
  const text = head.trimStart();
  if (text.startsWith('{') || text.startsWith('[')) {
    if (looksLikeJsonLines(text)) return 'jsonl';
    return /^(\{\s*("|\})|\[\s*(\{|\[|"|\]))/.test(text) ? 'json' : 'text';
  }
  if (/^---\r?\n/.test(text)) return 'markdown';
  return 'text';
}

/** @returns whether the first line is one JSON value by itself and another one follows */
export function looksLikeJsonLines(head: string): boolean {
  const text = head.trimStart();
  const end = text.indexOf('\n');
  if (end < 0) return false;
  const next = text.slice(end + 1).trimStart()[0];
  if (next !== '{' && next !== '[') return false;
  try {
    const value: unknown = JSON.parse(text.slice(0, end));
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

/** @returns whether a folder's file is read when the folder is chosen as a dataset */
export function isDatasetMember(name: string): boolean {
  const format = formatOfName(name);
  return format !== null && format !== 'code';
}
