import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import {
  type ExtensionContext,
  env,
  l10n,
  Position,
  ProgressLocation,
  Range,
  Uri,
  ViewColumn,
  type Webview,
  type WebviewPanel,
  window,
  workspace,
} from 'vscode';
import { type ErrorReport, RecommendError } from '../core/errors';
import type { Recommendation } from '../core/recommendation/recommendation';
import {
  type FromPanel,
  fromPanelSchema,
  type PanelContext,
  type PanelProgress,
  panelStateSchema,
  type RowLabel,
  type ToPanel,
} from '../panel/protocol';
import { readSetting } from './configuration';
import { panelViewType } from './contributions';
import { Disposable } from './disposable';
import { isPromptDocument } from './documentKinds';
import { inUsersLanguage, isCancelled, logFailure, showFailure, signalOf } from './failures';
import { formatTarget, nameOf, parseTarget, readTarget, type Target } from './inputs';
import { canSaveLabels, readLabels, saveLabels } from './labels';
import type { Log } from './log';
import type { Recommender } from './recommender';

/** What the panel asks others to do. */
export interface PanelActions {
  chooseFile(): Promise<void>;
  openSample(): Promise<void>;
  chooseCandidates(): Promise<void>;
  chooseColumn(): Promise<void>;
  showLog(): void;
  updateCatalog(): Promise<void>;
  copyModel(model: string): Promise<void>;
  copySnippet(model: string): Promise<void>;
  setFrontMatter(model: string, document: Uri, column: ViewColumn): Promise<void>;
  openChat(model: string): Promise<void>;
  canOpenChat(): Promise<boolean>;
  /** Asks for a labelled file; undefined where none is picked. */
  loadLabels(): Promise<readonly RowLabel[] | undefined>;
  /** Catalog ids of VS Code's models; null where VS Code lists none. */
  available(): Promise<readonly string[] | null>;
  savePreference(preference: Recommendation['preference']): Promise<void>;
}

type Snapshot = ToPanel extends infer Message ? (Message extends ToPanel ? Omit<Message, 'context'> : never) : never;

/** Least time between two progress snapshots, in milliseconds: each is a whole message. */
const progressEvery = 200;

/** Rows from which on progress is shown outside the panel too, where the time left is unknown. */
const notifyFromRows = 5000;

/** The result panel: one at a time, reused by every request, restored after a reload. */
export class ResultPanel extends Disposable {
  private panel: WebviewPanel | undefined;
  private target: Target | undefined;
  private snapshot: Snapshot = { type: 'empty' };
  private context: PanelContext | undefined;
  private running: AbortController | undefined;

  constructor(
    private readonly extension: ExtensionContext,
    private readonly recommender: Recommender,
    private readonly actions: PanelActions,
    private readonly log: Log,
  ) {
    super();
    this.register(
      window.registerWebviewPanelSerializer(panelViewType, {
        deserializeWebviewPanel: async (panel, state: unknown) => {
          const kept = v.safeParse(panelStateSchema, state);
          this.adopt(panel);
          const target = kept.success ? parseTarget(kept.output.source) : undefined;
          // Not awaited: the editor shows the page only once this has returned, and a message arrives only in a shown page.
          void (target ? this.run(target) : this.post({ type: 'empty' }));
        },
      }),
    );
  }

  /** The last recommendation that was shown, with the file it belongs to. */
  get shown(): { readonly recommendation: Recommendation; readonly target: Target } | undefined {
    return this.snapshot.type === 'recommendation' && this.target
      ? { recommendation: this.snapshot.recommendation, target: this.target }
      : undefined;
  }

  /** What the panel shows now; tests read it. */
  get state(): Snapshot {
    return this.snapshot;
  }

  /** Opens the panel on a target, or on nothing: it then says what can be done. */
  async show(target?: Target): Promise<void> {
    if (this.panel) this.panel.reveal(undefined, false);
    else {
      this.adopt(
        window.createWebviewPanel(
          panelViewType,
          'Recommend LLM',
          { viewColumn: window.activeTextEditor ? ViewColumn.Beside : ViewColumn.Active },
          {},
        ),
      );
    }
    if (target) await this.run(target);
    else if (!this.target) await this.post({ type: 'empty' });
  }

