import { cell, fixed, percent, signed, table } from './markdownNumbers';
import type { MethodMetrics } from './partMetrics';
import { defaultMethod, type ProtocolReport } from './protocolReport';
import { linkedBma } from './summary';

/** The router beside linked BMA, by kind of task. */
export function kindTable({ byKind }: ProtocolReport): string {
  return table(
    [
      'kind',
      'benchmarks',
      'router: ratio to fair best',
      'regret',
      'Spearman',
      'linked BMA: ratio to fair best',
      'regret',
    ],
    Object.entries(byKind).map(([kind, { benchmarks, methods }]) => [
      kind,
      String(benchmarks),
      cell(methods[defaultMethod], 'ratioToFairBest', 3),
      cell(methods[defaultMethod], 'regret', 1),
      cell(methods[defaultMethod], 'spearman', 2),
      cell(methods[linkedBma], 'ratioToFairBest', 3),
      cell(methods[linkedBma], 'regret', 1),
    ]),
  );
}

const listedLosses = 12;

/** The benchmarks on which the pick is furthest below the fair best. */
export function lossTable({ benchmarks }: ProtocolReport): string {
  const regretOf = (part: ProtocolReport['benchmarks'][number], method: string): number =>
    part.methods[method]?.regret ?? 0;
  const worst = [...benchmarks]
    .sort((a, b) => regretOf(b, defaultMethod) - regretOf(a, defaultMethod) || (a.name < b.name ? -1 : 1))
    .slice(0, listedLosses);
  return table(
    ['benchmark', 'kind', 'prompts', 'models', 'pick', 'best', 'regret, points', 'of linked BMA'],
    worst.map((part) => [
      part.name,
      part.kind ?? '–',
      String(part.items),
      String(part.pool.length),
      part.picks[defaultMethod] ?? '–',
      part.best.model,
      fixed(regretOf(part, defaultMethod), 1),
      fixed(regretOf(part, linkedBma), 1),
    ]),
  );
}

/** Cost saved, and among what. */
export function costShare(metrics: MethodMetrics | undefined): string {
  if (metrics?.costModels === undefined) return 'not measured';
  const among = `(${metrics.costModels} models, ${metrics.costPrompts} prompts)`;
  return `${metrics.costSaved === undefined ? 'accuracy not reached' : percent(metrics.costSaved)} ${among}`;
}

/** Gain in accuracy over the best single model with its 95 % interval over prompts, in per cent. */
export function gainWithInterval(metrics: MethodMetrics | undefined): string {
  const { gain = Number.NaN, gainError = Number.NaN } = metrics ?? {};
  const reach = 1.96 * gainError;
  return `${signed(100 * gain, 1)} [${signed(100 * (gain - reach), 1)}, ${signed(100 * (gain + reach), 1)}]`;
}
