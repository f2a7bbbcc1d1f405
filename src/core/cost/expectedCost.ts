import type { ExpectedCost, Price } from '../recommendation/recommendation';
import { z80 } from '../scores/normal';
import type { ExpectedTokens, TokenModel } from './tokenModel';

/** From this share of agent tasks in the neighbourhood on, an input is taken for an agent's. */
export const agenticFrom = 0.5;

/** Tokens of one prompt (for a dataset: the mean over its prompts) for one model, in the model's own tokens. */
export interface TokenUse {
  /** Tokens of the prompt itself. */
  readonly prompt: number;
  readonly expected: ExpectedTokens;
}

/**
 * Expected cost of a request and its 80 % interval. The output's log error has the spread that was measured with benchmark
 * families held out; of an agent loop the turns are unknown, so the interval is wider and its lower end is at most what one
 * request costs.
 */
export function expectedCost(
  use: TokenUse,
  price: Price | null,
  agentic: boolean,
  spread: TokenModel['spread'],
): ExpectedCost {
  const input = use.prompt + (agentic ? use.expected.agentInput : 0);
  const tokens = { inputTokens: Math.round(input), outputTokens: Math.round(use.expected.output), agentic };
  if (price === null) return { usd: null, usdInterval: null, ...tokens };
  const usd = (inputTokens: number, outputTokens: number): number =>
    (inputTokens * price.input + outputTokens * price.output) / 1e6;
  const reach = Math.exp(z80 * (agentic ? spread.agent : spread.output));
  const loop = input - use.prompt;
  const low = usd(use.prompt + loop / reach, use.expected.output / reach);
  const high = usd(use.prompt + loop * reach, use.expected.output * reach);
  const single = usd(use.prompt, use.expected.output / Math.exp(z80 * spread.output));
  return {
    usd: usd(input, use.expected.output),
    usdInterval: [agentic ? Math.min(low, single) : low, high],
    ...tokens,
  };
}