  /** Scores the shown target again, for instance after settings have changed. */
  async refresh(): Promise<void> {
    if (this.panel && this.target) await this.run(this.target);
  }

  /** Scores the shown dataset again with the prompts of this column (dotted path). @throws RecommendError BAD_ARGUMENT */
  async takeColumn(column: string): Promise<void> {
    if (!this.target) {
      throw new RecommendError(
        'BAD_ARGUMENT',
        l10n.t('No dataset is shown.'),
        l10n.t('Run "Recommend LLM" on a dataset first.'),
      );
    }
    await this.run({ ...this.target, column });
  }

  override dispose(): void {
    this.running?.abort();
    this.panel?.dispose();
    super.dispose();
  }

  private adopt(panel: WebviewPanel): void {
    this.panel?.dispose();
    this.panel = panel;
    const { extensionUri } = this.extension;
    panel.iconPath = {
      light: Uri.joinPath(extensionUri, 'media', 'panel-light.svg'),
      dark: Uri.joinPath(extensionUri, 'media', 'panel-dark.svg'),
    };
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [Uri.joinPath(extensionUri, 'dist'), Uri.joinPath(extensionUri, 'media')],
    };
    panel.webview.onDidReceiveMessage((raw: unknown) => this.receive(raw));
    panel.onDidDispose(() => {
      if (this.panel !== panel) return;
      this.running?.abort();
      this.panel = undefined;
      this.target = undefined;
      this.snapshot = { type: 'empty' };
    });
    panel.webview.html = pageOf(panel.webview, extensionUri);
  }

  private async run(target: Target): Promise<void> {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.target = target;
    const [first = ''] = target.uris;
    const name = nameOf(Uri.parse(first));
    const file = target.uris.length > 1 ? l10n.t('{0} and {1} more', name, target.uris.length - 1) : name;
    if (this.panel) this.panel.title = file;
    const isCurrent = (): boolean => this.running === running;
    try {
      await this.post({ type: 'busy', file, progress: null, preview: null });
      const source = await readTarget(target);
      const done = await this.withProgress(file, running, (report) => {
        let preview: Recommendation | null = null;
        let progress: PanelProgress | null = null;
        let lastPost = 0;
        const show = (force: boolean): void => {
          if (!isCurrent() || (!force && performance.now() - lastPost < progressEvery)) return;
          lastPost = performance.now();
          void this.post({ type: 'busy', file, progress, preview });
        };
        const hooks = {
          signal: running.signal,
          onProgress: (next: PanelProgress) => {
            progress = next;
            report(next);
            show(false);
          },
          onPreview: (next: Recommendation) => {
            preview = next;
            show(true);
          },
        };
        const options = { column: target.column, mode: target.mode };
        return target.task === 'evaluate'
          ? this.recommender
              .evaluate(source, options, hooks)
              .then((evaluation): Snapshot => ({ type: 'evaluation', evaluation }))
          : this.recommender.recommend(source, options, hooks).then(
              async (recommendation): Promise<Snapshot> => ({
                type: 'recommendation',
                recommendation,
                labels: recommendation.dataset ? await readLabels(target, this.log) : [],
              }),
            );
      });
      if (!isCurrent()) return;
      this.log.info(describe(done));
      await this.post(done);
    } catch (thrown) {
      if (!isCurrent()) return;
      if (!isCancelled(thrown)) logFailure(thrown, this.log);
      await this.post({ type: 'failed', file, error: inEditorWords(inUsersLanguage(thrown)) });
    } finally {
      if (isCurrent()) this.running = undefined;
    }
  }

  /** A notification with a cancel button once the work turns out to be long enough to report progress. */
  private async withProgress<T>(
    file: string,
    running: AbortController,
    start: (report: (progress: PanelProgress) => void) => Promise<T>,
  ): Promise<T> {
    let notify: ((progress: PanelProgress) => void) | undefined;
    const work: Promise<T> = start((progress) => {
      if (notify) {
        notify(progress);
        return;
      }
      // What takes a moment needs no notification: the panel shows it already.
      if ((progress.secondsLeft ?? 0) < 1 && progress.rows < notifyFromRows) return;
      let told = 0;
      notify = () => undefined;
      void window.withProgress(
        { location: ProgressLocation.Notification, title: l10n.t('Scoring {0}', file), cancellable: true },
        async (bar, token) => {
          signalOf(token).addEventListener('abort', () => running.abort());
          notify = ({ rows, rowsPerSecond, fraction }) => {
            const percent = fraction === null ? told : Math.round(fraction * 100);
            bar.report({
              message: l10n.t('{0} rows, {1} a second', rows.toLocaleString(env.language), Math.round(rowsPerSecond)),
              increment: percent - told,
            });
            told = percent;
          };
          notify(progress);
          await work.catch(() => undefined);
        },
      );
    });
    return work;
  }

  private async receive(raw: unknown): Promise<void> {
    const parsed = v.safeParse(fromPanelSchema, raw);
    if (!parsed.success) {
      this.log.error(`The panel sent a message of the wrong shape: ${parsed.issues[0].message}`);
      return;
    }
    try {
      await this.act(parsed.output);
    } catch (thrown) {
      await showFailure(thrown, this.log, () => this.actions.showLog());
    }
  }

  private async act(message: FromPanel): Promise<void> {
    switch (message.type) {
      case 'ready':
        if (this.context) void this.panel?.webview.postMessage({ ...this.snapshot, context: this.context });
        else await this.post(this.snapshot);
        break;
      case 'cancel':
        this.running?.abort();
        break;
      case 'retry':
        await this.refresh();
        break;
      case 'chooseFile':
        await this.actions.chooseFile();
        break;
      case 'openSample':
        await this.actions.openSample();
        break;
      case 'chooseCandidates':
        await this.actions.chooseCandidates();
        break;
      case 'showLog':
        this.actions.showLog();
        break;
      case 'updateCatalog':
        await this.actions.updateCatalog();
        break;
      case 'chooseColumn':
        await this.actions.chooseColumn();
        break;
      case 'setColumn':
        await this.takeColumn(message.column);
        break;
      case 'setMode':
        if (this.target) await this.run({ ...this.target, mode: message.mode });
        break;
      case 'savePreference':
        await this.actions.savePreference(message.preference);
        break;
      case 'openRow':
        await this.openRow(message.line);
        break;
      case 'copyModel':
        await this.actions.copyModel(message.model);
        break;
      case 'copySnippet':
        await this.actions.copySnippet(message.model);
        break;
      case 'setFrontMatter': {
        const document = this.target?.uris[0];
        if (document) await this.actions.setFrontMatter(message.model, Uri.parse(document), this.columnBeside());
        break;
      }
      case 'openChat':
        await this.actions.openChat(message.model);
        break;
      case 'openLink':
        await env.openExternal(Uri.parse(message.url, true));
        break;
      case 'export':
        await saveExport(message, this.target);
        break;
      case 'saveLabels':
        if (this.target) await saveLabels(this.target, message.labels);
        if (this.snapshot.type === 'recommendation') this.snapshot = { ...this.snapshot, labels: message.labels };
        break;
      case 'loadLabels': {
        const labels = await this.actions.loadLabels();
        if (labels && this.target && this.snapshot.type === 'recommendation') {
          await saveLabels(this.target, labels);
          await this.post({ ...this.snapshot, labels });
        }
        break;
      }
    }
  }

  private async openRow(line: number): Promise<void> {
    const [uri] = this.target?.uris ?? [];
    if (!uri) return;
    const at = new Position(line - 1, 0);
    await window.showTextDocument(Uri.parse(uri), {
      viewColumn: this.columnBeside(),
      selection: new Range(at, at),
    });
  }

  /** Where a document is shown so that it does not cover the panel. */
  private columnBeside(): ViewColumn {
    return this.panel?.viewColumn === ViewColumn.One ? ViewColumn.Two : ViewColumn.One;
  }

  private async post(snapshot: Snapshot): Promise<void> {
    this.snapshot = snapshot;
    const context = await this.describeContext();
    this.context = context;
    // A newer snapshot may have been set while the context was put together: the panel shows the last one only. Delivery is
    // not awaited: it may never come while the page is not in sight, and the page asks for the snapshot when it is.
    if (this.snapshot === snapshot) void this.panel?.webview.postMessage({ ...snapshot, context });
  }

  private async describeContext(): Promise<PanelContext> {
    const target = this.target;
    const [first] = target?.uris ?? [];
    const uri = first === undefined ? undefined : Uri.parse(first);
    const isFile = uri !== undefined && target?.uris.length === 1 && target.range === undefined;
    const document = uri && workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
    return {
      strings: l10n.bundle ? plainStrings(l10n.bundle) : {},
      locale: env.language,
      today: new Date().toISOString().slice(0, 10),
      source: target ? formatTarget(target) : '',
      settings: { preference: readSetting('preference'), mode: target?.mode ?? readSetting('mode') },
      capabilities: {
        setFrontMatter: isFile && isPromptDocument(document ?? { uri, languageId: '' }),
        openChat: await this.actions.canOpenChat(),
        openSource: isFile,
        saveLabels: target !== undefined && canSaveLabels(target),
      },
      available: await this.actions.available(),
    };
  }
}

