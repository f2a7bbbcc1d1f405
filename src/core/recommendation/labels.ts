import { differenceVariance, logitVariance, probabilityAtLeast } from '../scores/guard';
import { expectedSigmoid, interval80, normalCdf, sigmoid } from '../scores/normal';
import { bestOnAverage } from './choose';
import type { CandidateAssessment } from './recommendation';

/** How often one model was right on the rows that the user has labelled. */
export interface LabelCount {
  readonly model: string;
  /** Sum of correctness over those rows. */
  readonly right: number;
  readonly total: number;
}

/** Newton steps to the mode of the posterior; the likelihood is log-concave, so far fewer are needed. */
const mostSteps = 50;
/** Longest step of a logit in one iteration: keeps Newton's method from overshooting where nearly all labels agree. */
const longestStep = 1.5;

/** Adds up labels of single rows; the order of models is that of their first label. */
export function countLabels(labels: readonly { readonly model: string; readonly correctness: number }[]): LabelCount[] {
  const counts = new Map<string, { right: number; total: number }>();
  for (const { model, correctness } of labels) {
    const counted = counts.get(model) ?? { right: 0, total: 0 };
    counts.set(model, { right: counted.right + correctness, total: counted.total + 1 });
  }
  return [...counts].map(([model, counted]) => ({ model, ...counted }));
}

/**
 * The candidates after a few labelled rows: their joint Gaussian posterior, conditioned on how many rows each labelled
 * model got right (binomial), in Laplace's approximation: Newton steps to the joint mode, each an exact conditioning on
 * pseudo-observations of the logits (Rasmussen and Williams, Gaussian Processes for Machine Learning, 3.4).
 * @returns candidates in the same order; those of no label change through the factors that they share
 */
export function conditionOnLabels(
  candidates: readonly CandidateAssessment[],
  counts: readonly LabelCount[],
): readonly CandidateAssessment[] {
  const byModel = new Map(counts.filter(({ total }) => total > 0).map((count) => [count.model, count]));
  const labelled = candidates.flatMap((candidate, index) => {
    const count = byModel.get(candidate.model);
    return count ? [{ index, count }] : [];
  });
  if (labelled.length === 0) return candidates;

  const modes = labelled.map(({ index }) => candidates[index]?.posterior.mean ?? 0);
  let posteriors: Posterior[] = [];
  for (let step = 0; step < mostSteps; step++) {
    const observations = new Map(labelled.map(({ index, count }, at) => [index, observe(count, modes[at] ?? 0)]));
    posteriors = condition(
      candidates.map(({ posterior }) => posterior),
      observations,
    );
    let moved = 0;
    for (const [at, { index }] of labelled.entries()) {
      const from = modes[at] ?? 0;
      const change = (posteriors[index]?.mean ?? from) - from;
      modes[at] = from + Math.min(longestStep, Math.max(-longestStep, change));
      moved = Math.max(moved, Math.abs(change));
    }
    if (moved < 1e-9) break;
  }

  const updated = candidates.map((candidate, index) => {
    const posterior = posteriors[index] ?? candidate.posterior;
    return { ...candidate, posterior, ...shown(candidate, posterior) };
  });
  const best = bestOnAverage(updated);
  return updated.map((candidate) => ({
    ...candidate,
    beatsBest: !best || candidate.model === best.model ? 1 : probabilityAtLeast(candidate.posterior, best.posterior),
  }));
}

type Posterior = CandidateAssessment['posterior'];

interface Observation {
  readonly logit: number;
  readonly variance: number;
}

/**
 * Exact conditioning on noisy observations of single logits, by index.
 *
 * With logit_m = mean_m + f_m·z + e_m, z ~ N(0, I), e_m ~ N(0, d_m) and noise v_m, eliminating e_m gives z the precision
 * I + Σ f fᵀ/(d + v), and leaves an observed m with loadings f v/(d + v) and remainder d v/(d + v). The result is whitened
 * again, so that it has the same form.
 */
