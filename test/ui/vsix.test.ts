import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { temporaryFolder } from '../../scripts/cleanup';
import { currentTarget, packageExtension, type Vsix } from '../../scripts/vsix';
import { Workbench } from './workbench';

describe('the packaged extension', () => {
  let vsix: Vsix;
  let workbench: Workbench;
  before(async () => {
    vsix = await packageExtension(currentTarget(), temporaryFolder('package'));
    workbench = await Workbench.open({ vsix: vsix.path });
  });
  after(() => workbench?.close());

  it('holds what it needs and no other platform', () => {
    const files: string[] = [];
    unzipSync(readFileSync(vsix.path), {
      filter: ({ name }) => {
        files.push(name);
        return false;
      },
    });
    const [system, architecture] = currentTarget().split('-');
    const binaries = files.filter((name) => name.includes('/bin/napi-v6/'));
    assert.notEqual(binaries.length, 0);
    assert.deepEqual(
      binaries.filter((name) => !name.includes(`/${system}/${architecture}/`)),
      [],
    );
    for (const name of [
      'dist/extension.js',
      'dist/scorer.js',
      'dist/panel.js',
      'models/manifest.json',
      'media/icon.png',
    ]) {
      assert.ok(files.includes(`extension/${name}`), `${name} is missing`);
    }
    assert.deepEqual(
      files.filter((name) => /\.(ts|tsx|map)$|^extension\/(test|src|scripts|samples|out)\//.test(name)),
      [],
    );
  });

  it('recommends a model once installed', async () => {
    const path = 'train-journey.prompt.md';
    await workbench.chooseMenu(() => workbench.rightClickExplorer(path), 'Recommend LLM');
    const panel = await workbench.webviewFrame();
    await panel.getByRole('table').first().waitFor();
    await workbench.expectNoErrors();
  });
});
