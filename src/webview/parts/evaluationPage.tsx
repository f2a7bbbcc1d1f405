import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { evaluationInEnglish } from '../../core/english';
import type { DatasetEvaluation } from '../../core/evaluation/datasetEvaluation';
import type { PanelContext } from '../../panel/protocol';
import { ProbabilityCell, ShareBar } from '../charts/intervalBar';
import { Reliability } from '../charts/reliability';
import { csv, evaluationMarkdown, evaluationMethods, stem, type Table } from '../exports/tables';
import { integer, percent, points, usd } from '../format';
import { costWords } from '../state/words';
import { count, t } from '../strings';
import { LineLink } from './lineLink';
import { Reading } from './readReport';
import { SaveButton } from './saveButton';
import { ScrollTable } from './scrollTable';
import { Section } from './section';

/** Missed rows shown before the user asks for more. */
const firstMissed = 20;

interface Props {
  readonly context: PanelContext;
  readonly evaluation: DatasetEvaluation;
}

/** How the router would have done on a file whose rows say which LLMs were right. */
export function EvaluationPage({ context, evaluation }: Props): JSX.Element {
  const gain = evaluation.routed - evaluation.bestSingle.accuracy;
  const [low, high] = evaluation.gainInterval;
  const verdict =
    low > 0
      ? t('On these rows routing beats the best single model, even one chosen with hindsight.')
      : high < 0
        ? t('On these rows the best single model, known only afterwards, beats routing.')
        : t('On these rows routing and the best single model, known only afterwards, cannot be told apart.');
  return (
    <>
      <section class="answer" aria-labelledby="evaluation-title">
        <p class="eyebrow">{t('Evaluation on {0}', evaluation.file)}</p>
        <h1 id="evaluation-title">{t('{0} correct when routed', percent(evaluation.routed, 1))}</h1>
        <p class="why">{verdict}</p>
        <dl class="facts">
          <div>
            <dt>{t('Gain over the best single model')}</dt>
            <dd>
              <span class="figure">{points(gain)}</span>
              <span class="note">{t('points; 95%: {0} to {1}', points(low), points(high))}</span>
            </dd>
          </div>
          <div>
            <dt>{t('Labelled rows')}</dt>
            <dd>
              <span class="figure">{integer(evaluation.prompts)}</span>
              <span class="note">{count(evaluation.models.length, '{0} model', '{0} models')}</span>
            </dd>
          </div>
          <Costs evaluation={evaluation} />
        </dl>
      </section>
      <Methods evaluation={evaluation} />
      <Models evaluation={evaluation} />
      {evaluation.calibration ? <Reliability calibration={evaluation.calibration} /> : null}
      <Categories evaluation={evaluation} />
      <Missed evaluation={evaluation} openSource={context.capabilities.openSource} />
      <Reading read={evaluation.read} openSource={context.capabilities.openSource} />
      <EvaluationExport evaluation={evaluation} />
    </>
  );
}

function Costs({ evaluation }: { readonly evaluation: DatasetEvaluation }): JSX.Element | null {
  const { costs } = evaluation;
  if (!costs || costs.routed === null) return null;
  const ratio = costs.bestSingle ? costs.routed / costs.bestSingle : null;
  return (
    <div>
      <dt>{t('Expected cost')}</dt>
      <dd>
        <span class="figure">{usd(1000 * costs.routed)}</span>
        <span class="note">
          {t('a thousand rows')}
          {ratio === null ? '' : ` · ${t('against the best single model: {0}', costWords(ratio))}`}
        </span>
      </dd>
    </div>
  );
}

