import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boardsInOrder, factsOf, parseEvidence } from '../../../src/core/bundle/evidence';
import { bundleFile } from '../../../src/core/bundle/manifest';
import { fromHalf, toHalf } from '../../../src/core/bundle/quantise';
import { readConstants, readRouterParameters } from '../../../src/core/bundle/readParameters';
import type { Router } from '../../../src/core/predictors/router';
import type { RouterParameters } from '../../../src/core/predictors/routerParameters';
import { readSaidLine } from '../../../src/core/saidLine';
import { inEnglish, say } from '../../../src/core/sentence';
import { type AddedModel, addModels } from '../../../src/core/training/addModels';
import { columnOf } from '../../../src/core/training/modelColumns';
import { openScoringBundle, verifyBundleFolder } from '../../../src/scoring/bundleFolder';
import { run } from '../support/runInMemory';
import { tinyTrainingFacts, writeTinyRouter } from '../support/tinyRouterFolder';
import { tinyTable } from '../support/tinyTable';

interface Row {
  readonly benchmark: string;
  readonly item_id: string;
  readonly prompt: string;
  readonly scores: Record<string, number>;
}

/** The prompts of a benchmark of the tiny table, with results of the given models: the first `right` of them right. */
function known(benchmark: string, right: Record<string, number>): Row[] {
  const { items, benchmarks } = tinyTable();
  return items
    .filter((item) => benchmarks[item.benchmark]?.name === benchmark)
    .map(({ id, prompt }, at) => ({
      benchmark,
      item_id: id,
      prompt,
      scores: Object.fromEntries(Object.entries(right).map(([model, count]) => [model, at < count ? 1 : 0])),
    }));
}

/** A benchmark that the tiny router does not know, in the words of laws and recipes. */
function unknown(right: Record<string, number>): Row[] {
  const words = ['court', 'clause', 'flour', 'oven', 'contract', 'butter'];
  return Array.from({ length: 40 }, (_, at) => ({
    benchmark: 'kitchen-law',
    item_id: `${at}`,
    prompt: `${words[at % 6]} ${words[(at + 1) % 6]} ${words[(at * 5 + 2) % 6]} number ${at}`,
    scores: Object.fromEntries(Object.entries(right).map(([model, count]) => [model, at < count ? 1 : 0])),
  }));
}

