import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { BenchmarkTable } from '../core/benchmarks/benchmarkTable';
import { type ModelFacts, parseModelFacts } from '../core/benchmarks/modelFacts';
import { skippedStep } from '../core/benchmarks/readBenchmarks';
import { bundleEvidence } from '../core/bundle/evidence';
import type { Manifest } from '../core/bundle/manifest';
import { manifestName, parseManifest } from '../core/bundle/manifest';
import { modelCard } from '../core/bundle/modelCard';
import { dequantiseRows } from '../core/bundle/quantise';
import { bundleFiles, bundleOf } from '../core/bundle/writeBundle';
import { buildCatalog, type CatalogFacts, parseCatalogFacts, reasoningSettings } from '../core/cost/buildCatalog';
import { fitTokenModel } from '../core/cost/fitTokenModel';
import { readExternalUsage, readUsage, type UsageRow } from '../core/cost/readUsage';
import { RecommendError } from '../core/errors';
import type { RouterParameters } from '../core/predictors/routerParameters';
import { writeSaidLine } from '../core/saidLine';
import { paperPairs } from '../core/scores/paperPairs';
import { decimal, inEnglish, say } from '../core/sentence';
import { describeAddedModels } from '../core/training/addingReport';
import { type AggregateScore, readAggregates } from '../core/training/aggregates';
import type { MatMul } from '../core/training/matMul';
import { describeOwnRouter } from '../core/training/ownComparison';
import { defaultRouterConfig } from '../core/training/routerConfig';
import {
  type EncodedTable,
  shippableTable,
  type TrainingFacts,
  type TrainingProgress,
  trainRouter,
} from '../core/training/trainRouter';
import { nativeMatMul } from '../scoring/session';
import { type Adding, addModelsToRouter, planAddedModels } from './addModelsCommand';
import { badArgument, parseCommand } from './arguments';
import { filesIn, linesOfFile, readBenchmarkFolder, readJson } from './benchmarkFolder';
import { cachedEncodeTable } from './encoderCache';
import type { CliContext } from './inputs';
import { trainOwnRouter } from './ownRouterCommand';
import { indexTable, writeFolder } from './writeRouter';

export const trainUsage = `Usage: recommend-llm train --benchmarks FOLDER [options]

Learns a router bundle from benchmark results. The same input gives the same bytes.

From your own tables ("recommend-llm import" writes them), on top of the bundle that ships with the program:
  recommend-llm train --benchmarks PATH… [--alone] [--base FOLDER] [--output .recommend-llm/router]
Ends with a comparison on your benchmarks, each held out: this router, the bundled one, the best single model.

A new LLM from its own results, in seconds, with every number of every other model left as it is:
  recommend-llm train --benchmarks PATH… --add-models [MODEL…] [--base FOLDER] [--output .recommend-llm/router-with-new-models]
Ends with the evidence: which results, what was expected, how far the ability moved.

From benchmark results with catalog and licences (how the shipped bundle is made):

  --benchmarks FOLDER   tables of per-item results (*.jsonl, *.jsonl.gz) with benchmarks.json, models.json,
                        catalog_facts.json and a *.meta.json for each source
  --aggregates FOLDER   aggregate scores of public leaderboards (aggregates.jsonl.gz)
  --usage FOLDER        measured token use (usage.jsonl.gz, external.jsonl.gz)
  --output FOLDER       where the bundle goes (default: models; of your own tables: .recommend-llm/router, and
                        .recommend-llm/router-with-new-models with --add-models)
  --base FOLDER         bundle to learn on top of (default: the one that ships with the program)
  --alone               learn from your own tables only
  --encoder FOLDER      with --alone: encode texts by this sentence-transformers style folder (tokenizer.json, model.onnx
                        or onnx/model.onnx, 1_Pooling/config.json) instead of learning from their n-grams
  --add-models          add the named models (default: all in the tables that the router has no results of) to the
                        router in --base, and change nothing else
  --plan                with --add-models: tell what would be added, and write nothing
  --json                print the comparison as JSON
  --sentences           tell steps and a failure as lines of JSON on the error stream, with sentences as {text, values},
                        to be said in another language
  --cache FOLDER        keep the encoder and the vectors there between trainings
  --trained YYYY-MM-DD  date that the bundle carries (default: today)
  --help                this text
`;

