import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { type Browser, chromium, type Frame, type Locator, type Page } from 'playwright-core';
import { chromiumSwitches, findChromium } from '../../scripts/chromium';
import { installCodeServer, type RunningServer, startCodeServer, workbenchAddress } from '../../scripts/codeServer';
import { copyOfSamples } from '../../scripts/samples';

/** The four kinds of colour theme, with a built-in theme and the mark that the workbench bears under each. */
const themes = {
  light: { name: 'Light Modern', mark: 'vs' },
  dark: { name: 'Dark Modern', mark: 'vs-dark' },
  highContrastDark: { name: 'Default High Contrast', mark: 'hc-black' },
  highContrastLight: { name: 'Default High Contrast Light', mark: 'hc-light' },
} as const;

/** A kind of colour theme. */
export type Theme = keyof typeof themes;

/** Milliseconds that one step of the workbench may take where browsers are slow. */
const patience = 45_000;

/** How a test wants its workbench. */
export interface WorkbenchOptions {
  /** User settings for this workbench. */
  settings?: Readonly<Record<string, unknown>>;
  /** Absolute path of the workspace; a copy of `samples/`, free to change, where it is left out. */
  folder?: string;
  /** Whether the editor has a chat, with a provider that offers these models (`test/host/chatProvider`). */
  chatModels?: readonly { readonly id: string; readonly name: string; readonly family: string }[];
  /** A packaged extension to install, in place of the one from the working tree. */
  vsix?: string;
  /** Size of the window in pixels. */
  size?: { width: number; height: number };
  theme?: Theme;
  /** Language of the editor, as a BCP 47 tag; extensions speak it where they can. English where it is left out. */
  language?: string;
}

/**
 * A real VS Code workbench in a real browser, with the extension from the working tree, on a copy of `samples/`.
 * Each method waits for what it names; a test never sleeps. Close it in `after`.
 */
export class Workbench {
  /** Milliseconds that the page waits for an element. */
  private timeout = patience;

  private constructor(
    readonly page: Page,
    /** Absolute path of the workspace folder. */
    readonly folder: string,
    private readonly server: RunningServer,
    private readonly browser: Browser,
  ) {}

