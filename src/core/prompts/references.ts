import { RecommendError } from '../errors';
import { readText } from '../files/decode';
import type { ReadLimits } from '../files/limits';
import type { Workspace } from '../files/source';
import type { PromptPart } from './prompt';
import type { ReferencedFile } from './readReport';

/** Files named in the text of a prompt: `#file:path`, Markdown links to local files (pictures apart), `file://` addresses. */
export function referencesIn(text: string): string[] {
  const found: string[] = [];
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '');
  for (const match of prose.matchAll(/#file:(?:'([^'\n]{1,500})'|"([^"\n]{1,500})"|([^\s'"`,;)]{1,500}))/g))
    found.push(match[1] ?? match[2] ?? match[3] ?? '');
  for (const match of prose.matchAll(
    /(?<!!)\[[^\]\n]{0,500}\]\([ \t]{0,20}<?([^)\s>]{1,500})>?(?:[ \t]{1,20}"[^"\n]{0,500}")?[ \t]{0,20}\)/g,
  )) {
    const target = match[1] ?? '';
    if (/^(https?|mailto|vscode|command|data):|^#/i.test(target)) continue;
    found.push(safeDecode(target.replace(/#.*$/, '')));
  }
  for (const match of prose.matchAll(/(?<![(<\w])file:\/\/[^\s'"`)>,]{1,500}/g)) found.push(match[0]);
  return [...new Set(found.map((path) => path.replace(/[.:]+$/, '')).filter((path) => path !== ''))];
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Reads the files that a prompt refers to, in order, up to the limits; one level deep. What is not read is listed with why.
 * @param workspace absent: nothing is read, every reference is listed as outside
 */
export async function resolveReferences(
  file: string,
  references: readonly string[],
  workspace: Workspace | undefined,
  limits: ReadLimits,
): Promise<{ parts: PromptPart[]; files: ReferencedFile[] }> {
  const parts: PromptPart[] = [];
  const files: ReferencedFile[] = [];
  let total = 0;
  for (const [index, reference] of references.entries()) {
    if (index >= limits.references) {
      files.push({ path: reference, outcome: 'over-limit' });
      continue;
    }
    const found = workspace ? await workspace.resolve(file, reference) : 'outside-workspace';
    if (typeof found === 'string') {
      files.push({ path: reference, outcome: found });
      continue;
    }
    if (
      found.size !== null &&
      (found.size > limits.referenceBytes || total + found.size > limits.referencesTotalBytes)
    ) {
      files.push({ path: reference, outcome: 'over-limit' });
      continue;
    }
    try {
      const { text } = await readText(found, limits.referenceBytes);
      total += text.length;
      parts.push({ role: 'context', text: `${found.name}:\n${text.trim()}` });
      files.push({ path: reference, outcome: 'included' });
    } catch (thrown) {
      if (!RecommendError.is(thrown)) throw thrown;
      files.push({ path: reference, outcome: outcomeOf(thrown) });
    }
  }
  return { parts, files };
}

function outcomeOf(error: RecommendError): ReferencedFile['outcome'] {
  if (error.code === 'FILE_NOT_FOUND' || error.code === 'FILE_CHANGED' || error.code === 'FILE_UNREADABLE')
    return 'missing';
  return error.code === 'FILE_TOO_LARGE' ? 'over-limit' : 'not-text';
}
