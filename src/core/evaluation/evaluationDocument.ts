import type { MethodMetrics } from './partMetrics';
import { type BasicReport, defaultMethod, type ProtocolReport, valueAt } from './protocolReport';
import { linkedBma, type MethodSummary } from './summary';
import { barChart, lineChart } from './svgCharts';

/** The reports that docs/evaluation.json holds, by protocol. */
export interface AllReports {
  readonly 'leave-one-family-out': ProtocolReport;
  readonly 'leave-one-family-out/kinds-given': ProtocolReport;
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

/** docs/EVALUATION.md and its figures, by file name. */
export function evaluationDocument(reports: AllReports): ReadonlyMap<string, string> {
  return new Map([
    ['EVALUATION.md', markdown(reports)],
    ['evaluation-benchmarks.svg', benchmarksFigure(reports['leave-one-family-out'])],
    ['evaluation-reliability.svg', reliabilityFigure(reports['leave-one-family-out'])],
    ['evaluation-few-labels.svg', fewLabelsFigure(reports)],
    ['evaluation-cost-quality.svg', costFigure(reports['leave-one-family-out'])],
  ]);
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
  const bound =
    'The category oracle — every prompt to the best model of its benchmark, in hindsight — gains little more: within a benchmark or category the text carries almost no information about which of these models is right.';
  const goals: Readonly<Record<string, number>> = { A: 0.5, B: 5, C: 2, D: 3 };
  for (const part of reports['in-distribution']?.benchmarks ?? []) {
    const pool = part.name.slice(0, 1);
    const gain = 100 * ((part.methods[defaultMethod]?.ratioToBest ?? 0) - 1);
    const oracle = 100 * ((part.methods['dataset-oracle']?.ratioToBest ?? 0) - 1);
    const goal = goals[pool] ?? 0;
    list.push({
      what: `in distribution, pool ${pool}: gain over the best single model, %`,
      reach: `≥ +${goal}`,
      reached: signed(gain, 1),
      met: gain >= goal,
      bound: `${bound} Here it gains ${signed(oracle, 1)} %.`,
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

const listedLosses = 12;

/** The benchmarks on which the pick is furthest below the fair best. */
function lossTable({ benchmarks }: ProtocolReport): string {
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

function atLeast(
  what: string,
  goal: number,
  summary: MethodSummary,
  metric: string,
  digits: number,
  bound: string,
): Target {
  const value = number(summary, metric);
  return { what, reach: `≥ ${fixed(goal, digits)}`, reached: fixed(value, digits), met: value >= goal, bound };
}

function atMost(
  what: string,
  goal: number,
  summary: MethodSummary,
  metric: string,
  digits: number,
  bound: string,
): Target {
  const value = number(summary, metric);
  return { what, reach: `≤ ${fixed(goal, digits)}`, reached: fixed(value, digits), met: value <= goal, bound };
}

const methodTitles: Readonly<Record<string, string>> = {
  router: '**the router** (guarded quality pick)',
  'router-unguarded': 'the router without its guard',
  'router-value': 'the router, balanced (default preference)',
  random: 'random model',
  'bma-average': 'best model on average (BMA), plain average',
  'bma-linked': 'BMA by linked ability (Rasch)',
  'nearest-benchmark': 'winner on the nearest benchmark',
  'paper-s1': 'paper S1',
  'paper-s2': 'paper S2',
  'paper-s3': 'paper S3 with its fallback',
  'paper-s3-true-p': 'paper S3 with the true p',
  'fair-best': 'fair best (oracle)',
  'dataset-oracle': 'dataset oracle',
  'prompt-oracle': 'prompt oracle',
};

function markdown(reports: AllReports): string {
  const text = reports['leave-one-family-out'];
  const given = reports['leave-one-family-out/kinds-given'];
  const own = text.methods[defaultMethod] ?? {};
  const all = targets(reports);
  const unmet = all.filter(({ met }) => !met);
  const sections = [
    '# Evaluation',
    '',
    'Generated by `npm run evaluate`; the figures behind every table are in [evaluation.json](evaluation.json). Do not edit by hand.',
    '',
    `Each of ${text.benchmarks.length} benchmarks (parts of MMLU-Pro and Reasoning Gym count as benchmarks) is tested by a router that was trained without its family, without (near) copies of its prompts anywhere, without the scores of its family on public boards, and with a text encoder that learned from none of its prompts. The pool of a benchmark is the models that were run on at least 90 % of its items and have at least 80 results elsewhere. Benchmarks weigh the same; intervals are 95 % bootstrap intervals over families (seed ${text.seed}). Choice, guard, costs and conditioning on labels are the product's own code.`,
    '',
    ...(text.pending.length > 0
      ? [
          `**Not complete**: the time sufficed for ${text.benchmarks.length} of ${text.benchmarks.length + text.pending.length} benchmarks, the largest groups of the first folds: not a random sample, so no target can be judged by it yet. \`npm run evaluate\` goes on from here.`,
          '',
        ]
      : []),
    `In short: from the text of a benchmark alone, the router's pick reaches ${fixed(number(own, 'ratioToBest'), 3)} of the best model's accuracy (the best model on average by linked ability: ${fixed(number(text.methods[linkedBma], 'ratioToBest'), 3)}; the paper's router: ${fixed(number(text.methods['paper-s3'], 'ratioToBest'), 3)}; a random model: ${fixed(number(text.methods.random, 'ratioToBest'), 3)}). ${all.length - unmet.length} of ${all.length} targets are met; the others are listed below with what bounds them.`,
    '',
    '## Targets',
    '',
    table(
      ['what', 'reach', 'reached', 'met'],
      all.map(({ what, reach, reached, met }) => [what, reach, reached, met ? 'yes' : '**no**']),
    ),
    '',
    '### What bounds the targets that are not met',
    '',
    ...[...new Map(unmet.map((target) => [target.bound, target])).values()].map(
      ({ bound }) =>
        `- *${unmet
          .filter((target) => target.bound === bound)
          .map(({ what, reached }) => `${what} (${reached})`)
          .join('; ')}*: ${bound}`,
    ),
    '',
    '## A task never seen: text only (headline)',
    '',
    methodTable(text),
    '',
    'Ratio to best: accuracy of the pick by that of the apparent best model. Fair best: the best model on one random half of the items, judged on the other. Regret: points below the fair best. Per prompt: every prompt goes to its own pick. "vs BMA": paired difference of the ratio to best from linked BMA.',
    '',
    '![Accuracy of the router against linked BMA on every benchmark](evaluation-benchmarks.svg)',
    '',
    '## The same with kind and language of the task given',
    '',
    methodTable(given),
    '',
    '## Benchmarks whose best model was released since 2025',
    '',
    `${text.leaders2025.benchmarks} benchmarks; text only, then kind given.`,
    '',
    groupTable([
      ['text only', text.leaders2025.methods],
      ['kind given', given.leaders2025.methods],
    ]),
    '',
    '## By kind of task (text only)',
    '',
    table(
      [
        'kind',
        'benchmarks',
        'router: ratio to fair best',
        'regret',
        'Spearman',
        'linked BMA: ratio to fair best',
        'regret',
      ],
      Object.entries(text.byKind).map(([kind, { benchmarks, methods }]) => [
        kind,
        String(benchmarks),
        cell(methods[defaultMethod], 'ratioToFairBest', 3),
        cell(methods[defaultMethod], 'regret', 1),
        cell(methods[defaultMethod], 'spearman', 2),
        cell(methods[linkedBma], 'ratioToFairBest', 3),
        cell(methods[linkedBma], 'regret', 1),
      ]),
    ),
    '',
    '## Where it loses most (text only)',
    '',
    lossTable(text),
    '',
    '## Are the probabilities honest?',
    '',
    table(
      ['what', 'text only', 'kind given'],
      [
        ['expected calibration error over (benchmark, model) cells', 'ece', 3],
        ['the same over (prompt, model) pairs', 'ecePrompts', 3],
        ['Brier score over (prompt, model) pairs', 'brier', 3],
        ['AUROC over (prompt, model) pairs', 'auroc', 3],
        ['AUROC over the prompts of one model', 'aurocWithinModel', 3],
        ['average precision', 'averagePrecision', 3],
        ['coverage of 80 % intervals of the difference of two models', 'coverage80', 2],
        ['coverage of 80 % intervals of one accuracy', 'coverageAbsolute80', 2],
      ].map(([what, metric, digits]) => [
        String(what),
        cell(own, String(metric), Number(digits)),
        cell(given.methods[defaultMethod], String(metric), Number(digits)),
      ]),
    ),
    '',
    `Seen as text, ${percent(text.distanceWords.in ?? 0)} of the held-out benchmarks were said to be in, ${percent(text.distanceWords.near ?? 0)} near and ${percent(text.distanceWords.far ?? 0)} far from what is known; far ones fall back to the best model on average.`,
    '',
    '![Reliability](evaluation-reliability.svg)',
    '',
    '## A few labels of the task itself',
    '',
    table(
      ['labelled prompts', 'router, text only', '95 % interval', 'router, kind given', 'labels alone'],
      text.fewShot.map(({ labels, ratioToFairBest, ratioToFairBestCi: [low, high], labelsOnly }) => [
        String(labels),
        fixed(ratioToFairBest, 3),
        `[${fixed(low, 3)}, ${fixed(high, 3)}]`,
        fixed(given.fewShot.find((point) => point.labels === labels)?.ratioToFairBest ?? 0, 3),
        fixed(labelsOnly, 3),
      ]),
    ),
    '',
    `Ratio to the fair best on the prompts that were not labelled, mean of 10 draws on ${text.fewShot[0]?.benchmarks ?? 0} benchmarks of 60 items or more.`,
    '',
    '![Few labels](evaluation-few-labels.svg)',
    '',
    '## Cost',
    '',
    ...costSection(text),
    '',
    '![Cost and quality](evaluation-cost-quality.svg)',
    '',
    ...poolSection(reports['in-distribution']),
    ...placementSection(reports),
    '## What cannot be tested',
    '',
    ...text.untested.map(({ name, reason }) => `- ${name}: ${reason}`),
    '',
    '## How to read and repeat this',
    '',
    '- `recommend-llm evaluate --benchmarks DIR [--aggregates DIR] [--usage DIR] --protocol P --json` prints one protocol; `--test DIR` trains on the first folder and tests on another one.',
    '- Held out per group: the linked Gaussian process without the group’s observations follows exactly from the inverse covariance of all (closed form), then the product’s own condensation to a bundle. Held out per fold of groups: the text encoder, the spread of the posterior, the distance thresholds. Tokens and verbosity are fitted without the group.',
    '- The constants of the kernel are those of the shipped router; they were chosen by held-out density on the same families. The effect of such a choice is bounded by nested tuning where docs/METHOD.md reports it.',
    '- The accuracy of a model is its mean over the items of the benchmark that it was run on; at least 90 % of them.',
    '',
  ];
  return sections.join('\n');
}

function costSection(report: ProtocolReport): readonly string[] {
  const { value, measuredCost, tokens } = report;
  const lines = [
    'The value pick: accuracy against the quality pick’s, by what it costs (list output price × √verbosity, candidates with a price).',
    '',
    table(
      ['cost against the quality pick', 'points', 'worst benchmark, points'],
      [0.9, 0.75, 0.5, 0.35, 0.25].flatMap((share) => {
        const point = valueAt(value, share);
        return point === null
          ? []
          : [[`${Math.round(100 * share)} %`, signed(point.points, 1), signed(point.worst, 1)]];
      }),
    ),
    '',
  ];
  if (measuredCost !== null) {
    const { aiq, costSavedCi } = measuredCost;
    lines.push(
      `With the tokens that models really used, at today's list prices (${measuredCost.benchmarks} benchmarks where four models or more were measured):`,
      '',
      table(
        ['what', 'router', 'linked BMA', 'single models in hindsight'],
        [
          [
            'AIQ (area under the non-decreasing hull)',
            fixed(aiq.router, 3),
            fixed(aiq.linkedBma, 3),
            fixed(aiq.hindsight, 3),
          ],
          [
            'RouterArena score: quality / balanced',
            `${fixed(measuredCost.routerArena.quality, 3)} / ${fixed(measuredCost.routerArena.balanced, 3)}`,
            fixed(measuredCost.routerArena.linkedBma, 3),
            '–',
          ],
          [
            'cost saved at linked BMA’s accuracy',
            `${percent(measuredCost.costSaved)}${costSavedCi === null ? '' : ` [${percent(costSavedCi[0])}, ${percent(costSavedCi[1])}]`}`,
            '–',
            '–',
          ],
          ['points gained at linked BMA’s cost', signed(measuredCost.accuracyGained, 1), '–', '–'],
        ],
      ),
      '',
      `Linked BMA's accuracy is reached on ${measuredCost.reached} of them; the others count as nothing saved.`,
      '',
    );
  }
  if (tokens !== null)
    lines.push(
      `Expected output tokens of a model on a held-out benchmark are off by a factor of ${fixed(tokens.medianFactor, 2)} in the median (${tokens.cells} cells)${tokens.medianFactor2025 === null ? '' : `, ${fixed(tokens.medianFactor2025, 2)} where the best model was released since 2025 (${tokens.cells2025} cells)`}.`,
    );
  return lines;
}

function poolSection(report: BasicReport | undefined): readonly string[] {
  if (report === undefined) return [];
  const methods = [
    'best-single',
    'best-single-before',
    'router',
    'router-unguarded',
    'paper-knn',
    'dataset-oracle',
    'prompt-oracle',
  ];
  return [
    '## In distribution: a fifth of the prompts held out, every prompt routed by itself',
    '',
    table(
      [
        'pool',
        'prompts',
        'best single',
        'chosen on the other folds',
        'router',
        'without guard',
        'paper kNN',
        'dataset oracle',
        'prompt oracle',
        'cost saved',
        'by list price',
      ],
      report.benchmarks.map((part) => [
        part.name,
        String(part.items),
        ...methods.map((method) => fixed(part.methods[method]?.accuracy ?? Number.NaN, 3)),
        costShare(part.methods.router),
        share(part.methods['router-list-price']?.costSaved),
      ]),
    ),
    '',
    'Cost saved: at the accuracy of the best single model, among the models of the pool that have a list price and measured tokens, on the prompts where all of them were measured, with the real tokens of each prompt; "by list price" if the list price of output tokens were taken for the cost.',
    '',
  ];
}

/** Cost saved, and among what. */
function costShare(metrics: MethodMetrics | undefined): string {
  if (metrics?.costModels === undefined) return 'not measured';
  const among = `(${metrics.costModels} models, ${metrics.costPrompts} prompts)`;
  return `${metrics.costSaved === undefined ? 'accuracy not reached' : percent(metrics.costSaved)} ${among}`;
}

function placementSection(reports: AllReports): readonly string[] {
  const lines: string[] = [];
  for (const [key, title, note] of [
    [
      'new-model',
      'A new model: known on none, one or two benchmarks',
      'All other results of the model (released since 2025), and its scores on public boards, are hidden; the other models are known. Regret of the pick when the new model competes by what is foretold of it.',
    ],
    [
      'newest-first',
      'Newest first: models foretold from older ones',
      'All results of every model released after a date are hidden; the newer models are ranked on benchmarks that are known from older ones, by their features alone.',
    ],
  ] as const) {
    const report = reports[key];
    if (report === undefined) continue;
    lines.push(
      `## ${title}`,
      '',
      note,
      '',
      table(
        [
          'method',
          'error of the logit (RMS)',
          'error of the accuracy, points',
          'coverage of 80 % intervals',
          'ratio to best',
          'regret',
          'Spearman',
        ],
        Object.entries(report.methods).map(([method, summary]) => [
          method,
          cell(summary, 'logitError', 2),
          cell(summary, 'accuracyError', 1),
          cell(summary, 'coverage80', 2),
          cell(summary, 'ratioToBest', 3),
          cell(summary, 'regret', 1),
          cell(summary, 'spearman', 2),
        ]),
      ),
      '',
    );
  }
  return lines;
}

function methodTable(report: ProtocolReport): string {
  return table(
    [
      'choice',
      'accuracy',
      'ratio to best',
      'ratio to fair best',
      'regret',
      'Spearman',
      'rank',
      'best in top 3',
      'picks BMA',
      'per prompt',
      'vs BMA',
    ],
    Object.entries(methodTitles).flatMap(([method, title]) => {
      const summary = report.methods[method];
      if (summary === undefined) return [];
      return [
        [
          title,
          cell(summary, 'accuracy', 3),
          withInterval(summary, 'ratioToBest'),
          withInterval(summary, 'ratioToFairBest'),
          cell(summary, 'regret', 2),
          cell(summary, 'spearman', 3),
          cell(summary, 'rank', 1),
          cell(summary, 'bestInTop3', 2),
          cell(summary, 'bmaShare', 2),
          cell(summary, 'perPromptRatio', 3),
          typeof summary.ratioToBestOverBma === 'number' && !/oracle|fair/.test(method)
            ? `${signed(summary.ratioToBestOverBma, 3)} [${interval(summary, 'ratioToBestOverBmaCi')
                .map((value) => signed(value, 3))
                .join(', ')}]`
            : '–',
        ],
      ];
    }),
  );
}

function groupTable(groups: readonly (readonly [string, Readonly<Record<string, MethodSummary>>])[]): string {
  return table(
    ['', 'choice', 'ratio to best', 'ratio to fair best', 'regret', 'Spearman'],
    groups.flatMap(([name, methods]) =>
      [defaultMethod, 'router-unguarded', linkedBma, 'paper-s3', 'random'].map((method) => [
        name,
        methodTitles[method] ?? method,
        cell(methods[method], 'ratioToBest', 3),
        cell(methods[method], 'ratioToFairBest', 3),
        cell(methods[method], 'regret', 2),
        cell(methods[method], 'spearman', 3),
      ]),
    ),
  );
}

function benchmarksFigure(report: ProtocolReport): string {
  const bars = report.benchmarks
    .map(({ name, methods }) => ({
      name,
      value: 100 * ((methods[defaultMethod]?.accuracy ?? 0) - (methods[linkedBma]?.accuracy ?? 0)),
    }))
    .sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
  return barChart({
    title: 'The router’s pick against linked BMA, text only',
    xLabel: 'points of accuracy on the held-out benchmark',
    bars,
  });
}

function reliabilityFigure(report: ProtocolReport): string {
  const points = (bins: ProtocolReport['reliability']['cells']) =>
    bins.flatMap(({ predicted, actual }) =>
      predicted === null || actual === null ? [] : [{ x: predicted, y: actual }],
    );
  return lineChart({
    title: 'Expected and real correctness on held-out benchmarks',
    xLabel: 'expected correctness',
    yLabel: 'real correctness',
    xRange: [0, 1],
    yRange: [0, 1],
    diagonal: true,
    series: [
      { name: 'benchmark × model', points: points(report.reliability.cells) },
      { name: 'prompt × model', points: points(report.reliability.prompts) },
    ],
  });
}

function fewLabelsFigure(reports: AllReports): string {
  const text = reports['leave-one-family-out'].fewShot;
  const given = reports['leave-one-family-out/kinds-given'].fewShot;
  return lineChart({
    title: 'A few labels of the task itself',
    xLabel: 'labelled prompts',
    yLabel: 'ratio to the fair best',
    series: [
      {
        name: 'router, text only',
        points: text.map(({ labels, ratioToFairBest, ratioToFairBestCi: [low, high] }) => ({
          x: labels,
          y: ratioToFairBest,
          low,
          high,
        })),
      },
      {
        name: 'router, kind given',
        points: given.map(({ labels, ratioToFairBest }) => ({ x: labels, y: ratioToFairBest })),
      },
      {
        name: 'labels alone',
        points: text.flatMap(({ labels, labelsOnly }) => (labels === 0 ? [] : [{ x: labels, y: labelsOnly }])),
      },
    ],
  });
}

function costFigure(report: ProtocolReport): string {
  return lineChart({
    title: 'Cost and quality of the dial on held-out benchmarks',
    xLabel: 'cost: share of the quality pick’s (list price × √verbosity) · of the dearest model’s (real tokens)',
    yLabel: 'accuracy against the quality pick / best',
    logX: true,
    series: [
      {
        name: 'list price, vs quality pick',
        points: report.value.map(({ cost, points }) => ({ x: cost, y: 1 + points / 100 })),
      },
      ...(report.measuredCost === null
        ? []
        : [
            {
              name: 'real tokens, vs best',
              points: report.measuredCost.curve.map(({ cost, accuracy }) => ({ x: cost, y: accuracy })),
            },
          ]),
    ],
  });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function number(summary: MethodSummary | undefined, metric: string): number {
  const value = summary?.[metric];
  return typeof value === 'number' ? value : Number.NaN;
}

function interval(summary: MethodSummary, metric: string): readonly [number, number] {
  const value = summary[metric];
  return typeof value === 'object' ? value : [Number.NaN, Number.NaN];
}

function cell(summary: MethodSummary | undefined, metric: string, digits: number): string {
  return fixed(number(summary, metric), digits);
}

function withInterval(summary: MethodSummary, metric: string): string {
  const [low, high] = interval(summary, `${metric}Ci`);
  return `${cell(summary, metric, 3)} [${fixed(low, 3)}, ${fixed(high, 3)}]`;
}

function fixed(value: number, digits: number): string {
  if (Number.isNaN(value)) return '–';
  return value
    .toFixed(digits)
    .replace('-', '−')
    .replace(/^(−?)0\./, '$1.');
}

function signed(value: number, digits: number): string {
  return Number.isNaN(value) ? '–' : `${value < 0 ? '' : '+'}${fixed(value, digits)}`;
}

function percent(value: number): string {
  return `${Math.round(100 * value)} %`;
}

function share(value: number | undefined): string {
  return value === undefined ? '–' : percent(value);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