function Methods({ evaluation }: { readonly evaluation: DatasetEvaluation }): JSX.Element {
  return (
    <Section id="methods" title={t('Ways of choosing')}>
      <table class="plain methods">
        <thead>
          <tr>
            <th scope="col">{t('Choice')}</th>
            <th scope="col" class="number">
              {t('Correct')}
            </th>
            <th scope="col">
              <span class="hidden">{t('Bar')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {evaluationMethods(evaluation).map(({ key, title, accuracy }) => (
            <tr key={key} class={key === 'routed' ? 'chosen' : ''}>
              <th scope="row">{title}</th>
              <td class="number">{percent(accuracy, 1)}</td>
              <td class="bar">
                <ShareBar share={accuracy} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Models({ evaluation }: { readonly evaluation: DatasetEvaluation }): JSX.Element {
  const models = [...evaluation.models].sort((a, b) => b.accuracy - a.accuracy);
  return (
    <Section id="models" title={t('Predicted and actual, by model')}>
      <ScrollTable label={t('Models')}>
        <thead>
          <tr>
            <th scope="col">{t('Model')}</th>
            <th scope="col" class="number">
              {t('Labelled')}
            </th>
            <th scope="col" class="number">
              {t('Correct')}
            </th>
            <th scope="col">{t('Predicted')}</th>
            <th scope="col" class="number">
              {t('Chosen')}
            </th>
          </tr>
        </thead>
        <tbody>
          {models.map(({ model, name, known, labelled, accuracy, predicted, picked }) => (
            <tr key={model}>
              <th scope="row">
                {name}
                {known ? null : <span class="note">{t('not known to the router')}</span>}
              </th>
              <td class="number">{integer(labelled)}</td>
              <td class="number">{percent(accuracy, 1)}</td>
              <td>
                {predicted ? (
                  <ProbabilityCell
                    low={predicted.interval[0]}
                    value={predicted.accuracy}
                    high={predicted.interval[1]}
                    reference={accuracy}
                  />
                ) : (
                  '–'
                )}
              </td>
              <td class="number">{integer(picked)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </Section>
  );
}

function Categories({ evaluation }: { readonly evaluation: DatasetEvaluation }): JSX.Element | null {
  const categories = evaluation.categories ?? [];
  if (categories.length === 0) return null;
  return (
    <Section id="categories" title={t('By category')}>
      <ScrollTable label={t('By category')} tall>
        <thead>
          <tr>
            <th scope="col">{t('Category')}</th>
            {[t('Rows'), t('Routed'), t('Recommended for all'), t('Best single'), t('Gain'), t('Oracle')].map(
              (title) => (
                <th key={title} scope="col" class="number">
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {[...categories]
            .sort((a, b) => b.prompts - a.prompts)
            .map(({ category, prompts, routed, recommended, bestSingle, oracle }) => (
              <tr key={category}>
                <th scope="row">{category === '' ? t('(none)') : category}</th>
                <td class="number">{integer(prompts)}</td>
                <td class="number">{percent(routed, 1)}</td>
                <td class="number">{percent(recommended, 1)}</td>
                <td class="number">{percent(bestSingle, 1)}</td>
                <td class="number">{points(routed - bestSingle)}</td>
                <td class="number">{percent(oracle, 1)}</td>
              </tr>
            ))}
        </tbody>
      </ScrollTable>
    </Section>
  );
}

function Missed({
  evaluation,
  openSource,
}: {
  evaluation: DatasetEvaluation;
  openSource: boolean;
}): JSX.Element | null {
  const [all, setAll] = useState(false);
  const missed = evaluation.missed ?? [];
  const total = evaluation.missedPrompts ?? missed.length;
  if (missed.length === 0) return null;
  const name = (model: string): string => evaluation.models.find((one) => one.model === model)?.name ?? model;
  return (
    <Section id="missed" title={t('Rows where the router was wrong')}>
      <p class="note">
        {count(
          total,
          'On {0} row the chosen model was wrong though another was right.',
          'On {0} rows the chosen model was wrong though another was right.',
        )}
      </p>
      <ScrollTable label={t('Rows where the router was wrong')} tall>
        <thead>
          <tr>
            <th scope="col" class="number">
              {t('Line')}
            </th>
            <th scope="col">{t('Prompt')}</th>
            <th scope="col">{t('Category')}</th>
            <th scope="col">{t('Chosen')}</th>
            <th scope="col" class="number">
              {t('Expected')}
            </th>
            <th scope="col">{t('Right would have been')}</th>
          </tr>
        </thead>
        <tbody>
          {(all ? missed : missed.slice(0, firstMissed)).map(
            ({ id, line, excerpt, category, pick, probability, right }) => (
              <tr key={`${id} ${line}`}>
                <td class="number">
                  <LineLink line={line} open={openSource} />
                </td>
                <td class="excerpt">{excerpt}</td>
                <td>{category ?? '–'}</td>
                <td>{name(pick)}</td>
                <td class="number">{percent(probability)}</td>
                <td>
                  {right.slice(0, 3).map(name).join(', ')}
                  {right.length > 3 ? ` ${t('and {0} more', right.length - 3)}` : ''}
                </td>
              </tr>
            ),
          )}
        </tbody>
      </ScrollTable>
      {missed.length > firstMissed ? (
        <button type="button" class="link more" onClick={() => setAll(!all)}>
          {all ? t('Show the first {0}', firstMissed) : t('Show all {0}', integer(missed.length))}
        </button>
      ) : null}
    </Section>
  );
}

function EvaluationExport({ evaluation }: { readonly evaluation: DatasetEvaluation }): JSX.Element {
  const name = stem(evaluation.file);
  return (
    <Section id="export" title={t('Export')}>
      <div class="actions">
        <SaveButton name={`${name}.evaluation.md`} text={() => evaluationMarkdown(evaluation)}>
          {t('Report (Markdown)')}
        </SaveButton>
        <SaveButton name={`${name}.evaluation.csv`} text={() => csv(modelTable(evaluation))}>
          {t('Models (CSV)')}
        </SaveButton>
        <SaveButton
          name={`${name}.evaluation.json`}
          text={() => `${JSON.stringify(evaluationInEnglish(evaluation), null, 2)}\n`}
        >
          {t('Everything (JSON)')}
        </SaveButton>
      </div>
    </Section>
  );
}

function modelTable({ models }: DatasetEvaluation): Table {
  return {
    columns: ['model', 'name', 'known', 'labelled', 'accuracy', 'predicted', 'picked'],
    rows: models.map(({ model, name, known, labelled, accuracy, predicted, picked }) => [
      model,
      name,
      known,
      labelled,
      accuracy,
      predicted?.accuracy ?? null,
      picked,
    ]),
  };
}
