import type { JSX } from 'preact';
import type { ErrorReport } from '../../core/errors';
import type { PanelProgress } from '../../panel/protocol';
import { duration, integer, percent } from '../format';
import { send } from '../state/vscodeApi';
import { count, t } from '../strings';
import { Icon } from './icon';

/** Nothing to show yet: says what the panel is for and how to begin. */
export function Empty(): JSX.Element {
  return (
    <section class="blank centred" aria-labelledby="empty-title">
      <h1 id="empty-title">{t('Which LLM should run this prompt?')}</h1>
      <p>
        {t(
          'Right-click a prompt file or a dataset and choose Recommend LLM. The answer is computed on this machine; nothing is sent anywhere.',
        )}
      </p>
      <div class="actions">
        <button type="button" onClick={() => send({ type: 'chooseFile' })}>
          {t('Choose a file…')}
        </button>
        <button type="button" class="secondary" onClick={() => send({ type: 'openSample' })}>
          {t('Try it on a sample')}
        </button>
      </div>
    </section>
  );
}

/** A file is being read and scored: how far, how fast, how long still, and a way to stop. */
export function Busy({
  file,
  progress,
}: {
  readonly file: string;
  readonly progress: PanelProgress | null;
}): JSX.Element {
  const fraction = progress?.fraction ?? null;
  const details = progress
    ? [
        count(progress.rows, '{0} row', '{0} rows'),
        progress.rowsPerSecond > 0 ? t('{0} rows/s', integer(progress.rowsPerSecond)) : '',
        progress.secondsLeft === null ? '' : t('{0} left', duration(progress.secondsLeft)),
      ].filter(Boolean)
    : [];
  return (
    <section class="busy" aria-label={t('Progress')}>
      <div class="busy-head">
        <p role="status">
          {t('Scoring {0}…', file)} <span class="note">{fraction === null ? '' : percent(fraction)}</span>
        </p>
        <button type="button" class="secondary" onClick={() => send({ type: 'cancel' })}>
          {t('Cancel')}
        </button>
      </div>
      {fraction === null ? (
        <progress aria-label={t('Scoring {0}…', file)} />
      ) : (
        <progress aria-label={t('Scoring {0}…', file)} value={fraction} max={1} />
      )}
      <p class="note">{details.join(' · ')}</p>
    </section>
  );
}

/** What went wrong, and what to do next. */
export function Failed({ file, error }: { readonly file: string; readonly error: ErrorReport }): JSX.Element {
  const cancelled = error.code === 'CANCELLED';
  return (
    <section class="blank" role="alert" aria-labelledby="failed-title">
      <p class="eyebrow">{file}</p>
      <h1 id="failed-title">
        <Icon name={cancelled ? 'info' : 'error'} /> {cancelled ? t('Stopped') : t('No recommendation')}
      </h1>
      <p>{error.message}</p>
      <p>{error.nextStep}</p>
      <div class="actions">
        {error.code === 'NO_PROMPT_COLUMN' ? (
          <button type="button" onClick={() => send({ type: 'chooseColumn' })}>
            {t('Choose the prompt column…')}
          </button>
        ) : null}
        <button
          type="button"
          class={error.code === 'NO_PROMPT_COLUMN' ? 'secondary' : ''}
          onClick={() => send({ type: 'retry' })}
        >
          {t('Try again')}
        </button>
        {error.code === 'NO_CANDIDATES' ? (
          <button type="button" class="secondary" onClick={() => send({ type: 'chooseCandidates' })}>
            {t('Choose candidates…')}
          </button>
        ) : (
          <button type="button" class="secondary" onClick={() => send({ type: 'chooseFile' })}>
            {t('Choose another file…')}
          </button>
        )}
        <button type="button" class="link" onClick={() => send({ type: 'showLog' })}>
          {t('Show the log')}
        </button>
      </div>
      <p class="note">
        {t('Code')}: <code>{error.code}</code>
      </p>
    </section>
  );
}
