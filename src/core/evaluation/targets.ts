import { costShare, gainWithInterval } from './documentTables';
import { fixed, interval, mean, number, signed } from './markdownNumbers';
import { type BasicReport, defaultMethod, type ProtocolReport, valueAt } from './protocolReport';
import type { MethodSummary } from './summary';

/** The reports that docs/evaluation.json holds, by protocol. */
export interface AllReports {
  readonly 'leave-one-family-out': ProtocolReport;
  readonly 'leave-one-family-out/kinds-given': ProtocolReport;
  /** The same with the scores of public leaderboards as further observations, as in the shipped router. */
  readonly 'leave-one-family-out/aggregates'?: ProtocolReport;
  readonly 'leave-one-family-out/kinds-given/aggregates'?: ProtocolReport;
  readonly 'in-distribution'?: BasicReport;
  readonly 'new-model'?: BasicReport;
  readonly 'newest-first'?: BasicReport;
}

/** One line of the table of targets. */
export interface Target {
  readonly what: string;
  readonly reach: string;
  readonly reached: string;
  readonly met: boolean;
  /** What bounds it, where it is not met. */
  readonly bound: string;
}

/** What was aimed at, what was reached, and what bounds the rest. */
export function targets(reports: AllReports): readonly Target[] {
  const text = reports['leave-one-family-out'];
  const given = reports['leave-one-family-out/kinds-given'];
  const own = text.methods[defaultMethod] ?? {};
  const ownGiven = given.methods[defaultMethod] ?? {};
  const recent = given.leaders2025.methods[defaultMethod] ?? {};
  const ceiling = mean(text.benchmarks.flatMap(({ spearmanCeiling }) => spearmanCeiling ?? []));
  const fairOfBest = number(text.methods['fair-best'], 'ratioToBest');
  const information = (summary: MethodSummary): string =>
    `If every held-out accuracy were drawn from the router's own posterior, its pick would reach ${fixed(number(summary, 'expectedRatioToBest'), 3)} of the best and its scores a Spearman of ${fixed(number(summary, 'expectedSpearman'), 2)}: the information, not the choice, is the limit. Noise alone caps Spearman at ${fixed(ceiling, 2)}, and the fair best itself has ${fixed(fairOfBest, 3)} of the apparent best. ${concentration(text)}`;
  const list: Target[] = [
    atLeast('kind given: ratio to the fair best', 0.985, ownGiven, 'ratioToFairBest', 3, information(ownGiven)),
    atMost('kind given: regret, points', 1.2, ownGiven, 'regret', 2, information(ownGiven)),
    atLeast('kind given: Spearman', 0.8, ownGiven, 'spearman', 3, information(ownGiven)),
    atLeast(
      'kind given, leaders of 2025–26: ratio to the fair best',
      0.97,
      recent,
      'ratioToFairBest',
      3,
      information(recent),
    ),
    atMost('kind given, leaders of 2025–26: regret, points', 2, recent, 'regret', 2, information(recent)),
    atLeast('kind given, leaders of 2025–26: Spearman', 0.77, recent, 'spearman', 3, information(recent)),
    atLeast('text only: ratio to best', 0.96, own, 'ratioToBest', 3, information(own)),
    atLeast('text only: Spearman', 0.78, own, 'spearman', 3, information(own)),
    pairedTarget(own),
    atLeast(
      'worst benchmark of ≥ 100 items against linked BMA, points',
      -3,
      own,
      'worstOverBma100',
      1,
      `It is ${own.worstOverBma100Benchmark}. A guard strict enough to prevent every such loss gives up most of the gain: deviating from the best on average is a bet, and with this many benchmarks one of them is lost by more than three points.`,
    ),
    atLeast(
      'every prompt routed by itself on held-out benchmarks: ratio to best',
      0.955,
      own,
      'perPromptRatio',
      3,
      `Within a benchmark the text hardly tells which prompts a model fails on (AUROC within a model ${fixed(number(own, 'aurocWithinModel'), 2)}), so routing single prompts only adds noise to the choice for the benchmark.`,
    ),
  ];
  const goals: Readonly<Record<string, number>> = { A: 0.5, B: 5, C: 2, D: 3 };
  for (const part of reports['in-distribution']?.benchmarks ?? []) {
    const pool = part.name.slice(0, 1);
    const gain = 100 * (part.methods[defaultMethod]?.gain ?? Number.NaN);
    const oracle = 100 * ((part.methods['dataset-oracle']?.ratioToBest ?? 0) - 1);
    const goal = goals[pool] ?? 0;
    list.push({
      what: `in distribution, pool ${pool}: gain over the best single model, %`,
      reach: `≥ +${goal}`,
      reached: gainWithInterval(part.methods[defaultMethod]),
      met: gain >= goal,
      bound: `Even the true benchmark or category of every prompt, which no router is told, gains ${gainWithInterval(part.methods['best-of-task-before'])} % with the model that was best there on the other folds, ${signed(oracle, 1)} % with the best in hindsight; within it the text tells little of which model is right.`,
    });
    if (pool === 'C') continue;
    const saved = part.methods[defaultMethod]?.costSaved;
    const priced = part.methods[defaultMethod]?.costModels;
    list.push({
      what: `in distribution, pool ${pool}: cost saved at the best single model's accuracy`,
      reach: '≥ 40 %',
      reached: costShare(part.methods[defaultMethod]),
      met: (saved ?? 0) >= 0.4,
      bound:
        priced === undefined
          ? 'Fewer than three models of the pool have both a list price and measured tokens on the same prompts.'
          : 'The cheaper models of the pool are right on fewer prompts, and the text does not tell which.',
    });
  }
  for (const [share, name, goal] of [
    [0.5, 'half', -1],
    [0.25, 'a quarter', -2.5],
  ] as const) {
    const point = valueAt(text.value, share);
    const bounds =
      'The accuracies of two models on a new task differ from their expectation by more than the tolerance; cheap models are released and measured most recently and have the widest posteriors.';
    list.push({
      what: `value pick: accuracy lost at ${name} of the quality pick's cost, points`,
      reach: `≥ ${goal.toFixed(1).replace('-', '−')}`,
      reached: point === null ? 'cost not reached' : signed(point.points, 1),
      met: point !== null && point.points >= goal,
      bound: bounds,
    });
    if (share === 0.5)
      list.push({
        what: 'value pick: worst benchmark at half of the cost, points',
        reach: '≥ −8',
        reached: point === null ? 'cost not reached' : signed(point.worst, 1),
        met: point !== null && point.worst >= -8,
        bound: bounds,
      });
  }
  const factor = text.tokens?.medianFactor2025 ?? null;
  list.push({
    what: 'expected output tokens, held-out families, leaders of 2025–26: median factor off',
    reach: '≤ 1.8',
    reached: factor === null ? 'not measured' : fixed(factor, 2),
    met: factor !== null && factor <= 1.8,
    bound:
      'Even with the level of the benchmark known from other models the factor is 1.6: what a model spends on a kind of task that it was not seen on varies by that much, and the number of turns of an agent is not in its prompt.',
  });
  const coverage = number(own, 'coverage80');
  list.push({
    what: 'text only: coverage of 80 % intervals of the difference of two models',
    reach: '.75–.88',
    reached: fixed(coverage, 2),
    met: coverage >= 0.75 && coverage <= 0.88,
    bound:
      'Seen as text alone, a task is placed among the known ones with an uncertainty that the posterior widens for; where the text does resemble its true neighbours, the interval is wider than needed.',
  });
  const coverageGiven = number(ownGiven, 'coverage80');
  list.push({
    what: 'kind given: coverage of 80 % intervals of the difference of two models',
    reach: '.75–.88',
    reached: fixed(coverageGiven, 2),
    met: coverageGiven >= 0.75 && coverageGiven <= 0.88,
    bound: 'The spread is one factor for all kinds of task; kinds without relatives need a larger one.',
  });
  list.push(
    atMost(
      'text only: calibration error of the expected accuracy',
      0.05,
      own,
      'ece',
      3,
      'How hard a new benchmark is cannot be read off its prompts: the difficulty of an unknown task has a standard deviation of more than one logit.',
    ),
  );
  for (const [labels, goal] of [
    [5, 0.993],
    [20, 1],
  ] as const) {
    const point = text.fewShot.find((one) => one.labels === labels);
    const ratio = point?.ratioToFairBest ?? 0;
    list.push({
      what: `${labels} labels of the user's own task: ratio to the fair best`,
      reach: `≥ ${goal.toFixed(3)}`,
      reached: point === undefined ? 'not measured' : fixed(ratio, 3),
      met: ratio >= goal,
      bound: `${labels} labels a model have a standard error of ${fixed(50 / Math.sqrt(labels), 0)} points at even odds; the labels alone choose at ${fixed(point?.labelsOnly ?? 0, 3)}.`,
    });
  }
  return list;
}

