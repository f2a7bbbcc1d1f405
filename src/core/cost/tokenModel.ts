import * as v from 'valibot';

export const tokenModelFormatVersion = 1;

const log = v.pipe(v.number(), v.finite());

/** `tokens.json` of a bundle: how many tokens tasks take. Logarithms are natural. */
export const tokenModelSchema = v.object({
  formatVersion: v.literal(tokenModelFormatVersion),
  /** Levels of the bundle's benchmarks, by name. */
  benchmarks: v.record(
    v.string(),
    v.object({
      /** Log output tokens of the average model (verbosity 0) on an item; of the kind where it was not measured. */
      output: log,
      measured: v.boolean(),
      /** Log input tokens over all turns of an agent loop; absent where the task is one request. */
      agentInput: v.optional(log),
      /** Log residual of a model there (shrunk), by model id: long on one kind of task, short on another. */
      residuals: v.record(v.string(), log),
    }),
  ),
  /** Log output tokens of the average model over everything: used where no benchmark is near. */
  level: log,
  /** Mean verbosity of models that reason, and of those that do not. */
  classes: v.object({ reasoning: log, plain: log }),
  /** Ratio of the arithmetic to the geometric mean of tokens within a model and benchmark. */
  meanFactor: v.pipe(v.number(), v.finite(), v.minValue(1)),
  /** Standard deviations of the log error of expected tokens, held out by benchmark family. */
  spread: v.object({ output: log, agent: log }),
});

export type TokenModel = v.InferOutput<typeof tokenModelSchema>;

/**
 * Expected tokens as functions of the neighbourhood: log t(m, x) = a_m + Σ_b w_b (L_b + r_mb), expected tokens
 * meanFactor · t. The verbosity a_m, the levels L_b and the residuals r_mb are fitted by `fitTokenModel`.
 */
export interface TokenEstimator {
  /**
   * @param mixture B weights that sum to 1, in the order of the benchmarks given to `tokenEstimator`
   * @param output receives the expected output tokens of each model
   * @returns input tokens that an agent loop adds to the prompt itself; 0 where most of the neighbourhood is single requests
   */
  estimate(mixture: ArrayLike<number>, output: Float64Array): number;
}

/** From this share of agent tasks in the neighbourhood on, an input is taken for an agent's. */
const agenticFrom = 0.5;

/**
 * @param benchmarks the router's benchmarks, in the order of its mixtures
 * @param models the models to estimate: id as evaluated, and verbosity
 */
export function tokenEstimator(
  tokens: TokenModel,
  benchmarks: readonly string[],
  models: readonly { readonly id: string; readonly verbosity: number }[],
): TokenEstimator {
  const count = models.length;
  const agentInput = benchmarks.map((name) => tokens.benchmarks[name]?.agentInput ?? null);
  // Benchmark by benchmark, so that one row of the matrix serves all models.
  const logs = Float64Array.from(
    benchmarks.flatMap((name) => {
      const level = tokens.benchmarks[name];
      return models.map(
        ({ id, verbosity }) => verbosity + (level?.output ?? tokens.level) + (level?.residuals[id] ?? 0),
      );
    }),
  );
  return {
    estimate(mixture, output) {
      output.fill(0);
      let weight = 0;
      let agents = 0;
      let input = 0;
      for (let benchmark = 0; benchmark < agentInput.length; benchmark++) {
        const share = mixture[benchmark] ?? 0;
        if (share === 0) continue;
        weight += share;
        const base = benchmark * count;
        for (let model = 0; model < count; model++)
          output[model] = (output[model] ?? 0) + share * (logs[base + model] ?? 0);
        const loop = agentInput[benchmark] ?? null;
        if (loop === null) continue;
        agents += share;
        input += share * loop;
      }
      for (let model = 0; model < count; model++) {
        const log = weight > 0 ? (output[model] ?? 0) / weight : (models[model]?.verbosity ?? 0) + tokens.level;
        output[model] = tokens.meanFactor * Math.exp(log);
      }
      return agents > 0 && agents >= weight * agenticFrom ? Math.exp(input / agents) : 0;
    },
  };
}
