import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { importReportInEnglish, planImport, runImport } from '../../../src/core/benchmarks/importers/importEvaluations';
import { recommendationInEnglish } from '../../../src/core/english';
import { toSaidError } from '../../../src/core/errors';
import { type ByteSource, memorySource, textSource } from '../../../src/core/files/source';
import { readPrompts } from '../../../src/core/prompts/readPrompts';
import type { ReadReport } from '../../../src/core/prompts/readReport';
import { type Choosable, choose } from '../../../src/core/recommendation/choose';
import type { DecisionBasis, DistanceWord } from '../../../src/core/recommendation/recommendation';
import { inEnglish, inLanguage, type Sentence, say } from '../../../src/core/sentence';
import { parseFromScorer } from '../../../src/host/scorerMessages';
import { smallRecommendation } from './smallRecommendation';

const bundle = JSON.parse(readFileSync('l10n/bundle.l10n.de.json', 'utf8')) as Record<string, string>;

/** As the host and the panel say it under a German editor; a text without a translation fails the test. */
function inGerman(sentence: Sentence): string {
  const translate = (text: string): string => {
    if (text === '{0}') return text;
    assert.ok(bundle[text], `no German for: ${text}`);
    return bundle[text];
  };
  return inLanguage(sentence, translate, 'de').replaceAll('\u00a0', ' ');
}

async function reportOf(name: string, text: string): Promise<ReadReport> {
  return reportOn(textSource(name, text));
}

async function reportOn(...sources: ByteSource[]): Promise<ReadReport> {
  const reading = readPrompts(sources);
  for await (const _ of reading.outcomes);
  return reading.report();
}

describe('sentences', () => {
  it('fill their holes once, with numbers in the manner of the language', () => {
    const sentence = say(
      '{0} of {1}, {2}, {3}, {4}, {9}',
      'a {1}',
      1234.5,
      { kind: 'decimal', value: 2.25, digits: 1 },
      { kind: 'percent', value: 0.5 },
      { kind: 'chance', value: 0.999 },
    );
    assert.equal(inEnglish(sentence), 'a {1} of 1234.5, 2.3, 50 %, 100 %, {9}');
    assert.equal(
      inLanguage(sentence, (text) => text.replace(' of ', ' von '), 'de').replaceAll('\u00a0', ' '),
      'a {1} von 1.234,5, 2,3, 50 %, > 99 %, {9}',
    );
  });
});

