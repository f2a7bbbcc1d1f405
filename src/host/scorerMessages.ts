import * as v from 'valibot';
import { sentenceSchema } from '../core/sentenceSchema';
import type { FromScorer } from '../scoring/protocol';

const id = v.pipe(v.number(), v.integer());
const probability = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const nullableNumber = v.nullable(v.number());

const readReport = v.looseObject({
  format: v.string(),
  encoding: sentenceSchema,
  rowsRead: v.number(),
  promptsScored: v.number(),
  rowsSkipped: v.number(),
  skipped: v.array(v.looseObject({ file: v.string(), line: v.number(), reason: sentenceSchema })),
  promptsTruncated: v.number(),
  warnings: v.exactOptional(v.array(sentenceSchema)),
});

const bundle = v.looseObject({ version: v.string(), sha256: v.string(), trained: v.string() });

const candidate = v.looseObject({
  model: v.string(),
  name: v.string(),
  provider: v.string(),
  openWeights: v.boolean(),
  probability,
  interval: v.tuple([probability, probability]),
  beatsBest: probability,
  price: v.nullable(v.looseObject({ input: v.number(), output: v.number(), asOf: v.string() })),
  cost: v.looseObject({ usd: nullableNumber, inputTokens: v.number(), outputTokens: v.number() }),
  scores: v.looseObject({ s1: nullableNumber, s2: nullableNumber, s3: nullableNumber }),
  posterior: v.looseObject({ mean: v.number(), factors: v.array(v.number()), ownVariance: v.number() }),
});

const recommendation = v.looseObject({
  file: v.string(),
  prompts: v.number(),
  preference: v.picklist(['quality', 'balanced', 'price']),
  mode: v.picklist(['guarded', 'paper']),
  recommendation: v.looseObject({
    model: v.string(),
    fallback: v.boolean(),
    reason: sentenceSchema,
    beatsBest: probability,
    bestOnAverage: v.string(),
  }),
  picks: v.looseObject({ quality: v.string(), value: v.string(), open: v.nullable(v.string()) }),
  candidates: v.array(candidate),
  distance: v.number(),
  distanceWord: v.picklist(['in', 'near', 'far']),
  outOfDistribution: v.boolean(),
  read: readReport,
  bundle,
});

const evaluation = v.looseObject({
  file: v.string(),
  prompts: v.number(),
  models: v.array(v.looseObject({ model: v.string(), accuracy: probability, labelled: v.number() })),
  routed: probability,
  gainInterval: v.tuple([v.number(), v.number()]),
  bestSingle: v.looseObject({ model: v.string(), accuracy: probability }),
  random: probability,
  oracle: probability,
  read: readReport,
  bundle,
});

const message = v.variant('type', [
  v.looseObject({ type: v.literal('ready') }),
  v.looseObject({
    type: v.literal('progress'),
    id,
    progress: v.looseObject({
      rows: v.number(),
      rowsPerSecond: v.number(),
      secondsLeft: nullableNumber,
      fraction: nullableNumber,
    }),
  }),
  v.looseObject({ type: v.literal('reference'), id, question: id, uri: v.string(), reference: v.string() }),
  v.looseObject({ type: v.picklist(['preview', 'recommendation']), id, recommendation }),
  v.looseObject({ type: v.literal('evaluation'), id, evaluation }),
  v.looseObject({
    type: v.literal('failed'),
    id,
    error: v.looseObject({ code: v.string(), message: sentenceSchema, nextStep: sentenceSchema }),
  }),
]);

/**
 * Checks the parts of a message that the extension host acts on; fields beyond these pass through, since the panel, the
 * terminal and the scorer share their types at compile time.
 * @returns the message, or a sentence that says what is wrong with it
 */
export function parseFromScorer(raw: unknown): FromScorer | string {
  const parsed = v.safeParse(message, raw);
  if (parsed.success) return raw as FromScorer;
  const issue = parsed.issues[0];
  return `${v.getDotPath(issue) ?? 'message'}: ${issue.message}`;
}
