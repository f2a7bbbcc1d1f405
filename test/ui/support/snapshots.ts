import type { DatasetEvaluation } from '../../../src/core/evaluation/datasetEvaluation';
import { bestOnAverage, choose } from '../../../src/core/recommendation/choose';
import { policyOf } from '../../../src/core/recommendation/policy';
import type {
  CandidateAssessment,
  DatasetBlock,
  Preference,
  Recommendation,
} from '../../../src/core/recommendation/recommendation';
import { probabilityAtLeast } from '../../../src/core/scores/guard';
import { expectedSigmoid, interval80, sigmoid } from '../../../src/core/scores/normal';
import { normalDraw, seededRandom } from '../../../src/core/scores/seededRandom';
import { say, verbatim } from '../../../src/core/sentence';
import type { PanelContext, ToPanel } from '../../../src/panel/protocol';

/** What a test wants of a made recommendation. */
export interface Wish {
  readonly prompts?: number;
  readonly models?: number;
  readonly distanceWord?: Recommendation['distanceWord'];
  readonly preference?: Preference;
  readonly longNames?: boolean;
  readonly skipped?: number;
  readonly sample?: boolean;
  readonly declaredModel?: string;
  readonly prices?: boolean;
}

const makers = ['Aurora', 'Borealis', 'Cobalt', 'Delta Labs', 'Ember', 'Fjord AI', 'Granite'] as const;
const sizes = ['nano', 'mini', 'flash', 'medium', 'pro', 'max'] as const;
const kinds = ['maths', 'code', 'tools', 'knowledge', 'writing', 'law'] as const;

/** Made models: names, prices and abilities as a catalog has them, the same for the same seed. */
export function candidates({ models = 36, longNames = false, prices = true }: Wish, seed = 7): CandidateAssessment[] {
  const random = seededRandom(seed);
  const made = Array.from({ length: models }, (_, index): CandidateAssessment => {
    const maker = makers[index % makers.length] ?? 'Aurora';
    const step = Math.floor(index / makers.length) % sizes.length;
    const size = sizes[step] ?? 'pro';
    const generation = 3 + Math.floor(index / (makers.length * sizes.length)) + (index % 3) / 10;
    const ability = -0.4 + 0.24 * step + 0.25 * normalDraw(random);
    const mean = ability + 0.9 + 0.4 * normalDraw(random) - (size === 'max' ? 0.6 : 0);
    const factors = [0.55, 0.22 * normalDraw(random), 0.18 * normalDraw(random)];
    const ownVariance = index % 5 === 4 ? 0.3 : 0.06;
    const variance = factors.reduce((sum, factor) => sum + factor * factor, ownVariance);
    const output = 0.3 * 2.1 ** step * (0.7 + 0.6 * random());
    const priced = prices && index % 11 !== 10;
    const tokens = Math.round(600 * (0.6 + 1.8 * random()));
    const usd = priced ? (350 * output * 0.2 + tokens * output) / 1e6 : null;
    const kind = index % 5 === 4 ? (index % 2 === 0 ? 'aggregate' : 'features') : 'per-item';
    const id = `${maker.toLowerCase().replace(/\W+/g, '-')}-${generation.toFixed(1)}-${size}`;
    return {
      model: longNames ? `${id}-instruct-preview-2026-05-17-extended-thinking-high-effort` : id,
      name: longNames
        ? `${maker} ${generation.toFixed(1)} ${size} Instruct Preview (2026-05-17) extended thinking, high effort, long context edition`
        : `${maker} ${generation.toFixed(1)} ${size}`,
      provider: maker,
      openWeights: index % 3 === 1,
      contextTokens: index % 7 === 6 ? null : 2 ** (15 + (index % 6)),
      released: index % 9 === 8 ? null : `202${4 + (index % 3)}-0${1 + (index % 9)}`,
      buyable: index % 13 !== 12,
      probability: expectedSigmoid(mean, variance),
      interval: interval80(mean, variance),
      beatsBest: 0,
      ability,
      evidence: {
        kind,
        items: kind === 'per-item' ? 900 + 311 * index : 0,
        nearby: kind === 'per-item' ? (index * 7) % 90 : 0,
      },
      price: priced ? { input: output * 0.2, output, asOf: index % 4 === 3 ? '2026-04-02' : '2026-08-01' } : null,
      cost: {
        usd,
        usdInterval: usd === null ? null : [usd * 0.45, usd * 2.3],
        inputTokens: 350,
        outputTokens: tokens,
        agentic: false,
      },
      scores:
        kind === 'per-item'
          ? {
              s1: sigmoid(mean + 0.2 * normalDraw(random)),
              s2: sigmoid(mean + 0.3 * normalDraw(random)),
              s3: sigmoid(mean * 0.6 + 0.2 * normalDraw(random)),
              p: 0.6 + 0.2 * random(),
            }
          : { s1: null, s2: null, s3: null, p: null },
      posterior: { mean, factors, ownVariance },
    };
  });
  const best = bestOnAverage(made);
  return made.map((candidate) => ({
    ...candidate,
    beatsBest: !best || candidate === best ? 1 : probabilityAtLeast(candidate.posterior, best.posterior),
  }));
}

