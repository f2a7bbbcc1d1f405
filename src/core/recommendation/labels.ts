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

/** Variance of a task's logit around its mean prediction that more labels do not remove; same units as the posterior. */
const residualNoise = 0.01;

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
 * The candidates after a few labelled rows: exact conditioning of their joint Gaussian posterior. A model with s of n rows
 * right is an observation of its logit, log((s + ½)/(n − s + ½)), with variance 1/(n p(1 − p)) plus a residual.
 *
 * With logit_m = mean_m + f_m·z + e_m, z ~ N(0, I), e_m ~ N(0, d_m) and noise v_m, eliminating e_m gives z the precision
 * I + Σ f fᵀ/(d + v), and leaves a labelled m with loadings f v/(d + v) and remainder d v/(d + v); the result is whitened
 * again, so that it has the same form and can be conditioned further.
 * @returns candidates in the same order; those of no label change through the factors that they share
 */
export function conditionOnLabels(
  candidates: readonly CandidateAssessment[],
  counts: readonly LabelCount[],
): readonly CandidateAssessment[] {
  const observed = counts.filter(({ total }) => total > 0);
  if (observed.length === 0) return candidates;
  const rank = Math.max(...candidates.map(({ posterior }) => posterior.factors.length));
  const observations = new Map(observed.map((count) => [count.model, observation(count)]));

  const precision = identity(rank);
  const pull = new Float64Array(rank);
  for (const { model, posterior } of candidates) {
    const seen = observations.get(model);
    if (!seen) continue;
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

  const updated = candidates.map((candidate) => {
    const { posterior } = candidate;
    const seen = observations.get(candidate.model);
    const kept = seen ? seen.variance / (posterior.ownVariance + seen.variance) : 1;
    const base = seen ? posterior.mean + (1 - kept) * (seen.logit - posterior.mean) : posterior.mean;
    const factors = solveLower(
      lower,
      Float64Array.from({ length: rank }, (_, i) => kept * (posterior.factors[i] ?? 0)),
      rank,
    );
    let mean = base;
    for (let i = 0; i < rank; i++) mean += (factors[i] ?? 0) * (shift[i] ?? 0);
    const next = { mean, factors: Array.from(factors), ownVariance: kept * posterior.ownVariance };
    return { ...candidate, posterior: next, ...shown(candidate, next) };
  });
  const best = bestOnAverage(updated);
  return updated.map((candidate) => ({
    ...candidate,
    beatsBest: !best || candidate.model === best.model ? 1 : probabilityAtLeast(candidate.posterior, best.posterior),
  }));
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

function observation({ right, total }: LabelCount): { logit: number; variance: number } {
  const p = (right + 0.5) / (total + 1);
  return { logit: Math.log(p / (1 - p)), variance: 1 / (total * p * (1 - p)) + residualNoise };
}

/** Probability and interval after the change; how far a dataset's mean lies from its centre's logit is kept. */
function shown(
  before: CandidateAssessment,
  after: CandidateAssessment['posterior'],
): Pick<CandidateAssessment, 'probability' | 'interval'> {
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
