import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleEvidence } from '../../../src/core/bundle/evidence';
import { bundleFiles, bundleOf } from '../../../src/core/bundle/writeBundle';
import type { Catalog } from '../../../src/core/cost/catalog';
import type { RouterParameters } from '../../../src/core/predictors/routerParameters';
import { plainMatMul } from '../../../src/core/training/matMul';
import { type TrainingFacts, trainRouter } from '../../../src/core/training/trainRouter';
import { tinyBundle } from './tinyBundle';
import { tinyConfig, tinyFacts, tinyModels, tinyTable } from './tinyTable';

/** What the tiny table is trained with: two scores of a board besides. */
export const tinyTrainingFacts: TrainingFacts = {
  models: tinyFacts,
  indices: new Map(),
  urls: new Map(),
  aggregates: ['strong-70b', 'weak-1b-base'].map((model, index) => ({
    board: 'board/maths',
    family: 'board',
    kind: 'maths',
    model,
    score: index === 0 ? 0.8 : 0.2,
    scale: 'accuracy' as const,
    items: 100,
    standardError: null,
  })),
  furtherModels: new Map(),
};

function tinyCatalog(): Catalog {
  const { catalog } = tinyBundle();
  const [model] = catalog.models;
  if (!model) throw new Error('The tiny bundle has no model.');
  return { ...catalog, models: tinyModels.map((id) => ({ ...model, id, name: id, marketId: `maker/${id}` })) };
}

/** Trains a router on the tiny table and writes its bundle, evidence included, to a new folder. */
export async function writeTinyRouter(
  folder: string,
  facts: TrainingFacts = tinyTrainingFacts,
): Promise<RouterParameters> {
  const parameters = await trainRouter(tinyTable(), facts, tinyConfig, plainMatMul);
  const json = (content: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(content));
  const files = bundleOf(
    parameters,
    {
      trained: '2026-01-02',
      counts: { items: 160, results: 520, aggregateScores: 2, models: 4 },
      sources: [],
      credits: [],
      constants: { ...tinyConfig },
    },
    new Map([
      [bundleFiles.catalog, json(tinyCatalog())],
      [bundleFiles.tokens, json(tinyBundle().tokens)],
      [bundleFiles.evidence, json(bundleEvidence(tinyTable(), facts))],
    ]),
  );
  await mkdir(folder);
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
  return parameters;
}
