import assert from 'node:assert/strict';
import * as v from 'valibot';
import type { ModelFacts } from '../../../src/core/benchmarks/modelFacts';
import { answersInText, buildCatalog, parseCatalogFacts, reasonsByName } from '../../../src/core/cost/buildCatalog';
import { catalogSchema, offeredModels } from '../../../src/core/cost/catalog';
import { RecommendError } from '../../../src/core/errors';
import { selectCandidates } from '../../../src/core/recommendation/candidates';

function entry(id: string, name: string, output: number, open = false) {
  return {
    id,
    name,
    released: '2026-01-02',
    context_tokens: 1000,
    input_usd_per_mtok: 1,
    output_usd_per_mtok: output,
    open_weights: open,
    reasoning: true,
  };
}

const facts = parseCatalogFacts({
  as_of: '2026-08-01',
  sources: { market: 'a listing' },
  market: [
    entry('acme/one', 'Acme: One', 10),
    entry('acme/two', 'Acme: Two', 2, true),
    entry('deepseek/r', 'DeepSeek: R1', 3),
  ],
  benchmark_id_to_market_id: {
    one: 'acme/one',
    'one-high': 'acme/one',
    'two-thinking': 'acme/two',
    r: 'deepseek/r',
    gone: 'acme/gone',
  },
  list_prices_of_retired_models: { old: { input_usd_per_mtok: 5, output_usd_per_mtok: 6 } },
});

function known(id: string): [string, ModelFacts] {
  return [id, { id, name: id, provider: 'unknown', openWeights: false, released: null, marketId: null }];
}

const ids = ['one', 'one-high', 'two-thinking', 'r', 'old', 'gone'];
const catalog = buildCatalog(
  facts,
  new Map(ids.map(known)),
  ids,
  () => ({ items: 10, aggregates: 0 }),
  () => ({ value: 0.5, tasks: 2 }),
);
const byId = new Map(catalog.models.map((model) => [model.id, model]));
const { models: offered } = offeredModels(catalog);
const all = new Set(ids);

describe('buildCatalog', () => {
  it('makes a valid catalog', () => {
    assert.deepEqual(v.parse(catalogSchema, catalog), catalog);
  });

  it('keeps efforts apart and lets the default setting stand for its market id', () => {
    assert.equal(byId.get('one-high')?.name, 'One (high effort)');
    assert.equal(byId.get('one-high')?.effort, 'high');
    assert.deepEqual(
      catalog.models.filter(({ standard }) => standard).map(({ id }) => id),
      ['one', 'two-thinking', 'r'],
    );
  });

  it('lets the best-evidenced setting stand where the default has no evidence', () => {
    const other = buildCatalog(
      facts,
      new Map(),
      ['one', 'one-high'],
      (id) => ({ items: id === 'one' ? 0 : 5, aggregates: 0 }),
      () => ({ value: 0, tasks: 0 }),
    );
    assert.deepEqual(
      other.models.filter(({ standard }) => standard).map(({ id }) => id),
      ['one-high'],
    );
  });

  it('keeps what was never evaluated out of the default candidates', () => {
    const none = buildCatalog(
      facts,
      new Map(),
      ['one'],
      () => ({ items: 0, aggregates: 0 }),
      () => ({ value: 0, tasks: 0 }),
    );
    assert.deepEqual(
      none.models.map(({ standard, buyable }) => [standard, buyable]),
      [[false, true]],
    );
  });

  it('dates prices, prices retired models and sells only what is on the market', () => {
    assert.deepEqual(byId.get('one')?.price, { input: 1, output: 10, asOf: '2026-08-01' });
    assert.equal(byId.get('old')?.price?.output, 6);
    assert.equal(byId.get('old')?.buyable, false);
    assert.equal(byId.get('gone')?.marketId, null);
  });

  it('keeps the provider in a name that says little alone', () => {
    assert.equal(byId.get('r')?.name, 'DeepSeek R1');
  });

  it('refuses a broken listing by its field', () => {
    assert.throws(
      () => parseCatalogFacts({ as_of: 1 }),
      (error) => RecommendError.is(error) && error.code === 'TRAINING_DATA' && /as_of/.test(error.message),
    );
  });
});

describe('answersInText', () => {
  it('leaves out what does other work than answering', () => {
    const ids = [
      'google/gemini-3-pro-image',
      'openai/gpt-audio-mini',
      'meta-llama/llama-guard-4-12b',
      'openai/gpt-oss-120b',
      'qwen/qwen3-vl-8b-instruct',
      'acme/imagery-1',
    ];
    assert.deepEqual(ids.filter(answersInText), ids.slice(3));
  });
});

describe('reasonsByName', () => {
  it('believes the id before the listing', () => {
    assert.equal(reasonsByName('gpt-5.4-none', true), false);
    assert.equal(reasonsByName('claude-opus-4-8', true), false);
    assert.equal(reasonsByName('claude-opus-4-8-thinking', true), true);
    assert.equal(reasonsByName('deepseek-v3.2', true, true), false);
    assert.equal(reasonsByName('gpt-5', true), true);
    assert.equal(reasonsByName('o3', null), true);
  });
});

describe('offeredModels', () => {
  it('lays own prices and models over the catalog and tells what it does not know', () => {
    const price = { input: 0.1, output: 0.2, asOf: '2026-09-01' };
    const { models, unknown } = offeredModels(catalog, {
      prices: { 'acme/two': price, nobody: price },
      ownModels: [
        { id: 'mine', name: 'Mine', sameAs: 'acme/one', price },
        { id: 'lost', name: 'Lost', sameAs: 'nothing', price },
      ],
    });
    assert.deepEqual(models.find(({ id }) => id === 'two-thinking')?.price, price);
    assert.equal(models.find(({ id }) => id === 'mine')?.evidenceOf, 'one');
    assert.deepEqual(unknown, ['nobody', 'nothing']);
  });
});

describe('selectCandidates', () => {
  const select = (...patterns: string[]) => selectCandidates(offered, patterns, all).map(({ id }) => id);

  it('takes one setting of everything that can be bought by default', () => {
    assert.deepEqual(select(), ['one', 'two-thinking', 'r']);
  });

  it('takes globs over ids, market ids and names, and exact ids with their effort', () => {
    assert.deepEqual(select('one*'), ['one', 'one-high']);
    assert.deepEqual(select('acme/one'), ['one']);
    assert.deepEqual(select('ONE-HIGH'), ['one-high']);
    assert.deepEqual(select('acme/*'), ['one', 'one-high', 'two-thinking']);
    assert.deepEqual(select('DeepSeek R1', 'old'), ['r', 'old']);
  });

  it('takes away what an exclamation mark names', () => {
    assert.deepEqual(select('!acme/two'), ['one', 'r']);
    assert.deepEqual(select('acme/*', '!*high'), ['one', 'two-thinking']);
  });

  it('says so when nothing is left', () => {
    assert.throws(
      () => select('nothing'),
      (error) => RecommendError.is(error) && error.code === 'NO_CANDIDATES' && /"nothing"/.test(error.message),
    );
  });
});
