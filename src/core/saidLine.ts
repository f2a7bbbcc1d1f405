import * as v from 'valibot';
import { errorCodes, type SaidError } from './errors';
import type { Sentence } from './sentence';
import { sentenceSchema } from './sentenceSchema';

/** What a command tells under `--sentences`: a line of JSON each on its error stream, among lines of others. */
export type SaidLine = { readonly step: Sentence } | { readonly failure: SaidError };

const saidLine: v.GenericSchema<unknown, SaidLine> = v.union([
  v.object({ step: sentenceSchema }),
  v.object({
    failure: v.object({ code: v.picklist(errorCodes), message: sentenceSchema, nextStep: sentenceSchema }),
  }),
]);

const schema = v.pipe(v.string(), v.parseJson(), saidLine);

export function writeSaidLine(said: SaidLine): string {
  return `${JSON.stringify(said)}\n`;
}

/** @returns null for a line of others: a library's warning, a stack trace */
export function readSaidLine(line: string): SaidLine | null {
  const parsed = v.safeParse(schema, line);
  return parsed.success ? parsed.output : null;
}
