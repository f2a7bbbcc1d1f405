/**
 * Which documents are prompts, and which files can be read at all. package.json repeats the patterns in `when` clauses,
 * which cannot import; a unit test holds the two together.
 */

/** Language ids of prompt documents: VS Code's own, and those that package.json contributes. */
export const promptLanguages: readonly string[] = [
  'prompt',
  'instructions',
  'chatagent',
  'skill',
  'prompty',
  'dotprompt',
  'jinja',
];

/** Names of prompt files, whatever language mode the editor gave them. */
const promptFile =
  /(^skill\.md|\.(prompt|instructions|agent|chatmode)\.md|\.prompty|\.prompt|\.jinja2?|\.j2|\.mustache|\.hbs|\.handlebars)$/i;

const promptConfig = /^promptfooconfig(\.[\w-]+)?\.ya?ml$/i;

/** Source of the pattern in `when` clauses: prompt files, text, and datasets; manifests of other tools are left out. */
export const readableFile =
  /^(?!(package|package-lock|tsconfig|jsconfig|composer|manifest|launch|settings|tasks|extensions)([.-][\w.-]+)?\.json$|(docker-compose|compose|pnpm-lock)([.-][\w.-]+)?\.ya?ml$).*\.(md|txt|prompty|prompt|jinja2?|j2|mustache|hbs|handlebars|jsonl|ndjson|json|csv|tsv|parquet|eval|ya?ml)(\.(gz|zst))?$/i;

interface DocumentLike {
  readonly languageId: string;
  readonly uri: { readonly path: string };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A document that is one prompt: gets a suggestion as it is typed. */
export function isPromptDocument(document: DocumentLike): boolean {
  return promptLanguages.includes(document.languageId) || promptFile.test(baseName(document.uri.path));
}

/** A promptfoo configuration: prompts × tests. */
export function isPromptConfig(document: DocumentLike): boolean {
  return promptConfig.test(baseName(document.uri.path));
}
