import * as v from 'valibot';
import {
  type Event,
  EventEmitter,
  type ExtensionContext,
  FileSystemError,
  type LanguageModelChat,
  l10n,
  lm,
  Uri,
  workspace,
} from 'vscode';
import { type Catalog, catalogSchema, type OfferedModel, offeredModels } from '../core/cost/catalog';
import type { CatalogOverlay, OwnModel } from '../core/cost/catalogOverlay';
import type { PriceListReading } from '../core/cost/priceList';
import { RecommendError } from '../core/errors';
import { ModelNames } from '../core/recommendation/modelNames';
import type { Price } from '../core/recommendation/recommendation';
import { readSetting } from './configuration';
import { settingsSection } from './contributions';
import { Disposable } from './disposable';
import type { Log } from './log';

const price = v.object({
  input: v.pipe(v.number(), v.minValue(0)),
  output: v.pipe(v.number(), v.minValue(0)),
  asOf: v.string(),
});

/** Prices taken over from a downloaded list, as kept between sessions. */
const keptPricesSchema = v.object({
  version: v.literal(1),
  /** Name of the file that they came from. */
  file: v.string(),
  prices: v.record(v.string(), price),
});

/** A model that VS Code offers, and what the catalog knows of it. */
export interface VscodeModel {
  readonly chat: LanguageModelChat;
  /** Catalog id; null where the name is not known. */
  readonly id: string | null;
}

interface Loaded {
  readonly path: string;
  readonly catalog: Catalog;
  readonly names: ModelNames;
}

/** The models that can be recommended: the bundle's catalog, the user's prices and models, and what VS Code offers. */
export class CatalogModels extends Disposable {
  private loaded: Promise<Loaded> | undefined;
  private loadedPath = '';
  private kept: Promise<Readonly<Record<string, Price>>> | undefined;
  private readonly changed = this.register(new EventEmitter<void>());

  /** Fires when a recommendation may come out otherwise although no input and no setting of a request has changed. */
  readonly onDidChange: Event<void> = this.changed.event;