/** A whole recommendation that hangs together: the decision is that of `choose` on the made candidates. */
export function recommendation(wish: Wish = {}): Recommendation {
  const { prompts = 1, distanceWord = 'near', preference = 'balanced', skipped = 0, sample = false } = wish;
  const made = candidates(wish);
  const choice = choose({ candidates: made, distanceWord, prompts }, policyOf(preference, 'guarded'));
  const random = seededRandom(11);
  const weights = [0.46, 0.24, 0.15, 0.1, 0.05];
  return {
    file: prompts === 1 ? 'solve-equations.prompt.md' : 'support-tickets.jsonl',
    prompts,
    mode: 'guarded',
    preference,
    recommendation: choice?.decision ?? {
      model: '',
      fallback: true,
      reason: verbatim('No candidate.'),
      beatsBest: 0,
      bestOnAverage: '',
      basis: 'far',
      pointsLost: 0,
      costRatio: null,
    },
    picks: choice?.picks ?? { quality: '', value: '', open: null },
    candidates: made,
    distance: distanceWord === 'in' ? 0.21 : distanceWord === 'near' ? 0.42 : 0.81,
    distanceWord,
    distanceThresholds: { near: 0.35, far: 0.6 },
    outOfDistribution: distanceWord === 'far',
    nearest: weights.flatMap((_, index) => [
      {
        benchmark: `bench-${kinds[index]}`,
        category: index % 2 === 0 ? 'algebra' : null,
        item: `item-${100 + 17 * index}`,
        similarity: 0.71 - 0.04 * index,
      },
    ]),
    nearestBenchmarks: weights.map((weight, index) => ({
      benchmark: `bench-${kinds[index]}`,
      title:
        index === 3
          ? 'A collection of everyday knowledge questions of many fields, in long form'
          : `${kinds[index]} bench`,
      kind: kinds[index] ?? 'maths',
      language: index === 4 ? 'de' : 'en',
      weight,
      similarity: 0.66 - 0.05 * index,
      items: 300 + 120 * index,
      url: index === 2 ? null : 'https://example.org/benchmark',
      accuracies: Object.fromEntries(
        made
          .filter((_, model) => (model + index) % 3 !== 0)
          .map(({ model, posterior }) => [model, sigmoid(posterior.mean + 0.4 * normalDraw(random) - 0.2 * index)]),
      ),
    })),
    read: {
      format: prompts === 1 ? 'Prompt file' : 'JSON Lines',
      encoding: verbatim('utf-8'),
      rowsRead: prompts + skipped,
      promptsScored: prompts,
      rowsSkipped: skipped,
      skipped: Array.from({ length: Math.min(100, skipped) }, (_, index) => ({
        file: 'support-tickets.jsonl',
        line: 12 + 31 * index,
        reason:
          index % 2 === 0
            ? say('the line is not valid JSON: it ends too early')
            : say('no text in column "{0}"', 'ticket.text'),
      })),
      promptsTruncated: prompts > 1 ? 3 : 0,
      ...(prompts > 1
        ? {
            promptColumn: 'ticket.text',
            otherColumns: ['ticket.title', 'reply'],
            labelColumns: ['expected_answer', 'scores'],
            warnings: [say('{0} is not valid UTF-8: it was read as Windows-1252.', 'support-tickets.jsonl')],
          }
        : {}),
      ...(sample ? { sample: { prompts, ofRows: 1_000_000 } } : {}),
    },
    declaredModel: wish.declaredModel ?? null,
    ...(prompts > 1 ? { dataset: dataset(prompts, made, preference) } : {}),
    bundle: { version: '1.0.0', sha256: '4f2a9c0d1e'.repeat(6).slice(0, 64), trained: '2026-11-20' },
    timing: { readMs: 12, scoreMs: 48 },
  };
}

