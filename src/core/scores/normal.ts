/**
 * The standard normal distribution function.
 * Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: absolute error below 1.5e-7.
 */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const tail =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) *
    Math.exp(-x * x);
  return z >= 0 ? 1 - tail / 2 : tail / 2;
}

/** Half-width of an 80 % interval in standard deviations. */
export const z80 = 1.2815515655446004;

export function sigmoid(logit: number): number {
  return logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));
}

/**
 * Expectation of sigmoid(Z) for Z ~ N(mean, variance), by MacKay's approximation (The evidence framework applied to
 * classification networks, 1992, eq. 8).
 */
export function expectedSigmoid(mean: number, variance: number): number {
  return sigmoid(mean / Math.sqrt(1 + (Math.PI * variance) / 8));
}

/** 80 % interval of sigmoid(Z) for Z ~ N(mean, variance): the quantiles pass through the monotone sigmoid. */
export function interval80(mean: number, variance: number): readonly [number, number] {
  const reach = z80 * Math.sqrt(variance);
  return [sigmoid(mean - reach), sigmoid(mean + reach)];
}