const metaSchema = v.object({ source_repo: v.string(), commit: v.string(), licence: v.string() });

const aggregateMetaSchema = v.object({ sources: v.unknown() });

interface Credit {
  readonly repository: string;
  readonly commit: string;
  readonly licence: string;
}

/**
 * `recommend-llm train`.
 * @returns the exit code
 * @throws RecommendError BAD_ARGUMENT, FILE_NOT_FOUND, TRAINING_DATA or OUTPUT_FAILED
 */
export async function trainCommand(args: readonly string[], context: CliContext): Promise<number> {
  const { values, positionals } = parseCommand('train', args, {
    benchmarks: { type: 'string', multiple: true },
    base: { type: 'string', default: context.bundleFolder },
    alone: { type: 'boolean', default: false },
    'add-models': { type: 'boolean', default: false },
    plan: { type: 'boolean', default: false },
    encoder: { type: 'string' },
    json: { type: 'boolean', default: false },
    sentences: { type: 'boolean', default: false },
    aggregates: { type: 'string' },
    usage: { type: 'string' },
    output: { type: 'string' },
    trained: { type: 'string', default: new Date().toISOString().slice(0, 10) },
    cache: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help) {
    process.stdout.write(trainUsage);
    return 0;
  }
  if (!values.benchmarks) {
    throw badArgument('--benchmarks is missing.', 'train');
  }
  if (!/^\d{4}-\d{2}-\d{2}$/.test(values.trained)) {
    throw badArgument(`--trained takes a date (YYYY-MM-DD), not "${values.trained}".`, 'train');
  }
  const progress = progressOf(context, values.sentences);
  const [first = ''] = values.benchmarks;
  if (values.benchmarks.length === 1 && positionals.length === 0 && existsSync(join(first, 'catalog_facts.json'))) {
    await train(
      first,
      values.aggregates,
      values.usage,
      values.output ?? 'models',
      values.trained,
      values.cache,
      progress,
    );
    return 0;
  }
  if (values.aggregates || values.usage) {
    throw badArgument(`--aggregates and --usage need ${join(first, 'catalog_facts.json')}.`, 'train');
  }
  if (values.encoder !== undefined && (!values.alone || values['add-models'])) {
    throw badArgument(
      '--encoder needs --alone: of the bundled index only vectors are there, not the text that another encoder would need.',
      'train',
    );
  }
  if (values['add-models']) {
    if (values.alone) throw badArgument('--alone and --add-models exclude each other.', 'train');
    const adding: Adding = {
      paths: values.benchmarks,
      base: values.base,
      models: positionals,
      output: values.output ?? join('.recommend-llm', 'router-with-new-models'),
      trained: values.trained,
    };
    if (values.plan) {
      const plan = await planAddedModels(adding, context.load, progress);
      context.terminal.out(`${JSON.stringify(plan, null, 2)}\n`);
      return 0;
    }
    const report = await addModelsToRouter(adding, context.load, progress);
    context.terminal.out(values.json ? `${JSON.stringify(report, null, 2)}\n` : describeAddedModels(report, inEnglish));
    return 0;
  }
  if (values.plan) throw badArgument('--plan goes with --add-models.', 'train');
  const comparison = await trainOwnRouter(
    {
      paths: [...values.benchmarks, ...positionals],
      base: values.base,
      alone: values.alone,
      encoder: values.encoder ?? null,
      output: values.output ?? join('.recommend-llm', 'router'),
      trained: values.trained,
    },
    context.load,
    progress,
  );
  context.terminal.out(
    values.json ? `${JSON.stringify(comparison, null, 2)}\n` : describeOwnRouter(comparison, inEnglish),
  );
  return 0;
}

/** Tells the steps on the error stream: with the time that has passed, or as sentences for another process. */
function progressOf({ terminal }: CliContext, sentences: boolean): TrainingProgress {
  if (sentences) return (step) => terminal.error(writeSaidLine({ step }));
  const started = performance.now();
  return (step) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(4);
    terminal.error(`${seconds} s  ${inEnglish(step)}\n`);
  };
}

