import { JSONParser, TokenType } from '@streamparser/json';
import { causeOf, Fault, RecommendError } from '../errors';
import { type Sentence, say } from '../sentence';
import { structureFault } from './jsonl';
import type { ReadLimits } from './limits';
import type { RowOutcome, RowStream } from './rows';

/** Fields under which a JSON object keeps its records. */
export const wrapperFields = [
  'data',
  'rows',
  'examples',
  'instances',
  'samples',
  'questions',
  'request_states',
  'items',
  'records',
  'tests',
  'dataset',
  'train',
  'validation',
  'test',
] as const;

const batchRows = 256;

/**
 * Streams the elements of one JSON array that may be larger than memory: the file itself, or a field of an object.
 * Bytes must be UTF-8.
 * @throws RecommendError FORMAT_BROKEN where the JSON breaks off or is wrong, after the elements before that place
 */
export async function* readJsonArray(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  limits: ReadLimits,
  wrapped: boolean,
): RowStream {
  let batch: RowOutcome[] = [];
  let element = 0;
  let depth = 0;
  let sinceElement = 0;
  const parser = new JSONParser({
    paths: wrapped ? wrapperFields.map((field) => `$.${field}.*`) : ['$.*'],
    keepStack: false,
    stringBufferSize: 1 << 16,
  });
  parser.onValue = ({ value }) => {
    element++;
    sinceElement = 0;
    const fault = structureFault(value, limits);
    batch.push(fault === null ? { line: element, value: value as unknown } : { line: element, reason: fault });
  };
  parser.onToken = ({ token }) => {
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) depth++;
    else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) depth--;
    if (depth > limits.depth + 2) throw new Fault(say('nested deeper than {0} levels', limits.depth));
  };
  const guard = (step: () => void): void => {
    try {
      step();
    } catch (thrown) {
      throw new RecommendError(
        'FORMAT_BROKEN',
        say('{0} is not valid JSON after element {1}: {2}.', file, element, causeOf(thrown)),
        say('Repair the file, or turn it into JSONL: there a broken line costs only itself.'),
        { cause: thrown },
      );
    }
  };
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += 1 << 16) {
      const piece = chunk.subarray(at, at + (1 << 16));
      sinceElement += piece.length;
      guard(() => {
        if (sinceElement > limits.recordBytes + piece.length)
          throw new Fault(say('an element is longer than {0} MB', Math.round(limits.recordBytes / (1 << 20))));
        parser.write(piece);
      });
      if (batch.length >= batchRows) {
        yield batch;
        batch = [];
      }
    }
  }
  if (batch.length > 0) yield batch;
  guard(() => {
    if (!parser.isEnded) parser.end();
  });
}

/**
 * Parses a whole JSON text.
 * @throws RecommendError FORMAT_BROKEN with line and column
 */
export function parseJson(text: string, file: string, limits: ReadLimits): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const position = /position (\d+)/.exec(message)?.[1];
    const place = position === undefined ? say('at its end') : placeOf(text, Number(position));
    throw new RecommendError(
      'FORMAT_BROKEN',
      say('{0} is not valid JSON: the mistake is {1}.', file, place),
      say('Repair the file.'),
      { cause: thrown },
    );
  }
  const fault = structureFault(value, limits);
  if (fault !== null)
    throw new RecommendError('FORMAT_BROKEN', say('{0}: {1}.', file, fault), say('Flatten the file.'));
  return value;
}

function placeOf(text: string, position: number): Sentence {
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  return say('on line {0}, column {1}', line, position - before.lastIndexOf('\n'));
}
