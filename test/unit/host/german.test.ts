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
import { type AddingReport, describeAddedModels } from '../../../src/core/training/addingReport';
import { type ComparedPick, describeOwnRouter, type OwnRouterReport } from '../../../src/core/training/ownComparison';
import { parseFromScorer } from '../../../src/host/scorerMessages';
import { smallRecommendation } from './smallRecommendation';

const bundle = JSON.parse(readFileSync('l10n/bundle.l10n.de.json', 'utf8')) as Record<string, string>;

/** As the host and the panel say it under a German editor; a text without a translation fails the test. */
function inGerman(sentence: Sentence): string {
  const translate = (text: string): string => {
    if (/^(\{\d\})+$/.test(text)) return text;
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

  it('is the report of training on own evaluations, line by line', () => {
    const pick = (model: string, accuracy: number): ComparedPick => ({ model, accuracy });
    const compared = { benchmark: 'fracht', models: 3, bundled: pick('acme/b', 0.5), oracle: pick('acme/a', 0.9375) };
    const own = pick('acme/a', 0.9);
    const report: OwnRouterReport = {
      comparisons: [
        { ...compared, heldOut: 'benchmark', items: 1234, own, bestSingle: pick('acme/c', 1) },
        { ...compared, heldOut: 'prompts', items: 48, own, bestSingle: own },
      ],
      differences: [
        {
          heldOut: 'benchmark',
          benchmarks: 1,
          overBundled: { mean: 0.4, interval: [0.3125, 0.5] },
          overBestSingle: { mean: -0.1, interval: [-0.25, 0] },
        },
      ],
      verdict: 'better',
    };
    assert.equal(
      describeOwnRouter(report, inEnglish),
      `Each benchmark held out as a whole (a new task of yours):
  fracht (1234 prompts): this router acme/a 0.900 · bundled router acme/b 0.500 · best single acme/c 1.000 · best possible acme/a 0.938
  over the bundled router +40.0 points [+31.3, +50.0], over the best single model −10.0 points [−25.0, +0.0]

A fifth of the prompts held out at a time (more prompts of the same tasks):
  fracht (48 prompts): this router acme/a 0.900 · bundled router acme/b 0.500 · best single acme/a 0.900 · best possible acme/a 0.938

On your benchmarks this router is better than the bundled one: the 95 % interval excludes 0.
`,
    );
    assert.equal(
      describeOwnRouter(report, inGerman),
      `Jeder Benchmark als Ganzes zurückgehalten (eine neue Aufgabe von Ihnen):
  fracht (1.234 Prompts): dieser Router acme/a 0,900 · mitgelieferter Router acme/b 0,500 · bestes einzelnes Modell acme/c 1,000 · bestmögliches acme/a 0,938
  gegenüber dem mitgelieferten Router +40,0 Punkte [+31,3; +50,0], gegenüber dem besten einzelnen Modell −10,0 Punkte [−25,0; +0,0]

Jeweils ein Fünftel der Prompts zurückgehalten (weitere Prompts derselben Aufgaben):
  fracht (48 Prompts): dieser Router acme/a 0,900 · mitgelieferter Router acme/b 0,500 · bestes einzelnes Modell acme/a 0,900 · bestmögliches acme/a 0,938

Auf Ihren Benchmarks ist dieser Router besser als der mitgelieferte: Das 95-%-Intervall schließt 0 aus.
`,
    );
    const verdicts = (['worse', 'not-shown'] as const).map((verdict) => ({
      comparisons: [],
      differences: [],
      verdict,
    }));
    assert.deepEqual(
      verdicts.map((each) => describeOwnRouter(each, inEnglish)),
      [
        'On your benchmarks this router is worse than the bundled one: keep the bundled one.\n',
        'It is not shown that this router is better than the bundled one: the 95 % interval includes 0, or there is too little to compare.\n',
      ],
    );
    assert.deepEqual(
      verdicts.map((each) => describeOwnRouter(each, inGerman)),
      [
        'Auf Ihren Benchmarks ist dieser Router schlechter als der mitgelieferte: Bleiben Sie beim mitgelieferten.\n',
        'Es ist nicht gezeigt, dass dieser Router besser ist als der mitgelieferte: Das 95-%-Intervall schließt 0 ein, oder es gibt zu wenig zu vergleichen.\n',
      ],
    );
  });

  it('is the evidence for added models, line by line', () => {
    const nearest = [
      { task: 'recht', cosine: 0.5 },
      { task: 'chemie', cosine: 0.256 },
    ];
    const seen = { benchmark: 'fracht', results: 1048, accuracy: 0.75, expected: 0.061, nearest };
    const nothing = { logit: 0, interval: [0, 0] } as const;
    const report: AddingReport = {
      formatVersion: 1,
      base: '1',
      models: [
        {
          model: 'acme/kurier',
          relatives: [
            { model: 'acme/a', weight: 0.625 },
            { model: 'acme/b', weight: 0.25 },
          ],
          evidence: [
            { ...seen, task: null, comparedWith: 2 },
            { ...seen, task: null, comparedWith: 0 },
            { ...seen, task: 'recht', comparedWith: 1 },
            { ...seen, task: 'recht', comparedWith: 0 },
          ],
          before: { logit: -0.5, interval: [-1.25, 0.25] },
          after: { logit: 1.5, interval: [0.75, 2.25] },
          place: 29,
          of: 1620,
        },
        { model: 'acme/bote', relatives: [], evidence: [], before: nothing, after: nothing, place: 1, of: 2 },
      ],
    };
    assert.equal(
      describeAddedModels(report, inEnglish),
      `acme/kurier: added; nothing changed for any other model.
  fracht: 75 % of 1048 right, 6 % expected; a benchmark that the router does not know, nearest to recht (0.50), chemie (0.26); 2 known models there tell how hard it is
  fracht: 75 % of 1048 right, 6 % expected; a benchmark that the router does not know, nearest to recht (0.50), chemie (0.26); no known model there: how hard it is stays unknown, so these results say little
  fracht: 75 % of 1048 right, 6 % expected; the router's task recht; 1 known model there tells how hard it is
  fracht: 75 % of 1048 right, 6 % expected; the router's task recht; how hard it is, the router knows
  expected from acme/a (weight 0.63), acme/b (weight 0.25) and what else is known of it
  ability (logit, average over kinds of task, 95 %): −0.50 [−1.25, +0.25] without these results, +1.50 [+0.75, +2.25] with them
  place 29 of 1620 models with 100 results or more

acme/bote: added; nothing changed for any other model.
  ability (logit, average over kinds of task, 95 %): +0.00 [+0.00, +0.00] without these results, +0.00 [+0.00, +0.00] with them
  place 1 of 2 models with 100 results or more
`,
    );
    assert.equal(
      describeAddedModels(report, inGerman),
      `acme/kurier: hinzugefügt; für kein anderes Modell hat sich etwas geändert.
  fracht: 75 % von 1.048 richtig, 6 % erwartet; ein Benchmark, den der Router nicht kennt, am nächsten bei recht (0,50), chemie (0,26); 2 bekannte Modelle dort lassen die Schwierigkeit erkennen
  fracht: 75 % von 1.048 richtig, 6 % erwartet; ein Benchmark, den der Router nicht kennt, am nächsten bei recht (0,50), chemie (0,26); kein bekanntes Modell dort: Die Schwierigkeit bleibt unbekannt, daher sagen diese Ergebnisse wenig
  fracht: 75 % von 1.048 richtig, 6 % erwartet; die Aufgabe recht des Routers; 1 bekanntes Modell dort lässt die Schwierigkeit erkennen
  fracht: 75 % von 1.048 richtig, 6 % erwartet; die Aufgabe recht des Routers; die Schwierigkeit kennt der Router
  erwartet nach acme/a (Gewicht 0,63), acme/b (Gewicht 0,25) und dem, was sonst darüber bekannt ist
  Fähigkeit (Logit, Mittel über die Arten von Aufgaben, 95 %): −0,50 [−1,25; +0,25] ohne diese Ergebnisse, +1,50 [+0,75; +2,25] mit ihnen
  Platz 29 von 1.620 Modellen mit mindestens 100 Ergebnissen

acme/bote: hinzugefügt; für kein anderes Modell hat sich etwas geändert.
  Fähigkeit (Logit, Mittel über die Arten von Aufgaben, 95 %): +0,00 [+0,00; +0,00] ohne diese Ergebnisse, +0,00 [+0,00; +0,00] mit ihnen
  Platz 1 von 2 Modellen mit mindestens 100 Ergebnissen
`,
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
