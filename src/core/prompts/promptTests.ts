import { isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap } from 'yaml';
import { isRecord } from '../files/rows';
import { fillTemplate } from './template';

/** One test of a promptfoo configuration with the prompt that it runs first. */
export interface PromptTest {
  /** Offset of the test in the text, in UTF-16 units. */
  readonly offset: number;
  /** The configuration's first prompt with this test's variables filled in. */
  readonly prompt: string;
  /** The configuration's only provider, as written; null where it names none or several. */
  readonly provider: string | null;
}

/** Tests beyond this number have no entry of their own. */
const maxTests = 500;

/**
 * Finds the inline tests of a promptfoo configuration.
 * @param readFile gives the text behind a relative path, or null; `file://` prompts and variables are read through it
 * @returns none where the text is no such configuration, or where its prompts cannot be read
 */
export async function findPromptTests(
  text: string,
  readFile: (path: string) => Promise<string | null>,
): Promise<PromptTest[]> {
  const document = parseDocument(text, { logLevel: 'silent' });
  const root = document.contents;
  if (document.errors.length > 0 || !isMap(root)) return [];
  const tests = root.get('tests', true) as Node | undefined;
  const template = await firstPrompt(plain(root, 'prompts'), readFile);
  if (!isSeq(tests) || template === null) return [];
  const defaults = variablesOf(plain(root, 'defaultTest'));
  const provider = onlyProvider(plain(root, 'providers') ?? plain(root, 'targets'));
  const found: PromptTest[] = [];
  for (const test of tests.items.slice(0, maxTests)) {
    if (!isMap(test) || !test.range) continue;
    const variables: Record<string, unknown> = { ...defaults, ...variablesOf(test.toJS(document)) };
    for (const [name, value] of Object.entries(variables)) {
      const path = filePath(value);
      if (path !== null) variables[name] = (await readFile(path)) ?? '';
    }
    found.push({ offset: test.range[0], prompt: fillTemplate(template, variables), provider });
  }
  return found;
}

function plain(root: YAMLMap, key: string): unknown {
  const value: unknown = root.get(key, true);
  if (isScalar(value)) return value.value;
  return isMap(value) || isSeq(value) ? value.toJSON() : undefined;
}

function variablesOf(test: unknown): Record<string, unknown> {
  if (!isRecord(test) || !isRecord(test.vars)) return {};
  return test.vars;
}

function filePath(value: unknown): string | null {
  return typeof value === 'string' && value.startsWith('file://') ? value.slice('file://'.length) : null;
}

async function firstPrompt(
  prompts: unknown,
  readFile: (path: string) => Promise<string | null>,
): Promise<string | null> {
  const first: unknown = Array.isArray(prompts) ? prompts[0] : prompts;
  const text = isRecord(first) ? (first.raw ?? first.prompt ?? first.id) : first;
  if (typeof text !== 'string') return null;
  const path = filePath(text);
  return path === null ? text : readFile(path);
}

function onlyProvider(providers: unknown): string | null {
  const list: readonly unknown[] = Array.isArray(providers) ? providers : providers === undefined ? [] : [providers];
  const [only] = list;
  if (list.length !== 1) return null;
  const id = isRecord(only) ? only.id : only;
  // promptfoo writes `openai:chat:gpt-4o`; the last part is the model.
  return typeof id === 'string' ? id.slice(id.lastIndexOf(':') + 1) : null;
}
