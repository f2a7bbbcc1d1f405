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

/** Expected use of one request. */
export interface ExpectedTokens {
  readonly output: number;
  /** Input tokens that an agent loop adds to the prompt itself; 0 for one request. */
  readonly agentInput: number;
}

/**
 * Expected tokens as functions of the neighbourhood: log t(m, x) = a_m + Σ_b w_b (L_b + r_mb), expected tokens
 * meanFactor · t. The verbosity a_m, the levels L_b and the residuals r_mb are fitted by `fitTokenModel`.
 */
export interface TokenEstimator {
  /** @param mixture B weights that sum to 1, in the order of the benchmarks given to `tokenEstimator` */
  expected(model: number, mixture: ArrayLike<number>): ExpectedTokens;
  /** Share of the neighbourhood whose tasks are agent loops: their number of turns decides the bill. */
  agentShare(mixture: ArrayLike<number>): number;
}

/**
 * @param benchmarks the router's benchmarks, in the order of its mixtures
 * @param models the models to estimate: id as evaluated, and verbosity
 */
export function tokenEstimator(
  tokens: TokenModel,
  benchmarks: readonly string[],
  models: readonly { readonly id: string; readonly verbosity: number }[],
): TokenEstimator {
  const count = benchmarks.length;
  const agentInput = new Float64Array(count);
  const agentic = new Uint8Array(count);
  const logs = new Float64Array(models.length * count);
  benchmarks.forEach((name, benchmark) => {
    const level = tokens.benchmarks[name];
    agentic[benchmark] = level?.agentInput === undefined ? 0 : 1;
    agentInput[benchmark] = level?.agentInput ?? 0;
    models.forEach(({ id, verbosity }, model) => {
      logs[model * count + benchmark] = verbosity + (level?.output ?? tokens.level) + (level?.residuals[id] ?? 0);
    });
  });
  const agentShare = (mixture: ArrayLike<number>): number => {
    let share = 0;
    for (let benchmark = 0; benchmark < count; benchmark++) if (agentic[benchmark]) share += mixture[benchmark] ?? 0;
    return share;
  };
  return {
    agentShare,
    expected(model, mixture) {
      let sum = 0;
      let weight = 0;
      let input = 0;
      let agents = 0;
      for (let benchmark = 0; benchmark < count; benchmark++) {
        const share = mixture[benchmark] ?? 0;
        if (share === 0) continue;
        weight += share;
        sum += share * (logs[model * count + benchmark] ?? 0);
        if (agentic[benchmark]) {
          agents += share;
          input += share * (agentInput[benchmark] ?? 0);
        }
      }
      const verbosity = models[model]?.verbosity ?? 0;
      const output = weight > 0 ? sum / weight : verbosity + tokens.level;
      return {
        output: tokens.meanFactor * Math.exp(output),
        agentInput: agents >= weight / 2 && agents > 0 ? Math.exp(input / agents) : 0,
      };
    },
  };
}
