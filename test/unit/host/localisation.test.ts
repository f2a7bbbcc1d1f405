import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourceFiles(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

function readJson(path: string): Record<string, string> {
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
}

/** A string literal as JavaScript reads it. */
function literal(source: string): string {
  return source.replace(/\\(u\{?([\da-f]+)\}?|n|.)/gi, (_, kind: string, code?: string) =>
    code ? String.fromCodePoint(Number.parseInt(code, 16)) : kind === 'n' ? '\n' : kind,
  );
}

const quoted = `(?:'((?:[^'\\\\]|\\\\.)*)'|"((?:[^"\\\\]|\\\\.)*)")`;

/** English texts that calls of `function` in `text` translate, and the calls whose text is not a literal. */
function translated(text: string, name: string): { texts: string[]; opaque: string[] } {
  // What follows is looked at and not taken: a call may stand among the values of another.
  const calls = [...text.matchAll(new RegExp(`(?<![\\w.])${name}\\((?=([^)]{0,80}))`, 'g'))];
  const texts: string[] = [];
  const opaque: string[] = [];
  for (const call of calls) {
    const found = new RegExp(`^${name}\\(\\s*${quoted}`).exec(text.slice(call.index));
    if (found) texts.push(literal(found[1] ?? found[2] ?? ''));
    else opaque.push(`${call[0]}${call[1]}`);
  }
  return { texts, opaque };
}

/** English texts for one and for many that calls of `count` in `text` translate. */
function countedTexts(text: string): string[] {
  const call = new RegExp(`(?<![\\w.])count\\([^'"]*?${quoted}\\s*,\\s*${quoted}`, 'g');
  return [...text.matchAll(call)].flatMap((found) => [
    literal(found[1] ?? found[2] ?? ''),
    literal(found[3] ?? found[4] ?? ''),
  ]);
}

/** The calls by which each layer has a text translated; `count` of the panel is looked at apart. */
const saying: Readonly<Record<string, readonly string[]>> = {
  'src/cli': ['say'],
  'src/core': ['say'],
  'src/scoring': ['say'],
  'src/host': ['say', 'l10n\\.t'],
  'src/webview': ['t'],
};

describe('localisation', () => {
  const german = readJson('l10n/bundle.l10n.de.json');

  it('has a German text for every text of the host', () => {
    const missing: string[] = [];
    for (const path of [...sourceFiles('src/host'), 'src/extension.ts']) {
      const { texts, opaque } = translated(readFileSync(path, 'utf8'), 'l10n\\.t');
      missing.push(...texts.filter((text) => !german[text]));
      // Sentences of the core arrive as data: one place looks their texts up.
      if (path !== join('src', 'host', 'said.ts')) assert.deepEqual(opaque, [], path);
    }
    assert.deepEqual([...new Set(missing)], []);
  });

  it('has a German text for every text of the panel', () => {
    const missing: string[] = [];
    for (const path of sourceFiles('src/webview')) {
      if (path.endsWith('strings.ts')) continue;
      const text = readFileSync(path, 'utf8');
      const { texts, opaque } = translated(text, 't');
      assert.deepEqual(opaque, [], path);
      missing.push(...[...texts, ...countedTexts(text)].filter((english) => !german[english]));
    }
    assert.deepEqual([...new Set(missing)], []);
  });

  it('has a German text for every sentence of the core, the scorer, the command line and the host', () => {
    const missing: string[] = [];
    for (const path of ['src/core', 'src/scoring', 'src/cli', 'src/host'].flatMap(sourceFiles)) {
      if (path === join('src', 'core', 'sentence.ts')) continue;
      const { texts, opaque } = translated(readFileSync(path, 'utf8'), 'say');
      assert.deepEqual(opaque, [], path);
      missing.push(...texts.filter((text) => !german[text]));
    }
    assert.deepEqual([...new Set(missing)], []);
  });

  it('has no German text that nothing says', () => {
    const said = new Set<string>();
    for (const [folder, names] of Object.entries(saying))
      for (const path of sourceFiles(folder)) {
        const text = readFileSync(path, 'utf8');
        for (const name of names) for (const each of translated(text, name).texts) said.add(each);
        if (folder === 'src/webview') for (const each of countedTexts(text)) said.add(each);
      }
    for (const each of translated(readFileSync('src/extension.ts', 'utf8'), 'l10n\\.t').texts) said.add(each);
    assert.deepEqual(
      Object.keys(german).filter((english) => !said.has(english)),
      [],
    );
  });

  it('takes for said only what is the text of a call that translates', () => {
    const source = `say('a'); l10n.t("b \\"c\\"", 1); t('d'); const x = 'e'; x.say('f'); log('g'); say(x, say('h'));`;
    assert.deepEqual(translated(source, 'say'), { texts: ['a', 'h'], opaque: ["say(x, say('h'"] });
    assert.deepEqual(translated(source, 'l10n\\.t').texts, ['b "c"']);
    assert.deepEqual(translated(source, 't').texts, ['d']);
  });

  it('keeps the placeholders of every text', () => {
    const holes = (text: string): string[] => (text.match(/\{\d+\}/g) ?? []).sort();
    for (const [english, translation] of Object.entries(german))
      assert.deepEqual(holes(translation), holes(english), english);
  });

  it('has the same keys in both manifests, all of them used, none empty', () => {
    const english = readJson('package.nls.json');
    const manifest = readFileSync('package.json', 'utf8');
    const used = [...manifest.matchAll(/"%([\w.-]+)%"/g)].map((match) => match[1] ?? '');
    assert.deepEqual(Object.keys(english).sort(), [...new Set(used)].sort());
    const translation = readJson('package.nls.de.json');
    assert.deepEqual(Object.keys(translation).sort(), Object.keys(english).sort());
    assert.ok([...Object.values(english), ...Object.values(translation)].every((text) => text.trim() !== ''));
  });
});
