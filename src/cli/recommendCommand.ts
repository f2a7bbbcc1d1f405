import { recommendationInEnglish } from '../core/english';
import { recommend } from '../core/pipeline';
import type { CandidateAssessment, Recommendation } from '../core/recommendation/recommendation';
import { inEnglish } from '../core/sentence';
import { parseCommand, routingHelp, routingOptions } from './arguments';
import { type CliContext, routeInput } from './inputs';
import { counted, percent, table, usd } from './terminal';

export const recommendUsage = `recommend-llm recommend FILE… [options]

Recommends an LLM for a prompt file or a dataset, with its reasons. Several files, and the files of a folder, count as one
dataset; "-" reads standard input. Nothing is sent anywhere.

Options:
${routingHelp}  --all                     list every candidate, not only the best
`;

/** Candidates listed besides the picks. */
const listed = 6;

/** `recommend-llm recommend`. @returns the exit code */
export async function recommendCommand(args: readonly string[], context: CliContext): Promise<number> {
  const { values, positionals } = parseCommand('recommend', args, { ...routingOptions, all: { type: 'boolean' } });
  if (values.help) {
    context.terminal.out(recommendUsage);
    return 0;
  }
  const recommendation = await routeInput('recommend', positionals, values, 'balanced', context, recommend);
  context.terminal.out(
    values.json
      ? `${JSON.stringify(recommendationInEnglish(recommendation), null, 2)}\n`
      : recommendationText(recommendation, values.all === true),
  );
  return 0;
}

/** The recommendation as a short text with a table. */
export function recommendationText(result: Recommendation, all = false): string {
  const { recommendation, picks, candidates } = result;
  const byId = new Map(candidates.map((candidate) => [candidate.model, candidate]));
  const chosen = byId.get(recommendation.model);
  const shown = candidates.filter(
    ({ model }, index) =>
      all ||
      index < listed ||
      model === recommendation.model ||
      model === recommendation.bestOnAverage ||
      model === picks.quality ||
      model === picks.value ||
      model === picks.open,
  );
  const rows = shown.map((candidate) => row(candidate, roles(candidate.model, result)));
  return [
    `${result.file}: ${counted(result.prompts, 'prompt')}`,
    '',
    `→ ${chosen?.name ?? recommendation.model}  (${recommendation.model})${recommendation.fallback ? '  [fallback]' : ''}`,
    `  ${inEnglish(recommendation.reason)}`,
    '',
    table(
      [
        [
          '',
          'LLM',
          'correct',
          '80 % interval',
          'beats best',
          'evidence',
          'in / out per Mtok',
          'a prompt',
          '1,000 prompts',
        ],
        ...rows,
      ],
      [2, 3, 4, 6, 7, 8],
    ),
    all ? '' : `  ${counted(candidates.length, 'candidate')} in all; --all lists them.\n`,
    evidenceText(result),
    costText(chosen),
    ...readText(result),
    '',
  ].join('\n');
}

function roles(model: string, { recommendation, picks }: Recommendation): string {
  const names = [
    model === picks.quality ? 'quality' : '',
    model === picks.value ? 'value' : '',
    model === picks.open ? 'open' : '',
    model === recommendation.bestOnAverage ? 'best on average' : '',
  ].filter((name) => name !== '');
  return `${model === recommendation.model ? '→' : ' '} ${names.join(', ')}`;
}

function row(candidate: CandidateAssessment, role: string): string[] {
  const { evidence, price, cost } = candidate;
  const [low, high] = candidate.interval;
  const results =
    evidence.kind === 'per-item'
      ? `${counted(evidence.items, 'result')}, ${evidence.nearby.toLocaleString('en-US')} near`
      : evidence.kind === 'aggregate'
        ? 'leaderboards only'
        : 'its kind only';
  return [
    role,
    candidate.name,
    percent(candidate.probability),
    `${Math.round(100 * low)}–${percent(high)}`,
    percent(candidate.beatsBest),
    results,
    price ? `${usd(price.input)} / ${usd(price.output)}` : 'not known',
    usd(cost.usd),
    usd(cost.usd === null ? null : 1000 * cost.usd),
  ];
}

function evidenceText({ nearestBenchmarks, distance, distanceWord, bundle }: Recommendation): string {
  const words = {
    in: 'close to known prompts',
    near: 'related to known prompts, not close to any',
    far: 'unlike everything known',
  } as const;
  const names = nearestBenchmarks.slice(0, 4).map(({ title, weight }) => `${title} (${percent(weight)})`);
  const nearest = distanceWord === 'far' || names.length === 0 ? '' : `; nearest: ${names.join(', ')}`;
  return `  Evidence: ${words[distanceWord]} (distance ${distance.toFixed(2)})${nearest}. Router ${bundle.version} of ${bundle.trained}.`;
}

function costText(chosen: CandidateAssessment | undefined): string {
  if (!chosen || chosen.price === null || chosen.cost.usdInterval === null) return '  Its cost is not known.';
  const { usdInterval, inputTokens, outputTokens, agentic } = chosen.cost;
  const [low, high] = usdInterval;
  const agent = agentic ? ' An agent loop decides the bill: the number of turns is not known.' : '';
  return `  Cost: about ${counted(inputTokens, 'input token')} and ${counted(outputTokens, 'output token')} a prompt, ${usd(low)} to ${usd(high)} (80 %), at prices of ${chosen.price.asOf}.${agent}`;
}

function readText({ read, declaredModel }: Recommendation): string[] {
  const lines: string[] = [];
  if (declaredModel !== null) lines.push(`  The file itself names the model ${declaredModel}.`);
  if (read.promptColumn !== undefined) lines.push(`  Prompts were taken from ${read.promptColumn}.`);
  if (read.rowsSkipped > 0) {
    const first = read.skipped[0];
    const why = first ? `; the first, line ${first.line}: ${inEnglish(first.reason)}` : '';
    lines.push(`  ${counted(read.rowsSkipped, 'row')} of ${read.rowsRead.toLocaleString('en-US')} were skipped${why}.`);
  }
  if (read.promptsTruncated > 0)
    lines.push(
      `  ${counted(read.promptsTruncated, 'prompt')} longer than what is compared: beginning and end counted.`,
    );
  for (const warning of read.warnings ?? []) lines.push(`  Note: ${inEnglish(warning)}`);
  return lines;
}
