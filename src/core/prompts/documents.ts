import { RecommendError } from '../errors';
import type { FileFormat } from '../files/format';
import { splitFrontMatter } from '../files/frontMatter';
import type { ReadLimits } from '../files/limits';
import { neutralText } from './placeholders';
import type { Prompt, PromptPart, PromptRole } from './prompt';

/** A prompt file as read: its prompts and what its front matter says, for display. */
export interface PromptDocument {
  readonly prompts: readonly Prompt[];
  /** `model`, `tools`, `mode` and `description`, as written. */
  readonly facts: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

const systemFormats: ReadonlySet<FileFormat> = new Set(['instructions', 'agent', 'chatmode', 'skill']);

/**
 * Reads a prompt file that is one prompt: text, Markdown with front matter, instructions, agents, skills, templates.
 * @throws RecommendError FILE_EMPTY
 */
export function readPromptDocument(name: string, text: string, format: FileFormat, limits: ReadLimits): PromptDocument {
  const plain = format === 'text' || format === 'code';
  const matter = plain ? { fields: {}, body: text, bodyLine: 1 } : splitFrontMatter(text, limits.yamlAliases);
  const body = (plain || format === 'markdown' ? matter.body : neutralText(matter.body)).trim();
  const role: PromptRole = systemFormats.has(format) ? 'system' : 'user';
  const facts = factsOf(matter.fields);
  const parts: PromptPart[] = [];
  if (facts.description !== undefined && format !== 'markdown')
    parts.push({ role: 'context', text: facts.description });
  if (body !== '') parts.push({ role, text: body });
  if (parts.length === 0) {
    throw new RecommendError(
      'FILE_EMPTY',
      `${name} has front matter but no prompt below it.`,
      'Write the prompt below the second line of three dashes.',
    );
  }
  const tools = toolNames(matter.fields.tools);
  const warnings =
    matter.fault === undefined
      ? []
      : [`The front matter of ${name} is not valid YAML and was left out: ${matter.fault}`];
  const prompt: Prompt = {
    id: '1',
    parts,
    line: matter.bodyLine,
    ...(facts.model !== undefined ? { declaredModel: facts.model } : {}),
    ...(tools.length > 0 ? { tools } : {}),
  };
  return { prompts: [prompt], facts, warnings };
}

/** The fields of a front matter that are shown, as text. */
export function factsOf(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  const facts: Record<string, string> = {};
  for (const key of ['model', 'mode', 'description'] as const) {
    const value = fields[key];
    if (typeof value === 'string' && value.trim() !== '') facts[key] = value.trim();
    else if (Array.isArray(value) && typeof value[0] === 'string') facts[key] = value.join(', ');
  }
  const tools = toolNames(fields.tools);
  if (tools.length > 0) facts.tools = tools.join(', ');
  return facts;
}

function toolNames(value: unknown): string[] {
  if (typeof value === 'string')
    return value
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
