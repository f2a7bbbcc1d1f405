import { RecommendError } from '../errors';
import type { FileFormat } from '../files/format';
import { splitFrontMatter } from '../files/frontMatter';
import type { ReadLimits } from '../files/limits';
import { isRecord } from '../files/rows';
import type { Workspace } from '../files/source';
import { type Sentence, say } from '../sentence';
import { neutralText, type Samples } from './placeholders';
import type { Prompt, PromptPart } from './prompt';
import type { ReferencedFile } from './readReport';
import { referencesIn, resolveReferences } from './references';
import { partsOfDotprompt, partsOfPrompty } from './roleSections';
import { valueAt } from './template';

/** A prompt file as read: its prompts and what its front matter says, for display. */
export interface PromptDocument {
  readonly prompts: readonly Prompt[];
  /** `model`, `tools`, `mode` and `description`, as written. */
  readonly facts: Readonly<Record<string, string>>;
  readonly references: readonly ReferencedFile[];
  readonly warnings: readonly Sentence[];
}

const systemFormats: ReadonlySet<FileFormat> = new Set(['instructions', 'agent', 'chatmode', 'skill']);
const referencingFormats: ReadonlySet<FileFormat> = new Set([...systemFormats, 'prompt', 'prompty', 'dotprompt']);

/**
 * Reads a prompt file that is one prompt: text, Markdown with front matter, instructions, agents, skills, Prompty, Dotprompt,
 * templates.
 * @throws RecommendError FILE_EMPTY
 */
export async function readPromptDocument(
  name: string,
  text: string,
  format: FileFormat,
  workspace: Workspace | undefined,
  limits: ReadLimits,
): Promise<PromptDocument> {
  const plain = format === 'text' || format === 'code';
  const matter = plain ? { fields: {}, body: text, bodyLine: 1 } : splitFrontMatter(text, limits.yamlAliases);
  const warnings =
    matter.fault === undefined
      ? []
      : [say('The front matter of {0} is not valid YAML and was left out: {1}', name, matter.fault)];
  const facts = factsOf(matter.fields);
  const body = partsOfBody(matter.body, format, samplesOf(matter.fields));
  if (body.length === 0 && facts.description === undefined) {
    throw new RecommendError(
      'FILE_EMPTY',
      say('{0} has front matter but no prompt below it.', name),
      say('Write the prompt below the second line of three dashes.'),
    );
  }
  const parts: PromptPart[] = [];
  if (facts.description !== undefined && format !== 'markdown')
    parts.push({ role: 'context', text: facts.description });
  parts.push(...body);
  const references = referencingFormats.has(format)
    ? await resolveReferences(name, referencesIn(matter.body), workspace, limits)
    : { parts: [], files: [] };
  parts.push(...references.parts);
  const tools = toolNames(matter.fields.tools);
  const prompt: Prompt = {
    id: '1',
    parts,
    line: matter.bodyLine,
    ...(facts.model !== undefined ? { declaredModel: facts.model } : {}),
    ...(tools.length > 0 ? { tools } : {}),
  };
  return { prompts: [prompt], facts, references: references.files, warnings };
}

function partsOfBody(body: string, format: FileFormat, samples: Samples): PromptPart[] {
  if (format === 'prompty') return partsOfPrompty(body, samples);
  if (format === 'dotprompt') return partsOfDotprompt(body, samples);
  const asIs = format === 'text' || format === 'code' || format === 'markdown';
  const text = (asIs ? body : neutralText(body, samples)).trim();
  return text === '' ? [] : [{ role: systemFormats.has(format) ? 'system' : 'user', text }];
}

/** Values given for placeholders: Prompty's `sample` (v1) and `inputs` (v2), Dotprompt's `input.default`. */
function samplesOf(fields: Readonly<Record<string, unknown>>): Samples {
  const samples: Record<string, unknown> = {};
  for (const inputs of [fields.inputs, valueAt(fields, 'inputSchema.properties'), fields.inputSchema]) {
    const list = Array.isArray(inputs)
      ? inputs.filter(isRecord).map((input) => [String(input.name), input] as const)
      : Object.entries(isRecord(inputs) ? inputs : {});
    for (const [key, input] of list) {
      const value = isRecord(input) ? (input.sample ?? input.default) : undefined;
      if (value !== undefined && value !== null) samples[key] = value;
    }
  }
  for (const given of [valueAt(fields, 'input.default'), fields.sample])
    if (isRecord(given)) Object.assign(samples, given);
  return samples;
}

/** The fields of a front matter that are shown, as text. */
export function factsOf(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  const facts: Record<string, string> = {};
  const model = modelOf(fields.model);
  if (model !== undefined) facts.model = model;
  for (const key of ['agent', 'mode', 'description'] as const) {
    const value = fields[key];
    if (typeof value === 'string' && value.trim() !== '') facts[key] = value.trim();
  }
  const tools = toolNames(fields.tools);
  if (tools.length > 0) facts.tools = tools.join(', ');
  return facts;
}

/** A name, a list of names, or Prompty's `model` (v1 `configuration`, v2 `id`). */
function modelOf(value: unknown): string | undefined {
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'string').join(', ') || undefined;
  for (const path of ['id', 'configuration.azure_deployment', 'configuration.name', 'configuration.model', 'name']) {
    const found = valueAt(value, path);
    if (typeof found === 'string' && found.trim() !== '') return found.trim();
  }
  return undefined;
}

function toolNames(value: unknown): string[] {
  if (typeof value === 'string')
    return value
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
  if (Array.isArray(value))
    return value.flatMap((item) =>
      typeof item === 'string' ? [item] : isRecord(item) && typeof item.name === 'string' ? [item.name] : [],
    );
  return isRecord(value) ? Object.keys(value) : [];
}
