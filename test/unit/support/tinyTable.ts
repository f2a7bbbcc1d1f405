import type { BenchmarkTable } from '../../../src/core/benchmarks/benchmarkTable';
import type { ModelFacts } from '../../../src/core/benchmarks/modelFacts';
import { seededRandom } from '../../../src/core/scores/seededRandom';
import { defaultRouterConfig, type RouterConfig } from '../../../src/core/training/routerConfig';

const vocabularies: Readonly<Record<string, readonly string[]>> = {
  sums: ['add', 'sum', 'apples', 'total', 'count', 'plus', 'many', 'how', 'number', 'divide'],
  verses: ['poem', 'rhyme', 'verse', 'moon', 'write', 'sonnet', 'love', 'stanza', 'night', 'metre'],
  code: ['function', 'return', 'python', 'list', 'loop', 'class', 'def', 'import', 'bug', 'test'],
  laws: ['court', 'contract', 'clause', 'statute', 'judge', 'appeal', 'plaintiff', 'ruling', 'party', 'damages'],
};

/** Models of the tiny table: strong at everything, strong at code only, weak, and one that ran on a single benchmark. */
export const tinyModels = ['coder-7b', 'newcomer-70b', 'strong-70b', 'weak-1b-base'] as const;

function accuracy(model: string, benchmark: string): number {
  if (model === 'strong-70b') return 0.85;
  if (model === 'coder-7b') return benchmark === 'code' ? 0.95 : 0.4;
  return model === 'newcomer-70b' ? 0.8 : 0.15;
}

/** A synthetic table of four benchmarks with words of their own, 40 prompts each. */
export function tinyTable(): BenchmarkTable {
  const random = seededRandom(7);
  const names = Object.keys(vocabularies).sort();
  const items: BenchmarkTable['items'][number][] = [];
  const offsets = [0];
  const resultModels: number[] = [];
  const resultScores: number[] = [];
  for (const [benchmark, name] of names.entries()) {
    const words = vocabularies[name] as readonly string[];
    for (let i = 0; i < 40; i++) {
      const prompt = Array.from({ length: 8 }, () => words[Math.floor(random() * words.length)]).join(' ');
      items.push({ benchmark, category: i % 2 === 0 ? 'even' : null, id: `${name}-${i}`, prompt: `${prompt} ${i}` });
      for (const [model, id] of tinyModels.entries()) {
        if (id === 'newcomer-70b' && name !== 'laws') continue;
        resultModels.push(model);
        resultScores.push(name === 'verses' ? random() : random() < accuracy(id, name) ? 1 : 0);
      }
      offsets.push(resultModels.length);
    }
  }
  return {
    benchmarks: names.map((name) => ({
      name,
      source: name,
      family: name,
      kind: name === 'sums' ? 'maths' : name,
      language: 'en',
      scoredBy: 'verifier',
      ship: true,
    })),
    models: tinyModels,
    items,
    offsets: Int32Array.from(offsets),
    resultModels: Uint16Array.from(resultModels),
    resultScores: Float32Array.from(resultScores),
  };
}

export const tinyFacts: ReadonlyMap<string, ModelFacts> = new Map(
  tinyModels.map((id) => [
    id,
    { id, name: id, provider: 'maker', openWeights: true, released: '2025-06', marketId: `maker/${id}` },
  ]),
);

export const tinyConfig: RouterConfig = {
  ...defaultRouterConfig,
  encoder: { ...defaultRouterConfig.encoder, vocabulary: 600, minimumDocuments: 2, dimensions: 12 },
  index: { ...defaultRouterConfig.index, promptsPerTask: 30, neighbours: 20, distanceNeighbours: 5 },
  input: { ...defaultRouterConfig.input, posteriorRank: 3, posteriorSamples: 60 },
};