describe('German', () => {
  it('are the reasons of skipped rows, on the way from the scorer to the panel', async () => {
    const reports = [
      await reportOf('x.jsonl', `{"prompt":"one"}\n{"prompt":"tw\nx\n{"prompt":""}\n`),
      await reportOf('x.csv', 'prompt,answer\nfirst one,1\nsecond\n"third,3\n'),
    ];
    const reasons = reports.flatMap((read) => {
      const recommendation = { ...smallRecommendation('x'), read };
      const sent: unknown = JSON.parse(JSON.stringify({ type: 'recommendation', id: 1, recommendation }));
      const message = parseFromScorer(sent);
      assert.ok(typeof message === 'object' && message.type === 'recommendation', String(message));
      return message.recommendation.read.skipped.map(({ reason }) => inGerman(reason));
    });
    assert.deepEqual(reasons, [
      'die Zeile ist kein gültiges JSON: Sie endet zu früh',
      'die Zeile ist kein gültiges JSON',
      'kein Text in Spalte „prompt“',
      'die Zeile hat 1 Zellen, die Kopfzeile 2',
      'ein Anführungszeichen in dieser Zeile wird nie geschlossen: Danach wurde nichts gelesen',
    ]);
    assert.match(String(parseFromScorer(scorerMessage('plain text'))), /reason/);
    assert.equal(typeof parseFromScorer(scorerMessage(say('the line is blank'))), 'object');
  });

  it('are the warnings of what was read, and English in the JSON', async () => {
    const { warnings } = await reportOf('x.prompt.md', '---\nmodel: [\n---\nHello there');
    assert.ok(warnings?.[0]);
    assert.match(
      inGerman(warnings[0]),
      /^Die Kopfdaten von x\.prompt\.md sind kein gültiges YAML und wurden weggelassen: /,
    );
    const read = { ...smallRecommendation('x').read, warnings };
    const { read: english } = recommendationInEnglish({ ...smallRecommendation('x'), read });
    assert.match(
      english.warnings?.[0] ?? '',
      /^The front matter of x\.prompt\.md is not valid YAML and was left out: /,
    );
  });

  it('is a guessed encoding, on its way to the panel, and English in the JSON', async () => {
    const read = await reportOn(
      textSource('a.csv', 'prompt\nHow wide is the bridge?\n'),
      memorySource('b.csv', Buffer.from('prompt\nWie groß ist die Brücke?\n', 'latin1')),
    );
    const recommendation = { ...smallRecommendation('x'), read };
    const message = parseFromScorer({ type: 'recommendation', id: 1, recommendation });
    assert.ok(typeof message === 'object' && message.type === 'recommendation', String(message));
    assert.equal(inGerman(message.recommendation.read.encoding), 'utf-8 + windows-1252 (vermutet)');
    assert.equal(recommendationInEnglish(recommendation).read.encoding, 'utf-8 + windows-1252 (guessed)');
    assert.equal(inGerman((await reportOn()).encoding), 'keine');
  });

  it('are the causes that a failure names', async () => {
    const failure = async (name: string, text: string): Promise<string> => {
      try {
        for await (const _ of readPrompts([textSource(name, text)]).prompts);
      } catch (thrown) {
        return inGerman(toSaidError(thrown).message);
      }
      throw new assert.AssertionError({ message: `${name} was read` });
    };
    assert.equal(
      await failure('x.jsonl', 'nonsense\nmore\n'),
      'Keine Zeile von x.jsonl war als Prompt lesbar; der erste Grund, Zeile 1: die Zeile ist kein gültiges JSON.',
    );
    assert.equal(
      await failure('x.json', '[\n {"prompt": "a",}\n]'),
      'x.json ist kein gültiges JSON: Der Fehler ist in Zeile 2, Spalte 17.',
    );
    assert.equal(
      await failure('x.eval', 'no archive'),
      'x.eval ist nicht als Inspect-Protokoll lesbar: es ist kein Zip-Archiv.',
    );
  });

  it('are the reasons of rows that an import leaves out', async () => {
    const log = textSource('x.jsonl', '{"prompt":"p","model":"m","score":1}\n{"prompt":"p","score":1}\n{"pro\n');
    const plan = await planImport([log], []);
    assert.deepEqual(plan.rejected.first.map(({ reason }) => inGerman(reason)).sort(), [
      'kein Modell in „model“',
      'kein gültiges JSON (abgeschnitten?)',
    ]);
    assert.equal(inGerman(plan.benchmarks[0]?.rule?.text ?? say('')), 'wie sie ist (0 bis 1)');
    const { report } = await runImport([log], plan);
    assert.deepEqual(
      importReportInEnglish(report)
        .rejected.first.map(({ reason }) => reason)
        .sort(),
      ['no model in "model"', 'not valid JSON (cut off?)'],
    );
  });

  describe('is the reason of a decision', () => {
    const best = sketch('Mittel', 1, 2, 0.01);
    const cases: readonly {
      readonly basis: DecisionBasis;
      readonly candidates: readonly Choosable[];
      readonly distance?: DistanceWord;
      readonly paper?: boolean;
      readonly dial?: number;
      readonly says: RegExp;
    }[] = [
      {
        basis: 'far',
        candidates: [best],
        distance: 'far',
        says: /^Nichts in den Belegen gleicht dieser Eingabe, .*: Mittel ist das im Mittel beste Modell\.$/,
      },
      {
        basis: 'best-here-too',
        candidates: [best],
        dial: 0.5,
        says: /^Mittel ist das im Mittel beste Modell, und bei ähnlichen Aufgaben ist keines voraussichtlich besser; kein günstigeres kommt für seine Ersparnis nah genug heran\.$/,
      },
      {
        basis: 'guard',
        candidates: [best, sketch('Rivale', 1.02, 1, 0.05)],
        says: /^Rivale wirkt hier besser, ist aber nur mit 5\d % Wahrscheinlichkeit mindestens so gut, bei höheren Kosten \(verlangt sind \d\d %\); daher bleibt es bei Mittel, dem im Mittel besten Modell\.$/,
      },
      {
        basis: 'quality',
        candidates: [best, sketch('Fach', 2.5, 1, 0.015)],
        says: /^Fach hat hier die höchste erwartete Richtigkeit \(\d\d %\) und ist mit > 99 % Wahrscheinlichkeit mindestens so gut wie Mittel, das im Mittel beste Modell, zum 1,5-Fachen der erwarteten Kosten\.$/,
      },
      {
        basis: 'value',
        candidates: [best, sketch('Billig', 0.92, 1, 0.001)],
        dial: 0.45,
        says: /^Billig verliert voraussichtlich 1,\d Punkte gegen Mittel, zu 10 % der erwarteten Kosten; Sie erlauben bis zu \d,\d Punkte\.$/,
      },
      {
        basis: 'paper',
        candidates: [best, sketch('Fach', 2, 1, 0.01, 0.9)],
        paper: true,
        says: /^Fach hat das höchste Maß S3 \(0,82\) des Routers der Veröffentlichung\.$/,
      },
      {
        basis: 'paper-guard',
        candidates: [best],
        paper: true,
        says: /^Kein Kandidat hat Ergebnisse nahe an dieser Eingabe; daher bleibt es bei Mittel, dem im Mittel besten Modell\.$/,
      },
    ];
    for (const { basis, candidates, distance = 'in', paper = false, dial = 0, says } of cases)
      it(basis, () => {
        const made = paper && candidates.length > 1 ? candidates.map((one) => withScores(one)) : candidates;
        const choice = choose(
          { candidates: made, distanceWord: distance, prompts: 100 },
          { mode: paper ? 'paper' : 'guarded', dial, pinned: [], excluded: [] },
        );
        assert.equal(choice?.decision.basis, basis);
        assert.match(inGerman(choice.decision.reason), says);
        assert.doesNotMatch(inEnglish(choice.decision.reason), /[äöüß]|\{\d\}/);
      });
  });
});

function scorerMessage(reason: unknown): unknown {
  const recommendation = smallRecommendation('x');
  const read = { ...recommendation.read, skipped: [{ file: 'x', line: 1, reason }] };
  return { type: 'recommendation', id: 1, recommendation: { ...recommendation, read } };
}

function sketch(name: string, mean: number, ability: number, usd: number, s2 = 0.5): Choosable {
  return {
    model: name.toLowerCase(),
    name,
    openWeights: false,
    probability: 1 / (1 + Math.exp(-mean)),
    ability,
    cost: { usd },
    scores: { s1: s2, s2, s3: null, p: 0.9 },
    evidence: { items: 500 },
    posterior: { mean, factors: [0.5], ownVariance: 0.02 },
  };
}

function withScores(one: Choosable): Choosable {
  const { s2, p } = one.scores;
  return { ...one, scores: { ...one.scores, s3: s2 === null || p === null ? null : s2 * p + (1 - s2) * (1 - p) } };
}
