import assert from 'node:assert/strict';
import { ModelNames, type NamedModel, normaliseModelName } from '../../../../src/core/recommendation/modelNames';

function model(id: string, names: string[] = [], rest: Partial<NamedModel> = {}): NamedModel {
  return { id, names, released: null, buyable: true, standard: false, ...rest };
}

const names = new ModelNames([
  model('claude-sonnet-4-5-20250929', ['anthropic/claude-sonnet-4.5', 'Anthropic: Claude Sonnet 4.5']),
  model('claude-sonnet-4-20250514', ['anthropic/claude-sonnet-4', 'Anthropic: Claude Sonnet 4'], { buyable: false }),
  model('gpt-5', ['openai/gpt-5', 'GPT-5'], { standard: true }),
  model('gpt-5-high', ['openai/gpt-5', 'GPT-5 (high)']),
  model('gpt-5-mini', ['openai/gpt-5-mini', 'OpenAI: GPT-5 Mini']),
  model('gpt-4o-2024-05-13', ['openai/gpt-4o-2024-05-13'], { released: '2024-05-13' }),
  model('gpt-4o-2024-11-20', ['openai/gpt-4o-2024-11-20'], { released: '2024-11-20' }),
  model('o3-mini', ['OpenAI: o3 Mini']),
  model('twin-a', ['Twin']),
  model('twin-b', ['Twin']),
  model('old-a', ['Elder'], { buyable: false }),
  model('old-b', ['Elder']),
]);

describe('model names', () => {
  it('takes spelling, vendors and notes out of a name', () => {
    assert.equal(normaliseModelName('Claude Sonnet 4.5 (Preview)'), 'claude-sonnet-4-5');
    assert.equal(normaliseModelName('anthropic/claude-sonnet-4.5'), 'claude-sonnet-4-5');
    assert.equal(normaliseModelName('OpenAI: GPT-5 Mini'), 'gpt-5-mini');
    assert.equal(normaliseModelName('GPT-5 mini (copilot)'), 'gpt-5-mini');
    assert.equal(normaliseModelName('GPT-5 (high)'), 'gpt-5-high');
  });

  it('finds a model by its id and by what editors and listings call it', () => {
    assert.equal(names.find('gpt-5'), 'gpt-5');
    assert.equal(names.find('GPT-5 mini (copilot)'), 'gpt-5-mini');
    assert.equal(names.find('openai/gpt-5-mini'), 'gpt-5-mini');
    assert.equal(names.find('Claude Sonnet 4.5'), 'claude-sonnet-4-5-20250929');
    assert.equal(names.find('claude-sonnet-4.5'), 'claude-sonnet-4-5-20250929');
    assert.equal(names.find('o3-mini'), 'o3-mini');
    assert.equal(names.find('o3 mini'), 'o3-mini');
  });

  it('takes the standard setting where a name stands for several', () => {
    assert.equal(names.find('openai/gpt-5'), 'gpt-5');
  });

  it('keeps effort, size and version apart', () => {
    assert.equal(names.find('GPT-5 (high)'), 'gpt-5-high');
    assert.equal(names.find('Claude Sonnet 4'), 'claude-sonnet-4-20250514');
    assert.equal(names.find('gpt-5-nano'), null);
  });

  it('takes the newest build where the name gives no date, and a build by its date', () => {
    assert.equal(names.find('gpt-4o'), 'gpt-4o-2024-11-20');
    assert.equal(names.find('GPT-4o'), 'gpt-4o-2024-11-20');
    assert.equal(names.find('openai/gpt-4o-2024-05-13'), 'gpt-4o-2024-05-13');
  });

  it('prefers what can be bought, and calls the rest unknown', () => {
    assert.equal(names.find('Elder'), 'old-b');
    assert.equal(names.find('Twin'), null);
    assert.equal(names.find('my-finetune'), null);
    assert.equal(names.find(''), null);
    assert.equal(names.find('GPT'), null);
  });
});
