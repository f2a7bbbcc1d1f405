import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, delimiter, join, resolve } from 'node:path';
import { startGroup, temporaryFolder } from './cleanup';
import { exec, lastLine } from './exec';

// code-server carries the real VS Code server and workbench; it runs on the Node that comes with it as a package.
const codeServerVersion = '4.139.1';
const nodeVersion = '24.21.0';

/** Folder for downloaded editors, ignored by git; RECOMMEND_LLM_EDITOR_CACHE shares one among several checkouts. */
export function editorCache(): string {
  return resolve(process.env.RECOMMEND_LLM_EDITOR_CACHE || '.vscode-test');
}

/** A code-server that is ready to start. */
export interface CodeServer {
  /** The Node executable that it needs. */
  node: string;
  /** Its main script. */
  entry: string;
}

function nodePackage(): string {
  return `node-${process.platform}-${process.arch}`;
}

function locate(folder: string): CodeServer {
  return {
    node: join(folder, 'node_modules', nodePackage(), 'bin', 'node'),
    entry: join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
  };
}

/**
 * Finds code-server in the cache, or installs it there from the npm registry (about 800 MB on disk, half a minute).
 * The install happens in a folder beside, renamed when complete, so that an interrupted one is never used.
 * @throws Error with one line that says why it cannot be had
 */
