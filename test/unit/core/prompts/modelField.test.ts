import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'yaml';
import { findModelField, setModelField } from '../../../../src/core/prompts/modelField';

function apply(text: string, model: string): string {
  const edit = setModelField(text, model);
  assert.ok(edit, 'an edit is possible');
  return text.slice(0, edit.start) + edit.text + text.slice(edit.end);
}

describe('model field of the front matter', () => {
  it('finds a plain, a quoted, a listed and a nested name', () => {
    const of = (yaml: string): string | undefined => findModelField(`---\n${yaml}\n---\nHello`)?.value;
    assert.equal(of('model: gpt-4o'), 'gpt-4o');
    assert.equal(of('mode: agent\nmodel: "Claude Sonnet 4.5 (copilot)"\ntools: []'), 'Claude Sonnet 4.5 (copilot)');
    assert.equal(of("model: ['GPT-5', 'GPT-4.1']"), 'GPT-5');
    assert.equal(of('model:\n  api: chat\n  configuration:\n    azure_deployment: gpt-35-turbo'), 'gpt-35-turbo');
    assert.equal(of('model:\n  id: gpt-4o-mini\n  provider: openai'), 'gpt-4o-mini');
  });

  it('points at the value as written', () => {
    const text = "---\r\nmode: ask\r\nmodel: 'gpt-4o' # fast\r\n---\r\nHello";
    const field = findModelField(text);
    assert.ok(field);
    assert.equal(text.slice(field.start, field.end), "'gpt-4o'");
  });

  it('finds nothing in the body, in broken front matter, or where there is none', () => {
    assert.equal(findModelField('model: gpt-4o'), null);
    assert.equal(findModelField('---\ntitle: x\n---\nmodel: gpt-4o'), null);
    assert.equal(findModelField('---\nmodel: [gpt\n---\n'), null);
    assert.equal(findModelField('---\nmodel: 4\n---\n'), null);
  });

  it('replaces the value and nothing else', () => {
    const text = '---\nmode: agent # keep\nmodel: gpt-4o   # was fast\ntools: [a]\n---\nBody\n---\nmodel: x\n';
    assert.equal(apply(text, 'claude-sonnet-5'), text.replace('gpt-4o', 'claude-sonnet-5'));
  });

  it('adds a line, fills a blank value, or puts front matter before the text', () => {
    assert.equal(apply('---\r\nmode: ask\r\n---\r\nHi', 'a/b'), '---\r\nmode: ask\r\nmodel: a/b\r\n---\r\nHi');
    assert.equal(apply('---\n---\nHi', 'm'), '---\nmodel: m\n---\nHi');
    assert.equal(apply('---\nmodel:\nmode: ask\n---\nHi', 'm'), '---\nmodel: m\nmode: ask\n---\nHi');
    assert.equal(apply('Hi', 'm'), '---\nmodel: m\n---\n\nHi');
    assert.equal(apply('\uFEFFHi', 'm'), '\uFEFF---\nmodel: m\n---\n\nHi');
  });

  it('refuses where nothing could be replaced safely', () => {
    assert.equal(setModelField('---\nmodel: [gpt\n---\n', 'm'), null);
    assert.equal(setModelField('---\nmodel:\n  api: chat\n---\n', 'm'), null);
    assert.equal(setModelField('---\n- a\n---\n', 'm'), null);
  });

  it('writes names that YAML reads back unchanged', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: fc.constantFrom(...'aZ1:#\'"-.,[]{}&*!|>%@`/() ') }), (name) => {
        const edited = apply('---\nmodel: x\nmode: ask\n---\nBody', name);
        const yaml = edited.split('\n---\n')[0]?.slice(4) ?? '';
        assert.deepEqual(parse(yaml), { model: name, mode: 'ask' });
        assert.equal(findModelField(edited)?.value, name);
      }),
    );
  });
});
