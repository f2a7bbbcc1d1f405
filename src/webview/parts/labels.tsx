import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { countLabels } from '../../core/recommendation/labels';
import type { DatasetBlock } from '../../core/recommendation/recommendation';
import { decimal, integer, percent, percentRange, points } from '../format';
import { isUncertain, labellingOrder, labelModelsOf, nextLabelOf, parseLabels, relabelled } from '../state/labelling';
import { candidateOf, nameOf, type Sight } from '../state/sight';
import { send } from '../state/vscodeApi';
import { count, t } from '../strings';
import { Icon } from './icon';
import { LineLink } from './lineLink';
import { ScrollTable } from './scrollTable';
import { Section } from './section';

/** Rows shown at first; more are added as these are marked. */
const firstRows = 5;

/** A few labels of the user's own: which LLMs were right on some rows. Everything is updated at once. */
export function Labels({ sight }: { readonly sight: Sight }): JSX.Element | null {
  const { dataset } = sight.recommendation;
  if (!dataset || dataset.rows.ids.length < 2) return null;
  return (
    <Section id="labels" title={t('Teach it with a few labels')}>
      <Invitation sight={sight} />
      <Effect sight={sight} />
      <Grid sight={sight} dataset={dataset} />
      <Sources sight={sight} dataset={dataset} />
    </Section>
  );
}

function Invitation({ sight }: { readonly sight: Sight }): JSX.Element {
  return (
    <p>
      {isUncertain(sight)
        ? t('The leading models are close here. Marking five rows settles most such cases, twenty nearly all.')
        : t('The pick is fairly certain. A few labels of your own make it surer still.')}{' '}
      {t('Run the models on some rows, then mark whose answer was right. Labels stay on this machine.')}
    </p>
  );
}

/** How far the labels have moved the recommendation, and why. */
function Effect({ sight }: { readonly sight: Sight }): JSX.Element | null {
  const { choice, unlabelled, labels } = sight;
  if (labels.length === 0 || !choice || !unlabelled) return null;
  const before = sight.recommendation.candidates.find(({ model }) => model === unlabelled.decision.model);
  const after = candidateOf(sight, choice.decision.model);
  const same = before ? candidateOf(sight, before.model) : null;
  if (!before || !after || !same) return null;
  const counts = countLabels(labels);
  return (
    <div class="effect" aria-live="polite">
      <p>
        <strong>
          {before.model === after.model
            ? t('{0} stays the recommendation.', after.name)
            : t('The recommendation moved from {0} to {1}.', before.name, after.name)}
        </strong>{' '}
        {t(
          'Expected correctness of {0}: {1} ({2}) before, {3} ({4}) now, {5} points.',
          before.name,
          percent(before.probability),
          percentRange(before.interval),
          percent(same.probability),
          percentRange(same.interval),
          points(same.probability - before.probability),
        )}
      </p>
      <p class="note">
        {t('Because:')}{' '}
        {counts
          .map(({ model, right, total }) =>
            t(
              '{0} right on {1} of {2}',
              nameOf(sight, model),
              decimal(right, Number.isInteger(right) ? 0 : 1),
              integer(total),
            ),
          )
          .join(' · ')}
      </p>
    </div>
  );
}

