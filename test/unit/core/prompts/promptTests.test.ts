import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { textSource, type Workspace } from '../../../../src/core/files/source';
import { findPromptTests } from '../../../../src/core/prompts/promptTests';

const none: Workspace = { resolve: async () => 'missing' };

const samples: Workspace = {
  resolve: async (_, reference) => textSource(reference, readFileSync(join('samples', normalize(reference)), 'utf8')),
};

describe('tests of a prompt configuration', () => {
  it('fills the first prompt with the variables of each test, defaults included', async () => {
    const text = [
      'prompts: ["Translate {{word}} to {{language}}.", "Second"]',
      'providers: [openai:chat:gpt-4o]',
      'defaultTest: { vars: { language: French } }',
      'tests:',
      '  - vars: { word: bread }',
      '  - vars: { word: milk, language: German }',
      '',
    ].join('\n');
    const tests = await findPromptTests(text, 'promptfooconfig.yaml', none);
    assert.deepEqual(
      tests.map(({ prompt, provider }) => [prompt, provider]),
      [
        ['Translate bread to French.', 'gpt-4o'],
        ['Translate milk to German.', 'gpt-4o'],
      ],
    );
    assert.equal(text.slice(tests[1]?.offset).split('\n')[0], 'vars: { word: milk, language: German }');
  });

  it('reads the sample with the files that it refers to', async () => {
    const text = readFileSync('samples/promptfooconfig.yaml', 'utf8');
    const tests = await findPromptTests(text, 'promptfooconfig.yaml', samples);
    assert.equal(tests.length, 2);
    assert.ok(tests.every(({ prompt, provider }) => !prompt.includes('{{') && provider === null));
  });

  it('finds none where there is nothing to find', async () => {
    for (const text of [
      '',
      '- a',
      'tests: [{ vars: {} }]',
      'prompts: [x]',
      'prompts: [x]\ntests: file://t.csv',
      'a: [b',
    ])
      assert.deepEqual(await findPromptTests(text, 'promptfooconfig.yaml', none), [], text);
  });
});
