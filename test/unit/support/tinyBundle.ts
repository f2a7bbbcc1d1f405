import type { ScoringBundle } from '../../../src/core/bundle/scoringBundle';
import type { CatalogModel } from '../../../src/core/cost/catalog';
import type { Encoder } from '../../../src/core/features/encoder';
import type { JointPosterior, PromptPredictions, Router } from '../../../src/core/predictors/router';

const dimensions = 128;

/** Models of the tiny bundle: what each is good at (logits by benchmark), its ability and its output price. */
const models = [
  { id: 'all-round', skills: [1.5, 1.5, 1.5], ability: 1.5, price: 10, open: false },
  { id: 'mathematician', skills: [3.5, 0, 0], ability: 1.1, price: 10, open: false },
  { id: 'coder', skills: [0, 3.2, 0], ability: 1, price: 4, open: true },
  { id: 'cheap', skills: [1.45, 1.4, 1.2], ability: 1.2, price: 0.2, open: true },
  { id: 'retired', skills: [4, 4, 4], ability: 3, price: 10, open: false },
] as const;

const benchmarks = [
  {
    name: 'sums',
    kind: 'maths',
    items: [
      'add the numbers seven and five',
      'what is the sum of three and four numbers',
      'subtract the numbers nine and two',
      'multiply the numbers six and eight',
      'how many apples are left after sums of numbers',
    ],
  },
  {
    name: 'bugs',
    kind: 'code',
    items: [
      'fix the bug in this python function',
      'the function raises an exception fix it',
      'write a python function that sorts a list',
      'this function returns the wrong list fix the bug',
      'refactor the python class and its function',
    ],
  },
  {
    name: 'talk',
    kind: 'chat',
    items: [
      'tell me a story about a dragon',
      'write a friendly letter to a neighbour',
      'give advice about a holiday',
      'tell a joke about a dragon on holiday',
      'write a story for my neighbour',
    ],
  },
] as const;

/** Words hashed into a unit vector; a text without letters has no feature. */
function encode(text: string): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
    let hash = 7;
    for (const letter of word) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
    vector[hash % dimensions] = (vector[hash % dimensions] ?? 0) + 1;
  }
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return length > 0 ? vector.map((value) => value / length) : vector;
}

const encoder: Encoder = {
  id: 'words',
  dimensions,
  async encode(texts) {
    const all = new Float32Array(texts.length * dimensions);
    texts.forEach((text, index) => {
      all.set(encode(text), index * dimensions);
    });
    return all;
  },
};

const items = benchmarks.flatMap((benchmark, index) =>
  benchmark.items.map((text, number) => ({
    benchmark: index,
    id: `${benchmark.name}-${number}`,
    vector: encode(text),
  })),
);

/** A real router on a small scale: nearest words, a mixture of benchmarks, logits from skills. Two shared factors. */
const router: Router = {
  encoder,
  facts: {
    version: '0.0.1',
    sha256: 'f'.repeat(64),
    trained: '2026-01-01',
    models: models.map(({ id }) => id),
    resultCounts: Int32Array.from(models, () => 200),
    abilities: Float32Array.from(models, ({ ability }) => ability),
    benchmarks: benchmarks.map((benchmark, index) => ({
      name: benchmark.name,
      title: benchmark.name,
      family: benchmark.name,
      kind: benchmark.kind,
      language: 'en',
      items: benchmark.items.length,
      url: null,
      accuracies: Object.fromEntries(models.map(({ id, skills }) => [id, 1 / (1 + Math.exp(-skills[index as 0]))])),
    })),
    distanceThresholds: { near: 0.9, far: 0.995 },
  },
  async predict(texts): Promise<PromptPredictions> {
    const width = items.length;
    const vectors = await encoder.encode(texts);
    const neighbours = new Int32Array(texts.length * width);
    const similarities = new Float32Array(texts.length * width);
    const mixture = new Float32Array(texts.length * benchmarks.length);
    const logits = new Float32Array(texts.length * models.length);
    texts.forEach((_, row) => {
      const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions);
      const ranked = items
        .map((item, index) => ({
          index,
          similarity: item.vector.reduce((sum, value, at) => sum + value * (vector[at] ?? 0), 0),
        }))
        .sort((a, b) => b.similarity - a.similarity || a.index - b.index);
      const weights = benchmarks.map(() => 0);
      ranked.forEach(({ index, similarity }, at) => {
        neighbours[row * width + at] = index;
        similarities[row * width + at] = similarity;
        const benchmark = items[index]?.benchmark ?? 0;
        weights[benchmark] = (weights[benchmark] ?? 0) + Math.exp(12 * similarity);
      });
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      weights.forEach((weight, benchmark) => {
        mixture[row * benchmarks.length + benchmark] = weight / total;
      });
      logits.set(
        logitsOf(mixture.subarray(row * benchmarks.length, (row + 1) * benchmarks.length)),
        row * models.length,
      );
    });
    return { count: texts.length, vectors, neighbours, similarities, mixture, logits };
  },
  async posterior(_centroid, mixture): Promise<JointPosterior> {
    return {
      mean: Float32Array.from(logitsOf(mixture)),
      factors: Float32Array.from(models.flatMap((_, model) => [0.6, 0.05 * model])),
      rank: 2,
      ownVariance: new Float32Array(models.length).fill(0.02),
    };
  },
  item: (index) => ({ benchmark: items[index]?.benchmark ?? 0, category: null, id: items[index]?.id ?? '' }),
  results(index, visit) {
    const benchmark = items[index]?.benchmark ?? 0;
    models.forEach(({ skills }, model) => {
      visit(model, (skills[benchmark as 0] ?? 0) > 0.5 ? 1 : 0);
    });
  },
};

function logitsOf(mixture: ArrayLike<number>): number[] {
  return models.map(({ skills }) =>
    skills.reduce((sum: number, skill, index) => sum + skill * (mixture[index] ?? 0), 0),
  );
}

function catalogModel({ id, price, open }: (typeof models)[number]): CatalogModel {
  return {
    id,
    name: id,
    provider: 'Acme',
    marketId: id === 'retired' ? null : `acme/${id}`,
    effort: null,
    reasoning: false,
    openWeights: open,
    released: '2026-01',
    contextTokens: 100_000,
    price: { input: price / 5, output: price, asOf: '2026-08-01' },
    buyable: id !== 'retired',
    standard: id !== 'retired',
    verbosity: 0,
    verbosityTasks: 1,
    aggregates: 0,
  };
}

/** A bundle of three benchmarks and five models, in memory. */
export function tinyBundle(): ScoringBundle {
  return {
    router,
    catalog: { formatVersion: 1, asOf: '2026-08-01', sources: ['made up'], models: models.map(catalogModel) },
    tokens: {
      formatVersion: 1,
      tasks: ['sums', 'bugs', 'talk'],
      level: Math.log(200),
      levels: [0, 0, 0],
      reasoning: [0, 0, 0],
      agentInput: [null, Math.log(50_000), null],
      residuals: {},
      meanFactor: 1.28,
      spread: { output: 1, agent: 1.7 },
    },
    paper: {
      formatVersion: 1,
      models: models.map(({ id }) => id),
      pairs: benchmarks.map(({ name }) => ({
        benchmark: name,
        distance: 0.5,
        accuracies: models.map((_, model): [number, number] => [model, 0.9]),
      })),
    },
  };
}
