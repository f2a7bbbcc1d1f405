import assert from 'node:assert/strict';
import { apiSnippet } from '../../../../src/core/recommendation/apiSnippet';

describe('API snippet', () => {
  it('uses the provider its own client and name', () => {
    assert.match(apiSnippet({ marketId: 'openai/gpt-5.5', id: 'gpt-5.5' }), /OPENAI_API_KEY[\s\S]*model="gpt-5\.5"/);
    assert.match(
      apiSnippet({ marketId: 'anthropic/claude-opus-4.8', id: 'claude-opus-4-8' }),
      /Anthropic\(\)[\s\S]*model="claude-opus-4-8"/,
    );
    assert.match(apiSnippet({ marketId: 'google/gemini-3.6-flash', id: 'x' }), /genai[\s\S]*model="gemini-3\.6-flash"/);
  });

  it('calls everything else by its market id through OpenRouter', () => {
    const text = apiSnippet({ marketId: 'z-ai/glm-5.2', id: 'glm-5.2' });
    assert.match(text, /openrouter\.ai[\s\S]*model="z-ai\/glm-5\.2"/);
  });

  it('escapes what would end the string', () => {
    assert.match(apiSnippet({ marketId: null, id: 'a"b\\c' }), /model="a\\"b\\\\c"/);
  });
});
