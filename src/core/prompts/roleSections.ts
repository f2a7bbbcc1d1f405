import { roleOf } from './chat';
import { neutralText, type Samples } from './placeholders';
import type { PromptPart, PromptRole } from './prompt';

/** Markdown pictures and `[image]` marks left by templates. */
const picture = /!\[[^\]\n]{0,500}\]\([^)\n]{0,2000}\)|\[image\]/g;

/**
 * Splits a Prompty body at its role lines (`system:`, `user:`, `assistant[name="x"]:`) and fills in sample values.
 * Text before the first role line is system text, as in Prompty.
 */
export function partsOfPrompty(body: string, samples: Samples): PromptPart[] {
  const marker =
    /^[ \t]{0,20}(?:#[ \t]{0,20})?(system|developer|user|assistant|function|tool)[ \t]{0,20}(?:\[[^\]\n]{0,200}\])?[ \t]{0,20}:[ \t]{0,20}\r?$/gim;
  const first = marker.exec(body);
  if (!first) return sections([['user', body]], samples);
  const found: [PromptRole, string][] = [['system', body.slice(0, first.index)]];
  for (let match: RegExpExecArray | null = first; match; ) {
    const next: RegExpExecArray | null = marker.exec(body);
    found.push([roleOf(match[1]) ?? 'user', body.slice(match.index + match[0].length, next?.index)]);
    match = next;
  }
  return sections(found, samples);
}

/** Splits a Dotprompt body at its `{{role "system"}}` marks and fills in default values. */
export function partsOfDotprompt(body: string, samples: Samples): PromptPart[] {
  const pieces = body.split(/\{\{~?\s*role\s+["']([^"']+)["']\s*~?\}\}/);
  const found: [PromptRole, string][] = [['user', pieces[0] ?? '']];
  for (let i = 1; i < pieces.length; i += 2) found.push([roleOf(pieces[i]) ?? 'user', pieces[i + 1] ?? '']);
  return sections(found, samples);
}

function sections(found: readonly (readonly [PromptRole, string])[], samples: Samples): PromptPart[] {
  const parts: PromptPart[] = [];
  for (const [role, template] of found) {
    const text = neutralText(template, samples);
    const images = text.match(picture)?.length ?? 0;
    const plain = text.replace(picture, '').trim();
    if (plain !== '' || images > 0) parts.push(images > 0 ? { role, text: plain, images } : { role, text: plain });
  }
  return parts;
}
