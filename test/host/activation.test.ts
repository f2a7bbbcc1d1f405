import assert from 'node:assert/strict';
import { commands, extensions } from 'vscode';

describe('the extension in the editor', () => {
  const extension = extensions.getExtension('recommend-llm.recommend-llm');

  it('is found and activates', async () => {
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('registers every command of its manifest', async () => {
    const contributed: { command: string }[] = extension?.packageJSON.contributes.commands ?? [];
    assert.notEqual(contributed.length, 0);
    const registered = new Set(await commands.getCommands(true));
    assert.deepEqual(
      contributed.map(({ command }) => command).filter((command) => !registered.has(command)),
      [],
    );
  });
});
