import { isMap, isSeq, parseDocument } from 'yaml';
import { defaultLimits } from '../files/limits';
import { isRecord } from '../files/rows';
import type { Workspace } from '../files/source';
import { yamlBytes } from '../files/yaml';
import { promptsOfPromptfoo } from './promptfoo';

/** One test of a promptfoo configuration, with the prompt that it runs first. */
export interface PromptTest {
  /** Offset of the test in the text, in UTF-16 units. */
  readonly offset: number;
  /** The configuration's first prompt with this test's variables filled in. */
  readonly prompt: string;
  /** The configuration's only provider, as written; null where it names none or several. */
  readonly provider: string | null;
}

/** Tests beyond this number have no entry of their own. */
const maxTests = 200;

/**
 * Finds the inline tests of a promptfoo configuration, each with its prompt.
 * @param file name of the configuration, as `workspace` resolves references from it
 * @returns none where the text is no such configuration, or where its prompts cannot be read
 */
export async function findPromptTests(text: string, file: string, workspace: Workspace): Promise<PromptTest[]> {
  if (text.length > yamlBytes) return [];
  const document = parseDocument(text, { logLevel: 'silent' });
  if (document.errors.length > 0 || !isMap(document.contents)) return [];
  const tests: unknown = document.contents.get('tests', true);
  let config: unknown;
  try {
    config = document.toJS({ maxAliasCount: defaultLimits.yamlAliases });
  } catch {
    return [];
  }
  if (!isSeq(tests) || !isRecord(config) || !Array.isArray(config.tests)) return [];
  const provider = onlyProvider(config.providers ?? config.targets);
  const found: PromptTest[] = [];
  for (const [index, node] of tests.items.slice(0, maxTests).entries()) {
    const test: unknown = config.tests[index];
    if (!isMap(node) || !node.range || !isRecord(test)) continue;
    const { prompts } = await promptsOfPromptfoo({ ...config, tests: [test] }, file, workspace, defaultLimits);
    const [first] = prompts;
    if (!first) continue;
    const prompt = first.parts.map((part) => part.text).join('\n\n');
    found.push({ offset: node.range[0], prompt, provider });
  }
  return found;
}

function onlyProvider(providers: unknown): string | null {
  const list: readonly unknown[] = Array.isArray(providers) ? providers : providers === undefined ? [] : [providers];
  const [only] = list;
  if (list.length !== 1) return null;
  const id = isRecord(only) ? only.id : only;
  // promptfoo writes `openai:chat:gpt-4o`; the last part is the model.
  return typeof id === 'string' ? id.slice(id.lastIndexOf(':') + 1) : null;
}
