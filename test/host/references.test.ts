import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { commands, Uri, window, workspace } from 'vscode';
import { placeOf, resolveReference } from '../../src/host/references';
import { activated, closeAll, keepUnsaved, sample, shownRecommendation, temporaryFile } from './support';

describe('files that a prompt refers to', () => {
  const folder = (): string => sample('refers').fsPath;
  const document = (): string => sample('refers/a.prompt.md').toString();
  before(async () => {
    await activated();
    mkdirSync(folder(), { recursive: true });
    writeFileSync(sample('refers/near.md').fsPath, 'Near the document.');
    writeFileSync(sample('refers/large.md').fsPath, 'a'.repeat((1 << 20) + 1));
    symlinkSync(temporaryFile('secret.md', 'secret').fsPath, sample('refers/link.md').fsPath);
  });
  after(() => rmSync(folder(), { recursive: true }));
  afterEach(closeAll);

  it('are read through workspace.fs, relative to the document or to the workspace', async () => {
    const near = await resolveReference(document(), 'near.md');
    assert.ok(typeof near !== 'string');
    assert.equal(near.name, 'refers/near.md');
    assert.equal(new TextDecoder().decode(near.bytes), 'Near the document.');
    for (const reference of ['house-rules.md', '../house-rules.md', sample('house-rules.md').path]) {
      const found = await resolveReference(document(), reference);
      assert.equal(typeof found === 'string' ? found : found.name, 'house-rules.md', reference);
    }
  });

  it('stay unread where they are missing, too large, no files, links, or outside of the workspace', async () => {
    const cases = {
      'gone.md': 'missing',
      'large.md': 'over-limit',
      '../skills': 'not-text',
      'link.md': 'outside-workspace',
      '../../../etc/hostname': 'outside-workspace',
      '/etc/hostname': 'outside-workspace',
      'file:///etc/hostname': 'outside-workspace',
      'https://example.org/a.md': 'outside-workspace',
    };
    for (const [reference, outcome] of Object.entries(cases))
      assert.equal(await resolveReference(document(), reference), outcome, reference);
    const stranger = temporaryFile('a.prompt.md', 'See #file:b.md');
    assert.equal(await resolveReference(stranger.toString(), 'b.md'), 'outside-workspace');
    assert.equal(placeOf(stranger), undefined);
    assert.equal(placeOf(Uri.parse('memory:/a.prompt.md')), undefined);
  });

  it('are read for text that is not saved yet', async () => {
    const api = await activated();
    await keepUnsaved();
    writeFileSync(sample('refers/a.prompt.md').fsPath, 'Write a poem.');
    const opened = await workspace.openTextDocument(sample('refers/a.prompt.md'));
    const editor = await window.showTextDocument(opened);
    await editor.edit((edit) => edit.insert(opened.positionAt(0), 'As told in #file:near.md and #file:link.md: '));
    await commands.executeCommand('recommendLlm.recommend', opened.uri);
    assert.ok(opened.isDirty);
    assert.deepEqual(shownRecommendation(api).read.references, [
      { path: 'near.md', outcome: 'included' },
      { path: 'link.md', outcome: 'outside-workspace' },
    ]);
  });
});
