import type { BenchmarkFacts, BenchmarkTable } from '../../../src/core/benchmarks/benchmarkTable';

/** A row of a made-up table: benchmark, prompt, category, correctness by model. */
export interface Row {
  readonly benchmark: string;
  readonly prompt: string;
  readonly category?: string;
  readonly scores: Readonly<Record<string, number>>;
}

/** Builds a table; benchmarks that `facts` does not name are families of their own. */
export function tableOf(
  rows: readonly Row[],
  facts: Readonly<Record<string, Partial<BenchmarkFacts>>> = {},
): BenchmarkTable {
  const names = [...new Set(rows.map((row) => row.benchmark))].sort();
  const models = [...new Set(rows.flatMap((row) => Object.keys(row.scores)))].sort();
  const offsets = new Int32Array(rows.length + 1);
  const resultModels: number[] = [];
  const resultScores: number[] = [];
  for (const [index, row] of rows.entries()) {
    for (const model of Object.keys(row.scores).sort()) {
      resultModels.push(models.indexOf(model));
      resultScores.push(row.scores[model] as number);
    }
    offsets[index + 1] = resultModels.length;
  }
  return {
    benchmarks: names.map((name) => ({
      name,
      source: name,
      family: name,
      kind: null,
      language: null,
      scoredBy: 'verifier',
      ship: true,
      ...facts[name],
    })),
    models,
    items: rows.map((row, index) => ({
      benchmark: names.indexOf(row.benchmark),
      category: row.category ?? null,
      id: String(index),
      prompt: row.prompt,
    })),
    offsets,
    resultModels: Uint16Array.from(resultModels),
    resultScores: Float32Array.from(resultScores),
  };
}
