import * as v from 'valibot';
import type { Uri } from 'vscode';
import type { Preference, RoutingMode } from '../core/recommendation/recommendation';

/**
 * Every command and setting of the extension, typed once. package.json repeats them because VS Code reads them there
 * before any code runs; a unit test holds the two together.
 */

/** Commands by id, with the arguments that menus, code lenses and quick fixes pass to them. */
export interface CommandArguments {
  'recommendLlm.recommend': [clicked?: Uri, selected?: readonly Uri[]];
  'recommendLlm.recommendDocument': [document?: Uri];
  'recommendLlm.evaluate': [labelled?: Uri];
  'recommendLlm.chooseColumn': [column?: string];
  'recommendLlm.chooseCandidates': [];
  'recommendLlm.updateCatalog': [list?: Uri];
  'recommendLlm.importResults': [clicked?: Uri, selected?: readonly Uri[]];
  'recommendLlm.trainRouter': [];
  'recommendLlm.chooseRouter': [];
  'recommendLlm.actions': [];
  'recommendLlm.copyModelId': [model?: string];
  'recommendLlm.copyApiSnippet': [model?: string];
  'recommendLlm.setModel': [model?: string, document?: Uri];
  'recommendLlm.openChat': [model?: string];
  'recommendLlm.trySample': [];
  'recommendLlm.openWalkthrough': [];
  'recommendLlm.restartScorer': [];
  'recommendLlm.showLog': [];
}

export type CommandId = keyof CommandArguments;

/** Commands in the order in which the palette lists them; the value says whether the palette shows them at all. */
export const commands: Readonly<Record<CommandId, { readonly inPalette: boolean }>> = {
  'recommendLlm.recommend': { inPalette: true },
  'recommendLlm.recommendDocument': { inPalette: false },
  'recommendLlm.evaluate': { inPalette: true },
  'recommendLlm.chooseColumn': { inPalette: true },
  'recommendLlm.chooseCandidates': { inPalette: true },
  'recommendLlm.updateCatalog': { inPalette: true },
  'recommendLlm.importResults': { inPalette: true },
  'recommendLlm.trainRouter': { inPalette: true },
  'recommendLlm.chooseRouter': { inPalette: true },
  'recommendLlm.actions': { inPalette: true },
  'recommendLlm.copyModelId': { inPalette: false },
  'recommendLlm.copyApiSnippet': { inPalette: false },
  'recommendLlm.setModel': { inPalette: false },
  'recommendLlm.openChat': { inPalette: false },
  'recommendLlm.trySample': { inPalette: true },
  'recommendLlm.openWalkthrough': { inPalette: true },
  'recommendLlm.restartScorer': { inPalette: true },
  'recommendLlm.showLog': { inPalette: true },
};

/** The user's price of one model, US dollars per million tokens. */
export interface OwnPrice {
  readonly input: number;
  readonly output: number;
  /** YYYY-MM-DD; absent = agreed, never out of date. */
  readonly asOf?: string | undefined;
}

/** A self-hosted or privately bought model as the user writes it in the settings. */
export interface OwnModelSetting {
  readonly id: string;
  readonly name?: string | undefined;
  readonly sameAs: string;
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly contextTokens?: number | undefined;
}

/** Settings below `recommendLlm.`, as the rest of the host sees them. */
export interface Settings {
  preference: Preference;
  mode: RoutingMode;
  candidates: readonly string[];
  router: string;
  prices: Readonly<Record<string, OwnPrice>>;
  ownModels: readonly OwnModelSetting[];
  'statusBar.enabled': boolean;
  'statusBar.delay': number;
  'codeLens.enabled': boolean;
  'diagnostics.enabled': boolean;
  'scorer.idleMinutes': number;
}

export type SettingName = keyof Settings;

const dollars = v.pipe(v.number(), v.minValue(0), v.maxValue(100_000));
const date = v.pipe(v.string(), v.isoDate());
const modelId = v.pipe(v.string(), v.trim(), v.nonEmpty('A model id is missing.'));

/** What each setting accepts. */
export const settingSchemas: { readonly [K in SettingName]: v.GenericSchema<unknown, Settings[K]> } = {
  preference: v.picklist(['quality', 'balanced', 'price']),
  mode: v.picklist(['guarded', 'paper']),
  candidates: v.array(modelId),
  router: v.pipe(v.string(), v.trim()),
  prices: v.record(modelId, v.strictObject({ input: dollars, output: dollars, asOf: v.optional(date) })),
  ownModels: v.array(
    v.strictObject({
      id: modelId,
      name: v.optional(modelId),
      sameAs: modelId,
      input: v.optional(dollars),
      output: v.optional(dollars),
      contextTokens: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
    }),
  ),
  'statusBar.enabled': v.boolean(),
  'statusBar.delay': v.pipe(v.number(), v.minValue(100), v.maxValue(10_000)),
  'codeLens.enabled': v.boolean(),
  'diagnostics.enabled': v.boolean(),
  'scorer.idleMinutes': v.pipe(v.number(), v.minValue(0.1), v.maxValue(240)),
};

/** Entry of `recommendLlm.candidates` that stands for the models VS Code's language model API lists. */
export const vscodePreset = '@vscode';
/** Entry of `recommendLlm.candidates` that stands for the models with open weights that can be bought today. */
export const openWeightsPreset = '@open';

export const settingsSection = 'recommendLlm';
export const panelViewType = 'recommendLlm.panel';
export const toolName = 'recommend_llm';
export const statusBarItemId = 'suggestion';
export const walkthroughId = 'recommend-llm.recommend-llm#recommendLlm.start';
