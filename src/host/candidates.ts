import { ConfigurationTarget, l10n, type QuickPickItem, QuickPickItemKind, window, workspace } from 'vscode';
import type { OfferedModel } from '../core/cost/catalog';
import { selectCandidates } from '../core/recommendation/candidates';
import type { CatalogModels, VscodeModel } from './catalogModels';
import { readSetting } from './configuration';
import { openWeightsPreset, settingsSection, vscodePreset } from './contributions';
import { dollars } from './suggestion';

interface PresetItem extends QuickPickItem {
  /** What is saved; undefined where models are chosen one by one. */
  readonly value?: readonly string[];
}

interface ModelItem extends QuickPickItem {
  /** Catalog id; absent for separators and for models that the catalog does not know. */
  readonly model?: string;
}

/** Lets the user choose among which models to recommend, and saves that for the workspace or for all. */
export async function chooseCandidates(models: CatalogModels): Promise<void> {
  const [offered, listed] = await Promise.all([models.offered(), models.vscodeModels()]);
  const preset = await window.showQuickPick(presets(offered, listed), {
    title: l10n.t('Candidates: which models to choose among'),
    placeHolder: l10n.t('Choose a preset, or models one by one'),
    matchOnDetail: true,
  });
  if (!preset) return;
  const value = preset.value ?? (await pickModels(offered, listed));
  if (value) await save(value);
}

function presets(offered: readonly OfferedModel[], listed: readonly VscodeModel[]): PresetItem[] {
  const standard = offered.filter(({ standard: isStandard, buyable }) => isStandard && buyable);
  const known = new Set(listed.map(({ id }) => id).filter((id) => id !== null));
  const now = readSetting('candidates');
  const mark = (value: readonly string[]): string => (value.join('\n') === now.join('\n') ? l10n.t('in use') : '');
  return [
    {
      label: l10n.t('All models that can be bought today'),
      description: mark([]),
      detail: l10n.t('{0} models', standard.length),
      value: [],
    },
    {
      label: l10n.t('Models available in VS Code'),
      description: mark([vscodePreset]),
      detail:
        listed.length === 0
          ? l10n.t('VS Code offers none at the moment; the list is read anew each time.')
          : l10n.t(
              '{0} offered, {1} of them known to the catalog; the list is read anew each time.',
              listed.length,
              known.size,
            ),
      value: [vscodePreset],
    },
    {
      label: l10n.t('Models with open weights'),
      description: mark([openWeightsPreset]),
      detail: l10n.t('{0} models', standard.filter(({ openWeights }) => openWeights).length),
      value: [openWeightsPreset],
    },
    { label: '', kind: QuickPickItemKind.Separator },
    {
      label: l10n.t('Choose one by one…'),
      description: now.length > 0 && now.every((entry) => !entry.startsWith('@')) ? l10n.t('in use') : '',
      detail: l10n.t('From {0} models, retired ones included', offered.length),
    },
  ];
}