  static async open(options: WorkbenchOptions = {}): Promise<Workbench> {
    const folder = options.folder ?? copyOfSamples();
    const server = await startCodeServer(await installCodeServer(), {
      settings: {
        'explorer.compactFolders': false,
        'files.exclude': { '**/.vscode': true },
        'window.autoDetectColorScheme': false,
        'window.autoDetectHighContrast': false,
        'workbench.reduceMotion': 'on',
        'workbench.colorTheme': themes[options.theme ?? 'dark'].name,
        // Which one is the default is not the same in every start.
        'workbench.iconTheme': 'vs-seti',
        ...(options.chatModels
          ? { 'chat.disableAIFeatures': false, 'testChatProvider.models': options.chatModels }
          : {}),
        ...options.settings,
      },
      extensions: options.chatModels ? ['test/host/chatProvider'] : [],
    });
    if (options.vsix) await server.installExtension(options.vsix);
    const browser = await chromium.launch({ executablePath: await findChromium(), args: [...chromiumSwitches] });
    const page = await browser.newPage({ viewport: options.size ?? { width: 1400, height: 900 } });
    page.setDefaultTimeout(patience);
    // What a language pack does first; the editor's own texts stay English, since its packs are not at hand.
    if (options.language)
      await page.addInitScript((tag) => Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: tag }), options.language);
    await page.goto(workbenchAddress(server, { folder, extensions: options.vsix ? [] : [resolve('.')] }));
    const workbench = new Workbench(page, folder, server, browser);
    await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
    return workbench;
  }

  /** Ends the browser and the server. */
  async close(): Promise<void> {
    await this.browser.close();
    this.server.stop();
  }

  /** The explorer's row for a path inside the workspace, such as `prompts/review.prompt.md`; opens its folders. */
  async explorerRow(path: string): Promise<Locator> {
    const parts = path.split('/');
    let row = this.page.locator('.explorer-folders-view');
    for (const [index, name] of parts.entries()) {
      row = this.page
        .locator(`.explorer-folders-view .monaco-list-row[aria-level="${index + 1}"]`)
        .filter({ has: this.page.locator('.label-name').getByText(name, { exact: true }) })
        .first();
      await this.scrollTo(row);
      if (index < parts.length - 1 && (await row.getAttribute('aria-expanded')) === 'false') {
        await row.click();
        await this.page
          .locator(`.explorer-folders-view .monaco-list-row[aria-level="${index + 2}"]`)
          .first()
          .waitFor();
      }
    }
    return row;
  }

  /** Rows out of sight are not in the page; turns the wheel until the row is. */
  private async scrollTo(row: Locator): Promise<void> {
    const list = this.page.locator('.explorer-folders-view .monaco-list');
    await list.hover();
    await this.page.mouse.wheel(0, -100_000);
    for (let turn = 0; turn < 30; turn++) {
      if (await appears(row)) return;
      await this.page.mouse.wheel(0, 300);
    }
    throw new Error(`The explorer has no such row: ${row}`);
  }

  /** Opens a file of the workspace by its path, through quick open, and waits for its editor. */
  async openFile(path: string): Promise<void> {
    await this.again(async () => {
      await this.page.keyboard.press('Control+P');
      await this.quickInput().fill(path);
      await this.page
        .locator('.quick-input-list .monaco-list-row')
        .filter({ has: this.page.locator('.label-name').getByText(basename(path), { exact: true }) })
        .first()
        .click();
      await this.tab(basename(path)).waitFor();
    });
  }

  /**
   * Repeats steps until they succeed. A quick pick closes when it loses the focus, and a browser that is busy may hand the
   * focus back late to what had it before: then what the first step opened is gone, as it would be for a user.
   * @param timeout milliseconds that an element is waited for within the steps
   */
  async again(steps: () => Promise<void>, attempts = 5, timeout = patience / attempts): Promise<void> {
    const before = this.timeout;
    for (let attempt = 1; ; attempt++) {
      this.setTimeout(timeout);
      try {
        return await steps();
      } catch (error) {
        if (attempt === attempts) throw error;
        await this.page.keyboard.press('Escape');
      } finally {
        this.setTimeout(before);
      }
    }
  }

  private setTimeout(milliseconds: number): void {
    this.timeout = milliseconds;
    this.page.setDefaultTimeout(milliseconds);
  }

  /** The tab of an editor or panel by the beginning of its title. */
  tab(title: string): Locator {
    return this.page.locator('.tabs-container .tab').filter({ hasText: title }).first();
  }

  /** Opens the context menu of a file or folder in the explorer. */
  async rightClickExplorer(path: string): Promise<void> {
    await (await this.explorerRow(path)).click({ button: 'right' });
    await this.menu().waitFor();
  }

  /** Opens the context menu in the text of the active editor. */
  async rightClickEditor(): Promise<void> {
    await this.page
      .locator('.editor-instance .monaco-editor .view-lines .view-line')
      .first()
      .click({ button: 'right', position: { x: 20, y: 8 } });
    await this.menu().waitFor();
  }

  /** The open context menu. */
  menu(): Locator {
    return this.page.locator('.monaco-menu').last();
  }

  /**
   * Chooses an entry of a context menu. Contributed entries appear only once extensions are scanned, some seconds after
   * the workbench is up, so `open` is repeated until the entry is there.
   */
  async chooseMenu(open: () => Promise<void>, name: string): Promise<void> {
    const entry = this.menu().getByRole('menuitem', { name, exact: true });
    for (let attempt = 0; attempt < 20; attempt++) {
      await open();
      if (await appears(entry)) {
        // A menu ignores clicks for a moment after it has opened: the entry is chosen once the menu is gone.
        for (let click = 0; click < 3; click++) {
          // On a busy machine the menu may go only after the wait below: then there is nothing left to click.
          await entry.click({ timeout: 2000 }).catch(() => undefined);
          if (await disappears(entry)) return;
        }
      }
      await this.page.keyboard.press('Escape');
      await this.menu().waitFor({ state: 'hidden' });
    }
    throw new Error(`The menu has no entry ${name}.`);
  }

  /** Runs a command by its full title, as the palette shows it once extensions are scanned. */
  palette(title: string): Promise<void> {
    const entry = this.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ has: this.page.locator('.label-name').getByText(title, { exact: true }) })
      .first();
    return this.again(
      async () => {
        await this.page.keyboard.press('F1');
        await this.quickInput().fill(`>${title}`);
        await entry.click();
      },
      20,
      2500,
    );
  }

  /** The text field of the palette, of quick open and of every quick pick and input box. */
  quickInput(): Locator {
    return this.page.locator('.quick-input-widget input[type="text"]').first();
  }

  /** The rows of an open quick pick. */
  quickPickRows(): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row');
  }

  /** Reloads the window by its command, as users do, and waits for the new workbench. */
  async reload(): Promise<void> {
    const gone = this.page.waitForEvent('domcontentloaded');
    await this.palette('Developer: Reload Window');
    await gone;
    await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
  }

  /** Types a path into the open file dialog, which must list it; the caller presses its button. */
  async typeInFileDialog(path: string): Promise<void> {
    // The dialog puts the folder's path in once it has listed it: only then does a path that is typed stay.
    await this.page.waitForFunction(
      (folder) =>
        document.querySelector<HTMLInputElement>('.quick-input-widget input[type="text"]')?.value.startsWith(folder),
      this.folder,
    );
    await this.quickInput().fill(path);
    await this.quickPickRows()
      .filter({ hasText: basename(path) })
      .first()
      .waitFor();
  }

  /** Confirms the open save dialog once it proposes a path that ends so. */
  async acceptFileDialog(proposed: string): Promise<void> {
    await this.page.waitForFunction(
      (end) =>
        document.querySelector<HTMLInputElement>('.quick-input-widget input[type="text"]')?.value.endsWith(end) &&
        document.querySelector('.quick-input-list .monaco-list-row'),
      proposed,
    );
    await this.quickInput().press('Enter');
    await this.quickInput().waitFor({ state: 'hidden' });
  }

  /** The text on the clipboard. */
  async clipboard(): Promise<string> {
    await this.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** The text of the active editor that is in sight, with plain spaces. */
  async editorText(): Promise<string> {
    const lines = this.page.locator('.editor-instance .monaco-editor .view-lines').first();
    return ((await lines.textContent()) ?? '').replace(/\u00a0/g, ' ');
  }

  /** A status bar item of the extension by the id it was created with. */
  statusBarItem(id: string): Locator {
    return this.page.locator(`.statusbar-item[id="recommend-llm.recommend-llm.${id}"]`);
  }

  /** The inner frame of the visible webview, once it holds something. */
  async webviewFrame(): Promise<Frame> {
    const outer = this.page.locator('iframe.webview.ready').last();
    await outer.waitFor();
    const handle = await outer.contentFrame().locator('iframe#active-frame').elementHandle();
    const frame = await handle?.contentFrame();
    assert.ok(frame, 'the webview has no inner frame');
    await frame.locator('body > *').first().waitFor({ state: 'attached' });
    return frame;
  }

  /**
   * Changes settings of the workspace while it is open (the server does not watch its file of user settings). The file
   * is hidden from the explorer.
   */
  changeSettings(settings: Readonly<Record<string, unknown>>): void {
    const folder = join(this.folder, '.vscode');
    const path = join(folder, 'settings.json');
    const before = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as object) : {};
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, JSON.stringify({ ...before, ...settings }, undefined, 2));
  }

  /** Changes the colour theme and waits until the workbench wears it. */
  async setTheme(theme: Theme): Promise<void> {
    this.changeSettings({ 'workbench.colorTheme': themes[theme].name });
    await this.page.locator(`.monaco-workbench.${themes[theme].mark}`).waitFor();
  }

  /** Saves a picture of the window under `out/screenshots`. @returns its path */
  async screenshot(name: string): Promise<string> {
    const folder = resolve('out/screenshots');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    await this.page.screenshot({ path, animations: 'disabled' });
    return relative('.', path);
  }

  /** The error notifications and modal dialogs that are open now, as text. */
  async errors(): Promise<string[]> {
    const toasts = this.page.locator('.notification-toast:has(.codicon-error) .notification-list-item-message');
    return [...(await toasts.allInnerTexts()), ...(await this.page.locator('.monaco-dialog-box').allInnerTexts())];
  }

  /** Fails with their text when an error notification or a modal dialog is open. */
  async expectNoErrors(): Promise<void> {
    assert.deepEqual(await this.errors(), []);
  }
}

/** Whether an element turns up within two seconds. */
function appears(locator: Locator): Promise<boolean> {
  return locator.waitFor({ timeout: 2000 }).then(
    () => true,
    () => false,
  );
}

/** Whether an element goes away within a second. */
function disappears(locator: Locator): Promise<boolean> {
  return locator.waitFor({ state: 'hidden', timeout: 1000 }).then(
    () => true,
    () => false,
  );
}