type L10nBundle = NonNullable<typeof l10n.bundle>;

function plainStrings(bundle: L10nBundle): Record<string, string> {
  return Object.fromEntries(Object.entries(bundle).filter(([, text]) => typeof text === 'string'));
}

/** Next steps that speak of the terminal's options, in terms of the editor. */
function inEditorWords(error: ErrorReport): ErrorReport {
  if (error.code !== 'NO_PROMPT_COLUMN') return error;
  return { ...error, nextStep: l10n.t('Run "Recommend LLM: Choose Prompt Column…" and name the column to use.') };
}

/** The decision in one line, for the log. */
function describe(snapshot: Snapshot): string {
  if (snapshot.type === 'evaluation') {
    const { file, prompts, routed, bestSingle, oracle } = snapshot.evaluation;
    return `${file}: ${prompts} labelled prompts, routed ${routed.toFixed(4)}, best single ${bestSingle.model} ${bestSingle.accuracy.toFixed(4)}, oracle ${oracle.toFixed(4)}`;
  }
  if (snapshot.type !== 'recommendation') return snapshot.type;
  const { file, prompts, recommendation, picks, distance, distanceWord, timing } = snapshot.recommendation;
  return `${file}: ${prompts} prompts → ${recommendation.model}${recommendation.fallback ? ' (fallback)' : ''}, quality ${picks.quality}, value ${picks.value}, open ${picks.open ?? 'none'}, distance ${distance.toFixed(3)} (${distanceWord}), read ${Math.round(timing.readMs)} ms, score ${Math.round(timing.scoreMs)} ms`;
}

async function saveExport(message: Extract<FromPanel, { type: 'export' }>, target: Target | undefined): Promise<void> {
  const [first] = target?.uris ?? [];
  const beside = first === undefined ? undefined : Uri.joinPath(Uri.parse(first), '..', message.name);
  const chosen = await window.showSaveDialog({
    ...(beside && beside.scheme !== 'untitled' ? { defaultUri: beside } : {}),
    title: l10n.t('Save {0}', message.name),
  });
  if (!chosen) return;
  const bytes =
    message.encoding === 'base64' ? Buffer.from(message.content, 'base64') : new TextEncoder().encode(message.content);
  await workspace.fs.writeFile(chosen, bytes);
}

function pageOf(webview: Webview, extensionUri: Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const script = webview.asWebviewUri(Uri.joinPath(extensionUri, 'dist', 'panel.js'));
  const style = webview.asWebviewUri(Uri.joinPath(extensionUri, 'dist', 'panel.css'));
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} blob: data:`,
    `font-src ${webview.cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${style.toString()}">
<title>Recommend LLM</title>
</head>
<body>
<script nonce="${nonce}" src="${script.toString()}"></script>
</body>
</html>`;
}
