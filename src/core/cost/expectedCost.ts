import type { ExpectedCost, Price } from '../recommendation/recommendation';
import { z80 } from '../scores/normal';
import type { TokenModel } from './tokenModel';

/** Tokens of one prompt (for a dataset: the mean over its prompts) with one model, in the model's own tokens. */
export interface TokenUse {
  /** Tokens of the prompt itself. */
  readonly prompt: number;
  /** Input tokens that an agent loop adds; 0 for one request. */
  readonly agentInput: number;
  readonly output: number;
}

/** Cost in US dollars. */
export function usdOf(use: TokenUse, price: { readonly input: number; readonly output: number }): number {
  return ((use.prompt + use.agentInput) * price.input + use.output * price.output) / 1e6;
}

/**
 * Expected cost and its 80 % interval. The output's log error has the spread that was measured with benchmark families held
 * out; of an agent loop the turns are unknown, so the interval is wider and its lower end is at most what one request costs.
 * @param agentic whether most prompts are an agent's
 */
export function expectedCost(
  use: TokenUse,
  price: Price | null,
  agentic: boolean,
  spread: TokenModel['spread'],
): ExpectedCost {
  const tokens = {
    inputTokens: Math.round(use.prompt + use.agentInput),
    outputTokens: Math.round(use.output),
    agentic,
  };
  if (price === null) return { usd: null, usdInterval: null, ...tokens };
  const reach = Math.exp(z80 * (agentic ? spread.agent : spread.output));
  const scaled = (factor: number): number =>
    usdOf({ prompt: use.prompt, agentInput: use.agentInput * factor, output: use.output * factor }, price);
  const request = usdOf(
    { prompt: use.prompt, agentInput: 0, output: use.output / Math.exp(z80 * spread.output) },
    price,
  );
  const low = agentic ? Math.min(scaled(1 / reach), request) : scaled(1 / reach);
  return { usd: usdOf(use, price), usdInterval: [low, scaled(reach)], ...tokens };
}
