import { l10n } from 'vscode';
import type { CatalogOverlay } from '../core/cost/catalogOverlay';
import { RecommendError } from '../core/errors';
import type { DatasetEvaluation } from '../core/evaluation/datasetEvaluation';
import type { Recommendation, RoutingMode } from '../core/recommendation/recommendation';
import type { InputSource, RecommendOptions } from '../scoring/protocol';
import { readSetting } from './configuration';
import { openWeightsPreset, vscodePreset } from './contributions';
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
  /** Folder of the router bundle in force. */
  readonly bundlePath: () => string;
  readonly client: ScorerClient;
  readonly models: CandidateSources;
}

/** Where presets and the user's own prices and models come from. */
export interface CandidateSources {
  overlay(): Promise<CatalogOverlay>;
  /** Catalog ids of the models that VS Code offers. */
  vscodeIds(): Promise<readonly string[]>;
  /** Catalog ids of the models with open weights that can be had today. */
  openIds(): Promise<readonly string[]>;
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
  async recommendText(
    source: Extract<InputSource, { kind: 'text' }>,
    signal: AbortSignal,
    request: RequestOptions = {},
  ): Promise<Recommendation> {
    const work = await this.work(source, request);
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

  private async work(source: InputSource, request: RequestOptions): Promise<ScorerWork> {
    const overlay = await this.parts.models.overlay();
    const options: RecommendOptions = {
      mode: request.mode ?? readSetting('mode'),
      preference: request.preference ?? readSetting('preference'),
      candidates: await this.candidates(request.candidates ?? readSetting('candidates')),
      ...(isEmpty(overlay) ? {} : { overlay }),
      ...(request.column === undefined ? {} : { column: request.column }),
    };
    return { bundle: this.parts.bundlePath(), source, options };
  }

  /** Replaces the presets by the ids that they stand for now. */
  private async candidates(patterns: readonly string[]): Promise<readonly string[]> {
    if (!patterns.some((pattern) => pattern.startsWith('@'))) return patterns;
    const ids = new Set<string>();
    for (const pattern of patterns) {
      if (pattern === vscodePreset) for (const id of await this.parts.models.vscodeIds()) ids.add(id);
      else if (pattern === openWeightsPreset) for (const id of await this.parts.models.openIds()) ids.add(id);
      else ids.add(pattern);
    }
    if (ids.size > 0) return [...ids];
    throw new RecommendError(
      'NO_CANDIDATES',
      l10n.t('VS Code offers no language model that the catalog knows.'),
      l10n.t('Sign in to a model provider, or run "Recommend LLM: Choose Candidates…" and choose others.'),
    );
  }
}

function isEmpty(overlay: CatalogOverlay): boolean {
  return overlay.ownModels.length === 0 && Object.keys(overlay.prices).length === 0;
}
