import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { Workbench } from './workbench';

describe('the workbench', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open();
  });
  after(() => workbench.close());

  it('shows the samples', async () => {
    for (const name of readdirSync(workbench.folder)) assert.ok(await (await workbench.explorerRow(name)).isVisible());
    await workbench.expectNoErrors();
  });

  it('wears each kind of theme', async () => {
    for (const theme of ['light', 'highContrastDark', 'highContrastLight', 'dark'] as const) {
      await workbench.setTheme(theme);
    }
  });
});
