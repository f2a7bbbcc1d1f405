import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumSwitches, findChromium } from '../../../scripts/chromium';
import type { FromPanel, ToPanel } from '../../../src/panel/protocol';

interface ThemeFile {
  readonly themes: Readonly<
    Record<Theme, { readonly body: string; readonly variables: Readonly<Record<string, string>> }>
  >;
}

/** The four kinds of theme, by the names that webviews know them by. */
export const themes = ['light', 'dark', 'hc-black', 'hc-light'] as const;

export type Theme = (typeof themes)[number];

/** The variables that VS Code gives its webviews in each theme, as read there. */
export const themeFile = JSON.parse(readFileSync(resolve('test/fixtures/vscodeThemes.json'), 'utf8')) as ThemeFile;

const origin = 'http://panel.test';

/** The host's policy: nothing but the bundle's own script and style sheet, and pictures from data. */
const policy = "default-src 'none'; script-src 'nonce-test'; style-src 'self'; img-src data: blob:; font-src 'self'";

export interface PageOptions {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
  /** 2 = the zoom of 200 % that WCAG asks for: half the CSS pixels, twice the scale. */
  readonly zoom?: number;
}

/**
 * The built panel in a browser, as VS Code shows it: its variables, classes and content policy, and a host of which the
 * test plays the part.
 */
export class PanelPage {
  /** Errors of the page and violations of the policy: a test ends with none. */
  readonly problems: string[] = [];

  private constructor(readonly page: Page) {}

  static launch(): Promise<Browser> {
    return findChromium().then((executablePath) => chromium.launch({ executablePath, args: [...chromiumSwitches] }));
  }

  static async open(browser: Browser, options: PageOptions = {}): Promise<PanelPage> {
    const { theme = 'dark', width = 1100, height = 900, reducedMotion = true, zoom = 1 } = options;
    const page = await browser.newPage({
      viewport: { width: Math.round(width / zoom), height: Math.round(height / zoom) },
      deviceScaleFactor: zoom,
      reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    });
    page.setDefaultTimeout(10_000);
    const panel = new PanelPage(page);
    page.on('pageerror', (error) => panel.problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') panel.problems.push(message.text());
    });
    const { body, variables } = themeFile.themes[theme];
    const files: Readonly<Record<string, readonly [string, string]>> = {
      '/': [
        'text/html',
        `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>Recommend LLM</title><link rel="stylesheet" href="/theme.css"><link rel="stylesheet" href="/panel.css"></head><body class="${body}" data-vscode-theme-kind="${body.split(' ').at(-1)}"><script nonce="test" src="/panel.js"></script></body></html>`,
      ],
      '/theme.css': [
        'text/css',
        `:root{${Object.entries(variables)
          .map(([name, value]) => `${name}:${value}`)
          .join(';')}}body{padding:0 20px}`,
      ],
      '/panel.css': ['text/css', readFileSync(resolve('dist/panel.css'), 'utf8')],
      '/panel.js': ['text/javascript', readFileSync(resolve('dist/panel.js'), 'utf8')],
    };
    await page.route(`${origin}/**`, (route) => {
      const file = files[new URL(route.request().url()).pathname];
      return file ? route.fulfill({ contentType: file[0], body: file[1] }) : route.fulfill({ status: 204 });
    });
    await page.addInitScript(() => {
      const sent: unknown[] = [];
      Object.assign(window, {
        sent,
        acquireVsCodeApi: () => ({
          postMessage: (message: unknown) => sent.push(message),
          getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
          setState: (state: unknown) => sessionStorage.setItem('state', JSON.stringify(state)),
        }),
      });
    });
    await page.goto(`${origin}/`);
    await panel.sentOf('ready');
    return panel;
  }

  /** Plays the host: posts a snapshot, and waits until the page shows something. */
  async show(message: ToPanel): Promise<void> {
    await this.page.evaluate((snapshot) => window.postMessage(snapshot, '*'), message);
    await this.page.locator('main').waitFor();
    await this.settled();
  }

  /** Opens everything that is folded, so that it is tested and seen too. */
  async openDetails(): Promise<void> {
    await this.page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
  }

  /** Two frames: what was posted is rendered, and observers of sizes have run. */
  async settled(): Promise<void> {
    await this.page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(undefined)))),
    );
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.sentOf('ready');
  }

  /** The messages of one type that the panel has sent so far; waits for the first. */
  async sentOf<T extends FromPanel['type']>(type: T): Promise<Extract<FromPanel, { type: T }>[]> {
    await this.page.waitForFunction(
      (wanted) => (window as unknown as { sent: { type: string }[] }).sent.some((message) => message.type === wanted),
      type,
    );
    const all = await this.page.evaluate(() => (window as unknown as { sent: FromPanel[] }).sent);
    return all.filter((message): message is Extract<FromPanel, { type: T }> => message.type === type);
  }

  /** Saves a picture of the whole page, or of what is visible, under `out/screenshots/panel`. */
  async screenshot(name: string, fullPage = true): Promise<void> {
    const folder = resolve('out/screenshots/panel');
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`), fullPage, animations: 'disabled' });
  }

  /** Whether the page itself can be scrolled sideways: its parts may, the page must not. */
  overflows(): Promise<boolean> {
    return this.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  }
}