async function train(
  benchmarks: string,
  aggregates: string | undefined,
  usage: string | undefined,
  output: string,
  trained: string,
  cache: string | undefined,
  progress: TrainingProgress,
): Promise<void> {
  const { table: everything, report } = await readBenchmarkFolder(benchmarks);
  progress(
    say(
      '{0} results on {1} prompts; {2} lines merged, {3} skipped',
      report.results,
      report.items,
      report.merged,
      report.linesSkipped,
    ),
  );
  for (const skip of report.skipped) progress(skippedStep(skip));
  const table = shippableTable(everything);
  const models = parseModelFacts(await readJson(join(benchmarks, 'models.json')));
  const catalogFacts = parseCatalogFacts(await readJson(join(benchmarks, 'catalog_facts.json')));
  const credits = await readCredits(benchmarks);
  const scores = aggregates
    ? await readAggregates('aggregates.jsonl.gz', linesOfFile(join(aggregates, 'aggregates.jsonl.gz')))
    : [];

  const matMul = await nativeMatMul();
  const furtherModels = marketOnlyModels(catalogFacts, models);
  const facts: TrainingFacts = {
    models,
    indices: marketIndices(await readJson(join(benchmarks, 'catalog_facts.json'))),
    urls: new Map([...credits].map(([source, credit]) => [source, credit.repository])),
    aggregates: scores,
    furtherModels,
  };
  const encode = (): Promise<EncodedTable> =>
    cachedEncodeTable(cache ?? null, table, defaultRouterConfig, matMul, progress, () => true);
  const parameters = await trainRouter(table, facts, defaultRouterConfig, matMul, progress, encode);

  progress(say('catalog, token use, pairs of the paper'));
  const further = await furtherFiles(
    parameters,
    table,
    catalogFacts,
    new Map([...furtherModels, ...models]),
    scores,
    usage,
    matMul,
  );
  further.set(bundleFiles.evidence, new TextEncoder().encode(`${JSON.stringify(bundleEvidence(table, facts))}\n`));
  const files = bundleOf(
    parameters,
    {
      trained,
      counts: {
        items: table.items.length,
        results: table.resultScores.length,
        aggregateScores: scores.length,
        models: new Set(table.resultModels).size,
      },
      sources: manifestSources(table, credits),
      credits: [
        ...Object.values(catalogFacts.sources),
        ...(aggregates ? await aggregateCredits(join(aggregates, 'aggregates.meta.json')) : []),
      ],
      constants: { ...defaultRouterConfig },
    },
    further,
  );
  const manifest = parseManifest(files.get(manifestName) as Uint8Array);
  files.set('MODEL_CARD.md', new TextEncoder().encode(modelCard(manifest)));
  await writeFolder(output, files);
  const bytes = [...files.values()].reduce((sum, file) => sum + file.length, 0);
  progress(say('{0}: bundle {1}, {2} MB', output, manifest.version, decimal(bytes / 1e6, 1)));
}

/** Public index of general ability by market id. */
export function marketIndices(content: unknown): ReadonlyMap<string, number> {
  const schema = v.object({
    market: v.array(
      v.object({ id: v.string(), indices: v.nullish(v.object({ intelligence: v.nullish(v.number()) })) }),
    ),
  });
  const { market } = v.parse(schema, content);
  return new Map(
    market.flatMap(({ id, indices }) =>
      typeof indices?.intelligence === 'number' ? [[id, indices.intelligence]] : [],
    ),
  );
}

/** What can be bought but was never evaluated: known by its facts alone, under its market id. */
export function marketOnlyModels(
  facts: CatalogFacts,
  models: ReadonlyMap<string, ModelFacts>,
): ReadonlyMap<string, ModelFacts> {
  const evaluated = new Set([
    ...[...models.values()].map((model) => model.marketId),
    ...Object.values(facts.benchmark_id_to_market_id),
  ]);
  return new Map(
    facts.market
      .filter(({ id }) => !evaluated.has(id) && !models.has(id))
      .map((entry) => [
        entry.id,
        {
          id: entry.id,
          name: entry.name,
          provider: entry.id.split('/')[0] ?? 'unknown',
          openWeights: entry.open_weights ?? false,
          released: entry.released ?? null,
          marketId: entry.id,
        },
      ]),
  );
}

