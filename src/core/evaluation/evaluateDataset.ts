import { catalogIdOf, modelNameIndex } from '../benchmarks/importers/modelNames';
import type { ScoringBundle } from '../bundle/scoringBundle';
import { type OfferedModel, offeredModels } from '../cost/catalog';
import { RecommendError } from '../errors';
import { cancelled, type PipelineOptions, type PromptInput, recommend } from '../pipeline';
import type { Prompt } from '../prompts/prompt';
import { selectCandidates } from '../recommendation/candidates';
import { policyOf } from '../recommendation/policy';
import { RowScorer, type ScoredRow } from '../recommendation/rowScorer';
import { seededRandom } from '../scores/seededRandom';
import { say } from '../sentence';
import { brier, expectedCalibrationError, reliabilityCurve } from './calibrationMetrics';
import type {
  DatasetEvaluation,
  LabelledCalibration,
  LabelledCategory,
  LabelledModel,
  MissedPrompt,
} from './datasetEvaluation';

/** Labelled prompts that are held in memory; later ones are not evaluated, and the report says so. */
const mostPrompts = 200_000;
/** A model takes part in the comparison if it was run on this share of the labelled prompts. */
const coverage = 0.9;
const keptMissed = 1_000;
const batchSize = 64;
const draws = 1_000;
const excerptCharacters = 120;

/** One labelled prompt: what each model of the pool got, and what the router would have chosen. */
interface Judged {
  readonly row: ScoredRow;
  /** By index into the pool. */
  readonly correctness: readonly number[];
  readonly pick: number;
  readonly probabilities: readonly number[];
}

/**
 * Judges the router's choices by a dataset's own per-LLM results: the choice for each prompt, and the one model for all,
 * against the best single model in hindsight, a random one and the best for each prompt. The pool is the labelled models
 * that the router knows and that were run on nearly all labelled prompts; all are compared on the same prompts.
 * @throws RecommendError NO_LABELS, CANCELLED, and what reading throws
 */
export async function evaluateDataset(
  bundle: ScoringBundle,
  input: PromptInput,
  options: PipelineOptions,
): Promise<DatasetEvaluation> {
  const { prompts, more } = await labelledPrompts(input, options.signal);
  if (prompts.length === 0)
    throw new RecommendError(
      'NO_LABELS',
      say('{0} has no row that says which LLMs were right.', input.file),
      say('Give each row a "scores" object ({"model id": 0..1}), or one column for each LLM with its correctness.'),
    );
  const { pool, labels } = poolOf(bundle, prompts, options);
  const complete = prompts.filter((prompt) => pool.every(({ label }) => prompt.correctness?.[label] !== undefined));
  if (pool.length < 2 || complete.length === 0)
    throw new RecommendError(
      'NO_LABELS',
      say(
        'Of the labelled LLMs of {0}, the router knows {1} that were run on the same prompts; two are needed.',
        input.file,
        pool.length,
      ),
      say('Name the LLMs as the catalog does; the labels are {0}.', [...labels.keys()].slice(0, 5).join(', ')),
    );

  const scorer = await RowScorer.create(
    bundle,
    pool.map(({ model }) => model),
  );
  const judged: Judged[] = [];
  for (let start = 0; start < complete.length; start += batchSize) {
    await options.turn?.();
    if (options.signal?.aborted) throw cancelled();
    const batch = complete.slice(start, start + batchSize);
    const { rows } = await scorer.score(batch);
    for (const row of rows) judged.push(judge(scorer, row, pool, options));
    options.onBatch?.(judged.length);
  }

  const whole = await recommend(
    bundle,
    { file: input.file, prompts: each(complete), report: () => input.report() },
    { ...options, candidates: pool.map(({ model }) => model.id) },
  );
  const accuracies = pool.map((_, index) => mean(judged.map(({ correctness }) => correctness[index] ?? 0)));
  const best = accuracies.indexOf(Math.max(...accuracies));
  const recommended = Math.max(
    0,
    pool.findIndex(({ model }) => model.id === whole.recommendation.model),
  );
  const routed = judged.map(({ correctness, pick }) => correctness[pick] ?? 0);
  const gains = judged.map(({ correctness }, index) => (routed[index] ?? 0) - (correctness[best] ?? 0));
  const usdOf = (index: number): number | null => mean(judged.map(({ row }) => row.usd[index] ?? Number.NaN));
  const models = pool.map(({ model, label }, index): LabelledModel => {
    const assessed = whole.candidates.find((candidate) => candidate.model === model.id);
    return {
      model: model.id,
      name: model.name,
      known: true,
      labelled: labels.get(label)?.count ?? 0,
      accuracy: accuracies[index] ?? 0,
      picked: judged.filter(({ pick }) => pick === index).length,
      ...(assessed ? { predicted: { accuracy: assessed.probability, interval: assessed.interval } } : {}),
      usd: finiteOrNull(usdOf(index)),
    };
  });
  const missed = judged.filter(
    ({ correctness, pick }) => (correctness[pick] ?? 0) < 0.5 && correctness.some((value) => value >= 0.5),
  );
  const report = input.report();
  return {
    file: input.file,
    mode: options.mode,
    prompts: judged.length,
    models: [...models, ...outsidePool(labels, pool)].sort(
      (a, b) => b.accuracy - a.accuracy || (a.model < b.model ? -1 : 1),
    ),
    routed: mean(routed),
    gainInterval: bootstrapMean(gains),
    recommended: { model: pool[recommended]?.model.id ?? '', accuracy: accuracies[recommended] ?? 0 },
    bestSingle: { model: pool[best]?.model.id ?? '', accuracy: accuracies[best] ?? 0 },
    random: mean(accuracies),
    oracle: mean(judged.map(({ correctness }) => Math.max(...correctness))),
    costs: {
      routed: finiteOrNull(mean(judged.map(({ row, pick }) => row.usd[pick] ?? Number.NaN))),
      recommended: finiteOrNull(usdOf(recommended)),
      bestSingle: finiteOrNull(usdOf(best)),
    },
    calibration: calibrationOf(judged),
    categories: categoriesOf(judged, recommended, best),
    missed: missed.slice(0, keptMissed).map((one) =>
      missedPrompt(
        one,
        pool.map(({ model }) => model.id),
      ),
    ),
    missedPrompts: missed.length,
    read: more
      ? {
          ...report,
          warnings: [
            ...(report.warnings ?? []),
            say('Only the first {0} labelled prompts were evaluated.', mostPrompts),
          ],
        }
      : report,
    bundle: whole.bundle,
  };
}

