import * as v from 'valibot';
import type { ErrorReport } from '../core/errors';
import type { DatasetEvaluation } from '../core/evaluation/datasetEvaluation';
import type { ReadReport } from '../core/prompts/readReport';
import type {
  CandidateAssessment,
  DatasetBlock,
  Decision,
  Recommendation,
} from '../core/recommendation/recommendation';
import { sentenceSchema } from '../core/sentenceSchema';
import type { PanelContext, PanelProgress, RowLabel, ToPanel } from './protocol';

type Checked<T> = v.GenericSchema<unknown, T>;

const preference = v.picklist(['quality', 'balanced', 'price']);
const mode = v.picklist(['guarded', 'paper']);
const numberOrNull = v.nullable(v.number());
const stringOrNull = v.nullable(v.string());
const interval = v.tuple([v.number(), v.number()]);
const strings = v.array(v.string());
const numbers = v.array(v.number());
const costs = v.array(numberOrNull);
const bundle = v.object({ version: v.string(), sha256: v.string(), trained: v.string() });

const read: Checked<ReadReport> = v.object({
  format: v.string(),
  encoding: sentenceSchema,
  rowsRead: v.number(),
  promptsScored: v.number(),
  rowsSkipped: v.number(),
  skipped: v.array(v.object({ file: v.string(), line: v.number(), reason: sentenceSchema })),
  promptsTruncated: v.number(),
  promptColumn: v.exactOptional(v.string()),
  otherColumns: v.exactOptional(strings),
  labelColumns: v.exactOptional(strings),
  references: v.exactOptional(
    v.array(
      v.object({
        path: v.string(),
        outcome: v.picklist(['included', 'outside-workspace', 'missing', 'over-limit', 'not-text']),
      }),
    ),
  ),
  sample: v.exactOptional(v.object({ prompts: v.number(), ofRows: numberOrNull })),
  warnings: v.exactOptional(v.array(sentenceSchema)),
});

const candidate: Checked<CandidateAssessment> = v.object({
  model: v.string(),
  name: v.string(),
  provider: v.string(),
  openWeights: v.boolean(),
  contextTokens: numberOrNull,
  released: stringOrNull,
  buyable: v.boolean(),
  probability: v.number(),
  interval,
  beatsBest: v.number(),
  ability: v.number(),
  evidence: v.object({
    kind: v.picklist(['per-item', 'aggregate', 'features']),
    items: v.number(),
    nearby: v.number(),
  }),
  price: v.nullable(v.object({ input: v.number(), output: v.number(), asOf: v.string() })),
  cost: v.object({
    usd: numberOrNull,
    usdInterval: v.nullable(interval),
    inputTokens: v.number(),
    outputTokens: v.number(),
    agentic: v.boolean(),
  }),
  scores: v.object({ s1: numberOrNull, s2: numberOrNull, s3: numberOrNull, p: numberOrNull }),
  posterior: v.object({ mean: v.number(), factors: numbers, ownVariance: v.number() }),
});

const decision: Checked<Decision> = v.object({
  model: v.string(),
  fallback: v.boolean(),
  reason: sentenceSchema,
  beatsBest: v.number(),
  bestOnAverage: v.string(),
  basis: v.picklist(['quality', 'value', 'best-here-too', 'guard', 'far', 'paper', 'paper-guard']),
  pointsLost: v.number(),
  costRatio: numberOrNull,
});

const dataset: Checked<DatasetBlock> = v.object({
  rows: v.object({
    ids: strings,
    lines: numbers,
    excerpts: strings,
    groups: v.exactOptional(numbers),
    distances: numbers,
  }),
  routes: v.array(
    v.object({
      preference,
      probability: v.number(),
      interval,
      usd: numberOrNull,
      shares: v.array(v.object({ model: v.string(), rows: v.number() })),
      picks: numbers,
      probabilities: numbers,
      costs,
    }),
  ),
  slices: v.nullable(
    v.object({
      column: v.string(),
      groups: v.array(
        v.object({
          value: v.string(),
          rows: v.number(),
          pick: v.string(),
          probabilities: numbers,
          costs,
          distance: v.number(),
        }),
      ),
    }),
  ),
  farAbove: v.number(),
  farRows: v.number(),
});

