import type { UsageRow } from './readUsage';
import { type TokenModel, tokenModelFormatVersion } from './tokenModel';

/** What is known of a benchmark: its kind and the family it is held out with. */
export interface TaskFacts {
  readonly kind: string | null;
  readonly family: string;
}

/** Constants of the fit; all were fixed before it. */
const constants = {
  /** Rows that the prior of a model's verbosity (its class mean) counts for. */
  verbosityPrior: 3,
  /** Rows that the prior of a residual (zero) counts for. */
  residualPrior: 1,
  /** Measured families of a kind that the global level counts for in the kind's. */
  kindPrior: 1,
  sweeps: 20,
  /** From this mean of input tokens an item is an agent loop: prompts alone are shorter. */
  agentInputFrom: 5000,
  meanFactor: 1.28,
} as const;

/** Kind of task of the published evaluations whose token counts are used beside our own. */
const externalKinds: Readonly<Record<string, string>> = {
  'external/artificial-analysis/gpqa': 'knowledge',
  'external/artificial-analysis/hle': 'knowledge',
  'external/artificial-analysis/scicode': 'code',
  'external/artificial-analysis/ifbench': 'instruction-following',
  'external/artificial-analysis/critpt': 'reasoning',
  'external/artificial-analysis/omniscience': 'knowledge',
  'external/artificial-analysis/terminalbenchHard': 'code-agent',
  'external/artificial-analysis/lcr': 'data',
  'external/artificial-analysis/tau2': 'tools',
  'external/aider-polyglot': 'code',
};

/** Verbosity of one model: log of its output tokens against the average model's. */
export interface Verbosity {
  readonly value: number;
  /** Benchmark families it was measured on; 0 = its class mean. */
  readonly families: number;
}

export interface TokenFit {
  readonly tokens: TokenModel;
  /** Verbosity of a model, measured or not. */
  verbosity(model: string): Verbosity;
}

/**
 * Fits log t(m, b) = a_m + L_b + r_mb to mean output tokens by alternating shrunk means, each family weighing the same.
 * a_m is shrunk to the mean of its class, r_mb to zero; a benchmark without measurements has the level of its kind. An
 * effort variant that was never measured has its sibling's verbosity and the published ratio of efforts.
 * @param benchmarks the benchmarks that a bundle's mixtures are over
 * @param reasons whether a model reasons before it answers, as it was run
 */
export function fitTokenModel(
  usage: readonly UsageRow[],
  benchmarks: ReadonlyMap<string, TaskFacts>,
  reasons: (model: string) => boolean,
): TokenFit {
  const rows = tableRows(usage, benchmarks);
  const familyOf = (benchmark: string): string => benchmarks.get(benchmark)?.family ?? benchmark;
  const kindOf = (benchmark: string): string | null =>
    benchmarks.get(benchmark)?.kind ?? externalKinds[benchmark] ?? null;

  const byModel = groupBy(rows, ({ model }) => model);
  const byBenchmark = groupBy(rows, ({ benchmark }) => benchmark);
  const verbosity = new Map<string, number>([...byModel.keys()].map((model) => [model, 0]));
  const levels = new Map<string, number>();
  let classes = { reasoning: 0, plain: 0 };
  for (let sweep = 0; sweep < constants.sweeps; sweep++) {
    for (const [benchmark, its] of byBenchmark)
      levels.set(benchmark, mean(its.map(({ model, log }) => log - (verbosity.get(model) ?? 0))));
    const offsets = [...byModel].map(([model, its]) => {
      const families = groupBy(its, ({ benchmark }) => familyOf(benchmark));
      const values = [...families.values()].map((group) =>
        mean(group.map(({ benchmark, log }) => log - (levels.get(benchmark) ?? 0))),
      );
      return { model, reasons: reasons(model), values };
    });
    classes = {
      reasoning: mean(offsets.filter((one) => one.reasons).map(({ values }) => mean(values))),
      plain: mean(offsets.filter((one) => !one.reasons).map(({ values }) => mean(values))),
    };
    for (const { model, reasons: isReasoning, values } of offsets) {
      const prior = isReasoning ? classes.reasoning : classes.plain;
      verbosity.set(
        model,
        (sum(values) + constants.verbosityPrior * prior) / (values.length + constants.verbosityPrior),
      );
    }
  }

  const kinds = kindLevels(levels, kindOf, familyOf);
  const shrink = 1 / (1 + constants.residualPrior);
  const entries = [...benchmarks].map(([name, facts]) => {
    const its = byBenchmark.get(name) ?? [];
    const level =
      levels.get(name) ?? (facts.kind === null ? kinds.global : (kinds.byKind.get(facts.kind) ?? kinds.global));
    const inputs = its.flatMap(({ inputTokens }) => (inputTokens === null ? [] : [Math.log(inputTokens)]));
    const loops =
      facts.kind === 'code-agent' || (inputs.length > 0 && Math.exp(mean(inputs)) > constants.agentInputFrom);
    const residuals = Object.fromEntries(
      its.map(({ model, log }) => [model, round(shrink * (log - level - (verbosity.get(model) ?? 0)))]),
    );
    return [
      name,
      {
        output: round(level),
        measured: levels.has(name),
        ...(loops ? { agentInput: round(inputs.length > 0 ? mean(inputs) : Math.log(agentInputUnmeasured)) } : {}),
        residuals,
      },
    ] as const;
  });

  const families = new Map(
    [...byModel].map(([model, its]) => [model, new Set(its.map(({ benchmark }) => familyOf(benchmark))).size]),
  );
  return {
    tokens: {
      formatVersion: tokenModelFormatVersion,
      benchmarks: Object.fromEntries(entries),
      level: round(kinds.global),
      classes: { reasoning: round(classes.reasoning), plain: round(classes.plain) },
      meanFactor: constants.meanFactor,
      spread: heldOutSpread,
    },
    verbosity(model) {
      const measured = verbosity.get(model);
      if (measured !== undefined) return { value: round(measured), families: families.get(model) ?? 0 };
      const sibling = siblingOf(model, verbosity);
      if (sibling !== null) return { value: round(sibling), families: 0 };
      return { value: round(reasons(model) ? classes.reasoning : classes.plain), families: 0 };
    },
  };
}

