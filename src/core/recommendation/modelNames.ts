/** What is needed of a catalog entry to recognise it by name. */
export interface NamedModel {
  readonly id: string;
  /** Display name, market id, and other spellings. */
  readonly names: readonly string[];
  /** YYYY-MM or YYYY-MM-DD, where known. */
  readonly released: string | null;
  readonly buyable: boolean;
  /** True for the setting (effort) that the bare name of a model stands for. */
  readonly standard: boolean;
}

/** Notes that editors and listings put behind a name and that do not change which model it is. */
const notes =
  /\s*\((?:copilot|azure|openai|anthropic|google|preview|latest|ollama|byok|openrouter|\d+(?:\.\d+)?x)\)\s*$/i;

/** A dated build: 20250929, 2025-09-29, or 0613 after a hyphen. */
const date = /[-@ ](?:20\d{2}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01]))$/;

/**
 * Takes spelling out of a name: letter case, vendor prefixes (`openai/`, `OpenAI: `), notes in brackets, and the choice of
 * hyphens, dots, spaces and underscores between its words. What distinguishes models (size, effort, date, `mini`) stays.
 */
export function normaliseModelName(name: string): string {
  let text = name.trim();
  while (notes.test(text)) text = text.replace(notes, '');
  text = text.slice(text.lastIndexOf('/') + 1).replace(/^[A-Za-z][\w. ]*:\s+/, '');
  return text
    .toLowerCase()
    .replace(/[()[\]]/g, ' ')
    .replace(/[\s._:-]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

/** {@link normaliseModelName} without the date of a build or a `latest` or `preview` at the end. */
function family(name: string): string {
  const key = normaliseModelName(name.replace(notes, '').replace(date, ''));
  return key.replace(/-(?:latest|preview)$/, '');
}

/**
 * Finds catalog ids by the names that editors, files and price lists use. Names in evaluation logs have stricter rules
 * (`benchmarks/importers/modelNames.ts`): here a wrong name costs a look, there it would become evidence about another model.
 */
export class ModelNames {
  private readonly ids = new Map<string, NamedModel>();
  private readonly exact = new Map<string, Set<NamedModel>>();
  private readonly families = new Map<string, Set<NamedModel>>();

  constructor(models: readonly NamedModel[]) {
    for (const model of models) {
      this.ids.set(model.id, model);
      for (const name of [model.id, ...model.names]) {
        add(this.exact, normaliseModelName(name), model);
        add(this.families, family(name), model);
      }
    }
  }

  /**
   * Rules, the first that applies: (1) the id as it stands; (2) the same name but for spelling; (3) the same name but for
   * the date of the build. Where a rule leaves several models, the standard setting is taken, then the one that can be
   * bought, then for rule 3 the newest. Still several, or none: unknown. Nothing is guessed from parts of a name.
   * @returns a catalog id, or null where the name is not known
   */
  find(name: string): string | null {
    if (this.ids.has(name)) return name;
    if (name.trim() === '') return null;
    const exact = this.exact.get(normaliseModelName(name));
    if (exact) return single(usual([...exact]))?.id ?? null;
    const relatives = this.families.get(family(name));
    return relatives ? (single(newest(usual([...relatives])))?.id ?? null) : null;
  }
}

function add(map: Map<string, Set<NamedModel>>, key: string, model: NamedModel): void {
  if (key === '') return;
  const known = map.get(key);
  if (known) known.add(model);
  else map.set(key, new Set([model]));
}

function usual(all: readonly NamedModel[]): readonly NamedModel[] {
  const standard = all.filter((model) => model.standard);
  const models = standard.length > 0 ? standard : all;
  const buyable = models.filter((model) => model.buyable);
  return buyable.length > 0 ? buyable : models;
}

function newest(models: readonly NamedModel[]): readonly NamedModel[] {
  const latest = models.reduce((late, { released }) => (released !== null && released > late ? released : late), '');
  return latest === '' ? models : models.filter(({ released }) => released === latest);
}

function single(models: readonly NamedModel[]): NamedModel | undefined {
  return models.length === 1 ? models[0] : undefined;
}
