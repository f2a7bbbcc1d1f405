/** Words of a shingle, and the share of shingles that is kept (1 in 4, chosen by hash). */
const shingleWords = 6;
const keepMask = 3;
/** A shingle in more prompts than this is boilerplate of a template: it says nothing about the prompt. */
const maxPromptsPerShingle = 40;
/** Share of the shorter prompt's telling shingles that two prompts must have in common to be near duplicates. */
const nearDuplicateShare = 0.5;
/** Characters of a prompt that are compared. */
const comparedCharacters = 6000;

/**
 * Groups prompts that are the same or nearly the same: equal up to case, punctuation and white space, or sharing at least
 * half of the shorter one's word 6-grams that are not boilerplate (the question of one benchmark inside another one's
 * template). Grouping is transitive.
 * @returns one cluster number for each prompt: the index of the cluster's first prompt
 */
export function promptClusters(prompts: readonly string[]): Int32Array {
  const parent = Int32Array.from({ length: prompts.length }, (_, i) => i);
  const firstByText = new Map<string, number>();
  const shinglesOf: Uint32Array[] = [];
  const promptsOf = new Map<number, number[] | null>();
  for (const [index, prompt] of prompts.entries()) {
    const words =
      prompt
        .slice(0, comparedCharacters)
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu) ?? [];
    const text = words.length > 0 ? words.join(' ') : prompt.trim();
    const first = firstByText.get(text);
    if (first === undefined) firstByText.set(text, index);
    else {
      union(parent, first, index);
      shinglesOf.push(new Uint32Array(0));
      continue;
    }
    const shingles = keptShingles(words);
    shinglesOf.push(shingles);
    for (const shingle of shingles) {
      const known = promptsOf.get(shingle);
      if (known === undefined) promptsOf.set(shingle, [index]);
      else if (known !== null) {
        known.push(index);
        if (known.length > maxPromptsPerShingle) promptsOf.set(shingle, null);
      }
    }
  }
  const telling = Float64Array.from(shinglesOf, (shingles) => {
    let count = 0;
    for (const shingle of shingles) if (promptsOf.get(shingle)) count++;
    return count;
  });
  for (const [index, shingles] of shinglesOf.entries()) {
    const shared = new Map<number, number>();
    for (const shingle of shingles) {
      for (const other of promptsOf.get(shingle) ?? []) {
        if (other < index) shared.set(other, (shared.get(other) ?? 0) + 1);
      }
    }
    for (const [other, count] of shared) {
      const shorter = Math.min(telling[index] as number, telling[other] as number);
      if (count >= 2 && count >= nearDuplicateShare * shorter) union(parent, other, index);
    }
  }
  return parent.map((_, i) => find(parent, i));
}

function keptShingles(words: readonly string[]): Uint32Array {
  const kept = new Set<number>();
  for (let start = 0; start + shingleWords <= words.length; start++) {
    let hash = 0x811c9dc5 | 0;
    for (let w = start; w < start + shingleWords; w++) {
      const word = words[w] as string;
      for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
      hash = Math.imul(hash ^ 0x20, 0x01000193);
    }
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x85ebca6b);
    hash ^= hash >>> 13;
    if ((hash & keepMask) === 0) kept.add(hash >>> 0);
  }
  return Uint32Array.from(kept);
}

function find(parent: Int32Array, index: number): number {
  let root = index;
  while (parent[root] !== root) root = parent[root] as number;
  for (let at = index; parent[at] !== root; ) {
    const next = parent[at] as number;
    parent[at] = root;
    at = next;
  }
  return root;
}

/** The smaller index becomes the root, so that a cluster is named by its first prompt. */
function union(parent: Int32Array, a: number, b: number): void {
  const rootA = find(parent, a);
  const rootB = find(parent, b);
  if (rootA === rootB) return;
  parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
}