function Grid({ sight, dataset }: { readonly sight: Sight; readonly dataset: DatasetBlock }): JSX.Element {
  const { labels, setLabels, candidates, update } = sight;
  const { rows } = dataset;
  const [more, setMore] = useState(0);
  const order = useMemo(() => {
    const known = new Map(rows.ids.map((id, index) => [id, index]));
    const begun = [...new Set(labels.map(({ row }) => known.get(row)))].filter((index) => index !== undefined);
    return [...new Set([...begun, ...labellingOrder(rows.ids.length)])];
  }, [rows, labels.length === 0]);
  const models = labelModelsOf(sight);
  const next = nextLabelOf(sight, order, models);
  const begun = new Set(labels.map(({ row }) => row)).size;
  const listed = order.slice(0, Math.max(firstRows, begun + 3) + more);
  const marks = new Map(labels.map(({ row, model, correctness }) => [`${row}\n${model}`, correctness]));
  const addable = candidates.filter(({ model }) => !models.includes(model));
  return (
    <>
      {next ? (
        <p class="next" aria-live="polite">
          <Icon name="info" />{' '}
          {t(
            'Most worth marking next: line {0} with {1}',
            integer(rows.lines[next.row] ?? 1),
            nameOf(sight, next.model),
          )}
          {next.gain >= 0.005 ? ` (${t('expected to gain {0} points', decimal(next.gain, 2))})` : ''}
        </p>
      ) : null}
      <ScrollTable label={t('Labels')} table="plain labelling">
        <thead>
          <tr>
            <th scope="col" class="number">
              {t('Line')}
            </th>
            <th scope="col">{t('Prompt')}</th>
            {models.map((model) => (
              <th key={model} scope="col">
                {nameOf(sight, model)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {listed.map((index) => {
            const id = rows.ids[index] ?? '';
            const line = rows.lines[index] ?? 1;
            return (
              <tr key={id}>
                <td class="number">
                  <LineLink line={line} open={sight.context.capabilities.openSource} />
                </td>
                <td class="excerpt">{rows.excerpts[index]}</td>
                {models.map((model) => {
                  const mark = marks.get(`${id}\n${model}`);
                  const suggested = next?.row === index && next.model === model;
                  return (
                    <td key={model} class={suggested ? 'mark suggested' : 'mark'}>
                      <MarkButtons
                        name={nameOf(sight, model)}
                        line={line}
                        mark={mark}
                        set={(value) => setLabels(relabelled(labels, id, model, value))}
                      />
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </ScrollTable>
      <div class="filters">
        {listed.length < order.length ? (
          <button type="button" class="link" onClick={() => setMore(more + 5)}>
            {t('More rows')}
          </button>
        ) : null}
        {addable.length > 0 ? (
          <label>
            {t('Add a model')}
            <select value="" onChange={(event) => update({ labelModels: [...models, event.currentTarget.value] })}>
              <option value="" />
              {[...addable]
                .sort((a, b) => a.name.localeCompare(b.name))
                .map(({ model, name }) => (
                  <option key={model} value={model}>
                    {name}
                  </option>
                ))}
            </select>
          </label>
        ) : null}
        <span class="note">{count(labels.length, '{0} label', '{0} labels')}</span>
        {labels.length > 0 ? (
          <button type="button" class="link" onClick={() => setLabels([])}>
            {t('Remove all labels')}
          </button>
        ) : null}
      </div>
    </>
  );
}

interface MarkProps {
  readonly name: string;
  readonly line: number;
  readonly mark: number | undefined;
  readonly set: (value: number | null) => void;
}

function MarkButtons({ name, line, mark, set }: MarkProps): JSX.Element {
  return (
    <>
      <button
        type="button"
        class="tool"
        aria-pressed={mark === 1}
        aria-label={t('{0} was right on line {1}', name, integer(line))}
        onClick={() => set(mark === 1 ? null : 1)}
      >
        <Icon name="check" /> {t('right')}
      </button>
      <button
        type="button"
        class="tool"
        aria-pressed={mark === 0}
        aria-label={t('{0} was wrong on line {1}', name, integer(line))}
        onClick={() => set(mark === 0 ? null : 0)}
      >
        <Icon name="cross" /> {t('wrong')}
      </button>
      {mark === undefined || mark === 0 || mark === 1 ? null : <span class="note">{percent(mark)}</span>}
    </>
  );
}

/** Other ways to give labels: a labelled file, or pasted lines. */
function Sources({ sight, dataset }: { readonly sight: Sight; readonly dataset: DatasetBlock }): JSX.Element {
  const [text, setText] = useState('');
  const [outcome, setOutcome] = useState('');
  const paste = (): void => {
    const { labels, rejected } = parseLabels(text, new Set(dataset.rows.ids), new Set(sight.byModel.keys()));
    let all = sight.labels;
    for (const { row, model, correctness } of labels) all = relabelled(all, row, model, correctness);
    if (labels.length > 0) sight.setLabels(all);
    setOutcome(
      `${count(labels.length, '{0} label was taken.', '{0} labels were taken.')}${
        rejected.length > 0
          ? ` ${t('Not understood: line {0}. Each line is a row id, a model id, and right or wrong.', rejected.slice(0, 10).join(', '))}`
          : ''
      }`,
    );
  };
  return (
    <details>
      <summary>{t('Load a labelled file, or paste labels')}</summary>
      <button type="button" class="secondary" onClick={() => send({ type: 'loadLabels' })}>
        {t('Load a labelled file…')}
      </button>
      <label class="block">
        {t('One label a line: row id, model id, right or wrong')}
        <textarea
          rows={4}
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          placeholder={`${dataset.rows.ids[0] ?? '1'}, ${sight.recommendation.candidates[0]?.model ?? 'model'}, right`}
        />
      </label>
      <button type="button" class="secondary" disabled={text.trim() === ''} onClick={paste}>
        {t('Take these labels')}
      </button>
      <p class="note" aria-live="polite">
        {outcome}
      </p>
    </details>
  );
}
