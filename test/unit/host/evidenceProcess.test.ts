import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RecommendError } from '../../../src/core/errors';
import { inEnglish, inLanguage, type Sentence } from '../../../src/core/sentence';
import { runEvidenceCommand } from '../../../src/host/evidenceProcess';

const double = join(__dirname, 'evidenceDouble.entry.js');
const bundle = JSON.parse(readFileSync('l10n/bundle.l10n.de.json', 'utf8')) as Record<string, string>;

function inGerman(sentence: Sentence): string {
  return inLanguage(sentence, (text) => bundle[text] ?? text, 'de');
}

async function runs(word: string, onStep: (step: Sentence) => void = () => undefined): Promise<unknown> {
  return runEvidenceCommand(double, [word], { signal: new AbortController().signal, onStep });
}

async function failureOf(running: Promise<unknown>): Promise<RecommendError> {
  const thrown: unknown = await running.then(
    () => null,
    (error: unknown) => error,
  );
  assert.ok(RecommendError.is(thrown), String(thrown));
  return thrown;
}

describe('evidence process', () => {
  it('hands over the steps as sentences, and what was printed', async () => {
    const steps: Sentence[] = [];
    const printed = await runs('steps', (step) => steps.push(step));
    assert.deepEqual(printed, { args: ['--sentences'] });
    assert.deepEqual(steps.map(inEnglish), ['adding größer-8b', 'posterior']);
    assert.deepEqual(steps.map(inGerman), ['größer-8b wird hinzugefügt', 'Posteriorverteilung']);
  });

  it('fails as the command does, in the language of the editor', async () => {
    const { code, message, nextStep, said, cause } = await failureOf(runs('fail'));
    assert.equal(code, 'TRAINING_DATA');
    assert.equal(message, 'a.jsonl could not be read: unexpected end of file.');
    assert.equal(nextStep, 'Restore the file, or remove it from the folder.');
    assert.equal(inGerman(said.message), 'a.jsonl konnte nicht gelesen werden: unexpected end of file.');
    assert.match(inGerman(said.nextStep), /^Stellen Sie die Datei wieder her/);
    assert.match(String(cause), /at somewhere/);
  });

  it('says that the process ended, and keeps its last words for the log', async () => {
    for (const [word, last] of [
      ['die', /FATAL ERROR: out of memory/],
      ['babble', /JSON/],
    ] as const) {
      const failure = await failureOf(runs(word));
      assert.equal(failure.message, 'The process that imports and trains ended unexpectedly.');
      assert.match(inGerman(failure.said.message), /^Der Prozess/);
      assert.match(String(failure.cause), last);
    }
  });

  it('ends the process where it is cancelled', async () => {
    const cancel = new AbortController();
    const running = runEvidenceCommand(double, ['hold'], { signal: cancel.signal, onStep: () => cancel.abort() });
    assert.equal((await failureOf(running)).code, 'CANCELLED');
  });
});