export async function installCodeServer(): Promise<CodeServer> {
  const folder = join(editorCache(), `code-server-${codeServerVersion}`);
  if (existsSync(folder)) return locate(folder);
  if (process.platform !== 'linux') {
    throw new Error(
      `No editor host: code-server is not installed on ${process.platform}. Install VS Code or set VSCODE_EXECUTABLE.`,
    );
  }
  console.log(`Installing code-server ${codeServerVersion} into ${folder} …`);
  const partial = `${folder}.partial-${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  try {
    writeFileSync(join(partial, 'package.json'), '{ "private": true }\n');
    const quiet = [
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--fetch-retries=1',
      '--fetch-retry-mintimeout=2000',
    ];
    const packages = [`${nodePackage()}@${nodeVersion}`, `code-server@${codeServerVersion}`];
    await npm(partial, ['install', ...quiet, ...packages]);
    const { node } = locate(partial);
    // The inner package refuses any other Node, and its shrinkwrap is out of step, so that `npm ci` would fail.
    const inner = join(partial, 'node_modules', 'code-server', 'lib', 'vscode');
    await npm(inner, ['install', '--omit=dev', ...quiet], resolve(node, '..'));
    if (existsSync(folder)) rmSync(partial, { recursive: true, force: true });
    else renameSync(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
  return locate(folder);
}

async function npm(cwd: string, args: string[], firstOnPath?: string): Promise<void> {
  const path = firstOnPath ? `${firstOnPath}${delimiter}${process.env.PATH}` : process.env.PATH;
  // npm tells its scripts where the project is; this install is not part of it. Settings such as a registry stay.
  const ours = /^npm_(package|lifecycle|config_(local_prefix|ignore_scripts))/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
  const done = await exec('npm', args, { cwd, env: { ...env, PATH: path } });
  if (done.code !== 0) {
    const cause =
      done.output.split('\n').find((line) => /npm error (?!code|errno|syscall)/.test(line)) ?? lastLine(done.output);
    throw new Error(`No editor host: installing code-server with npm failed (${cause.trim()}).`);
  }
}

/** Settings that keep the workbench quiet: no telemetry, no updates, no welcome, no assistant, no source control. */
const quietSettings = {
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': 'off',
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
} as const;

/** A running server. */
export interface RunningServer {
  port: number;
  /** Where a browser finds it. */
  address: string;
  /** Installs a packaged extension into it. */
  installExtension(vsix: string): Promise<void>;
  /** Calls back when the server ends by itself. */
  onEnd(listener: () => void): void;
  /** Ends it with all that it started. */
  stop(): void;
}

/** How to start a server. */
export interface ServerOptions {
  /** User settings beside the quiet ones. */
  settings?: Readonly<Record<string, unknown>>;
  /** Folders of extensions that are installed before it starts. */
  extensions?: readonly string[];
  /** Variables for the server and its extension host. */
  env?: NodeJS.ProcessEnv;
}

/**
 * Starts the server on a free port with a profile of its own in a temporary folder.
 * @throws Error with one line when it ends or stays silent instead of listening
 */
export async function startCodeServer(codeServer: CodeServer, options: ServerOptions = {}): Promise<RunningServer> {
  const home = temporaryFolder('editor');
  const userData = join(home, 'data');
  mkdirSync(join(userData, 'User'), { recursive: true });
  writeFileSync(
    join(userData, 'User', 'settings.json'),
    JSON.stringify({ ...quietSettings, ...options.settings }, undefined, 2),
  );
  writeFileSync(join(home, 'config.yaml'), '');
  for (const folder of options.extensions ?? [])
    cpSync(folder, join(home, 'ext', basename(folder)), { recursive: true });
  const env = { ...process.env, ...options.env, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home };
  const profile = [
    '--config',
    join(home, 'config.yaml'),
    '--user-data-dir',
    userData,
    '--extensions-dir',
    join(home, 'ext'),
  ];
  const { child, stop } = startGroup(
    codeServer.node,
    [
      codeServer.entry,
      ...profile,
      ...['--auth', 'none', '--bind-addr', '127.0.0.1:0', '--disable-telemetry', '--disable-update-check'],
      ...['--disable-workspace-trust', '--disable-getting-started-override'],
      // Without it the workbench ignores the payload that names the extension under development.
      ...['--vscode-option', 'enable-smoke-test-driver'],
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const address = await new Promise<string>((found, failed) => {
    let output = '';
    const late = setTimeout(() => failed(new Error('No editor host: code-server did not listen in 60 s.')), 60_000);
    const read = (part: Buffer): void => {
      output += part.toString('utf8');
      const match = /HTTP server listening on (http:\/\/[\d.]+:\d+)/.exec(output);
      if (match?.[1]) {
        clearTimeout(late);
        found(match[1]);
        output = '';
      }
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.on('error', (error) => failed(new Error(`No editor host: ${error.message}`)));
    child.on('exit', () => {
      clearTimeout(late);
      failed(new Error(`No editor host: code-server ended at once (${lastLine(output)}).`));
    });
  }).catch((error: unknown) => {
    stop();
    throw error;
  });
  return {
    port: Number(new URL(address).port),
    address,
    onEnd: (listener) => void child.once('exit', listener),
    stop,
    installExtension: async (vsix) => {
      const done = await exec(codeServer.node, [codeServer.entry, ...profile, '--install-extension', resolve(vsix)], {
        env,
      });
      if (done.code !== 0) throw new Error(`Installing ${vsix} failed: ${lastLine(done.output)}`);
    },
  };
}

/** What the workbench shall open. */
export interface WorkbenchTarget {
  /** Absolute path of the workspace folder. */
  folder?: string;
  /** Absolute paths of extensions to run from their working trees. */
  extensions?: readonly string[];
  /** Absolute path of a test module to run in the extension host. */
  tests?: string;
}

/** The address that opens a folder in the server's workbench, with an extension under development where one is named. */
export function workbenchAddress(server: RunningServer, target: WorkbenchTarget): string {
  const remote = (path: string): string => `vscode-remote://127.0.0.1:${server.port}${path}`;
  const payload = [
    ...(target.extensions ?? []).map((path) => ['extensionDevelopmentPath', remote(path)]),
    ...(target.tests ? [['extensionTestsPath', remote(target.tests)]] : []),
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  const query = new URLSearchParams({ payload: JSON.stringify(payload) });
  if (target.folder) query.set('folder', target.folder);
  else query.set('ew', 'true');
  return `${server.address}/?${query}`;
}
