import type { Prompt, PromptPart } from './prompt';

/**
 * Most characters of each ingredient of the scored text. Long context says little about which LLM is right, and by its
 * length it would drown the request: it counts with its beginning only.
 */
export const scoredTextLimits = {
  /** The request: the last user turn. Beyond it, the middle is left out: the task is stated first or last. */
  request: 12_000,
  /** System text beside a request. */
  system: 2_000,
  /** References, documents, tool definitions beside a request. */
  context: 3_000,
  /** A last user turn of fewer characters ("go on", "and in Python?") is read with the user turn before it. */
  shortRequest: 80,
  /** That earlier turn. */
  earlier: 2_000,
} as const;

const gap = '\n…\n';
const image = '[image]';

/**
 * The text by which a prompt is compared with known prompts; decides the quality of every recommendation.
 *
 * Policy: system text (beginning) + the last user turn (whole, else beginning and end) + context (beginning). Earlier turns
 * and what an LLM answered are left out, unless the last user turn is too short to stand by itself. Where nobody asks
 * anything (instructions, agents, skills), the system text is the request. Images count as the word `[image]`. Lone
 * surrogates become U+FFFD and NULs spaces. Answers and labels are never part of a {@link Prompt}'s parts.
 */
export function scoredText(prompt: Prompt): string {
  const { system, request, context } = ingredients(prompt);
  const pieces = [cutEnd(system, scoredTextLimits.system), request, cutEnd(context, scoredTextLimits.context)];
  return wellFormed(pieces.filter((piece) => piece !== '').join('\n\n'));
}

/** @returns whether {@link scoredText} leaves out part of what the policy would take */
export function isTruncated(prompt: Prompt): boolean {
  let total = 0;
  for (const part of prompt.parts) total += part.text.length;
  if (total <= scoredTextLimits.system) return false;
  const { system, request, context, requestCut } = ingredients(prompt);
  return (
    requestCut || system.length > scoredTextLimits.system || context.length > scoredTextLimits.context || request === ''
  );
}

interface Ingredients {
  readonly system: string;
  readonly request: string;
  readonly context: string;
  readonly requestCut: boolean;
}

function ingredients(prompt: Prompt): Ingredients {
  const { parts } = prompt;
  const lastUser = parts.findLastIndex((part) => part.role === 'user' && textOf(part) !== '');
  const system = joinRole(parts, 'system');
  const context = joinRole(parts, 'context');
  if (lastUser < 0) {
    const whole = system || context || joinRole(parts, 'tool') || joinRole(parts, 'assistant');
    const request = cutMiddle(whole, scoredTextLimits.request);
    return { system: '', request, context: system ? context : '', requestCut: request.length < whole.length };
  }
  // One turn may be several parts (text, image, text).
  let start = lastUser;
  while (start > 0 && parts[start - 1]?.role === 'user') start--;
  let whole = joinTexts(parts.slice(start, lastUser + 1));
  if (whole.length < scoredTextLimits.shortRequest) {
    const before = parts.slice(0, start).findLast((part) => part.role === 'user' && textOf(part) !== '');
    if (before) whole = `${cutEnd(textOf(before), scoredTextLimits.earlier)}\n\n${whole}`;
  }
  const request = cutMiddle(whole, scoredTextLimits.request);
  return { system, request, context, requestCut: request.length < whole.length };
}

function joinRole(parts: readonly PromptPart[], role: PromptPart['role']): string {
  return joinTexts(parts.filter((part) => part.role === role));
}

function joinTexts(parts: readonly PromptPart[]): string {
  if (parts.length === 1 && parts[0]) return textOf(parts[0]);
  return parts
    .map(textOf)
    .filter((text) => text !== '')
    .join('\n\n');
}

function textOf(part: PromptPart): string {
  const text = part.text.trim();
  if (!part.images) return text;
  return [text, ...Array<string>(Math.min(part.images, 16)).fill(image)].filter((piece) => piece !== '').join('\n');
}

function cutEnd(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(0, limit);
}

/** Keeps two thirds from the beginning and one third from the end. */
function cutMiddle(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = limit - gap.length;
  const head = Math.ceil((kept * 2) / 3);
  return text.slice(0, head) + gap + text.slice(text.length - (kept - head));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what is looked for
const illFormed = /[\u0000\p{Surrogate}]/u;

function wellFormed(text: string): string {
  if (!illFormed.test(text)) return text;
  return text.replaceAll('\0', ' ').replace(/\p{Surrogate}/gu, '\uFFFD');
}
