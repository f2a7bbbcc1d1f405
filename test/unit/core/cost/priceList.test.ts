import assert from 'node:assert/strict';
import { type PricedModel, readPriceList } from '../../../../src/core/cost/priceList';
import { RecommendError } from '../../../../src/core/errors';
import { ModelNames } from '../../../../src/core/recommendation/modelNames';

const models: PricedModel[] = [
  { id: 'gpt-5', marketId: 'openai/gpt-5' },
  { id: 'gpt-5-high', marketId: 'openai/gpt-5' },
  { id: 'claude-sonnet-4-5-20250929', marketId: 'anthropic/claude-sonnet-4.5' },
  { id: 'glm-5.2', marketId: 'z-ai/glm-5.2' },
  { id: 'old-model', marketId: null },
];
const names = new ModelNames(
  models.map(({ id, marketId }) => ({
    id,
    names: marketId === null ? [] : [marketId],
    released: null,
    buyable: true,
    standard: id !== 'gpt-5-high',
  })),
);
const read = (json: unknown): ReturnType<typeof readPriceList> =>
  readPriceList(JSON.stringify(json), 'prices.json', '2026-08-01', models, names);

const failsWith =
  (code: string) =>
  (thrown: unknown): boolean =>
    RecommendError.is(thrown) && thrown.code === code;

describe('price lists', () => {
  it('reads OpenRouter, with prices as text', () => {
    const reading = read({
      data: [
        { id: 'openai/gpt-5', pricing: { prompt: '0.00000125', completion: '0.00001' } },
        { id: 'nobody/knows-it', pricing: { prompt: '0', completion: '0' } },
        { id: 'openrouter/auto', pricing: { prompt: '-1', completion: '-1' } },
        { id: 'anthropic/claude-sonnet-4.5', pricing: { prompt: '3e-6', completion: '1.5e-5' } },
      ],
    });
    assert.deepEqual(reading, {
      format: 'openrouter',
      prices: {
        'anthropic/claude-sonnet-4.5': { input: 3, output: 15, asOf: '2026-08-01' },
        'openai/gpt-5': { input: 1.25, output: 10, asOf: '2026-08-01' },
      },
      entries: 3,
      unknown: 1,
      broken: 1,
    });
  });

  it('reads litellm and prefers the provider, then OpenRouter, then the lowest quote', () => {
    const reading = read({
      sample_spec: { input_cost_per_token: 0, output_cost_per_token: 0, mode: 'chat' },
      'azure/gpt-5': {
        input_cost_per_token: 9e-7,
        output_cost_per_token: 9e-7,
        litellm_provider: 'azure',
        mode: 'chat',
      },
      'gpt-5': { input_cost_per_token: 1.25e-6, output_cost_per_token: 1e-5, litellm_provider: 'openai', mode: 'chat' },
      'host-a/glm-5.2': {
        input_cost_per_token: 2e-6,
        output_cost_per_token: 2e-6,
        litellm_provider: 'a',
        mode: 'chat',
      },
      'host-b/glm-5.2': {
        input_cost_per_token: 1e-6,
        output_cost_per_token: 1e-6,
        litellm_provider: 'b',
        mode: 'chat',
      },
      'text-embedding': { input_cost_per_token: 1e-8, output_cost_per_token: 0, mode: 'embedding' },
      'old-model': { input_cost_per_token: 1e-6, output_cost_per_token: 2e-6, mode: 'completion' },
      broken: { input_cost_per_token: 'free', output_cost_per_token: 1, mode: 'chat' },
    });
    assert.deepEqual(reading.prices, {
      'old-model': { input: 1, output: 2, asOf: '2026-08-01' },
      'openai/gpt-5': { input: 1.25, output: 10, asOf: '2026-08-01' },
      'z-ai/glm-5.2': { input: 1, output: 1, asOf: '2026-08-01' },
    });
    assert.deepEqual([reading.format, reading.entries, reading.unknown, reading.broken], ['litellm', 5, 0, 1]);
  });

  it('refuses what is not a price list', () => {
    assert.throws(() => readPriceList('{', 'x', '2026-08-01', models, names), failsWith('FORMAT_BROKEN'));
    assert.throws(() => read([]), failsWith('FORMAT_UNKNOWN'));
    assert.throws(() => read({}), failsWith('FORMAT_UNKNOWN'));
    assert.throws(() => read({ name: 'package', version: '1' }), failsWith('FORMAT_UNKNOWN'));
  });
});
