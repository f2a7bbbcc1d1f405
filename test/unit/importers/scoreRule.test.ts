import assert from 'node:assert/strict';
import { catalogIdOf, modelNameIndex, normaliseModelName } from '../../../src/core/benchmarks/importers/modelNames';
import {
  addToSummary,
  applyRule,
  canBeCorrectness,
  newSummary,
  ruleFor,
} from '../../../src/core/benchmarks/importers/scoreRule';

function rule(metric: string, values: readonly (number | boolean | string)[]) {
  const summary = newSummary(metric);
  for (const value of values) addToSummary(summary, value);
  return { summary, rule: ruleFor(summary) };
}

describe('score rules', () => {
  it('leaves numbers within 0..1 and truth values as they are', () => {
    assert.equal(applyRule(rule('acc', [0, 0.3, 1]).rule, 0.3), 0.3);
    assert.equal(applyRule(rule('ok', [true, false]).rule, true), 1);
  });

  it('finds the scale of ratings and percentages', () => {
    assert.equal(applyRule(rule('judge', [1, 3, 5]).rule, 3), 0.5);
    assert.equal(applyRule(rule('judge', [1, 10]).rule, 5.5), 0.5);
    assert.equal(applyRule(rule('percent', [0, 88]).rule, '50%'), 0.5);
  });

  it('turns a rate round where lower is better', () => {
    assert.equal(applyRule(rule('wer', [0.1, 0.9]).rule, 0.25), 0.75);
  });

  it('reads grades and refuses words', () => {
    const grade = rule('verify', ['C', 'I', 'P']);
    assert.deepEqual(
      ['C', 'P', 'I', 'maybe'].map((value) => applyRule(grade.rule, value)),
      [1, 0.5, 0, null],
    );
    assert.equal(canBeCorrectness(rule('note', ['good work', 'see above']).summary), false);
    assert.equal(canBeCorrectness(rule('num_prompt_tokens', [10, 20]).summary), false);
  });
});

describe('model names', () => {
  it('drops hosts, tiers and case, and keeps settings', () => {
    assert.equal(normaliseModelName('openrouter/anthropic/Claude-Sonnet-4.5:beta'), 'claude-sonnet-4-5');
    assert.equal(normaliseModelName('openai:chat:gpt-5'), 'gpt-5');
    assert.equal(normaliseModelName('gpt-5-high'), 'gpt-5-high');
  });

  it('maps by id, market id and alias, and never guesses', () => {
    const index = modelNameIndex([
      { id: 'claude-sonnet-4-5-20250929', marketId: 'anthropic/claude-sonnet-4.5' },
      { id: 'gpt-5', marketId: 'openai/gpt-5' },
      { id: 'gpt-5-high', marketId: 'openai/gpt-5' },
      { id: 'a-1', aliases: ['shared'] },
      { id: 'a-2', aliases: ['shared'] },
    ]);
    assert.equal(catalogIdOf('anthropic/claude-sonnet-4.5', index), 'claude-sonnet-4-5-20250929');
    assert.equal(catalogIdOf('openai/gpt-5', index), 'gpt-5');
    assert.equal(catalogIdOf('gpt-5-2025-08-07', index), 'gpt-5');
    assert.equal(catalogIdOf('shared', index), null);
    assert.equal(catalogIdOf('gpt-6', index), null);
  });
});
