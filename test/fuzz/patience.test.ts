import assert from 'node:assert/strict';
import { RecommendError } from '../../src/core/errors';
import { textSource } from '../../src/core/files/source';
import { readPrompts } from '../../src/core/prompts/readPrompts';
import { scoredText } from '../../src/core/prompts/scoredText';

/** Beginnings of things that never end: what takes time in the square of the length would take hours at these lengths. */
const openings = [
  '{%',
  '{#',
  '{{',
  '{{{',
  '{{!--',
  '${',
  '${a:',
  '{{#if x}}',
  '[',
  '![',
  '[a](',
  '[a](b "',
  '#file:',
  "#file:'",
  'file://',
  '```\n',
  '~~~\n',
  '---\n',
  'system:',
  ' ',
  '\t',
  '\n',
  '\r',
  '"',
  "'",
  ',',
  '","',
  '- ',
  '? ',
  ': ',
  '&a ',
  '*a ',
  '!',
  '|',
  '>',
  '%',
  '@',
  '`',
  '{',
  '{"a":',
  '["',
  'a: ',
  '\\',
  '\\u',
  '<',
  '(',
  '#',
  'q ',
];

const names = ['x.txt', 'x.prompt.md', 'x.prompty', 'x.prompt', 'x.j2', 'x.csv', 'x.jsonl', 'x.json', 'x.yaml'];

describe('patience', () => {
  for (const name of names) {
    it(`is not tried by ${name} full of things that never end`, async () => {
      for (const opening of openings) {
        // YAML's own parser is slow: less of it.
        const length = name.endsWith('.yaml') ? 5_000 : 100_000;
        const body = opening.repeat(Math.ceil(length / opening.length));
        for (const content of [body, `prompt\n${body}`, `- prompt: ${body}`, `{"prompt": "${body}`]) {
          const reading = readPrompts([textSource(name, content)]);
          try {
            for await (const prompt of reading.prompts) assert.ok(scoredText(prompt).length < 32_000);
          } catch (thrown) {
            assert.ok(RecommendError.is(thrown), `${name}, ${JSON.stringify(opening)}: ${thrown}`);
          }
        }
      }
    });
  }
});
