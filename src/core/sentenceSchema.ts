import * as v from 'valibot';
import type { Figure, Sentence } from './sentence';

const figure: v.GenericSchema<unknown, Figure> = v.variant('kind', [
  v.object({ kind: v.picklist(['chance', 'percent']), value: v.number() }),
  v.object({
    kind: v.literal('decimal'),
    value: v.number(),
    digits: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20)),
  }),
]);

/** Checks a {@link Sentence} that comes from another process. */
export const sentenceSchema: v.GenericSchema<unknown, Sentence> = v.object({
  text: v.string(),
  values: v.array(v.union([v.string(), v.number(), figure, v.lazy(() => sentenceSchema)])),
});
