import { type ParseArgsConfig, parseArgs } from 'node:util';
import { RecommendError } from '../core/errors';
import type { Preference, RoutingMode } from '../core/recommendation/recommendation';
import { type Sentence, say } from '../core/sentence';

export function badArgument(sentence: string | Sentence, command: string): RecommendError {
  return new RecommendError('BAD_ARGUMENT', sentence, say('See "recommend-llm {0} --help".', command));
}

/**
 * `parseArgs` of node:util with its failures as {@link RecommendError}s.
 * @throws RecommendError BAD_ARGUMENT
 */
export function parseCommand<T extends NonNullable<ParseArgsConfig['options']>>(
  command: string,
  args: readonly string[],
  options: T,
): ReturnType<typeof parseArgs<{ options: T; allowPositionals: true; args: string[]; strict: true }>> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error);
    throw badArgument(`${message}.`, command);
  }
}

/** Options that every command shares which routes prompts. */
export const routingOptions = {
  candidates: { type: 'string', multiple: true },
  preference: { type: 'string' },
  mode: { type: 'string' },
  column: { type: 'string' },
  template: { type: 'string' },
  bundle: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const routingHelp = `  --candidates LIST         model ids, market ids, names or globs to choose among, separated by commas; "!" takes away
                            (default: every model that can be bought today)
  --preference P            quality, balanced (default: the cheapest within a small loss of quality) or price
  --mode M                  guarded (default) or paper (arXiv 2309.15789 as published)
  --column NAME             column of a dataset that holds the prompt, as a dotted path (default: found)
  --template TEXT           builds the prompt of a row, for example "{{question}}\\n{{choices}}"
  --bundle DIR              another router bundle
  --json                    print the result as JSON
`;

export function preferenceOf(value: string | undefined, command: string, fallback: Preference): Preference {
  if (value === undefined) return fallback;
  if (value === 'quality' || value === 'balanced' || value === 'price') return value;
  throw badArgument(`--preference is quality, balanced or price, not "${value}".`, command);
}

export function modeOf(value: string | undefined, command: string): RoutingMode {
  if (value === undefined) return 'guarded';
  if (value === 'guarded' || value === 'paper') return value;
  throw badArgument(`--mode is guarded or paper, not "${value}".`, command);
}

/** Candidates as given: lists with commas, several times. */
export function candidatesOf(values: readonly string[] | undefined): readonly string[] {
  return (values ?? [])
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}
