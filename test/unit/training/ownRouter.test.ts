import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainOwnRouter } from '../../../src/cli/ownRouterCommand';
import { writeFolder } from '../../../src/cli/writeRouter';
import type { BenchmarkTable } from '../../../src/core/benchmarks/benchmarkTable';
import { benchmarksOf, factsOf, parseEvidence } from '../../../src/core/bundle/evidence';
import { bundleFile } from '../../../src/core/bundle/manifest';
import { dequantiseRows } from '../../../src/core/bundle/quantise';
import { readEncoder, readIndexTable } from '../../../src/core/bundle/readParameters';
import { bundleFiles } from '../../../src/core/bundle/writeBundle';
import { RecommendError } from '../../../src/core/errors';
import type { RouterParameters } from '../../../src/core/predictors/routerParameters';
import { seededRandom } from '../../../src/core/scores/seededRandom';
import { joinTables, onlyModels } from '../../../src/core/training/ownEvidence';
import { openScoringBundle, verifyBundleFolder } from '../../../src/scoring/bundleFolder';
import { tinyTrainingFacts, writeTinyRouter } from '../support/tinyRouterFolder';

const facts = tinyTrainingFacts;

/** Own results: coder-7b and the user's own tune cook well, the strongest model does not. */
function ownRows(benchmark: string, words: readonly string[], count: number, seed: number): string {
  const random = seededRandom(seed);
  const draw = (p: number): number => (random() < p ? 1 : 0);
  return Array.from({ length: count }, (_, i) => {
    const prompt = Array.from({ length: 8 }, () => words[Math.floor(random() * words.length)]).join(' ');
    const scores = { 'coder-7b': draw(0.9), 'strong-70b': draw(0.3), 'my-tune': draw(0.6) };
    return `${JSON.stringify({ benchmark, category: null, item_id: `${i}`, prompt: `${prompt} ${i}`, scores })}\n`;
  }).join('');
}

const recipes = ['flour', 'oven', 'bake', 'butter', 'whisk', 'dough', 'recipe', 'simmer', 'garlic'];
const menus = ['flour', 'menu', 'course', 'butter', 'wine', 'guest', 'recipe', 'serve', 'garlic'];

