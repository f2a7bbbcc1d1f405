import { isRecord } from '../files/rows';
import type { PromptPart, PromptRole } from './prompt';

const roles: Readonly<Record<string, PromptRole>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  ai: 'assistant',
  gpt: 'assistant',
  bot: 'assistant',
  chatgpt: 'assistant',
  model: 'assistant',
  tool: 'tool',
  function: 'tool',
  observation: 'tool',
  ipython: 'tool',
};

/** @returns the role that a chat format's word stands for, null for a word that is no role */
export function roleOf(word: unknown): PromptRole | null {
  return typeof word === 'string' ? (roles[word.trim().toLowerCase()] ?? null) : null;
}

/** @returns whether a value is a list of chat messages in one of the common shapes */
export function isChat(value: unknown): value is readonly Record<string, unknown>[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((message) => isRecord(message) && (messageRole(message) !== null || isResponseItem(message)))
  );
}

function isResponseItem(message: Record<string, unknown>): boolean {
  return (
    typeof message.type === 'string' && /^(message|function_call|function_call_output|reasoning)$/.test(message.type)
  );
}

function messageRole(message: Record<string, unknown>): PromptRole | null {
  return (
    roleOf(message.role) ??
    roleOf(message.from) ??
    roleOf(message.speaker) ??
    (isResponseItem(message) ? responseRole(message) : null)
  );
}

function responseRole(message: Record<string, unknown>): PromptRole | null {
  if (message.type === 'function_call' || message.type === 'reasoning') return 'assistant';
  return message.type === 'function_call_output' ? 'tool' : null;
}

/**
 * Turns chat messages (OpenAI `messages` and `input`, ShareGPT `conversations`, Gemini `contents`) into parts. What an LLM
 * answered last is the answer to the prompt, not part of it: trailing assistant turns are dropped.
 */
export function partsOfChat(messages: readonly Record<string, unknown>[]): PromptPart[] {
  const parts: PromptPart[] = [];
  for (const message of messages) {
    const role = messageRole(message);
    if (!role) continue;
    const content = message.content ?? message.value ?? message.text ?? message.parts ?? message.output;
    const part = partOfContent(role, content);
    if (part.text !== '' || part.images) parts.push(part);
  }
  while (parts.at(-1)?.role === 'assistant' && parts.some((part) => part.role !== 'assistant')) parts.pop();
  return parts;
}

/** Content as a string or as a list of parts; images are counted, never read. */
export function partOfContent(role: PromptRole, content: unknown): PromptPart {
  if (typeof content === 'string') return { role, text: content };
  if (!Array.isArray(content)) {
    if (isRecord(content) && typeof content.text === 'string') return { role, text: content.text };
    return { role, text: '' };
  }
  const texts: string[] = [];
  let images = 0;
  for (const item of content) {
    if (typeof item === 'string') texts.push(item);
    else if (isRecord(item)) {
      if (typeof item.text === 'string') texts.push(item.text);
      else if (isRecord(item.text) && typeof item.text.value === 'string') texts.push(item.text.value);
      else if (typeof item.content === 'string') texts.push(item.content);
      else if (isImage(item)) images++;
    }
  }
  const text = texts.join('\n');
  return images > 0 ? { role, text, images } : { role, text };
}

function isImage(item: Record<string, unknown>): boolean {
  return (
    (typeof item.type === 'string' && /image/.test(item.type)) ||
    'image_url' in item ||
    'inline_data' in item ||
    'inlineData' in item
  );
}

/** Names and definitions of the tools that a request offers (OpenAI, Anthropic and Gemini shapes, or plain names). */
export function toolsOf(value: unknown): { names: string[]; definitions: string | null } {
  if (!Array.isArray(value)) return { names: [], definitions: null };
  const names: string[] = [];
  const definitions: string[] = [];
  for (const item of value) {
    if (typeof item === 'string') {
      names.push(item);
      continue;
    }
    if (!isRecord(item)) continue;
    const tool = isRecord(item.function) ? item.function : item;
    if (typeof tool.name !== 'string') continue;
    names.push(tool.name);
    definitions.push(JSON.stringify(tool));
  }
  return { names, definitions: definitions.length > 0 ? definitions.join('\n') : null };
}

/** The part that tells an LLM which tools it may call; the wording is the one of the tool-calling benchmarks. */
export function toolPart(definitions: string): PromptPart {
  return { role: 'context', text: `Available tools (JSON):\n${definitions}` };
}
