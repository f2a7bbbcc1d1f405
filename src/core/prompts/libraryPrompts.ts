import { isRecord } from '../files/rows';
import { isChat, partsOfChat, roleOf } from './chat';
import { neutralText, type Samples } from './placeholders';
import type { PromptPart } from './prompt';
import { textOfValue } from './template';

/**
 * Prompts saved by LangChain (`_type: prompt`, few-shot and chat prompts, and the `lc` serialisation) and by LlamaIndex
 * (`template`, `message_templates`, selectors).
 * @returns null where the value is none of them
 */
export function partsOfLibraryPrompt(value: unknown): PromptPart[] | null {
  if (!isRecord(value)) return null;
  // LangChain's serialisation: the arguments of the constructor.
  if (isRecord(value.kwargs) && (value.lc !== undefined || Array.isArray(value.id))) {
    const kind = Array.isArray(value.id) ? textOfValue(value.id.at(-1)) : '';
    const parts = partsOfLibraryPrompt(value.kwargs) ?? partsOfNested(value.kwargs);
    const role = roleOfClass(kind);
    return parts && role ? parts.map((part) => ({ ...part, role })) : parts;
  }
  const samples = isRecord(value.partial_variables)
    ? value.partial_variables
    : isRecord(value.kwargs)
      ? value.kwargs
      : {};
  if (Array.isArray(value.examples) && (typeof value.suffix === 'string' || typeof value.prefix === 'string')) {
    const template = isRecord(value.example_prompt) ? textOfValue(value.example_prompt.template) : '';
    const examples = value.examples.filter(isRecord).map((example) => braces(template, example));
    const suffix = braces(textOfValue(value.suffix), samples);
    const head = [braces(textOfValue(value.prefix), samples), ...examples]
      .filter((text) => text.trim() !== '')
      .join('\n\n');
    return [
      ...(head ? [{ role: 'context' as const, text: head }] : []),
      ...(suffix.trim() ? [{ role: 'user' as const, text: suffix }] : []),
    ];
  }
  if (typeof value.template === 'string' && isTemplateObject(value)) {
    const filled = value.template_format === undefined || value.template_format === 'f-string';
    return [{ role: 'user', text: filled ? braces(value.template, samples) : neutralText(value.template, samples) }];
  }
  if (Array.isArray(value.message_templates) && isChat(value.message_templates)) {
    return value.message_templates.flatMap((message) =>
      partsOfChat([{ role: message.role, content: message.content ?? message.blocks }]).map((part) => ({
        ...part,
        text: braces(part.text, samples),
      })),
    );
  }
  return partsOfLibraryPrompt(value.default_template) ?? (Array.isArray(value.messages) ? partsOfNested(value) : null);
}

function isTemplateObject(value: Record<string, unknown>): boolean {
  return ['input_variables', 'template_vars', '_type', 'template_format', 'prompt_type'].some((key) => key in value);
}

function partsOfNested(value: Record<string, unknown>): PromptPart[] | null {
  const messages = value.messages ?? (value.prompt === undefined ? undefined : [value.prompt]);
  if (!Array.isArray(messages)) return null;
  let parts: PromptPart[] = [];
  for (const message of messages) {
    const nested = partsOfLibraryPrompt(message);
    if (nested) parts = parts.concat(nested);
    else if (Array.isArray(message) && typeof message[1] === 'string')
      parts.push({ role: roleOf(message[0]) ?? 'user', text: braces(message[1], {}) });
    else if (isRecord(message) && isRecord(message.prompt)) {
      const role =
        roleOf(message.role ?? message._type) ?? roleOfClass(textOfValue(message._type ?? message.type)) ?? 'user';
      parts = parts.concat((partsOfLibraryPrompt(message.prompt) ?? []).map((part) => ({ ...part, role })));
    }
  }
  return parts.length > 0 ? parts : null;
}

function roleOfClass(name: string): PromptPart['role'] | null {
  if (/^system/i.test(name)) return 'system';
  if (/^human/i.test(name)) return 'user';
  return /^ai/i.test(name) ? 'assistant' : null;
}

/** Python f-string placeholders: `{name}`, with `{{` and `}}` for braces. */
function braces(template: string, samples: Samples): string {
  return template
    .replaceAll('{{', '\uE000')
    .replaceAll('}}', '\uE001')
    .replace(/\{([A-Za-z_][\w.]*)(?:![rsa])?(?::[^{}]*)?\}/g, (_, name: string) => neutralText(`{{${name}}}`, samples))
    .replaceAll('\uE000', '{')
    .replaceAll('\uE001', '}');
}
