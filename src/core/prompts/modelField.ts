import { isMap, isScalar, isSeq, type Node, parseDocument, type Scalar } from 'yaml';

/** Where a prompt file names its model in its front matter. Offsets count UTF-16 units from the start of the text. */
export interface ModelField {
  readonly value: string;
  /** Offsets of the value as written, quotes included. */
  readonly start: number;
  readonly end: number;
}

/** Replace `[start, end)` by `text`; an empty range inserts. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const frontMatter = /^\uFEFF?---[ \t]*(\r?\n)([\s\S]*?)(?:^|(?<=\n))---[ \t]*(?:\r?\n|$)/;

/** Places below `model:` that hold the name where it is a mapping (prompty v1 and v2). */
const nestedNames: readonly (readonly string[])[] = [
  ['id'],
  ['name'],
  ['model'],
  ['configuration', 'azure_deployment'],
  ['configuration', 'model'],
  ['configuration', 'name'],
];

interface FrontMatter {
  /** Offset of the YAML between the two lines of dashes. */
  readonly offset: number;
  readonly yaml: string;
  readonly lineEnd: string;
}

function frontMatterOf(text: string): FrontMatter | null {
  const match = frontMatter.exec(text);
  if (!match) return null;
  const [whole, lineEnd = '\n', yaml = ''] = match;
  return { offset: whole.indexOf(lineEnd) + lineEnd.length, yaml, lineEnd };
}

function nameScalar(node: Node | null): Scalar<string> | null {
  if (isScalar(node)) return typeof node.value === 'string' ? (node as Scalar<string>) : null;
  // VS Code takes a list as an order of preference.
  if (isSeq(node)) return nameScalar((node.items[0] as Node | undefined) ?? null);
  if (!isMap(node)) return null;
  for (const path of nestedNames) {
    const found: unknown = node.getIn(path, true);
    if (isScalar(found) && typeof found.value === 'string') return found as Scalar<string>;
  }
  return null;
}

/** @returns the model that the front matter of `text` names, or null where there is none or it cannot be read */
export function findModelField(text: string): ModelField | null {
  const front = frontMatterOf(text);
  if (!front) return null;
  const document = parseDocument(front.yaml, { logLevel: 'silent' });
  if (document.errors.length > 0 || !isMap(document.contents)) return null;
  const scalar = nameScalar((document.contents.get('model', true) as Node | undefined) ?? null);
  if (!scalar?.range) return null;
  const [start, end] = scalar.range;
  return { value: scalar.value, start: front.offset + start, end: front.offset + end };
}

/** Plain where YAML reads it back as the same text, else in single quotes. */
function yamlScalar(value: string): string {
  return /^[A-Za-z][\w./()+ -]*$/.test(value) &&
    !/\s$|: | #/.test(value) &&
    !/^(true|false|null|yes|no|on|off)$/i.test(value)
    ? value
    : `'${value.replaceAll("'", "''")}'`;
}

/**
 * The smallest edit after which the front matter names `model`: the value is replaced, or a line added, or front matter
 * put before the text. Everything else in the file stays as it is.
 * @returns null where the front matter is broken, or where its `model:` has a shape that holds no name to replace
 */
export function setModelField(text: string, model: string): TextEdit | null {
  const value = yamlScalar(model);
  const found = findModelField(text);
  if (found) return { start: found.start, end: found.end, text: value };
  const front = frontMatterOf(text);
  if (!front) {
    const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
    const start = text.startsWith('\uFEFF') ? 1 : 0;
    return { start, end: start, text: ['---', `model: ${value}`, '---', '', ''].join(lineEnd) };
  }
  const document = parseDocument(front.yaml, { logLevel: 'silent' });
  const isEmpty = document.contents === null;
  if (document.errors.length > 0 || !(isEmpty || isMap(document.contents))) return null;
  if (isMap(document.contents) && document.contents.has('model')) {
    const node = document.contents.get('model', true) as Node | undefined;
    const isBlank = isScalar(node) && node.value === null && node.range;
    if (!isBlank || !node.range) return null;
    const at = front.offset + node.range[0];
    return { start: at, end: at, text: /[ \t]/.test(text[at - 1] ?? '') ? value : ` ${value}` };
  }
  const end = front.offset + front.yaml.length;
  return { start: end, end, text: `model: ${value}${front.lineEnd}` };
}