async function labelledPrompts(
  input: PromptInput,
  signal: AbortSignal | undefined,
): Promise<{ readonly prompts: readonly Prompt[]; readonly more: boolean }> {
  const prompts: Prompt[] = [];
  for await (const prompt of input.prompts) {
    if (signal?.aborted) throw cancelled();
    if (!prompt.correctness) continue;
    if (prompts.length >= mostPrompts) return { prompts, more: true };
    prompts.push(prompt);
  }
  return { prompts, more: false };
}

interface PoolModel {
  readonly label: string;
  readonly model: OfferedModel;
}

interface LabelSums {
  count: number;
  sum: number;
  readonly model: OfferedModel | null;
}

function poolOf(
  bundle: ScoringBundle,
  prompts: readonly Prompt[],
  options: PipelineOptions,
): { readonly pool: readonly PoolModel[]; readonly labels: ReadonlyMap<string, LabelSums> } {
  const offered = offeredModels(bundle.catalog, options.overlay).models;
  const known = new Set(bundle.router.facts.models);
  const allowed =
    options.candidates.length === 0
      ? offered.filter(({ evidenceOf }) => known.has(evidenceOf))
      : selectCandidates(offered, options.candidates, known);
  const byId = new Map(allowed.map((model) => [model.id, model]));
  // Efforts share a market id: it stands for the standard setting.
  const index = modelNameIndex(
    allowed.map(({ id, marketId, standard, name }) => ({ id, name, ...(standard ? { marketId } : {}) })),
  );
  const labels = new Map<string, LabelSums>();
  for (const { correctness } of prompts) {
    for (const [label, value] of Object.entries(correctness ?? {})) {
      const found = labels.get(label);
      if (found) {
        found.count++;
        found.sum += value;
      } else labels.set(label, { count: 1, sum: value, model: modelOf(label, index, byId) });
    }
  }
  const taken = new Set<string>();
  const pool = [...labels].flatMap(([label, { count, model }]) => {
    if (!model || count < coverage * prompts.length || taken.has(model.id)) return [];
    taken.add(model.id);
    return [{ label, model }];
  });
  return { pool, labels };
}

