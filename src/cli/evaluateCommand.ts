import { evaluationInEnglish } from '../core/english';
import type { DatasetEvaluation } from '../core/evaluation/datasetEvaluation';
import { evaluateDataset } from '../core/evaluation/evaluateDataset';
import { parseCommand, routingHelp, routingOptions } from './arguments';
import { evaluateBenchmarksCommand } from './evaluateBenchmarks';
import { type CliContext, routeInput } from './inputs';
import { counted, percent, table, usd } from './terminal';

export const evaluateUsage = `recommend-llm evaluate FILE… [options]

Judges the router by a labelled dataset: rows with a prompt and, for some LLMs, whether they were right ("scores": {"model
id": 0..1}, or one column for each LLM). Shows the accuracy of the routed choice beside the best single model, a random one
and the best for each prompt.

Options:
${routingHelp}
recommend-llm evaluate --benchmarks DIR [options]

Evaluates the router itself on benchmark tables, families held out; see "recommend-llm evaluate --benchmarks --help".
`;

/** `recommend-llm evaluate FILE`. @returns the exit code */
export async function evaluateCommand(args: readonly string[], context: CliContext): Promise<number> {
  if (args.some((arg) => /^--benchmarks(=|$)/.test(arg))) return evaluateBenchmarksCommand([...args]);
  const { values, positionals } = parseCommand('evaluate', args, routingOptions);
  if (values.help) {
    context.terminal.out(evaluateUsage);
    return 0;
  }
  const evaluation = await routeInput('evaluate', positionals, values, 'quality', context, evaluateDataset);
  context.terminal.out(
    values.json ? `${JSON.stringify(evaluationInEnglish(evaluation), null, 2)}\n` : evaluationText(evaluation),
  );
  return 0;
}

/** The evaluation as a short text with tables. */
export function evaluationText(result: DatasetEvaluation): string {
  const [low, high] = result.gainInterval;
  const points = (value: number): string => `${value >= 0 ? '+' : '−'}${Math.abs(100 * value).toFixed(1)}`;
  const gain = result.routed - result.bestSingle.accuracy;
  const verdict =
    low > 0
      ? 'better than the best single model'
      : high < 0
        ? 'worse than the best single model'
        : 'no different from the best single model as far as these rows can tell';
  return [
    `${result.file}: ${counted(result.prompts, 'labelled prompt')}`,
    '',
    table(
      [
        ['choice', 'accuracy', 'a prompt'],
        ['routed, prompt by prompt', percent(result.routed), usd(result.costs?.routed ?? null)],
        [
          `recommended for all: ${result.recommended.model}`,
          percent(result.recommended.accuracy),
          usd(result.costs?.recommended ?? null),
        ],
        [
          `best single, in hindsight: ${result.bestSingle.model}`,
          percent(result.bestSingle.accuracy),
          usd(result.costs?.bestSingle ?? null),
        ],
        ['random', percent(result.random), ''],
        ['best for each prompt, in hindsight', percent(result.oracle), ''],
      ],
      [1, 2],
    ),
    '',
    `Routed against best single: ${points(gain)} points (95 % ${points(low)} to ${points(high)}): ${verdict}.`,
    '',
    table(
      [
        ['LLM', 'labelled', 'accuracy', 'predicted', 'chosen'],
        ...result.models.map((model) => [
          model.known ? model.name : `${model.name} (not known to the router)`,
          String(model.labelled),
          percent(model.accuracy),
          model.predicted ? percent(model.predicted.accuracy) : '',
          model.known ? String(model.picked) : '',
        ]),
      ],
      [1, 2, 3, 4],
    ),
    '',
  ].join('\n');
}
