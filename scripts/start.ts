// Opens an editor with the extension from the working tree on `samples/`: VS Code where it is installed, else the
// browser-hosted one. Ctrl-C ends everything.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { startGroup } from './cleanup';
import { installCodeServer, startCodeServer, workbenchAddress } from './codeServer';
import { hasDisplay } from './editorHost';
import { exec, onPath } from './exec';

const folder = resolve('samples');
const extension = resolve('.');

/** Runs the installed VS Code until its window is closed. */
function startDesktop(code: string): void {
  console.log(`Opening ${code} on samples/ …`);
  const { child } = startGroup(code, ['--new-window', '--wait', `--extensionDevelopmentPath=${extension}`, folder], {
    stdio: 'inherit',
  });
  child.on('exit', (status) => process.exit(status ?? 1));
}

/** Serves the workbench; a second, tiny server keeps the printed address short. */
async function startInBrowser(): Promise<void> {
  const server = await startCodeServer(await installCodeServer(), {
    settings: { 'workbench.startupEditor': 'readme' },
  });
  server.onEnd(() => {
    console.error('The editor server ended.');
    process.exit(1);
  });
  const location = workbenchAddress(server, { folder, extensions: [extension] });
  const door = createServer((_request, response) => response.writeHead(302, { location }).end());
  door.listen(0, '127.0.0.1', () => {
    console.log(`Open http://127.0.0.1:${(door.address() as AddressInfo).port}/ in a browser. Ctrl-C ends it.`);
  });
}

async function main(): Promise<void> {
  const bundled = await exec(process.execPath, ['esbuild.mjs']);
  if (bundled.code !== 0) throw new Error(`Bundling failed:\n${bundled.output}`);
  const code = process.env.VSCODE_EXECUTABLE || onPath('code');
  if (code && hasDisplay()) startDesktop(code);
  else await startInBrowser();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