/** How few benchmarks hold half of the regret. */
function concentration({ benchmarks }: ProtocolReport): string {
  const regrets = benchmarks
    .map(({ methods }) => Math.max(0, methods[defaultMethod]?.regret ?? 0))
    .sort((a, b) => b - a);
  const total = regrets.reduce((sum, regret) => sum + regret, 0);
  let covered = 0;
  const few = regrets.findIndex((regret) => {
    covered += regret;
    return 2 * covered >= total;
  });
  return `Half of the regret (text only) lies on ${few + 1} of ${benchmarks.length} benchmarks.`;
}

function pairedTarget(own: MethodSummary): Target {
  const [low, high] = interval(own, 'ratioToBestOverBmaCi');
  return {
    what: 'text only: paired 95 % interval of the ratio to best over linked BMA',
    reach: 'above 0',
    reached: `${signed(number(own, 'ratioToBestOverBma'), 3)} [${signed(low, 3)}, ${signed(high, 3)}]`,
    met: low > 0,
    bound:
      'Linked BMA is a strong baseline: most deviations from it are small, families are few, and the interval over them is wide.',
  };
}

type Reach = (
  what: string,
  goal: number,
  summary: MethodSummary,
  metric: string,
  digits: number,
  bound: string,
) => Target;

const atLeast = reaching('≥', (value, goal) => value >= goal);
const atMost = reaching('≤', (value, goal) => value <= goal);

function reaching(sign: string, meets: (value: number, goal: number) => boolean): Reach {
  return (what, goal, summary, metric, digits, bound) => {
    const value = number(summary, metric);
    const met = meets(value, goal);
    return { what, reach: `${sign} ${fixed(goal, digits)}`, reached: fixed(value, digits), met, bound };
  };
}
