import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { commands, type SettingName, settingSchemas } from '../../../src/host/contributions';
import { isPromptConfig, isPromptDocument, promptLanguages, readableFile } from '../../../src/host/documentKinds';

const property = v.looseObject({ default: v.unknown(), scope: v.string(), markdownDescription: v.string() });
const menuEntry = v.looseObject({ command: v.string(), when: v.optional(v.string()) });
const manifest = v.parse(
  v.looseObject({
    activationEvents: v.array(v.string()),
    capabilities: v.looseObject({
      untrustedWorkspaces: v.looseObject({ supported: v.string(), restrictedConfigurations: v.array(v.string()) }),
    }),
    contributes: v.looseObject({
      commands: v.array(v.looseObject({ command: v.string(), title: v.string(), category: v.optional(v.string()) })),
      menus: v.record(v.string(), v.array(menuEntry)),
      configuration: v.array(v.looseObject({ title: v.string(), properties: v.record(v.string(), property) })),
    }),
  }),
  JSON.parse(readFileSync('package.json', 'utf8')),
);

describe('contributions', () => {
  const { contributes } = manifest;

  it('lists in package.json exactly the commands of the table', () => {
    assert.deepEqual(contributes.commands.map(({ command }) => command).sort(), Object.keys(commands).sort());
  });

  it('hides from the palette what needs arguments, and nothing else', () => {
    const hidden = (contributes.menus.commandPalette ?? []).filter(({ when }) => when === 'false');
    assert.deepEqual(
      hidden.map(({ command }) => command).sort(),
      Object.entries(commands)
        .filter(([, { inPalette }]) => !inPalette)
        .map(([id]) => id)
        .sort(),
    );
  });

  it('describes every setting of the table, with a default that its schema accepts', () => {
    const described = Object.assign({}, ...contributes.configuration.map(({ properties }) => properties)) as Record<
      string,
      v.InferOutput<typeof property>
    >;
    assert.deepEqual(
      Object.keys(described).sort(),
      Object.keys(settingSchemas)
        .map((name) => `recommendLlm.${name}`)
        .sort(),
    );
    for (const [name, { default: value }] of Object.entries(described)) {
      const schema: v.GenericSchema = settingSchemas[name.replace('recommendLlm.', '') as SettingName];
      assert.ok(v.is(schema, value), name);
    }
  });

  it('refuses settings of another shape', () => {
    assert.ok(!v.is(settingSchemas.preference, 'fast'));
    assert.ok(!v.is(settingSchemas.candidates, ['']));
    assert.ok(!v.is(settingSchemas.prices, { x: { input: -1, output: 1 } }));
    assert.ok(!v.is(settingSchemas.prices, { x: { input: 1, output: 1, asOf: 'May' } }));
    assert.ok(!v.is(settingSchemas.ownModels, [{ id: 'x' }]));
    assert.ok(!v.is(settingSchemas['statusBar.delay'], 0));
  });

  it('restricts what names a file to load in untrusted workspaces', () => {
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
    assert.ok(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.includes('recommendLlm.router'));
  });

  it('activates on prompts, never at start-up', () => {
    for (const language of promptLanguages) assert.ok(manifest.activationEvents.includes(`onLanguage:${language}`));
    assert.ok(manifest.activationEvents.every((event) => event !== '*' && event !== 'onStartupFinished'));
  });

  it('offers the menus for the files that the table calls readable', () => {
    for (const menu of ['explorer/context', 'editor/context']) {
      const [entry] = contributes.menus[menu] ?? [];
      assert.ok(entry?.when?.includes(`resourceFilename =~ /${readableFile.source}/i`), menu);
    }
  });
});

describe('document kinds', () => {
  it('knows prompt documents by language and by name', () => {
    const of = (path: string, languageId = 'plaintext'): boolean => isPromptDocument({ languageId, uri: { path } });
    for (const name of ['a.prompt.md', 'b.instructions.md', 'c.agent.md', 'd.chatmode.md', 'SKILL.md', 'e.prompty'])
      assert.ok(of(`/w/${name}`), name);
    for (const name of ['f.prompt', 'g.jinja', 'h.jinja2', 'i.j2', 'j.mustache', 'k.hbs'])
      assert.ok(of(`/w/${name}`), name);
    assert.ok(of('Untitled-1', 'prompt'));
    for (const name of ['README.md', 'notes.txt', 'data.jsonl', 'MYSKILL.md']) assert.ok(!of(`/w/${name}`), name);
  });

  it('knows prompt configurations', () => {
    const of = (path: string): boolean => isPromptConfig({ languageId: 'yaml', uri: { path } });
    assert.ok(of('/w/promptfooconfig.yaml'));
    assert.ok(of('/w/promptfooconfig.nightly.yml'));
    assert.ok(!of('/w/docker-compose.yaml'));
  });

  it('reads prompts, text and datasets, and leaves other manifests alone', () => {
    for (const name of [
      'a.md',
      'b.txt',
      'c.jsonl.gz',
      'd.parquet',
      'log.eval',
      'e.csv',
      'chat.json',
      'promptfooconfig.yaml',
      'f.json.zst',
    ])
      assert.match(name, readableFile);
    for (const name of [
      'package.json',
      'tsconfig.base.json',
      'docker-compose.yml',
      'pnpm-lock.yaml',
      'a.ts',
      'b.png',
      'csv',
    ])
      assert.doesNotMatch(name, readableFile);
  });
});
