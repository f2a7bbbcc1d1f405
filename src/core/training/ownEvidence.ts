import type { BenchmarkFacts, BenchmarkTable } from '../benchmarks/benchmarkTable';
import type { AggregateScore } from './aggregates';

/** Two tables as one, the second one's items last. Benchmarks of the same name stay two: the second is renamed. */
export interface JoinedTable {
  readonly table: BenchmarkTable;
  /** Index of the first item of the second table. */
  readonly firstOwn: number;
}

/** Own benchmarks are held out one by one: each is a family of its own, under a name that no bundled family has. */
function ownFacts(facts: BenchmarkFacts, taken: ReadonlySet<string>): BenchmarkFacts {
  const name = taken.has(facts.name) ? `own/${facts.name}` : facts.name;
  return { ...facts, name, family: `own/${facts.name}` };
}

/** Appends the user's table to the index of a bundle. */
export function joinTables(base: BenchmarkTable, own: BenchmarkTable): JoinedTable {
  const taken = new Set(base.benchmarks.map(({ name }) => name));
  const models = [...new Set([...base.models, ...own.models])].sort();
  const place = new Map(models.map((id, index) => [id, index]));
  const renumbered = (table: BenchmarkTable): number[] => table.models.map((id) => place.get(id) ?? 0);
  const [ofBase, ofOwn] = [renumbered(base), renumbered(own)];
  const baseResults = base.resultModels.length;
  const offsets = new Int32Array(base.items.length + own.items.length + 1);
  offsets.set(base.offsets);
  for (let item = 0; item <= own.items.length; item++) {
    offsets[base.items.length + item] = baseResults + (own.offsets[item] ?? 0);
  }
  const resultModels = new Uint16Array(baseResults + own.resultModels.length);
  for (let at = 0; at < baseResults; at++) resultModels[at] = ofBase[base.resultModels[at] ?? 0] ?? 0;
  for (let at = 0; at < own.resultModels.length; at++) {
    resultModels[baseResults + at] = ofOwn[own.resultModels[at] ?? 0] ?? 0;
  }
  const resultScores = new Float32Array(resultModels.length);
  resultScores.set(base.resultScores);
  resultScores.set(own.resultScores, baseResults);
  return {
    table: {
      benchmarks: [...base.benchmarks, ...own.benchmarks.map((facts) => ownFacts(facts, taken))],
      models,
      items: [
        ...base.items,
        ...own.items.map((item) => ({ ...item, benchmark: item.benchmark + base.benchmarks.length })),
      ],
      offsets,
      resultModels,
      resultScores,
    },
    firstOwn: base.items.length,
  };
}

/** A table with the results of the given models only; items without results stay, since they are evidence of nearness. */
export function onlyModels(table: BenchmarkTable, keep: ReadonlySet<string>): BenchmarkTable {
  const models = table.models.filter((id) => keep.has(id));
  const place = new Map(models.map((id, index) => [id, index]));
  const renumbered = table.models.map((id) => place.get(id) ?? -1);
  const offsets = new Int32Array(table.items.length + 1);
  const resultModels: number[] = [];
  const resultScores: number[] = [];
  for (let item = 0; item < table.items.length; item++) {
    for (let at = table.offsets[item] ?? 0; at < (table.offsets[item + 1] ?? 0); at++) {
      const model = renumbered[table.resultModels[at] ?? 0] ?? -1;
      if (model < 0) continue;
      resultModels.push(model);
      resultScores.push(table.resultScores[at] ?? 0);
    }
    offsets[item + 1] = resultModels.length;
  }
  return {
    ...table,
    models,
    offsets,
    resultModels: Uint16Array.from(resultModels),
    resultScores: Float32Array.from(resultScores),
  };
}

/** Aggregate scores of the given models only. */
export function onlyScores(scores: readonly AggregateScore[], keep: ReadonlySet<string>): AggregateScore[] {
  return scores.filter(({ model }) => keep.has(model));
}
