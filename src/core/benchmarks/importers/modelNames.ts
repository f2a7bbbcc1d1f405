/** A model of the catalog, as far as names go. */
export interface NamedModel {
  readonly id: string;
  readonly marketId?: string | null;
  readonly name?: string;
  readonly aliases?: readonly string[];
}

/** Where each name of a log went. */
export interface ModelMapping {
  readonly name: string;
  /** Catalog id, or null: then the name itself is kept as a model of its own. */
  readonly model: string | null;
}

/** Hosts and gateways that tools put before a model's own name. */
const hostPrefix =
  /^(?:openai|anthropic|google|vertex(?:_ai)?|gemini|azure(?:ai)?|bedrock|mistral(?:ai)?|meta(?:-llama)?|together(?:_ai|ai)?|fireworks(?:_ai)?|groq|deepseek(?:-ai)?|qwen|x-?ai|xai|grok|openrouter|ollama(?:_chat)?|hf|vllm|sglang|huggingface|litellm|cohere|perplexity|moonshotai|z-ai|zai-org|minimax(?:ai)?|nvidia|microsoft|amazon|accounts\/fireworks\/models|models|chat|messages|responses|completion)[/:]/;

/** The name without hosts, price tiers and case; separators are unified. Effort and thinking suffixes stay: they name a setting. */
export function normaliseModelName(name: string): string {
  let short = name.trim().toLowerCase();
  for (let before = ''; before !== short; ) {
    before = short;
    short = short.replace(hostPrefix, '');
  }
  return short
    .replace(/:(?:free|beta|nitro|floor|extended|latest)$/, '')
    .replace(/@(\d{8})$/, '-$1')
    .replace(/(\d)\.(\d)/g, '$1-$2')
    .replace(/[\s_]+/g, '-')
    .replace(/^(?:us|eu|apac)\./, '')
    .replace(/-v\d+:\d+$/, '');
}

/**
 * Builds the look-up from names to catalog ids. A name that two models claim is left out: it is not guessed. Editors' names have
 * wider rules (`recommendation/modelNames.ts`): any vendor before the name, display names, the usual setting of several.
 * Results must not: `me/gpt-4o` in a log may be a tune of one's own, and a wrong match would be evidence about another model.
 */
export function modelNameIndex(models: readonly NamedModel[]): ReadonlyMap<string, string> {
  const index = new Map<string, string>();
  const claimed = new Set<string>();
  const claim = (name: string, id: string): void => {
    const key = normaliseModelName(name);
    const owner = index.get(key);
    if (owner !== undefined && owner !== id) claimed.add(key);
    else index.set(key, id);
  };
  for (const model of models) index.set(normaliseModelName(model.id), model.id);
  const own = new Set(index.keys());
  for (const model of models) {
    for (const alias of [model.marketId, ...(model.aliases ?? [])]) {
      if (alias && !own.has(normaliseModelName(alias))) claim(alias, model.id);
    }
  }
  for (const key of claimed) index.delete(key);
  return index;
}

/** The catalog id of a model that a log names; null where the name is unknown. */
export function catalogIdOf(name: string, index: ReadonlyMap<string, string>): string | null {
  const key = normaliseModelName(name);
  return index.get(key) ?? index.get(key.replace(/-(?:20\d{6}|20\d\d-\d\d-\d\d)$/, '')) ?? null;
}