  constructor(
    private readonly context: ExtensionContext,
    private readonly bundlePath: () => string,
    private readonly log: Log,
  ) {
    super();
    if (typeof lm?.onDidChangeChatModels === 'function')
      this.register(lm.onDidChangeChatModels(() => this.changed.fire()));
    this.register(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(`${settingsSection}.router`)) this.loaded = undefined;
      }),
    );
  }

  /** Every model that can be named as a candidate. @throws RecommendError BUNDLE_MISSING, BUNDLE_BROKEN, BAD_SETTING */
  async offered(): Promise<readonly OfferedModel[]> {
    const [{ catalog }, overlay] = await Promise.all([this.load(), this.overlay()]);
    const { models, unknown } = offeredModels(catalog, overlay);
    if (unknown.length > 0)
      this.log.warn(`Prices or own models that name no model of the catalog: ${unknown.join(', ')}`);
    return models;
  }

  /** @throws RecommendError BUNDLE_MISSING, BUNDLE_BROKEN */
  async catalog(): Promise<{ readonly catalog: Catalog; readonly names: ModelNames }> {
    return this.load();
  }

  /** Finds the catalog id of a name as editors and files write it; null where it is unknown. */
  async find(name: string): Promise<string | null> {
    const own = readSetting('ownModels').find(({ id, name: label }) => id === name || label === name);
    return own?.id ?? (await this.load()).names.find(name);
  }

  async model(id: string): Promise<OfferedModel | undefined> {
    return (await this.offered()).find((model) => model.id === id);
  }

  /** The models that VS Code offers: listing them needs no consent. None where there is no provider. */
  async vscodeModels(): Promise<readonly VscodeModel[]> {
    if (typeof lm?.selectChatModels !== 'function') return [];
    const chats = await lm.selectChatModels();
    if (chats.length === 0) return [];
    const { names } = await this.load();
    return chats.map((chat) => ({ chat, id: names.find(chat.id) ?? names.find(chat.family) ?? names.find(chat.name) }));
  }

  async vscodeIds(): Promise<readonly string[]> {
    const ids = (await this.vscodeModels()).map(({ id }) => id).filter((id) => id !== null);
    return [...new Set(ids)];
  }

  async openIds(): Promise<readonly string[]> {
    return (await this.offered())
      .filter(({ openWeights, standard, buyable }) => openWeights && standard && buyable)
      .map(({ id }) => id);
  }

  /** Prices from a list and from the settings (these win), and the user's own models. @throws RecommendError BAD_SETTING */
  async overlay(): Promise<CatalogOverlay> {
    const agreed = new Date().toISOString().slice(0, 10);
    const own = Object.entries(readSetting('prices')).map(([id, { input, output, asOf }]): [string, Price] => [
      id,
      { input, output, asOf: asOf ?? agreed },
    ]);
    this.kept ??= this.readKept();
    return {
      prices: { ...(await this.kept), ...Object.fromEntries(own) },
      ownModels: readSetting('ownModels').map(
        (model): OwnModel => ({
          id: model.id,
          name: model.name ?? model.id,
          sameAs: model.sameAs,
          price: { input: model.input ?? 0, output: model.output ?? 0, asOf: agreed },
          ...(model.contextTokens === undefined ? {} : { contextTokens: model.contextTokens }),
        }),
      ),
    };
  }

  /** Takes over the prices of a list, for all workspaces, until the next list. */
  async keepPrices(file: string, reading: PriceListReading): Promise<void> {
    const folder = this.context.globalStorageUri;
    await workspace.fs.createDirectory(folder);
    const kept: v.InferInput<typeof keptPricesSchema> = { version: 1, file, prices: { ...reading.prices } };
    const part = Uri.joinPath(folder, 'prices.json.part');
    await workspace.fs.writeFile(part, new TextEncoder().encode(`${JSON.stringify(kept, undefined, 2)}\n`));
    await workspace.fs.rename(part, this.keptUri(), { overwrite: true });
    this.kept = undefined;
    this.changed.fire();
  }

  private keptUri(): Uri {
    return Uri.joinPath(this.context.globalStorageUri, 'prices.json');
  }

  private async readKept(): Promise<Readonly<Record<string, Price>>> {
    try {
      const bytes = await workspace.fs.readFile(this.keptUri());
      return v.parse(keptPricesSchema, JSON.parse(new TextDecoder().decode(bytes))).prices;
    } catch (thrown) {
      // No list was taken over yet, or it is damaged: the shipped prices are right then, only older.
      if (!(thrown instanceof FileSystemError)) this.log.warn(`Kept prices could not be read: ${String(thrown)}`);
      return {};
    }
  }

  private load(): Promise<Loaded> {
    const path = this.bundlePath();
    if (this.loaded && this.loadedPath === path) return this.loaded;
    const loading = readCatalog(path);
    this.loaded = loading;
    this.loadedPath = path;
    loading.catch(() => {
      if (this.loaded === loading) this.loaded = undefined;
    });
    return loading;
  }
}

async function readCatalog(path: string): Promise<Loaded> {
  const uri = Uri.joinPath(Uri.file(path), 'catalog.json');
  let bytes: Uint8Array;
  try {
    bytes = await workspace.fs.readFile(uri);
  } catch (cause) {
    throw new RecommendError(
      'BUNDLE_MISSING',
      l10n.t('The router bundle in {0} has no catalog.', path),
      l10n.t('Reinstall the extension, or correct the setting recommendLlm.router.'),
      { cause },
    );
  }
  try {
    const catalog = v.parse(catalogSchema, JSON.parse(new TextDecoder().decode(bytes)));
    const names = new ModelNames(
      catalog.models.map(({ id, name, marketId, released, buyable, standard }) => ({
        id,
        names: marketId === null ? [name] : [name, marketId],
        released,
        buyable,
        standard,
      })),
    );
    return { path, catalog, names };
  } catch (cause) {
    throw new RecommendError(
      'BUNDLE_BROKEN',
      l10n.t(
        'The catalog of the router bundle in {0} is damaged: {1}',
        path,
        cause instanceof Error ? cause.message : String(cause),
      ),
      l10n.t('Reinstall the extension, or train the router again.'),
      { cause },
    );
  }
}