const topics = ['billing', 'sign-in', 'shipping', 'refunds', 'API', 'Rückgabe & Umtausch'] as const;

function dataset(prompts: number, made: readonly CandidateAssessment[], preference: Preference): DatasetBlock {
  const random = seededRandom(23);
  const numbers = Array.from({ length: prompts }, (_, index) => index);
  const groups = numbers.map(() => Math.floor(random() ** 2 * topics.length));
  const distances = numbers.map(() => Math.min(1, Math.max(0.05, 0.38 + 0.13 * normalDraw(random))));
  const route = (of: Preference): DatasetBlock['routes'][number] => {
    const overall = choose({ candidates: made, distanceWord: 'near', prompts }, policyOf(of, 'guarded'));
    const ranked = [...made.keys()].sort((a, b) => (made[b]?.probability ?? 0) - (made[a]?.probability ?? 0));
    const main = made.findIndex(({ model }) => model === overall?.decision.model);
    const picks = numbers.map((index) =>
      (groups[index] ?? 0) < 2 || random() < 0.4 ? main : (ranked[Math.floor(random() * 6)] ?? 0),
    );
    const counted = new Map<string, number>();
    for (const pick of picks) {
      const model = made[pick]?.model ?? '';
      counted.set(model, (counted.get(model) ?? 0) + 1);
    }
    return {
      preference: of,
      probability: 0.78 + (of === 'quality' ? 0.02 : of === 'price' ? -0.04 : 0),
      interval: [0.66, 0.87],
      usd: of === 'quality' ? 0.0062 : of === 'price' ? 0.0009 : 0.0021,
      shares: [...counted].map(([model, rows]) => ({ model, rows })).sort((a, b) => b.rows - a.rows),
      picks,
      probabilities: picks.map((pick) =>
        Math.min(0.97, Math.max(0.05, (made[pick]?.probability ?? 0.5) + 0.1 * normalDraw(random))),
      ),
      costs: picks.map((pick) => made[pick]?.cost.usd ?? null),
    };
  };
  const routes = (['quality', 'balanced', 'price'] as const).map(route);
  const shown = routes.find((each) => each.preference === preference) ?? routes[0];
  return {
    rows: {
      ids: numbers.map((index) => `ticket-${index + 1}`),
      lines: numbers.map((index) => index + 1),
      excerpts: numbers.map((index) =>
        `${topics[groups[index] ?? 0]}: The customer writes that order ${10_000 + index} has not arrived and asks what to do next, in`.slice(
          0,
          120,
        ),
      ),
      groups,
      distances,
    },
    routes,
    slices: {
      column: 'topic',
      groups: topics.map((value, index) => ({
        value,
        rows: groups.filter((group) => group === index).length,
        pick: made[index < 2 ? (shown?.picks.find((_, at) => (groups[at] ?? 0) < 1) ?? 0) : index * 5]?.model ?? '',
        probabilities: made.map(({ probability }) =>
          Math.max(0.02, Math.min(0.98, probability + 0.06 * normalDraw(random))),
        ),
        costs: made.map(({ cost }) => cost.usd),
        distance: 0.3 + 0.07 * index,
      })),
    },
    farAbove: 0.6,
    farRows: distances.filter((distance) => distance > 0.6).length,
  };
}

