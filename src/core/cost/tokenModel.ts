import * as v from 'valibot';
import { fading } from '../scores/distance';

export const tokenModelFormatVersion = 1;

const log = v.pipe(v.number(), v.finite());

/** `tokens.json` of a bundle: how many tokens tasks take. Logarithms are natural; arrays are in the order of `tasks`. */
export const tokenModelSchema = v.object({
  formatVersion: v.literal(tokenModelFormatVersion),
  tasks: v.array(v.string()),
  /** Mean log output tokens. */
  level: log,
  /** Level of each task against `level`, for the average model. */
  levels: v.array(log),
  /** What models that reason use more there, beyond their verbosity; plain models use as much less. */
  reasoning: v.array(log),
  /** Log input tokens over all turns of an agent loop; null where the task is one request. */
  agentInput: v.array(v.nullable(log)),
  /** What a model uses more on each task than its verbosity and class say, in hundredths, by model id. */
  residuals: v.record(v.string(), v.array(v.pipe(v.number(), v.integer()))),
  /** Ratio of the arithmetic to the geometric mean of tokens within a model and benchmark. */
  meanFactor: v.pipe(v.number(), v.finite(), v.minValue(1)),
  /** Standard deviations of the log error of expected tokens, held out by benchmark family. */
  spread: v.object({ output: log, agent: log }),
});

export type TokenModel = v.InferOutput<typeof tokenModelSchema>;

/**
 * Expected tokens as functions of the neighbourhood: log t(m, x) = level + verbosity_m + Σ_b w_b (f levels_b ± reasoning_b +
 * residual_mb) + (1 − f) unknownLevel, f the familiarity of the input, expected tokens meanFactor · t; see `fitTokenModel`.
 */
export interface TokenEstimator {
  /**
   * @param mixture B weights that sum to 1, in the order of the benchmarks given to `tokenEstimator`
   * @param familiarity 0 to 1, see {@link familiarityAt}
   * @param output receives the expected output tokens of each model
   * @returns input tokens that an agent loop adds to the prompt itself; 0 where most of the neighbourhood is single requests
   */
  estimate(mixture: ArrayLike<number>, familiarity: number, output: Float64Array): number;
}

/**
 * Level of a task that is like none known, against the average task, as a logarithm: what is new is longer. Chosen on tasks
 * whose family was held out; leaving one task out of the choice gives .3 to .4.
 */
const unknownLevel = 0.4;

/**
 * How far the neighbourhood tells how much an input takes: 1 up to two thirds of `near`, 0 from five thirds on. Further away the
 * neighbours are merely alike in words, and their levels mislead; held out by family, see docs/METHOD.md.
 */
export function familiarityAt(distance: number, near: number): number {
  return fading(distance, near, 5 / 3);
}

/** From this share of agent tasks in the neighbourhood on, an input is taken for an agent's. */
const agenticFrom = 0.5;

/**
 * @param benchmarks the router's benchmarks, in the order of its mixtures
 * @param models the models to estimate: id as evaluated, verbosity, and whether it reasons
 */
export function tokenEstimator(
  tokens: TokenModel,
  benchmarks: readonly string[],
  models: readonly { readonly id: string; readonly verbosity: number; readonly reasoning: boolean }[],
): TokenEstimator {
  const count = models.length;
  const own = models.map(({ verbosity }) => tokens.level + verbosity);
  const places = new Map(tokens.tasks.map((name, task) => [name, task]));
  const levels = benchmarks.map((name) => tokens.levels[places.get(name) ?? -1] ?? 0);
  const agentInput = benchmarks.map((name) => tokens.agentInput[places.get(name) ?? -1] ?? null);
  // Benchmark by benchmark, so that one row of the matrix serves all models.
  const deviations = Float64Array.from(
    benchmarks.flatMap((name) => {
      const task = places.get(name) ?? -1;
      const reasoning = tokens.reasoning[task] ?? 0;
      return models.map(
        (model) => (model.reasoning ? reasoning : -reasoning) + (tokens.residuals[model.id]?.[task] ?? 0) / 100,
      );
    }),
  );
  return {
    estimate(mixture, familiarity, output) {
      output.fill(0);
      let weight = 0;
      let level = 0;
      let agents = 0;
      let input = 0;
      for (let benchmark = 0; benchmark < agentInput.length; benchmark++) {
        const share = mixture[benchmark] ?? 0;
        if (share === 0) continue;
        weight += share;
        level += share * (levels[benchmark] ?? 0);
        const base = benchmark * count;
        for (let model = 0; model < count; model++)
          output[model] = (output[model] ?? 0) + share * (deviations[base + model] ?? 0);
        const loop = agentInput[benchmark] ?? null;
        if (loop === null) continue;
        agents += share;
        input += share * loop;
      }
      const scale = weight > 0 ? 1 / weight : 0;
      const shared = familiarity * level * scale + (1 - familiarity) * unknownLevel;
      for (let model = 0; model < count; model++)
        output[model] = tokens.meanFactor * Math.exp((own[model] ?? 0) + shared + (output[model] ?? 0) * scale);
      return agents > 0 && agents >= weight * agenticFrom ? Math.exp(input / agents) : 0;
    },
  };
}