function condition(posteriors: readonly Posterior[], observations: ReadonlyMap<number, Observation>): Posterior[] {
  const rank = Math.max(0, ...posteriors.map(({ factors }) => factors.length));
  const precision = identity(rank);
  const pull = new Float64Array(rank);
  for (const [index, seen] of observations) {
    const posterior = posteriors[index];
    if (!posterior) continue;
    const weight = 1 / (posterior.ownVariance + seen.variance);
    for (let i = 0; i < rank; i++) {
      const loading = posterior.factors[i] ?? 0;
      pull[i] = (pull[i] ?? 0) + loading * weight * (seen.logit - posterior.mean);
      for (let j = 0; j < rank; j++)
        precision[i * rank + j] = (precision[i * rank + j] ?? 0) + loading * weight * (posterior.factors[j] ?? 0);
    }
  }
  // precision = L Lᵀ, so z = L⁻ᵀ (L⁻¹ pull + z') with z' ~ N(0, I): loadings f become L⁻¹ f.
  const lower = cholesky(precision, rank);
  const shift = solveLower(lower, pull, rank);
  return posteriors.map((posterior, index) => {
    const seen = observations.get(index);
    const kept = seen ? seen.variance / (posterior.ownVariance + seen.variance) : 1;
    const factors = solveLower(
      lower,
      Float64Array.from({ length: rank }, (_, i) => kept * (posterior.factors[i] ?? 0)),
      rank,
    );
    let mean = seen ? posterior.mean + (1 - kept) * (seen.logit - posterior.mean) : posterior.mean;
    for (let i = 0; i < rank; i++) mean += (factors[i] ?? 0) * (shift[i] ?? 0);
    return { mean, factors: Array.from(factors), ownVariance: kept * posterior.ownVariance };
  });
}

/** The binomial likelihood of a count around a logit, as an observation of it: working response and variance of IRLS. */
function observe({ right, total }: LabelCount, at: number): Observation {
  const p = sigmoid(at);
  const spread = Math.max(1e-6, p * (1 - p));
  return { logit: at + (right / total - p) / spread, variance: 1 / (total * spread) };
}

/**
 * What one more label of each candidate is expected to gain, in points of the pick's expected correctness: the knowledge
 * gradient for correlated normal beliefs (Frazier, Powell and Dayanik, INFORMS Journal on Computing 21(4), 2009), bounded
 * below by the best single change of mind.
 * @returns one value ≥ 0 for each candidate
 */
export function labelGains(candidates: readonly CandidateAssessment[]): number[] {
  const leader = candidates.reduce<CandidateAssessment | null>(
    (best, candidate) => (best && best.probability >= candidate.probability ? best : candidate),
    null,
  );
  if (!leader) return [];
  return candidates.map((labelled) => {
    const variance = logitVariance(labelled.posterior);
    const noise = 1 / Math.max(0.05, labelled.probability * (1 - labelled.probability));
    const reach = 1 / Math.sqrt(variance + noise);
    let gain = 0;
    for (const rival of candidates) {
      if (rival.model === leader.model) continue;
      const slope = 100 * rival.probability * (1 - rival.probability);
      const spread = Math.abs(covariance(rival, labelled) - covariance(leader, labelled)) * reach;
      if (spread <= 0) continue;
      const gap = Math.abs(leader.posterior.mean - rival.posterior.mean) / spread;
      const density = Math.exp(-(gap * gap) / 2) / Math.sqrt(2 * Math.PI);
      gain = Math.max(gain, slope * spread * (density - gap * normalCdf(-gap)));
    }
    return Math.max(0, gain);
  });
}

/** Probability and interval after the change; how far a dataset's mean lies from its centre's logit is kept. */
function shown(before: CandidateAssessment, after: Posterior): Pick<CandidateAssessment, 'probability' | 'interval'> {
  const was = expectedSigmoid(before.posterior.mean, logitVariance(before.posterior));
  const offset = logit(before.probability) - logit(was);
  const variance = logitVariance(after);
  return {
    probability: sigmoid(logit(expectedSigmoid(after.mean, variance)) + offset),
    interval: interval80(after.mean + offset, variance),
  };
}

function logit(probability: number): number {
  const p = Math.min(1 - 1e-6, Math.max(1e-6, probability));
  return Math.log(p / (1 - p));
}

function covariance(a: CandidateAssessment, b: CandidateAssessment): number {
  if (a.model === b.model) return logitVariance(a.posterior);
  return (logitVariance(a.posterior) + logitVariance(b.posterior) - differenceVariance(a.posterior, b.posterior)) / 2;
}

function identity(size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) matrix[i * size + i] = 1;
  return matrix;
}

/** Lower Cholesky factor of a positive definite matrix. */
function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (lower[i * size + k] ?? 0) * (lower[j * size + k] ?? 0);
      lower[i * size + j] = i === j ? Math.sqrt(sum) : sum / (lower[j * size + j] ?? 1);
    }
  }
  return lower;
}

/** Solves L x = b. */
function solveLower(lower: Float64Array, b: Float64Array, size: number): Float64Array {
  const x = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = b[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (lower[i * size + k] ?? 0) * (x[k] ?? 0);
    x[i] = sum / (lower[i * size + i] ?? 1);
  }
  return x;
}
