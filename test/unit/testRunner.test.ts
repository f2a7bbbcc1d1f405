import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import upng from 'upng-js';
import { saveAnimation } from '../../scripts/pictures';

describe('the test runner', () => {
  it('fails when no test ran', () => {
    const runner = join(__dirname, '..', 'node.entry.js');
    const env = { ...process.env, RECOMMEND_LLM_TEST_COUNTS: '' };
    const done = spawnSync(process.execPath, [runner, 'unit', '--grep', 'no test is called so', 'architecture'], {
      env,
      encoding: 'utf8',
    });
    assert.equal(done.status, 1);
    assert.match(done.stderr, /No test ran/);
  });
});

describe('pictures', () => {
  it('become an animated PNG', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
    const still = (shade: number): Uint8Array =>
      new Uint8Array(upng.encode([new Uint8Array(4 * 8 * 8).fill(shade).buffer], 8, 8, 0));
    const path = join(folder, 'animation.png');
    const bytes = saveAnimation(path, [
      { png: still(255), delay: 100 },
      { png: still(128), delay: 200 },
    ]);
    const saved = readFileSync(path);
    rmSync(folder, { recursive: true });
    assert.equal(saved.byteLength, bytes);
    assert.equal(upng.toRGBA8(upng.decode(saved)).length, 2);
  });
});
