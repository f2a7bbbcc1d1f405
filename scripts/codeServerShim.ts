// Takes VS Code's own command line and runs it in code-server and a browser, so that test-electron's `runTests` works.
import { format } from 'node:util';
import { chromium } from 'playwright-core';
import { chromiumSwitches, findChromium } from './chromium';
import { installCodeServer, startCodeServer, workbenchAddress } from './codeServer';

// What the workbench and a server without its optional native parts and without a network always say.
const noise = new RegExp(
  [
    '^(Resolv(ing|ed) connection token|Creating a socket|Updating additional builtin|\\[(reconnection|Service|AgentHost|Account))',
    'Could not locate the bindings file',
    'build/Release/watchdog',
    'open-vsx\\.org',
  ].join('|'),
);

function argumentsNamed(name: string): string[] {
  const start = `--${name}=`;
  return process.argv.filter((text) => text.startsWith(start)).map((text) => text.slice(start.length));
}

/** Longest time for a suite, in milliseconds. */
const limit = 10 * 60_000;

async function main(): Promise<number> {
  // The caller holds the other end of standard input: when it is gone, so is the reason to go on.
  process.stdin.on('close', () => process.exit(1)).resume();
  // The browser's workbench runs one extension from its working tree: any further ones are installed.
  const [extension, ...installed] = argumentsNamed('extensionDevelopmentPath');
  const [tests] = argumentsNamed('extensionTestsPath');
  const folder = process.argv.slice(2).find((text) => !text.startsWith('-'));
  const server = await startCodeServer(await installCodeServer(), { extensions: installed });
  const browser = await chromium.launch({ executablePath: await findChromium(), args: [...chromiumSwitches] });
  try {
    const page = await browser.newPage();
    const ended = new Promise<number>((resolve, reject) => {
      page.on('crash', () => reject(new Error('The browser page crashed.')));
      page.on('close', () => reject(new Error('The browser page was closed.')));
      server.onEnd(() => reject(new Error('The editor server ended.')));
      setTimeout(() => reject(new Error(`The host tests took more than ${limit / 60_000} minutes.`)), limit);
      page.exposeFunction('codeAutomationExit', (code: number) => resolve(code)).catch(reject);
    });
    await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
      const text = format(...args);
      if (noise.test(text)) return;
      if (type === 'error') console.error(text);
      else console.log(text);
    });
    await page.goto(
      workbenchAddress(server, {
        extensions: extension ? [extension] : [],
        ...(tests ? { tests } : {}),
        ...(folder ? { folder } : {}),
      }),
    );
    return await ended;
  } finally {
    await browser.close();
    server.stop();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
