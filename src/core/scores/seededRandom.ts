/** Uniform draws in [0, 1) from a seed: mulberry32, the same sequence on every platform. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A standard normal draw (Box and Muller). */
export function normalDraw(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Above this number of trials a binomial draw is taken from its normal approximation. */
const exactTrials = 200;

/** A draw of Bin(trials, p). */
export function binomialDraw(trials: number, p: number, random: () => number): number {
  if (trials > exactTrials) {
    const drawn = Math.round(trials * p + normalDraw(random) * Math.sqrt(trials * p * (1 - p)));
    return Math.min(trials, Math.max(0, drawn));
  }
  let successes = 0;
  for (let trial = 0; trial < trials; trial++) if (random() < p) successes++;
  return successes;
}