describe('own router', () => {
  let folder: string;
  let parameters: RouterParameters;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'own-router-'));
    parameters = await writeTinyRouter(join(folder, 'base'));
    await writeFile(join(folder, 'recipes.jsonl'), ownRows('recipes', recipes, 60, 1));
    await writeFile(join(folder, 'menus.jsonl'), ownRows('menus', menus, 60, 2));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  const training = (
    output: string,
    alone = false,
    paths = [join(folder, 'recipes.jsonl'), join(folder, 'menus.jsonl')],
  ) =>
    trainOwnRouter(
      { paths, base: join(folder, 'base'), alone, encoder: null, output: join(folder, output), trained: '2026-02-03' },
      openScoringBundle,
      () => undefined,
    );

  it('reads encoder, index and evidence back from a bundle', async () => {
    const bundle = await verifyBundleFolder(join(folder, 'base'));
    const encoder = readEncoder(bundle);
    assert.deepEqual(encoder.projection, parameters.projection);
    const evidence = parseEvidence(bundleFile(bundle, bundleFiles.evidence));
    const { table, vectors } = readIndexTable(bundle, benchmarksOf(evidence));
    assert.deepEqual(vectors, dequantiseRows(parameters.index.vectors));
    assert.deepEqual(
      table.items.map(({ id }) => id),
      parameters.index.ids,
    );
    assert.deepEqual(table.offsets, parameters.index.labels.offsets);
    const again = factsOf(evidence);
    assert.deepEqual(again.models, facts.models);
    assert.deepEqual(
      again.aggregates.map(({ model, scale }) => [model, scale]),
      [
        ['strong-70b', 'logit'],
        ['weak-1b-base', 'logit'],
      ],
    );
  });

  it('changes the recommendation for prompts of the own task, and little elsewhere', async () => {
    const report = await training('merged');
    const [base, own] = [
      await openScoringBundle(join(folder, 'base')),
      await openScoringBundle(join(folder, 'merged')),
    ];
    /** How far coder-7b is ahead of strong-70b, in logits. */
    const lead = async ({ router }: typeof base, text: string): Promise<number> => {
      const { vectors, mixture } = await router.predict([text]);
      const { mean } = await router.posterior(vectors, mixture);
      const of = (model: string): number => mean[router.facts.models.indexOf(model)] ?? Number.NaN;
      return of('coder-7b') - of('strong-70b');
    };
    const [recipe, sum] = ['bake dough with butter and garlic in the oven', 'how many apples in total sum add'];
    assert.ok((await lead(base, recipe)) < 0);
    assert.ok((await lead(own, recipe)) > 0);
    assert.ok((await lead(own, sum)) < 0);
    const moved = async (text: string): Promise<number> => (await lead(own, text)) - (await lead(base, text));
    const [near, elsewhere] = [await moved(recipe), Math.abs(await moved(sum))];
    assert.ok(near > 2 * elsewhere, `${near} near, ${elsewhere} elsewhere`);
    assert.ok(own.router.facts.models.includes('my-tune'));
    assert.deepEqual(own.catalog.models.find(({ id }) => id === 'my-tune')?.price, null);
    assert.equal(report.verdict, 'better');
    const held = report.comparisons.find(({ heldOut, benchmark }) => heldOut === 'prompts' && benchmark === 'recipes');
    assert.equal(held?.own.model, 'coder-7b');
    assert.equal(held?.bundled.model, 'strong-70b');
  });

  it('learns from own tables alone', async () => {
    await training('alone', true);
    const { router } = await openScoringBundle(join(folder, 'alone'));
    assert.deepEqual(
      router.facts.benchmarks.map(({ name }) => name),
      ['menus', 'recipes'],
    );
  });

  it('leaves the old router in force where the new one cannot be trained', async () => {
    await training('kept');
    const before = await readFile(join(folder, 'kept', 'manifest.json'), 'utf8');
    await writeFile(join(folder, 'broken.jsonl'), 'not json\n');
    await assert.rejects(training('kept', false, [join(folder, 'broken.jsonl')]), (error: unknown) =>
      RecommendError.is(error),
    );
    assert.equal(await readFile(join(folder, 'kept', 'manifest.json'), 'utf8'), before);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => /\.(new|old)$/.test(name)),
      [],
    );
  });

  it('leaves the old router in force where writing the new one is interrupted, and writes over what was left', async () => {
    const target = join(folder, 'interrupted');
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    await writeFolder(target, new Map([['manifest.json', bytes('old')]]));
    // A file that cannot be written stops the writing in the middle, as a kill or a full disk does.
    const cut = new Map([
      ['router.onnx', bytes('new')],
      ['no-such-folder/manifest.json', bytes('new')],
    ]);
    await assert.rejects(writeFolder(target, cut), { code: 'OUTPUT_FAILED' });
    assert.deepEqual(await readdir(target), ['manifest.json']);
    assert.equal(await readFile(join(target, 'manifest.json'), 'utf8'), 'old');
    assert.ok((await readdir(folder)).includes('interrupted.new'));
    await writeFolder(target, new Map([['manifest.json', bytes('newer')]]));
    assert.equal(await readFile(join(target, 'manifest.json'), 'utf8'), 'newer');
    assert.ok(!(await readdir(folder)).includes('interrupted.new'));
  });

  it('does not call a router better on results that say nothing', async () => {
    const random = seededRandom(5);
    const rows = Array.from({ length: 40 }, (_, i) =>
      JSON.stringify({
        benchmark: 'coin',
        category: null,
        item_id: `${i}`,
        prompt: `toss ${i} coin heads tails`,
        scores: { 'coder-7b': Math.round(random()), 'strong-70b': Math.round(random()) },
      }),
    );
    await writeFile(join(folder, 'coin.jsonl'), rows.join('\n'));
    const report = await training('coin', false, [join(folder, 'coin.jsonl')]);
    assert.equal(report.verdict, 'not-shown');
  });
});

describe('own tables', () => {
  const table = (name: string, models: readonly string[], scores: readonly (readonly number[])[]): BenchmarkTable => ({
    benchmarks: [{ name, source: name, family: name, kind: null, language: null, scoredBy: 'unknown', ship: true }],
    models,
    items: scores.map((_, index) => ({ benchmark: 0, category: null, id: `${index}`, prompt: `${name} ${index}` })),
    offsets: Int32Array.from([0, ...scores.map((_, index) => scores.slice(0, index + 1).flat().length)]),
    resultModels: Uint16Array.from(scores.flatMap((row) => row.map((_, model) => model))),
    resultScores: Float32Array.from(scores.flat()),
  });

  it('joins tables whose models and benchmarks overlap', () => {
    const { table: joined, firstOwn } = joinTables(
      table('a', ['m', 'x'], [[1, 0]]),
      table('a', ['b', 'm'], [[0.5, 0.25], [1]]),
    );
    assert.equal(firstOwn, 1);
    assert.deepEqual(joined.models, ['b', 'm', 'x']);
    assert.deepEqual(
      joined.benchmarks.map(({ name, family }) => [name, family]),
      [
        ['a', 'a'],
        ['own/a', 'own/a'],
      ],
    );
    assert.deepEqual([...joined.offsets], [0, 2, 4, 5]);
    assert.deepEqual(
      [...joined.resultModels].map((model) => joined.models[model]),
      ['m', 'x', 'b', 'm', 'b'],
    );
    assert.deepEqual([...joined.resultScores], [1, 0, 0.5, 0.25, 1]);
  });

  it('keeps the items when models are taken away', () => {
    const kept = onlyModels(
      table(
        'a',
        ['m', 'x'],
        [
          [1, 0],
          [0.5, 1],
        ],
      ),
      new Set(['x']),
    );
    assert.deepEqual(
      [kept.models, kept.items.length, [...kept.offsets], [...kept.resultScores]],
      [['x'], 2, [0, 1, 2], [0, 1]],
    );
  });
});
