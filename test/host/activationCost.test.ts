import assert from 'node:assert/strict';
import { window } from 'vscode';
import { activated } from './support';

describe('activation', () => {
  it('takes under 50 ms, loads no router and starts no process', async () => {
    const api = await activated();
    assert.equal(window.activeTextEditor, undefined, 'no document is open yet that would ask for a suggestion');
    assert.ok(api.activationMs < 50, `${api.activationMs} ms`);
    assert.deepEqual([api.scorer.state, api.scorer.pid], ['stopped', undefined]);
  });
});
