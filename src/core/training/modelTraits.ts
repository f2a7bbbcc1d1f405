import type { ModelFacts } from '../benchmarks/modelFacts';

/** What the linked Gaussian process knows of a model without any result. */
export interface ModelTraits {
  readonly id: string;
  readonly provider: string;
  /** Line of models across versions and sizes: `claude-sonnet`, `gpt-mini`, `qwen`. */
  readonly stem: string;
  /** The same for all settings of one model: its market id, else its id without effort and thinking. */
  readonly root: string;
  /** Years since 2024-01-01. */
  readonly date: number;
  /** log₂ of the parameters in billions; null where the name does not tell. */
  readonly log2Size: number | null;
  /** Reasons at length before it answers. */
  readonly thinking: boolean;
  readonly closed: boolean;
  /** A pretrained model without instruction tuning. */
  readonly base: boolean;
  /** Public index of general ability, 0..100; null where none is known. */
  readonly index: number | null;
}

const effortSuffix = /-(thinking|nothink|none|minimal|low|medium|high|xhigh|max)$/;
const thinkingOff = /-(nothink|none|non-reasoning)(-|$)/;
const thinkingOn = /(^|-)(thinking|thinker|reasoning|reasoner|low|medium|high|xhigh|max|think)(-|$)/;
/** Lines that reason by default, with no word of it in their ids. */
const thinkingByDefault =
  /^(o\d|gpt-(5|oss)(?!.*(chat|instant))|deepseek-r1|qwq|magistral|gemini-(2\.5-pro|2\.5-flash(?!-lite)|[3-9])|grok-(3-mini|4(?!.*non-reasoning)|code)|minimax-m|glm-(4\.[5-9]|[5-9]|z1)|kimi-k(2\.[5-9]|[3-9])|mimo-v|claude-(fable|opus-[5-9]$))/;

/** Parameters in billions named in an id: `70b`, `8x7b` (all experts), `30b-a3b` (the total). */
export function sizeInName(id: string): number | null {
  const experts = /(?:^|[-_])(\d+)x(\d+(?:\.\d+)?)b(?![a-z0-9])/.exec(id);
  if (experts) return Number(experts[1]) * Number(experts[2]);
  const dense = /(?:^|[-_e])(\d+(?:\.\d+)?)(b|m)(?![a-z0-9])/.exec(id);
  if (!dense) return null;
  return dense[2] === 'm' ? Number(dense[1]) / 1000 : Number(dense[1]);
}

/** The words of an id that stay when versions, dates, sizes and effort change. */
export function stemOf(id: string): string {
  let name = id.toLowerCase().replace(/^.*\//, '');
  while (effortSuffix.test(name)) name = name.replace(effortSuffix, '');
  const words = name
    .split(/[-_:.]/)
    .map((word) => word.replace(/\d+/g, ''))
    .filter(
      (word) => word.length > 1 && !/^(it|instruct|chat|preview|beta|exp|latest|base|hf|fp|bf|unpinned)$/.test(word),
    );
  return words.slice(0, 2).join('-') || name;
}

/** The id without its setting: `qwen3-32b` of `qwen3-32b-nothink`. */
export function rootOf(id: string): string {
  let name = id.toLowerCase();
  while (effortSuffix.test(name)) name = name.replace(effortSuffix, '');
  return name;
}

/** Whether a model of this id reasons before it answers, judged by its name. */
export function isThinking(id: string): boolean {
  const name = id.replace(/^.*\//, '');
  return !thinkingOff.test(name) && (thinkingOn.test(name) || thinkingByDefault.test(name));
}

/** Years since 2024-01-01 of YYYY, YYYY-MM or YYYY-MM-DD (the middle of what is not told). */
export function yearsSince2024(date: string): number {
  const [year, month, day] = date.split('-').map(Number);
  const withinYear = month === undefined ? 0.5 : (month - 1 + (day === undefined ? 0.5 : (day - 0.5) / 31)) / 12;
  return (year as number) - 2024 + withinYear;
}

/** Stands in for an unknown date: the median date of the line of models, else of the provider, else of all. */
function datesByKin(facts: ReadonlyMap<string, ModelFacts>): (stem: string, provider: string) => number {
  const byKin = new Map<string, number[]>();
  for (const { id, provider, released } of facts.values()) {
    if (!released) continue;
    for (const kin of [`stem ${stemOf(id)}`, `provider ${provider.toLowerCase()}`, 'all']) {
      const dates = byKin.get(kin);
      if (dates) dates.push(yearsSince2024(released));
      else byKin.set(kin, [yearsSince2024(released)]);
    }
  }
  for (const dates of byKin.values()) dates.sort((a, b) => a - b);
  const median = (kin: string): number | undefined => {
    const dates = byKin.get(kin);
    return dates?.[Math.floor(dates.length / 2)];
  };
  return (stem, provider) =>
    median(`stem ${stem}`) ??
    (provider === 'unknown' ? undefined : median(`provider ${provider}`)) ??
    median('all') ??
    0;
}

/**
 * Traits of models in the order of `ids`.
 * @param facts content of models.json by id
 * @param indices public index of general ability by market id
 */
export function modelTraits(
  ids: readonly string[],
  facts: ReadonlyMap<string, ModelFacts>,
  indices: ReadonlyMap<string, number>,
): ModelTraits[] {
  const released = datesByKin(facts);
  return ids.map((id) => {
    const fact = facts.get(id);
    const size = sizeInName(id.toLowerCase());
    const stem = stemOf(id);
    const provider = (fact?.provider ?? 'unknown').toLowerCase();
    return {
      id,
      provider,
      stem,
      root: fact?.marketId ?? rootOf(id),
      date: fact?.released ? yearsSince2024(fact.released) : released(stem, provider),
      log2Size: size === null ? null : Math.log2(size),
      thinking: isThinking(id),
      closed: fact ? !fact.openWeights : false,
      base: /-base$/.test(id),
      index: fact?.marketId ? (indices.get(fact.marketId) ?? null) : null,
    };
  });
}
