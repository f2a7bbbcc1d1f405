import type { DatasetEvaluation } from '../../core/evaluation/datasetEvaluation';
import type { CandidateAssessment } from '../../core/recommendation/recommendation';
import { chance, decimal, integer, percent, percentRange, points, usd } from '../format';
import { sampleWords } from '../parts/readReport';
import { nameOf, routeOf, type Sight } from '../state/sight';
import { basisMeaning, basisWords, distanceWords } from '../state/words';
import { count, said, t } from '../strings';

type Cell = string | number | boolean | null;

/** Rows as CSV (RFC 4180: CRLF, quotes doubled); the first row names the columns. */
export function csv({ columns, rows }: Table): string {
  const cell = (value: Cell): string => {
    const text = value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** Rows as JSON Lines with the columns as keys. */
export function jsonl({ columns, rows }: Table): string {
  return rows
    .map(
      (row) => `${JSON.stringify(Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null])))}\n`,
    )
    .join('');
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** All candidates; column names are stable and English, as in the JSON of the command line. */
export function candidateTable(sight: Sight): Table {
  const columns = [
    'model',
    'name',
    'provider',
    'open_weights',
    'probability',
    'interval_low',
    'interval_high',
    'beats_best',
    'cost_usd',
    'output_tokens',
    'price_input',
    'price_output',
    'price_as_of',
    'context_tokens',
    'released',
    'evidence',
    'evidence_items',
    'evidence_nearby',
    's1',
    's2',
    's3',
    'recommended',
    'excluded',
  ];
  const rows = sight.candidates.map((candidate): Cell[] => [
    candidate.model,
    candidate.name,
    candidate.provider,
    candidate.openWeights,
    candidate.probability,
    candidate.interval[0],
    candidate.interval[1],
    candidate.beatsBest,
    candidate.cost.usd,
    candidate.cost.outputTokens,
    candidate.price?.input ?? null,
    candidate.price?.output ?? null,
    candidate.price?.asOf ?? null,
    candidate.contextTokens,
    candidate.released,
    candidate.evidence.kind,
    candidate.evidence.items,
    candidate.evidence.nearby,
    candidate.scores.s1,
    candidate.scores.s2,
    candidate.scores.s3,
    candidate.model === sight.choice?.decision.model,
    sight.policy.excluded.includes(candidate.model),
  ]);
  return { columns, rows };
}

/** The listed rows with their own picks. */
export function rowTable(sight: Sight): Table {
  const { dataset, candidates } = sight.recommendation;
  const route = routeOf(sight);
  const columns = ['id', 'line', 'category', 'pick', 'probability', 'cost_usd', 'distance', 'far', 'excerpt'];
  if (!dataset || !route) return { columns, rows: [] };
  const { rows: listed, slices, farAbove } = dataset;
  return {
    columns,
    rows: listed.ids.map((id, index): Cell[] => [
      id,
      listed.lines[index] ?? null,
      slices?.groups[listed.groups?.[index] ?? -1]?.value ?? null,
      candidates[route.picks[index] ?? -1]?.model ?? null,
      route.probabilities[index] ?? null,
      route.costs[index] ?? null,
      listed.distances[index] ?? null,
      (listed.distances[index] ?? 0) > farAbove,
      listed.excerpts[index] ?? null,
    ]),
  };
}

/** A report to hand on: answer, evidence, alternatives, dataset, and what was read. */
export function markdownReport(sight: Sight): string {
  const { recommendation, choice } = sight;
  const { read, bundle, dataset } = recommendation;
  const lines: string[] = [`# ${t('Recommended for {0}', inline(recommendation.file))}`, ''];
  if (choice) {
    const { decision, picks } = choice;
    const pick = sight.byModel.get(decision.model);
    lines.push(`**${nameOf(sight, decision.model)}** (\`${decision.model}\`)`, '', basisWords(decision), '');
    lines.push(said(decision.reason), '', basisMeaning(decision), '');
    if (pick) {
      lines.push(
        `- ${t('Expected correctness')}: ${percent(pick.probability)} (${t('{0} with 80% certainty', percentRange(pick.interval))})`,
        `- ${t('Against the best model on average')}: ${nameOf(sight, decision.bestOnAverage)}, ${chance(decision.beatsBest)}`,
        `- ${t('Expected cost')}: ${costOf(pick)}`,
        `- ${t('Quality')}: ${nameOf(sight, picks.quality)} · ${t('Value')}: ${nameOf(sight, picks.value)} · ${t('Open weights')}: ${picks.open === null ? '–' : nameOf(sight, picks.open)}`,
        '',
      );
    }
  } else lines.push(t('No candidate is left'), '');
  lines.push(
    `## ${t('Evidence')}`,
    '',
    `${distanceWords(recommendation.distanceWord)} (${t('mean cosine distance {0}', decimal(recommendation.distance, 2))})`,
    '',
  );
  if (recommendation.nearestBenchmarks.length > 0)
    lines.push(
      ...table(
        [
          t('Benchmark'),
          t('Share'),
          choice ? nameOf(sight, choice.decision.model) : '–',
          choice ? nameOf(sight, choice.decision.bestOnAverage) : '–',
        ],
        recommendation.nearestBenchmarks.map(({ title, weight, accuracies }) => [
          title,
          percent(weight),
          result(accuracies[choice?.decision.model ?? '']),
          result(accuracies[choice?.decision.bestOnAverage ?? '']),
        ]),
      ),
      '',
    );
  lines.push(
    `## ${t('Alternatives')}`,
    '',
    ...table(
      [
        t('Model'),
        t('Expected correctness'),
        t('≥ best on average'),
        t('Cost of 1,000'),
        t('List price'),
        t('Evidence'),
      ],
      [...sight.candidates]
        .sort((a, b) => b.probability - a.probability)
        .slice(0, 20)
        .map((candidate) => [
          candidate.name,
          `${percent(candidate.probability)} (${percentRange(candidate.interval)})`,
          chance(candidate.beatsBest),
          candidate.cost.usd === null ? '–' : usd(1000 * candidate.cost.usd),
          candidate.price
            ? `${usd(candidate.price.input)} / ${usd(candidate.price.output)} (${candidate.price.asOf})`
            : '–',
          candidate.evidence.kind,
        ]),
    ),
    '',
  );
  if (dataset) {
    lines.push(
      `## ${t('The dataset')}`,
      '',
      ...table(
        [t('Strategy'), t('Expected correctness'), t('Cost of 1,000')],
        dataset.routes.map((route) => [
          t('Each row by itself: {0}', route.preference),
          percent(route.probability, 1),
          route.usd === null ? '–' : usd(1000 * route.usd),
        ]),
      ),
      '',
    );
    if (dataset.slices)
      lines.push(
        ...table(
          [dataset.slices.column, t('Rows'), t("The category's own pick")],
          dataset.slices.groups.map(({ value, rows, pick }) => [value, integer(rows), nameOf(sight, pick)]),
        ),
        '',
      );
  }
  if (sight.labels.length > 0) lines.push(`${t('Your labels')}: ${sight.labels.length}`, '');
  lines.push(
    `## ${t('What was read')}`,
    '',
    `- ${t('Format')}: ${read.format}, ${said(read.encoding)}`,
    `- ${t('Prompts scored')}: ${integer(read.promptsScored)}${read.sample ? ` (${sampleWords(read.sample)})` : ''}`,
    `- ${count(read.rowsSkipped, '{0} row was skipped', '{0} rows were skipped')}`,
    ...(read.promptColumn === undefined ? [] : [`- ${t('Prompt column')}: \`${read.promptColumn}\``]),
    '',
    t('Router {0}, trained {1} ({2})', bundle.version, bundle.trained, bundle.sha256.slice(0, 12)),
    '',
  );
  return lines.join('\n');
}

/** The evaluation of a labelled file as Markdown. */
export function evaluationMarkdown(evaluation: DatasetEvaluation): string {
  const { models, categories } = evaluation;
  return [
    `# ${t('Evaluation on {0}', inline(evaluation.file))}`,
    '',
    ...table(
      [t('Choice'), t('Correct')],
      evaluationMethods(evaluation).map(({ title, accuracy }) => [title, percent(accuracy, 1)]),
    ),
    '',
    t(
      'Gain over the best single model: {0} points (95%: {1} to {2}).',
      points(evaluation.routed - evaluation.bestSingle.accuracy),
      points(evaluation.gainInterval[0]),
      points(evaluation.gainInterval[1]),
    ),
    '',
    ...table(
      [t('Model'), t('Labelled'), t('Correct'), t('Predicted'), t('Chosen')],
      models.map(({ name, labelled, accuracy, predicted, picked }) => [
        name,
        integer(labelled),
        percent(accuracy, 1),
        predicted ? percent(predicted.accuracy, 1) : '–',
        integer(picked),
      ]),
    ),
    '',
    ...(categories && categories.length > 0
      ? [
          ...table(
            [t('Category'), t('Rows'), t('Routed'), t('Best single'), t('Oracle')],
            categories.map(({ category, prompts, routed, bestSingle, oracle }) => [
              category,
              integer(prompts),
              percent(routed, 1),
              percent(bestSingle, 1),
              percent(oracle, 1),
            ]),
          ),
          '',
        ]
      : []),
    t(
      'Router {0}, trained {1} ({2})',
      evaluation.bundle.version,
      evaluation.bundle.trained,
      evaluation.bundle.sha256.slice(0, 12),
    ),
    '',
  ].join('\n');
}

/** The ways of choosing, from the worst that is reasonable to the best that is possible. */
export function evaluationMethods(
  evaluation: DatasetEvaluation,
): readonly { readonly key: string; readonly title: string; readonly accuracy: number }[] {
  const name = (model: string): string => evaluation.models.find((one) => one.model === model)?.name ?? model;
  return [
    { key: 'random', title: t('A random model for each row'), accuracy: evaluation.random },
    {
      key: 'recommended',
      title: t('Recommended for all: {0}', name(evaluation.recommended.model)),
      accuracy: evaluation.recommended.accuracy,
    },
    { key: 'routed', title: t('Routed, each row by itself'), accuracy: evaluation.routed },
    {
      key: 'best-single',
      title: t('Best single model, known afterwards: {0}', name(evaluation.bestSingle.model)),
      accuracy: evaluation.bestSingle.accuracy,
    },
    { key: 'oracle', title: t('Oracle: the best model for each row'), accuracy: evaluation.oracle },
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(inline).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)];
}

function inline(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}

function result(accuracy: number | undefined): string {
  return accuracy === undefined ? t('not run') : percent(accuracy, 1);
}

function costOf({ cost }: CandidateAssessment): string {
  if (cost.usd === null) return t('no price');
  return `${usd(cost.usd)} ${t('a prompt')}, ${t('{0} a thousand prompts', usd(1000 * cost.usd))}`;
}

/** File name without its last extension, for names of exports. */
export function stem(file: string): string {
  const name = file.split(/[/\\]/).at(-1) ?? file;
  const dot = name.lastIndexOf('.');
  return (dot > 0 ? name.slice(0, dot) : name).slice(0, 120) || 'recommendation';
}