async function pickModels(
  offered: readonly OfferedModel[],
  listed: readonly VscodeModel[],
): Promise<readonly string[] | undefined> {
  const chosenNow = currentIds(offered);
  const items = modelItems(offered, listed).map((item) =>
    item.model === undefined ? item : { ...item, picked: chosenNow.has(item.model) },
  );
  const chosen = await window.showQuickPick(items, {
    title: l10n.t('Candidates'),
    placeHolder: l10n.t('Type to filter by name, provider or id'),
    canPickMany: true,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!chosen) return undefined;
  const ids = [...new Set(chosen.map(({ model }) => model).filter((id) => id !== undefined))];
  const unknown = chosen.filter(({ model }) => model === undefined).map(({ label }) => label);
  if (unknown.length > 0) {
    void window.showWarningMessage(l10n.t('Not taken, since the catalog does not know them: {0}', unknown.join(', ')));
  }
  if (ids.length === 0) {
    void window.showWarningMessage(l10n.t('No candidate was chosen: the setting stays as it is.'));
    return undefined;
  }
  // A choice that is a preset's is saved as the preset, so that models that come later belong to it too.
  return presetOf(new Set(ids), offered) ?? ids;
}

function presetOf(ids: ReadonlySet<string>, offered: readonly OfferedModel[]): readonly string[] | undefined {
  const standard = offered.filter(({ standard: isStandard, buyable }) => isStandard && buyable);
  const isAll = (members: readonly OfferedModel[]): boolean =>
    members.length === ids.size && members.every(({ id }) => ids.has(id));
  if (isAll(standard)) return [];
  return isAll(standard.filter(({ openWeights }) => openWeights)) ? [openWeightsPreset] : undefined;
}

/** Ids that the setting stands for now; none where its patterns match nothing. */
function currentIds(offered: readonly OfferedModel[]): ReadonlySet<string> {
  const patterns = readSetting('candidates').filter((pattern) => !pattern.startsWith('@'));
  try {
    const known = new Set(offered.map(({ evidenceOf }) => evidenceOf));
    return new Set(selectCandidates(offered, patterns, known).map(({ id }) => id));
  } catch {
    return new Set();
  }
}

/** Every model once: what VS Code offers first, then what can be bought, then open weights, then retired models. */
export function modelItems(offered: readonly OfferedModel[], listed: readonly VscodeModel[]): ModelItem[] {
  const byId = new Map(offered.map((model) => [model.id, model]));
  const used = new Set<string>();
  const groups: { readonly title: string; readonly items: ModelItem[] }[] = [];
  const add = (title: string, members: readonly ModelItem[]): void => {
    if (members.length > 0) groups.push({ title, items: [...members] });
  };
  const inVscode: ModelItem[] = [];
  for (const { chat, id } of listed) {
    const model = id === null ? undefined : byId.get(id);
    if (!model) {
      inVscode.push({
        label: `$(question) ${chat.name}`,
        description: l10n.t('unknown'),
        detail: l10n.t('{0} of {1}: not in the catalog, so nothing is known of it', chat.id, chat.vendor),
      });
    } else if (!used.has(model.id)) {
      used.add(model.id);
      inVscode.push(itemOf(model));
    }
  }
  add(l10n.t('Available in VS Code'), inVscode);
  const rest = offered
    .filter(({ id }) => !used.has(id))
    .sort((a, b) => Number(b.standard) - Number(a.standard) || a.name.localeCompare(b.name));
  add(l10n.t('Catalog'), rest.filter(({ buyable, openWeights }) => buyable && !openWeights).map(itemOf));
  add(l10n.t('Open weights'), rest.filter(({ buyable, openWeights }) => buyable && openWeights).map(itemOf));
  add(l10n.t('Retired, or known from benchmarks only'), rest.filter(({ buyable }) => !buyable).map(itemOf));
  return groups.flatMap(({ title, items }) => [{ label: title, kind: QuickPickItemKind.Separator }, ...items]);
}

function itemOf(model: OfferedModel): ModelItem {
  const cost = model.price
    ? l10n.t('{0} in, {1} out per million tokens', dollars(model.price.input), dollars(model.price.output))
    : l10n.t('no price');
  return { label: model.name, description: model.provider, detail: `${model.id} · ${cost}`, model: model.id };
}

async function save(value: readonly string[]): Promise<void> {
  const configuration = workspace.getConfiguration(settingsSection);
  const hasWorkspace = workspace.workspaceFolders !== undefined && workspace.workspaceFolders.length > 0;
  const target = hasWorkspace
    ? await window.showQuickPick(
        [
          { label: l10n.t('This workspace'), target: ConfigurationTarget.Workspace },
          { label: l10n.t('All my workspaces'), target: ConfigurationTarget.Global },
        ],
        { title: l10n.t('Candidates: where to save the choice') },
      )
    : { target: ConfigurationTarget.Global };
  if (target) await configuration.update('candidates', value, target.target);
}