/** An evaluation of a labelled file with figures that agree with each other. */
export function evaluation(): DatasetEvaluation {
  const made = candidates({ models: 8 });
  const random = seededRandom(31);
  const models = made.map(({ model, name, probability, interval, cost }, index) => ({
    model,
    name,
    known: index !== 5,
    labelled: 240,
    accuracy: Math.min(0.95, Math.max(0.1, probability + 0.05 * normalDraw(random))),
    picked: index === 0 ? 96 : index === 3 ? 84 : index === 6 ? 60 : 0,
    predicted: { accuracy: probability, interval },
    usd: cost.usd,
  }));
  const best = models.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  const recommended = models[3] ?? best;
  const { read, bundle } = recommendation({ prompts: 240, skipped: 4 });
  return {
    file: 'labelled-answers.jsonl',
    mode: 'guarded',
    prompts: 240,
    models,
    routed: best.accuracy + 0.021,
    gainInterval: [0.004, 0.039],
    recommended: { model: recommended.model, accuracy: recommended.accuracy },
    bestSingle: { model: best.model, accuracy: best.accuracy },
    random: models.reduce((sum, { accuracy }) => sum + accuracy, 0) / models.length,
    oracle: Math.min(0.99, best.accuracy + 0.12),
    costs: { routed: 0.0017, recommended: 0.0021, bestSingle: 0.0049 },
    calibration: {
      bins: [0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.93].map((predicted, index) => ({
        predicted,
        observed: Math.min(0.98, Math.max(0.02, predicted + 0.06 * normalDraw(random))),
        count: 40 + 60 * index,
      })),
      ece: 0.038,
      brier: 0.171,
    },
    categories: topics.map((category, index) => ({
      category,
      prompts: 70 - 10 * index,
      routed: 0.82 - 0.03 * index,
      recommended: 0.79 - 0.03 * index,
      bestSingle: 0.8 - 0.025 * index,
      oracle: 0.93 - 0.02 * index,
    })),
    missed: Array.from({ length: 34 }, (_, index) => ({
      id: `row-${index}`,
      line: 3 + 7 * index,
      excerpt: `The customer writes that order ${index} has not arrived and asks`,
      category: topics[index % topics.length] ?? null,
      pick: models[index % 3]?.model ?? '',
      probability: 0.5 + 0.01 * index,
      right: models.slice(3, 4 + (index % 4)).map(({ model }) => model),
    })),
    missedPrompts: 34,
    read,
    bundle,
  };
}

/** The context that the host would send; what a test does not name has a plain value. */
export function context(change: Partial<PanelContext> = {}): PanelContext {
  return {
    strings: {},
    locale: 'en',
    today: '2026-09-01',
    source: 'file:///workspace/solve-equations.prompt.md',
    settings: { preference: 'balanced', mode: 'guarded' },
    capabilities: { setFrontMatter: true, openChat: true, openSource: true, saveLabels: true },
    available: null,
    ...change,
  };
}

/** A snapshot of a recommendation. */
export function snapshot(
  wish: Wish = {},
  change: Partial<PanelContext> = {},
): Extract<ToPanel, { type: 'recommendation' }> {
  return { type: 'recommendation', context: context(change), recommendation: recommendation(wish), labels: [] };
}