async function readCredits(folder: string): Promise<ReadonlyMap<string, Credit>> {
  const credits = new Map<string, Credit>();
  for (const name of await filesIn(folder, ['.meta.json'])) {
    const parsed = v.safeParse(metaSchema, await readJson(join(folder, name)));
    if (!parsed.success) {
      const issue = parsed.issues[0];
      throw new RecommendError(
        'TRAINING_DATA',
        `${name}: ${v.getDotPath(issue) ?? 'content'}: ${issue.message}.`,
        'Every source needs its repository, commit and licence.',
      );
    }
    const { source_repo, commit, licence } = parsed.output;
    credits.set(name.slice(0, -'.meta.json'.length), { repository: source_repo, commit, licence });
  }
  return credits;
}

function manifestSources(table: BenchmarkTable, credits: ReadonlyMap<string, Credit>): Manifest['sources'] {
  const counts = new Map<string, { items: number; results: number }>();
  for (const [index, item] of table.items.entries()) {
    const source = table.benchmarks[item.benchmark]?.source ?? '';
    const entry = counts.get(source) ?? { items: 0, results: 0 };
    entry.items++;
    entry.results += (table.offsets[index + 1] as number) - (table.offsets[index] as number);
    counts.set(source, entry);
  }
  return [...counts].sort().map(([name, count]) => {
    const credit = credits.get(name);
    if (!credit) {
      throw new RecommendError(
        'TRAINING_DATA',
        `The source ${name} has no ${name}.meta.json.`,
        'Add its repository, commit and licence.',
      );
    }
    return { name, ...credit, ...count };
  });
}

/** Whom the aggregate scores are owed to, one line each. */
async function aggregateCredits(path: string): Promise<string[]> {
  const { sources } = v.parse(aggregateMetaSchema, await readJson(path));
  const entries = Array.isArray(sources) ? sources.map((entry) => ['', entry] as const) : Object.entries(sources ?? {});
  return entries.map(([name, entry]) => {
    const text =
      typeof entry === 'string'
        ? entry
        : v.is(v.record(v.string(), v.unknown()), entry)
          ? ['repo', 'repository', 'source', 'url', 'commit', 'licence', 'attribution']
              .flatMap((key) => (typeof entry[key] === 'string' ? [entry[key]] : []))
              .join('; ')
          : '';
    return [name, text].filter((part) => part !== '').join(': ');
  });
}

async function furtherFiles(
  parameters: RouterParameters,
  table: BenchmarkTable,
  catalogFacts: CatalogFacts,
  models: ReadonlyMap<string, ModelFacts>,
  aggregates: readonly AggregateScore[],
  usage: string | undefined,
  matMul: MatMul,
): Promise<Map<string, Uint8Array>> {
  const rows: UsageRow[] = [];
  if (usage) {
    rows.push(...(await readUsage(linesOfFile(join(usage, 'usage.jsonl.gz')))).rows);
    rows.push(...(await readExternalUsage(linesOfFile(join(usage, 'external.jsonl.gz')))).rows);
  }
  const dimensions = parameters.projection.columns;
  const tasks = parameters.tasks.map(({ name, kind }, task) => ({
    name,
    kind,
    centroid: parameters.kernels.centroids.subarray(task * dimensions, (task + 1) * dimensions),
  }));
  const reasons = reasoningSettings(catalogFacts, models, parameters.models);
  const { tokens, verbosity } = await fitTokenModel(rows, tasks, reasons, matMul);
  const aggregateCounts = new Map<string, number>();
  for (const { model } of aggregates) aggregateCounts.set(model, (aggregateCounts.get(model) ?? 0) + 1);
  const resultCounts = new Map(parameters.models.map((id, m) => [id, parameters.resultCounts[m] as number]));
  const catalog = buildCatalog(
    catalogFacts,
    models,
    parameters.models,
    (model) => ({ items: resultCounts.get(model) ?? 0, aggregates: aggregateCounts.get(model) ?? 0 }),
    verbosity,
  );
  const json = (content: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(content)}\n`);
  return new Map([
    [bundleFiles.catalog, json(catalog)],
    [bundleFiles.tokens, json(tokens)],
    [
      bundleFiles.paper,
      json(await paperPairs(indexTable(parameters, table), dequantiseRows(parameters.index.vectors), matMul)),
    ],
  ]);
}
