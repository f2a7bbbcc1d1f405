import * as v from 'valibot';
import { RecommendError } from '../errors';

/** One number of a public leaderboard: what a model setting reached on a board as a whole. */
export interface AggregateScore {
  readonly board: string;
  readonly family: string;
  readonly kind: string;
  readonly model: string;
  /** Accuracy 0..1, a rating for boards of scale `elo`, or a logit (then with its standard error). */
  readonly score: number;
  readonly scale: 'accuracy' | 'elo' | 'logit';
  /** Test items where known. */
  readonly items: number | null;
  /** Standard error of `score` where known. */
  readonly standardError: number | null;
}

const rowSchema = v.object({
  benchmark: v.string(),
  family: v.string(),
  kind: v.string(),
  model: v.string(),
  score: v.number(),
  scale: v.picklist(['accuracy', 'elo', 'index', 'other']),
  items: v.nullable(v.number()),
  stderr: v.nullable(v.number()),
  self_reported: v.boolean(),
});

/**
 * Boards left out: parts of a board that is in as a whole (their rows repeat its evidence), images, and what does not
 * measure ability (summary consistency rewards short answers).
 */
const leftOut =
  /^(aa\/(global_mmlu_lite|omniscience_accuracy)\/|aa\/(mmmu_pro|omniscience_index)$|arena\/text\/(industry|lang|hard_prompts_english|longer|multi|expert|overall)|livebench-2025|vectara|bfcl-v4-\w+\/overall|lechmazur\/(nyt_connections_extended_first760|rag_response|sycophancy|persuasion)|nejumi4\/(total|glp_avg|alt_avg))/;

const fewestModels = 100;

/** Reads aggregate scores from JSONL, keeping boards that can be linked (accuracies and ratings of at least 100 models). */
export async function readAggregates(
  file: string,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<AggregateScore[]> {
  const rows: AggregateScore[] = [];
  let line = 0;
  for await (const text of lines) {
    line++;
    if (text.trim() === '') continue;
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), rowSchema), text);
    if (!parsed.success) {
      const issue = parsed.issues[0];
      throw new RecommendError(
        'TRAINING_DATA',
        `${file} line ${line}: ${v.getDotPath(issue) ?? 'line'}: ${issue.message}.`,
        'Correct the named line.',
      );
    }
    const row = parsed.output;
    if (row.self_reported || leftOut.test(row.benchmark)) continue;
    if (row.scale !== 'accuracy' && row.scale !== 'elo') continue;
    if (row.scale === 'accuracy' && !(row.score >= 0 && row.score <= 1)) continue;
    rows.push({
      board: row.benchmark,
      family: row.family,
      kind: row.kind,
      model: row.model,
      score: row.score,
      scale: row.scale,
      items: row.items,
      standardError: row.stderr,
    });
  }
  const modelsOf = new Map<string, Set<string>>();
  for (const row of rows) modelsOf.set(row.board, (modelsOf.get(row.board) ?? new Set()).add(row.model));
  return rows.filter((row) => (modelsOf.get(row.board)?.size ?? 0) >= fewestModels);
}

/** Items assumed where a board does not tell. */
const assumedItems = 200;

/** The observation that one aggregate score is: a logit and its noise variance; ratings are centred on their board. */
export function aggregateObservation(
  row: AggregateScore,
  meanRating: number,
  extraNoise: number,
): { logit: number; noise: number } {
  if (row.scale === 'logit') return { logit: row.score, noise: (row.standardError ?? 0) ** 2 + extraNoise };
  if (row.scale === 'elo') {
    const unit = Math.LN10 / 400;
    return {
      logit: (row.score - meanRating) * unit,
      noise: ((row.standardError ?? 15) * unit) ** 2 + extraNoise,
    };
  }
  const n = Math.max(row.items ?? assumedItems, 10);
  const p = (row.score * n + 0.5) / (n + 1);
  const sampling = 1 / (n * p * (1 - p));
  const published = row.standardError === null ? 0 : (row.standardError / (p * (1 - p))) ** 2;
  return { logit: Math.log(p / (1 - p)), noise: Math.max(sampling, Math.min(published, 1)) + extraNoise };
}
