import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchmarkTable } from '../core/benchmarks/benchmarkTable';
import { parseModelFacts } from '../core/benchmarks/modelFacts';
import { splitIntoTasks } from '../core/benchmarks/tasks';
import { parseCatalogFacts } from '../core/cost/buildCatalog';
import { readExternalUsage, readUsage, type UsageRow } from '../core/cost/readUsage';
import { paperNetwork } from '../core/evaluation/comparisons/correctnessNetwork';
import { dealFolds, type TestedGroup } from '../core/evaluation/folds';
import type { EvaluationData } from '../core/evaluation/groupEvaluation';
import { type HeldOutPart, heldOutGroups, heldOutParts, type UntestedTask } from '../core/evaluation/heldOut';
import { mergeTables, testGroup } from '../core/evaluation/mergeTables';
import { promptClusters } from '../core/evaluation/promptOverlap';
import { RealUsage } from '../core/evaluation/realUsage';
import { inEnglish } from '../core/sentence';
import { readAggregates } from '../core/training/aggregates';
import { defaultRouterConfig } from '../core/training/routerConfig';
import type { TrainingFacts } from '../core/training/trainRouter';
import { linesOfFile, readBenchmarkFolder, readJson } from './benchmarkFolder';
import { readTestFolder } from './testFolder';
import { marketIndices, marketOnlyModels } from './trainCommand';

/** What an evaluation is made of; plain data, so that it can be handed to a worker process. */
export interface EvaluationJob {
  readonly benchmarks: string;
  readonly aggregates: string | null;
  readonly usage: string | null;
  readonly test: string | null;
  readonly seed: number;
  readonly folds: number;
  /** Prompts of a benchmark that are scored, at most. */
  readonly promptsPerPart: number;
  /** Folder where learned encoders are kept between evaluations; null = they are not kept. */
  readonly cache: string | null;
  /** Only groups whose name contains this; all where empty. */
  readonly only: string;
}

export interface LoadedEvaluation {
  readonly data: EvaluationData;
  readonly facts: TrainingFacts;
  readonly folds: readonly (readonly TestedGroup[])[];
  readonly untested: readonly UntestedTask[];
  readonly parts: readonly HeldOutPart[];
  /** Near-duplicate cluster of every prompt. */
  readonly clusters: Int32Array;
  /** Sentences about what was read. */
  readonly notes: readonly string[];
}

/** Posterior samples of a held-out router: fewer than a shipped one's, because each is used for a handful of benchmarks. */
const posteriorSamples = 64;

/** Reads everything and deals the tested groups into folds. The same job gives the same folds in every process. */
export async function loadEvaluation(job: EvaluationJob): Promise<LoadedEvaluation> {
  const { table: known, report } = await readBenchmarkFolder(job.benchmarks);
  const notes = [`${report.results} results on ${report.items} prompts of ${known.benchmarks.length} benchmarks`];
  const [firstSkipped] = report.skipped;
  if (firstSkipped) notes.push(`${report.linesSkipped} lines skipped, the first: ${inEnglish(firstSkipped.reason)}`);
  const models = parseModelFacts(await readJson(join(job.benchmarks, 'models.json')));
  const catalogContent = await readJson(join(job.benchmarks, 'catalog_facts.json'));
  const catalogFacts = parseCatalogFacts(catalogContent);
  const usage = await usageRows(job.usage);
  const aggregatesFile = job.aggregates === null ? null : join(job.aggregates, 'aggregates.jsonl.gz');
  const aggregates =
    aggregatesFile === null ? [] : await readAggregates('aggregates.jsonl.gz', linesOfFile(aggregatesFile));

  let table: BenchmarkTable = known;
  let firstTestItem: number | null = null;
  if (job.test !== null) {
    const test = await readTestFolder(job.test);
    const merged = mergeTables(known, test.table);
    table = merged.table;
    firstTestItem = merged.firstTestItem;
    notes.push(`${test.report.results} results on ${test.report.items} prompts to test on`);
    const [skipped] = test.report.skipped;
    if (skipped) notes.push(`${test.report.linesSkipped} test lines skipped, the first: ${inEnglish(skipped.reason)}`);
    if (test.undescribed.length > 0) notes.push(`kind unknown: ${test.undescribed.join(', ')}`);
    const trained = new Set(known.models);
    const unknown = test.table.models.filter((model) => !trained.has(model));
    if (unknown.length > 0) notes.push(`models without results in the training data: ${unknown.join(', ')}`);
  }
  const split = splitIntoTasks(table);
  const clusters = promptClusters(table.items.map((item) => item.prompt));
  const tested = firstTestItem === null ? null : testGroup(split, clusters, firstTestItem);
  const groups = tested === null ? heldOutGroups(split, clusters) : [tested.group];
  const { parts, untested } = heldOutParts(table, split, groups, undefined, tested?.testTasks);
  const withParts = groups
    .map((group) => ({ group, parts: parts.filter((part) => part.group === group.group) }))
    .filter(({ group, parts: own }) => own.length > 0 && group.group.includes(job.only));
  const config = {
    ...defaultRouterConfig,
    input: { ...defaultRouterConfig.input, posteriorSamples },
  };
  return {
    data: {
      table,
      split,
      models,
      catalogFacts,
      usage,
      realUsage: new RealUsage(usage),
      urls: new Map(),
      config,
      seed: job.seed,
      network: paperNetwork,
      promptsPerPart: job.promptsPerPart,
    },
    facts: {
      models,
      indices: marketIndices(catalogContent),
      urls: new Map(),
      aggregates,
      furtherModels: marketOnlyModels(catalogFacts, models),
    },
    folds: dealFolds(withParts, job.folds, job.seed),
    untested,
    parts,
    clusters,
    notes,
  };
}

async function usageRows(folder: string | null): Promise<readonly UsageRow[]> {
  if (folder === null) return [];
  const { rows } = await readUsage(linesOfFile(join(folder, 'usage.jsonl.gz')));
  const external = ['external.jsonl.gz', 'external.jsonl'].map((name) => join(folder, name)).find(existsSync);
  return external === undefined ? rows : [...rows, ...(await readExternalUsage(linesOfFile(external))).rows];
}
