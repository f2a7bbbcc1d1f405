import { type ExtensionContext, l10n, Uri, workspace } from 'vscode';
import { RecommendError } from '../core/errors';
import type { DatasetEvaluation } from '../core/evaluation/datasetEvaluation';
import type { Recommendation, RoutingMode } from '../core/recommendation/recommendation';
import type { InputSource, RecommendOptions } from '../scoring/protocol';
import { readSetting } from './configuration';
import type { ScorerClient, ScorerHooks, ScorerWork } from './scorerClient';

/** What one request may set instead of the user's settings. */
export interface RequestOptions {
  readonly column?: string | undefined;
  readonly mode?: RoutingMode | undefined;
  /** Instead of `recommendLlm.candidates`. */
  readonly candidates?: readonly string[] | undefined;
  readonly preference?: RecommendOptions['preference'] | undefined;
}

export interface RecommenderOptions {
  readonly context: ExtensionContext;
  readonly client: ScorerClient;
}

interface Shared {
  readonly answer: Promise<Recommendation>;
  readonly controller: AbortController;
  waiting: number;
  settled: boolean;
}

/** Results of unchanged texts that are kept: the status bar, code lenses and hints ask for the same ones. */
const cacheSize = 64;

/** Turns inputs into recommendations with the user's settings: everything in the editor asks here. */
export class Recommender {
  private readonly cache = new Map<string, Shared>();

  constructor(private readonly parts: RecommenderOptions) {}

  /** @throws RecommendError */
  async recommend(source: InputSource, request: RequestOptions, hooks?: ScorerHooks): Promise<Recommendation> {
    return this.parts.client.recommend(await this.work(source, request), hooks);
  }

  /** @throws RecommendError */
  async evaluate(source: InputSource, request: RequestOptions, hooks?: ScorerHooks): Promise<DatasetEvaluation> {
    return this.parts.client.evaluate(await this.work(source, request), hooks);
  }

  /**
   * As {@link recommend}, for text that is looked at again and again while it does not change. Work is shared: it is
   * cancelled when all who asked for it have lost interest.
   * @throws RecommendError
   */
  async recommendText(source: Extract<InputSource, { kind: 'text' }>, signal: AbortSignal): Promise<Recommendation> {
    const work = await this.work(source, {});
    const key = JSON.stringify(work);
    const entry = this.cache.get(key) ?? this.start(work);
    this.cache.delete(key);
    this.cache.set(key, entry);
    for (const old of this.cache.keys()) {
      if (this.cache.size <= cacheSize) break;
      this.cache.delete(old);
    }
    const forget = (): void => {
      if (this.cache.get(key) === entry) this.cache.delete(key);
    };
    entry.waiting++;
    return new Promise((resolve, reject) => {
      const abandon = (): void => {
        entry.waiting--;
        if (entry.waiting === 0 && !entry.settled) {
          forget();
          entry.controller.abort();
        }
        reject(new RecommendError('CANCELLED', 'Cancelled.', 'Ask again.'));
      };
      if (signal.aborted) {
        abandon();
        return;
      }
      signal.addEventListener('abort', abandon, { once: true });
      entry.answer.then(resolve, (thrown) => {
        forget();
        reject(thrown);
      });
    });
  }

  private start(work: ScorerWork): Shared {
    const controller = new AbortController();
    const entry: Shared = {
      answer: this.parts.client.recommend(work, { signal: controller.signal }),
      controller,
      waiting: 0,
      settled: false,
    };
    const settle = (): void => {
      entry.settled = true;
    };
    entry.answer.then(settle, settle);
    return entry;
  }

  /** Forgets kept results: the catalog or the models at hand have changed in a way that settings do not show. */
  forget(): void {
    this.cache.clear();
  }

  /** Folder of the router bundle in force. */
  bundlePath(): string {
    const router = readSetting('router');
    if (router === '') return Uri.joinPath(this.parts.context.extensionUri, 'models').fsPath;
    const isAbsolute = /^([/\\]|[a-z]:[/\\])/i.test(router);
    if (isAbsolute) return router;
    const [folder] = workspace.workspaceFolders ?? [];
    if (folder) return Uri.joinPath(folder.uri, router).fsPath;
    throw new RecommendError(
      'BAD_SETTING',
      l10n.t('The setting recommendLlm.router is a relative path, but no folder is open.'),
      l10n.t('Open a folder, or give the full path of the router.'),
    );
  }

  private async work(source: InputSource, request: RequestOptions): Promise<ScorerWork> {
    const options: RecommendOptions = {
      mode: request.mode ?? readSetting('mode'),
      preference: request.preference ?? readSetting('preference'),
      candidates: request.candidates ?? readSetting('candidates'),
      ...(request.column === undefined ? {} : { column: request.column }),
    };
    return { bundle: this.bundlePath(), source, options };
  }
}