describe('adding a model to a router', () => {
  let folder: string;
  let trained: RouterParameters;
  const path = (name: string): string => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'add-models-'));
    trained = await writeTinyRouter(path('base'), {
      ...tinyTrainingFacts,
      furtherModels: new Map([
        [
          'maker/unseen-70b',
          {
            id: 'maker/unseen-70b',
            name: 'Unseen',
            provider: 'maker',
            openWeights: true,
            released: '2025-07',
            marketId: 'maker/unseen-70b',
          },
        ],
      ]),
    });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs `train --add-models` on the rows. */
  async function add(rows: readonly Row[], output: string, more: readonly string[] = [], base = 'base') {
    const table = path(`${output}.jsonl`);
    await writeFile(table, rows.map((row) => `${JSON.stringify({ category: null, ...row })}\n`).join(''));
    const args = ['train', '--benchmarks', table, '--base', path(base), '--output', path(output), '--json'];
    return run([...args, '--trained', '2026-03-04', '--add-models', ...more], { load: openScoringBundle });
  }

  async function added(rows: readonly Row[], output: string, more: readonly string[] = [], base = 'base') {
    const { code, out, error } = await add(rows, output, more, base);
    assert.equal(code, 0, error);
    const [model] = (JSON.parse(out) as { models: AddedModel[] }).models;
    assert.ok(model);
    const { router } = await openScoringBundle(path(output));
    return { model, router };
  }

  async function logit(router: Router, model: string, text: string): Promise<number> {
    const { logits } = await router.predict([text]);
    return logits[router.facts.models.indexOf(model)] ?? Number.NaN;
  }

  const texts = ['python function with a bug in a loop', 'the court ruled on a clause', 'add the apples', 'zzzz qqqq'];

  it('reads back what training made', async () => {
    const read = readRouterParameters(await verifyBundleFolder(path('base')));
    const { abilities, tasks, ...rest } = read;
    const { abilities: trainedAbilities, tasks: trainedTasks, ...expected } = trained;
    assert.deepEqual(rest, {
      ...expected,
      weights: { ...expected.weights, skill: fromHalf(toHalf(expected.weights.skill)) },
      posterior: {
        ...expected.posterior,
        own: fromHalf(toHalf(expected.posterior.own)),
        difficultySpread: Math.fround(expected.posterior.difficultySpread),
      },
    });
    for (const [m, ability] of abilities.entries()) assert.ok(Math.abs(ability - (trainedAbilities[m] ?? 0)) < 1e-4);
    for (const [t, { name, accuracies }] of tasks.entries()) {
      assert.equal(name, trainedTasks[t]?.name);
      for (const [m, accuracy] of accuracies)
        assert.ok(Math.abs(accuracy - (trainedTasks[t]?.accuracies.get(m) ?? 0)) < 1e-4);
    }
  });

  it('leaves every number of every other model as it is', async () => {
    const { router } = await added([...known('code', { 'acme-8b': 30 }), ...unknown({ 'acme-8b': 12 })], 'same');
    const { router: base } = await openScoringBundle(path('base'));
    const models = base.facts.models.length;
    assert.deepEqual(router.facts.models, [...base.facts.models, 'acme-8b']);
    assert.deepEqual([...router.facts.abilities.slice(0, models)], [...base.facts.abilities]);
    const [before, after] = [await base.predict(texts), await router.predict(texts)];
    assert.deepEqual(after.vectors, before.vectors);
    assert.deepEqual(after.neighbours, before.neighbours);
    for (const [row] of texts.entries()) {
      const width = models + 1;
      assert.deepEqual(
        after.logits.slice(row * width, row * width + models),
        before.logits.slice(row * models, (row + 1) * models),
      );
      const [D, T] = [base.encoder.dimensions, base.facts.benchmarks.length];
      const vector = before.vectors.slice(row * D, (row + 1) * D);
      const mixture = before.mixture.slice(row * T, (row + 1) * T);
      const [was, is] = [await base.posterior(vector, mixture), await router.posterior(vector, mixture)];
      assert.deepEqual(is.mean.slice(0, models), was.mean);
      assert.deepEqual(is.ownVariance.slice(0, models), was.ownVariance);
      assert.deepEqual(is.factors.slice(0, models * was.rank), was.factors);
    }
    const [old, grown] = [await verifyBundleFolder(path('base')), await verifyBundleFolder(path('same'))];
    for (const name of ['encoder.onnx', 'vocabulary.bin', 'labels.bin', 'tokens.json'])
      assert.deepEqual(grown.files.get(name), old.files.get(name));
  });

  it('moves the model towards its results, most where they were made', async () => {
    const good = await added(known('code', { 'acme-8b': 38 }), 'good');
    const poor = await added(known('code', { 'acme-8b': 4 }), 'poor');
    assert.deepEqual(
      good.model.evidence.map(({ benchmark, task, results, accuracy }) => [benchmark, task, results, accuracy]),
      [['code', 'code', 40, 0.95]],
    );
    assert.ok(good.model.after.logit > good.model.before.logit);
    assert.ok(poor.model.after.logit < poor.model.before.logit);
    const width = ({ interval: [low, high] }: AddedModel['after']): number => high - low;
    assert.ok(width(good.model.after) < width(good.model.before));
    const gap = async (text: string): Promise<number> =>
      (await logit(good.router, 'acme-8b', text)) - (await logit(poor.router, 'acme-8b', text));
    const [onCode, onVerses] = [await gap('python function loop class'), await gap('poem rhyme moon sonnet')];
    assert.ok(onCode > onVerses && onVerses > 0, `${onCode} on code, ${onVerses} on verses`);
    assert.equal(good.router.facts.resultCounts.at(-1), 40);
    assert.equal(good.router.facts.benchmarks.find(({ name }) => name === 'code')?.accuracies['acme-8b'], 0.95);
  });

  it('is surer of what it was seen on', async () => {
    const spread = async (model: string, count: number): Promise<number> => {
      const rows = known('code', { [model]: Math.round(0.6 * count) }).slice(0, count);
      const { router } = await added(rows, `sure-${count}`);
      const { vectors, mixture } = await router.predict(['python function loop class bug']);
      return (await router.posterior(vectors, mixture)).ownVariance.at(-1) ?? Number.NaN;
    };
    assert.ok((await spread('acme-8b', 40)) < (await spread('acme-8b', 10)));
  });

  it('judges an unknown benchmark by the known models there', async () => {
    const easy = await added(unknown({ 'acme-8b': 20, 'strong-70b': 39, 'coder-7b': 38 }), 'easy');
    const hard = await added(unknown({ 'acme-8b': 20, 'strong-70b': 2, 'coder-7b': 1 }), 'hard');
    const lone = await added(unknown({ 'acme-8b': 20 }), 'lone');
    const moved = ({ model }: typeof easy): number => model.after.logit - model.before.logit;
    assert.ok(moved(easy) < 0 && moved(hard) > 0, `${moved(easy)}, ${moved(hard)}`);
    assert.ok(Math.abs(moved(lone)) < 0.5 * Math.min(-moved(easy), moved(hard)));
    const [evidence] = hard.model.evidence;
    assert.deepEqual([evidence?.task, evidence?.comparedWith], [null, 2]);
    assert.equal(evidence?.nearest[0]?.task, 'laws');
    const near = async ({ router }: typeof easy): Promise<number> =>
      (await logit(router, 'acme-8b', 'court clause flour number')) - (await logit(router, 'acme-8b', 'moon poem'));
    assert.ok((await near(hard)) > (await near(easy)));
  });

  it('starts from what the router has where it knows the facts of a model', async () => {
    const { model, router } = await added(known('sums', { 'maker/unseen-70b': 39 }), 'facts');
    assert.deepEqual(model.relatives, []);
    const { router: base } = await openScoringBundle(path('base'));
    assert.deepEqual(router.facts.models, base.facts.models);
    assert.ok(
      (await logit(router, 'maker/unseen-70b', 'add the apples')) >
        (await logit(base, 'maker/unseen-70b', 'add the apples')),
    );
  });

  it('counts the results of a model that was added before once', async () => {
    const rows = [...known('code', { 'acme-8b': 30 }), ...unknown({ 'acme-8b': 12, 'strong-70b': 20 })];
    const once = await added(rows, 'once');
    await added(known('code', { 'acme-8b': 30 }), 'first');
    const twice = await added(rows, 'twice', [], 'first');
    const third = await added(rows, 'third', ['acme-8b'], 'twice');
    assert.deepEqual(twice.model.after, once.model.after);
    assert.deepEqual(third.model.after, once.model.after);
    for (const text of texts) {
      assert.equal(await logit(twice.router, 'acme-8b', text), await logit(once.router, 'acme-8b', text));
      assert.equal(await logit(third.router, 'acme-8b', text), await logit(once.router, 'acme-8b', text));
    }
    const sibling = await added(known('laws', { 'acme-70b': 30 }), 'sibling', [], 'third');
    assert.deepEqual(sibling.router.facts.models.slice(-2), ['acme-8b', 'acme-70b']);
  });

  it('tells what it would add, and writes nothing', async () => {
    const plan = async (rows: readonly Row[], name: string) => {
      const { code, out, error } = await add(rows, name, ['--plan']);
      assert.equal(code, 0, error);
      await assert.rejects(readFile(join(path(name), 'manifest.json')));
      return JSON.parse(out);
    };
    assert.deepEqual(await plan(known('code', { 'acme-8b': 30, 'strong-70b': 30 }), 'plan'), {
      newModels: [{ id: 'acme-8b', results: 40, benchmarks: 1 }],
      benchmarks: [{ name: 'code', task: 'code' }],
      onlyNewModels: true,
    });
    assert.equal((await plan(unknown({ 'acme-8b': 30 }), 'plan-unknown')).onlyNewModels, false);
    assert.equal((await plan(known('code', { 'newcomer-70b': 30, 'acme-8b': 1 }), 'plan-more')).onlyNewModels, false);
    const renamed = known('code', { 'acme-8b': 30 }).map((row) => ({ ...row, benchmark: 'my code run' }));
    assert.deepEqual((await plan(renamed, 'plan-renamed')).benchmarks, [{ name: 'my code run', task: 'code' }]);
    const homonym = unknown({ 'acme-8b': 30 }).map((row) => ({ ...row, benchmark: 'code' }));
    assert.deepEqual((await plan(homonym, 'plan-homonym')).benchmarks, [{ name: 'code', task: null }]);
  });

  it('tells steps and a failure in English, or as sentences for the editor', async () => {
    const rows = known('code', { 'acme-8b': 30 });
    assert.match((await add(rows, 'steps')).error, /^ +\d+ s {2}40 own results on 40 prompts; 0 lines skipped\n/);
    const { error } = await add(rows, 'steps', ['--sentences']);
    const told = error.trimEnd().split('\n').map(readSaidLine);
    assert.deepEqual(
      told.map((line) => line && 'step' in line && inEnglish(line.step)),
      ['40 own results on 40 prompts; 0 lines skipped', 'adding acme-8b', `${path('steps')}: written`],
    );
    const failed = await add(rows, 'refused', ['other-8b', '--sentences']);
    assert.equal(failed.code, 1);
    assert.deepEqual(readSaidLine(failed.error.trimEnd().split('\n').at(-1) ?? ''), {
      failure: {
        code: 'BAD_ARGUMENT',
        message: say('The tables hold no result of {0}.', 'other-8b'),
        nextStep: say('Name a model of the tables.'),
      },
    });
  });

  it('says what cannot be added, and why', async () => {
    const refused = async (rows: readonly Row[], more: readonly string[], pattern: RegExp): Promise<void> => {
      const { code, error } = await add(rows, 'refused', more);
      assert.equal(code, 1);
      assert.match(error, pattern);
      await assert.rejects(readFile(join(path('refused'), 'manifest.json')));
    };
    await refused(known('code', { 'acme-8b': 30, 'strong-70b': 1 }), ['strong-70b'], /160 results of strong-70b/);
    await refused(known('code', { 'acme-8b': 30 }), ['other-8b'], /no result of other-8b/);
    await refused(known('code', { 'strong-70b': 30 }), [], /results of every model/);
    await refused(known('code', { 'acme-8b': 3 }).slice(0, 6), [], /fewer than 10 results/);
    await refused(known('code', { 'acme-8b': 3 }), ['--alone'], /exclude each other/);
  });

  it('shows the evidence in words', async () => {
    const table = path('words.jsonl');
    const rows = [...known('code', { 'acme-8b': 38 }), ...unknown({ 'acme-8b': 20 })];
    await writeFile(table, rows.map((row) => `${JSON.stringify({ category: null, ...row })}\n`).join(''));
    const args = ['train', '--benchmarks', table, '--base', path('base'), '--output', path('words'), '--add-models'];
    const { out } = await run(args, { load: openScoringBundle });
    assert.match(out, /acme-8b: added; nothing changed for any other model/);
    assert.match(out, /code: 95 % of 40 right, \d+ % expected; the router's task code/);
    assert.match(out, /kitchen-law: 50 % of 40 right.*nearest to laws.*stays unknown/);
    assert.match(out, /expected from .*70b \(weight/);
    assert.match(out, /place \d of 4 models/);
  });

  it('places models of the shipped router near where all their results place them', async () => {
    const bundle = await verifyBundleFolder('models');
    const parameters = readRouterParameters(bundle);
    const evidence = parseEvidence(bundleFile(bundle, 'evidence.json'));
    const { models, indices } = factsOf(evidence);
    const { kernel, minimumResults } = readConstants(bundle);
    const D = parameters.projection.columns;
    const wide = [...parameters.models.keys()].filter(
      (m) => parameters.tasks.filter(({ accuracies }) => accuracies.has(m)).length >= 40,
    );
    assert.ok(wide.length >= 6);
    const chosen = [0, 1, 2, 3, 4, 5].map((at) => wide[Math.floor((at * wide.length) / 6)] as number);
    const ids = chosen.map((m) => parameters.models[m] as string);
    const benchmarks = chosen.flatMap((m) => {
      const tasks = [...parameters.tasks.entries()].filter(([, { accuracies }]) => accuracies.has(m));
      const taken = [1, 2, 3, 4, 5, 6].map(
        (at) => tasks[Math.floor((at * tasks.length) / 7)] as (typeof tasks)[number],
      );
      return taken.map(([task, { name, accuracies, items }]) => ({
        name,
        task,
        centroid: Float64Array.from(parameters.kernels.centroids.subarray(task * D, (task + 1) * D)),
        mixture: Float32Array.from(parameters.tasks, (_, t) => (t === task ? 1 : 0)),
        results: [{ model: parameters.models[m] as string, sum: (accuracies.get(m) ?? 0) * items, count: items }],
      }));
    });
    const facts = {
      models,
      indices,
      boards: boardsInOrder(evidence),
      addedBefore: new Set(ids),
      kernel,
      minimumResults,
    };
    const { added } = addModels(parameters, facts, ids, benchmarks);
    const errors = added.map(({ model, before, after }) => {
      const truth = columnOf(parameters, parameters.models.indexOf(model)).averageLogit;
      return { before: before.logit - truth, after: after.logit - truth };
    });
    const rms = (values: readonly number[]): number =>
      Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    const [before, after] = [rms(errors.map((error) => error.before)), rms(errors.map((error) => error.after))];
    assert.ok(after < 0.8 * before && after < 0.35, `${before} before, ${after} after`);
  }).timeout(30_000);
});
