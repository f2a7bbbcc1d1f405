import { parseAllDocuments } from 'yaml';
import { causeOf, RecommendError } from '../errors';
import { type Sentence, say } from '../sentence';
import { structureFault } from './jsonl';
import type { ReadLimits } from './limits';

/** YAML is parsed whole and slowly: more than this is better kept as JSONL. */
export const yamlBytes = 8 << 20;

/**
 * Parses a YAML text; several documents come as a list.
 * @throws RecommendError FORMAT_BROKEN with the line, also for alias bombs and absurd nesting
 */
export function parseYaml(text: string, file: string, limits: ReadLimits): unknown {
  const broken = (why: string | Sentence, cause?: unknown): RecommendError =>
    new RecommendError('FORMAT_BROKEN', say('{0} cannot be read as YAML: {1}.', file, why), say('Repair the file.'), {
      cause,
    });
  let values: unknown[];
  try {
    const documents = parseAllDocuments(text, { prettyErrors: true, logLevel: 'error' });
    values = [];
    // For a text without any document the library returns an empty list.
    for (const document of documents) {
      const first = document.errors[0];
      if (first && /call stack/.test(first.message)) throw broken(say('it is nested deeper than can be read'), first);
      if (first) throw broken((first.message.split('\n')[0] ?? first.message).replace(/:$/, ''), first);
      values.push(document.toJS({ maxAliasCount: limits.yamlAliases }));
    }
  } catch (thrown) {
    if (RecommendError.is(thrown)) throw thrown;
    if (thrown instanceof RangeError) throw broken(say('it is nested deeper than can be read'), thrown);
    throw broken(causeOf(thrown), thrown);
  }
  const value = values.length === 1 ? values[0] : values.filter((item) => item !== null && item !== undefined);
  const fault = structureFault(value, limits);
  if (fault !== null) throw broken(fault);
  return value;
}
