/** How a model is called by its provider's own API. */
export interface SnippetModel {
  /** Id on the market listing, `provider/name`; null where the model cannot be bought there. */
  readonly marketId: string | null;
  readonly id: string;
}

const environmentKeys: Readonly<Record<string, { readonly key: string; readonly url: string | null }>> = {
  openai: { key: 'OPENAI_API_KEY', url: null },
  deepseek: { key: 'DEEPSEEK_API_KEY', url: 'https://api.deepseek.com' },
  mistralai: { key: 'MISTRAL_API_KEY', url: 'https://api.mistral.ai/v1' },
  'x-ai': { key: 'XAI_API_KEY', url: 'https://api.x.ai/v1' },
};

/**
 * A Python call of the model with the provider's documented client. Providers whose own API names cannot be derived from
 * the listing are called through OpenRouter, where the market id is the name. Keys stay in the environment.
 */
export function apiSnippet({ marketId, id }: SnippetModel): string {
  const [provider = '', name = id] = marketId?.split('/') ?? [];
  if (provider === 'anthropic') {
    return [
      'from anthropic import Anthropic',
      '',
      'client = Anthropic()  # reads ANTHROPIC_API_KEY',
      'message = client.messages.create(',
      `    model=${quoted(name.replaceAll('.', '-'))},`,
      '    max_tokens=4096,',
      '    messages=[{"role": "user", "content": prompt}],',
      ')',
      'print(message.content[0].text)',
      '',
    ].join('\n');
  }
  if (provider === 'google') {
    return [
      'from google import genai',
      '',
      'client = genai.Client()  # reads GEMINI_API_KEY',
      `response = client.models.generate_content(model=${quoted(name)}, contents=prompt)`,
      'print(response.text)',
      '',
    ].join('\n');
  }
  const own = environmentKeys[provider];
  const { key, url } = own ?? { key: 'OPENROUTER_API_KEY', url: 'https://openrouter.ai/api/v1' };
  const client = [`api_key=os.environ[${quoted(key)}]`, ...(url === null ? [] : [`base_url=${quoted(url)}`])];
  return [
    'import os',
    '',
    'from openai import OpenAI',
    '',
    `client = OpenAI(${client.join(', ')})`,
    'completion = client.chat.completions.create(',
    `    model=${quoted(own ? name : (marketId ?? id))},`,
    '    messages=[{"role": "user", "content": prompt}],',
    ')',
    'print(completion.choices[0].message.content)',
    '',
  ].join('\n');
}

/** A Python string literal: JSON's escapes are Python's. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
