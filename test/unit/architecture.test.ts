import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

/** For each layer: the layers (or exact modules) it may import, and which outside packages are out of bounds. */
const layers: Record<string, { may: string[]; packages: (name: string) => boolean }> = {
  core: {
    may: ['core'],
    packages: (name) =>
      !/^(vscode|onnxruntime-node|node:(fs|child_process|worker_threads|path|os|net|http))/.test(name),
  },
  scoring: { may: ['core', 'scoring'], packages: (name) => name !== 'vscode' },
  panel: { may: ['core', 'panel'], packages: (name) => name === 'valibot' },
  webview: { may: ['core', 'panel', 'webview'], packages: (name) => !/^(vscode$|onnxruntime-node|node:)/.test(name) },
  host: { may: ['core', 'panel', 'scoring/protocol', 'host'], packages: (name) => name !== 'onnxruntime-node' },
  cli: { may: ['core', 'scoring', 'cli'], packages: (name) => name !== 'vscode' },
};

const source = resolve('src');

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourceFiles(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

/** The modules that a file names in import and export statements, without type-only ones where `runtime` is set. */
function importsOf(text: string): string[] {
  return [
    ...text.matchAll(
      /^\s*(?:import|export)\s(?!type\s)[^'";]*?from\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\('([^']+)'\)|\brequire\('([^']+)'\)/gm,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? match[4] ?? '');
}

function typeImportsOf(text: string): string[] {
  return [...text.matchAll(/^\s*(?:import|export)\stype\s[^'";]*?from\s*'([^']+)'/gm)].map((match) => match[1] ?? '');
}

/** @returns one sentence for each import in `text` that goes against the directions of the house */
function violations(path: string, text: string): string[] {
  const place = relative(source, path).split(sep).join('/');
  const layer = place.split('/')[0] ?? '';
  const rule = layers[layer];
  if (!rule) return place === 'extension.ts' ? [] : [`${place}: belongs to no layer`];
  const found: string[] = [];
  for (const name of [...importsOf(text), ...typeImportsOf(text)]) {
    if (name.startsWith('.')) {
      const target = relative(source, resolve(path, '..', name))
        .split(sep)
        .join('/');
      if (!rule.may.some((allowed) => target === allowed || target.startsWith(`${allowed}/`)))
        found.push(`${place} imports ${target}`);
    } else if (!rule.packages(name)) {
      const typeOnly = !importsOf(text).includes(name);
      if (!typeOnly) found.push(`${place} imports ${name}`);
    }
  }
  if (importsOf(text).includes('onnxruntime-node') && place !== 'scoring/session.ts')
    found.push(`${place} imports onnxruntime-node`);
  return found;
}

describe('architecture', () => {
  it('has no import against the dependency direction', () => {
    assert.deepEqual(
      sourceFiles(source).flatMap((path) => violations(path, readFileSync(path, 'utf8'))),
      [],
    );
  });

  it('recognises a forbidden import', () => {
    assert.deepEqual(violations(join(source, 'core/a.ts'), "import * as vscode from 'vscode';"), [
      'core/a.ts imports vscode',
    ]);
    assert.deepEqual(violations(join(source, 'host/a.ts'), "import { x } from '../scoring/session';"), [
      'host/a.ts imports scoring/session',
    ]);
    assert.deepEqual(violations(join(source, 'core/a.ts'), "import type { X } from '../host/y';"), [
      'core/a.ts imports host/y',
    ]);
  });

  it('finds every layer in the tree', () => {
    assert.ok(Object.keys(layers).every((layer) => existsSync(join(source, layer))));
  });
});