function modelOf(
  label: string,
  index: ReadonlyMap<string, string>,
  byId: ReadonlyMap<string, OfferedModel>,
): OfferedModel | null {
  const id = catalogIdOf(label, index);
  return id === null ? null : (byId.get(id) ?? null);
}

function outsidePool(labels: ReadonlyMap<string, LabelSums>, pool: readonly PoolModel[]): LabelledModel[] {
  const inside = new Set(pool.map(({ label }) => label));
  return [...labels]
    .filter(([label]) => !inside.has(label))
    .map(([label, { count, sum, model }]) => ({
      model: model?.id ?? label,
      name: model?.name ?? label,
      known: model !== null,
      labelled: count,
      accuracy: sum / count,
      picked: 0,
    }));
}

function judge(scorer: RowScorer, row: ScoredRow, pool: readonly PoolModel[], options: PipelineOptions): Judged {
  const { picker } = scorer;
  picker.setRow(row.logits);
  const far = scorer.distanceWord(row.distance) === 'far';
  const quality = picker.quality(row.logits, row.usd, far);
  const keeps = options.preference === 'quality' || (far && options.preference === 'balanced');
  const choice = keeps
    ? quality
    : picker.value(quality, row.logits, row.usd, policyOf(options.preference, options.mode).dial);
  return {
    row,
    correctness: pool.map(({ label }) => row.prompt.correctness?.[label] ?? 0),
    pick: choice.pick,
    probabilities: pool.map((_, index) => picker.probability(index)),
  };
}

/** Reliability over all (prompt, model) pairs of the pool. */
function calibrationOf(judged: readonly Judged[]): LabelledCalibration {
  const predicted = judged.flatMap(({ probabilities }) => probabilities);
  const observed = judged.flatMap(({ correctness }) => correctness);
  const curve = reliabilityCurve(predicted, observed);
  return {
    bins: curve.flatMap((bin) =>
      bin.predicted === null || bin.actual === null
        ? []
        : [{ predicted: bin.predicted, observed: bin.actual, count: bin.count }],
    ),
    ece: expectedCalibrationError(curve),
    brier: brier(predicted, observed),
  };
}

function categoriesOf(judged: readonly Judged[], recommended: number, best: number): LabelledCategory[] {
  const groups = new Map<string, Judged[]>();
  for (const one of judged) {
    const { category } = one.row.prompt;
    if (category === undefined) continue;
    const group = groups.get(category);
    if (group) group.push(one);
    else groups.set(category, [one]);
  }
  return [...groups]
    .map(([category, its]) => ({
      category,
      prompts: its.length,
      routed: mean(its.map(({ correctness, pick }) => correctness[pick] ?? 0)),
      recommended: mean(its.map(({ correctness }) => correctness[recommended] ?? 0)),
      bestSingle: mean(its.map(({ correctness }) => correctness[best] ?? 0)),
      oracle: mean(its.map(({ correctness }) => Math.max(...correctness))),
    }))
    .sort((a, b) => b.prompts - a.prompts || (a.category < b.category ? -1 : 1));
}

function missedPrompt({ row, correctness, pick, probabilities }: Judged, ids: readonly string[]): MissedPrompt {
  const { prompt } = row;
  const asked = prompt.parts.findLast(({ role }) => role === 'user') ?? prompt.parts[0];
  return {
    id: prompt.id,
    line: prompt.line ?? 0,
    excerpt: (asked?.text ?? '').slice(0, 1_000).replace(/\s+/gu, ' ').trim().slice(0, excerptCharacters),
    category: prompt.category ?? null,
    pick: ids[pick] ?? '',
    probability: probabilities[pick] ?? 0,
    right: ids.filter((_, index) => (correctness[index] ?? 0) >= 0.5),
  };
}

/** 95 % percentile interval of a mean over prompts, from seeded draws with replacement. */
function bootstrapMean(values: readonly number[]): readonly [number, number] {
  const random = seededRandom(95);
  const means = Float64Array.from({ length: draws }, () => {
    let sum = 0;
    for (let index = 0; index < values.length; index++) sum += values[Math.floor(random() * values.length)] ?? 0;
    return sum / values.length;
  }).sort();
  return [means[Math.floor(0.025 * draws)] ?? 0, means[Math.ceil(0.975 * draws) - 1] ?? 0];
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