/** Input tokens of an agent loop where none were counted: the median of the measured agent benchmarks. */
const agentInputUnmeasured = 600_000;

/**
 * Spread of the log error with a family held out, measured on families of 2025-26: a median factor of 2.0 is a standard
 * deviation of 1.0; agent loops are off by a factor of up to 5.6 (log 1.7).
 */
const heldOutSpread = { output: 1.0, agent: 1.7 };

/** Ratio of output tokens to `medium` effort, the same model (published evaluations of 2026): logarithms. */
const effortRatios: Readonly<Record<string, number>> = {
  none: Math.log(0.16),
  nothink: Math.log(0.16),
  minimal: Math.log(0.09),
  low: Math.log(0.48),
  medium: 0,
  high: Math.log(2.25),
  xhigh: Math.log(4.6),
  max: Math.log(8.5),
};

/** Effort of a model id: the last word, where it is one. */
function effortOf(model: string): { readonly stem: string; readonly log: number } {
  const match = /^(.*?)(?:-thinking)?-(none|nothink|minimal|low|medium|high|xhigh|max)$/.exec(model);
  if (!match) return { stem: model.replace(/-(thinking|reasoning)$/, ''), log: 0 };
  return { stem: match[1] ?? model, log: effortRatios[match[2] ?? ''] ?? 0 };
}

/** Verbosity of a model from that of the same model at other efforts; null where none was measured. */
function siblingOf(model: string, measured: ReadonlyMap<string, number>): number | null {
  const wanted = effortOf(model);
  const values = [...measured].flatMap(([id, value]) => {
    const effort = effortOf(id);
    return effort.stem === wanted.stem ? [value - effort.log + wanted.log] : [];
  });
  return values.length === 0 ? null : mean(values);
}

interface LogRow {
  readonly benchmark: string;
  readonly model: string;
  readonly log: number;
  readonly inputTokens: number | null;
}

/** One row for each (benchmark, model): whole benchmarks, or parts that the table counts as benchmarks (`name/part`). */
function tableRows(usage: readonly UsageRow[], benchmarks: ReadonlyMap<string, TaskFacts>): LogRow[] {
  const sums = new Map<
    string,
    { benchmark: string; model: string; items: number; output: number; input: number | null }
  >();
  for (const row of usage) {
    const part = row.category === null ? null : `${row.benchmark}/${row.category.split('/')[0]}`;
    const whole = benchmarks.has(row.benchmark) || row.benchmark.startsWith('external/');
    const benchmark = whole
      ? row.category === null
        ? row.benchmark
        : null
      : part !== null && benchmarks.has(part)
        ? part
        : null;
    if (benchmark === null) continue;
    const key = `${benchmark}\n${row.model}`;
    const found = sums.get(key) ?? { benchmark, model: row.model, items: 0, output: 0, input: 0 };
    found.items += row.items;
    found.output += row.items * row.outputTokens;
    found.input = found.input === null || row.inputTokens === null ? null : found.input + row.items * row.inputTokens;
    sums.set(key, found);
  }
  return [...sums.values()].map(({ benchmark, model, items, output, input }) => ({
    benchmark,
    model,
    log: Math.log(output / items / constants.meanFactor),
    inputTokens: input === null ? null : input / items,
  }));
}

function kindLevels(
  levels: ReadonlyMap<string, number>,
  kindOf: (benchmark: string) => string | null,
  familyOf: (benchmark: string) => string,
): { readonly global: number; readonly byKind: ReadonlyMap<string, number> } {
  const families = [...groupBy([...levels], ([benchmark]) => `${kindOf(benchmark)}\n${familyOf(benchmark)}`)].map(
    ([key, its]) => ({ kind: key.split('\n')[0] ?? '', level: mean(its.map(([, level]) => level)) }),
  );
  const global = mean(families.map(({ level }) => level));
  const byKind = new Map(
    [...groupBy(families, ({ kind }) => kind)].map(([kind, its]) => [
      kind,
      (sum(its.map(({ level }) => level)) + constants.kindPrior * global) / (its.length + constants.kindPrior),
    ]),
  );
  return { global, byKind };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