const recommendation: Checked<Recommendation> = v.object({
  file: v.string(),
  prompts: v.number(),
  mode,
  preference,
  recommendation: decision,
  picks: v.object({ quality: v.string(), value: v.string(), open: stringOrNull }),
  candidates: v.array(candidate),
  distance: v.number(),
  distanceWord: v.picklist(['in', 'near', 'far']),
  distanceThresholds: v.exactOptional(v.object({ near: v.number(), far: v.number() })),
  outOfDistribution: v.boolean(),
  nearest: v.array(
    v.object({ benchmark: v.string(), category: stringOrNull, item: v.string(), similarity: v.number() }),
  ),
  nearestBenchmarks: v.array(
    v.object({
      benchmark: v.string(),
      title: v.string(),
      kind: v.string(),
      language: v.string(),
      weight: v.number(),
      similarity: v.number(),
      items: v.number(),
      url: stringOrNull,
      accuracies: v.record(v.string(), v.number()),
    }),
  ),
  read,
  declaredModel: stringOrNull,
  dataset: v.exactOptional(dataset),
  bundle,
  timing: v.object({ readMs: v.number(), scoreMs: v.number() }),
});

const evaluation: Checked<DatasetEvaluation> = v.object({
  file: v.string(),
  mode,
  prompts: v.number(),
  models: v.array(
    v.object({
      model: v.string(),
      name: v.string(),
      known: v.boolean(),
      labelled: v.number(),
      accuracy: v.number(),
      picked: v.number(),
      predicted: v.exactOptional(v.object({ accuracy: v.number(), interval })),
      usd: v.exactOptional(numberOrNull),
    }),
  ),
  routed: v.number(),
  gainInterval: interval,
  recommended: v.object({ model: v.string(), accuracy: v.number() }),
  bestSingle: v.object({ model: v.string(), accuracy: v.number() }),
  random: v.number(),
  oracle: v.number(),
  costs: v.exactOptional(v.object({ routed: numberOrNull, recommended: numberOrNull, bestSingle: numberOrNull })),
  calibration: v.exactOptional(
    v.object({
      bins: v.array(v.object({ predicted: v.number(), observed: v.number(), count: v.number() })),
      ece: v.number(),
      brier: v.number(),
    }),
  ),
  categories: v.exactOptional(
    v.array(
      v.object({
        category: v.string(),
        prompts: v.number(),
        routed: v.number(),
        recommended: v.number(),
        bestSingle: v.number(),
        oracle: v.number(),
      }),
    ),
  ),
  missed: v.exactOptional(
    v.array(
      v.object({
        id: v.string(),
        line: v.number(),
        excerpt: v.string(),
        category: stringOrNull,
        pick: v.string(),
        probability: v.number(),
        right: strings,
      }),
    ),
  ),
  missedPrompts: v.exactOptional(v.number()),
  read,
  bundle,
});

const context: Checked<PanelContext> = v.object({
  strings: v.record(v.string(), v.string()),
  locale: v.string(),
  today: v.string(),
  source: v.string(),
  settings: v.object({ preference, mode }),
  capabilities: v.object({
    setFrontMatter: v.boolean(),
    openChat: v.boolean(),
    openSource: v.boolean(),
    saveLabels: v.boolean(),
  }),
  available: v.nullable(strings),
});

const progress: Checked<PanelProgress> = v.object({
  rows: v.number(),
  rowsPerSecond: v.number(),
  secondsLeft: numberOrNull,
  fraction: numberOrNull,
});

/** The host writes the code; the panel only shows the sentence and the next step. */
const error: Checked<ErrorReport> = v.object({
  code: v.custom<ErrorReport['code']>((code) => typeof code === 'string'),
  message: v.string(),
  nextStep: v.string(),
});

const label: Checked<RowLabel> = v.object({ row: v.string(), model: v.string(), correctness: v.number() });

/** Checks a snapshot on its way into the webview; fields that the panel does not know are dropped. */
export const toPanelSchema: Checked<ToPanel> = v.variant('type', [
  v.object({ type: v.literal('empty'), context }),
  v.object({
    type: v.literal('busy'),
    context,
    file: v.string(),
    progress: v.nullable(progress),
    preview: v.nullable(recommendation),
  }),
  v.object({ type: v.literal('failed'), context, file: v.string(), error }),
  v.object({ type: v.literal('recommendation'), context, recommendation, labels: v.array(label) }),
  v.object({ type: v.literal('evaluation'), context, evaluation }),
]);
