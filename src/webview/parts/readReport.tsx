import type { JSX } from 'preact';
import type { ReadReport } from '../../core/prompts/readReport';
import { integer } from '../format';
import { send } from '../state/vscodeApi';
import { count, said, t } from '../strings';
import { Icon } from './icon';
import { Section } from './section';

const outcomes = (): Readonly<Record<string, string>> => ({
  included: t('included'),
  'outside-workspace': t('outside the workspace, not read'),
  missing: t('missing'),
  'over-limit': t('over the size limit, not read'),
  'not-text': t('not text, not read'),
});

/** What was read of the file, told in full; the prompt column can be changed here. */
export function Reading({
  read,
  openSource,
}: {
  readonly read: ReadReport;
  readonly openSource: boolean;
}): JSX.Element {
  const columns = read.promptColumn === undefined ? [] : [read.promptColumn, ...(read.otherColumns ?? [])];
  return (
    <Section id="reading" title={t('What was read')}>
      <dl class="weighed">
        <dt>{t('Format')}</dt>
        <dd>{read.format}</dd>
        <dt>{t('Encoding')}</dt>
        <dd>{said(read.encoding)}</dd>
        <dt>{t('Rows read')}</dt>
        <dd>{integer(read.rowsRead)}</dd>
        <dt>{t('Prompts scored')}</dt>
        <dd>
          {integer(read.promptsScored)}
          {read.sample ? ` (${sampleWords(read.sample)})` : ''}
        </dd>
        {read.promptColumn === undefined ? null : (
          <>
            <dt>{columns.length > 1 ? <label for="prompt-column">{t('Prompt column')}</label> : t('Prompt column')}</dt>
            <dd>
              {columns.length > 1 ? (
                <select
                  id="prompt-column"
                  value={read.promptColumn}
                  onChange={(event) => send({ type: 'setColumn', column: event.currentTarget.value })}
                >
                  {columns.map((column) => (
                    <option key={column} value={column}>
                      {column}
                    </option>
                  ))}
                </select>
              ) : (
                <code>{read.promptColumn}</code>
              )}
            </dd>
          </>
        )}
        {read.labelColumns && read.labelColumns.length > 0 ? (
          <>
            <dt>{t('Kept apart as answers')}</dt>
            <dd>{read.labelColumns.join(', ')}</dd>
          </>
        ) : null}
        {read.promptsTruncated > 0 ? (
          <>
            <dt>{t('Cut at the length limit')}</dt>
            <dd>{count(read.promptsTruncated, '{0} prompt', '{0} prompts')}</dd>
          </>
        ) : null}
      </dl>
      {(read.warnings ?? []).map(said).map((warning) => (
        <p key={warning} class="amber">
          <Icon name="warning" /> {warning}
        </p>
      ))}
      {read.rowsSkipped > 0 ? (
        <details open={read.rowsSkipped <= 5}>
          <summary>
            <Icon name="warning" /> {count(read.rowsSkipped, '{0} row was skipped', '{0} rows were skipped')}
          </summary>
          <table class="plain">
            <thead>
              <tr>
                <th scope="col" class="number">
                  {t('Line')}
                </th>
                <th scope="col">{t('Reason')}</th>
              </tr>
            </thead>
            <tbody>
              {read.skipped.map(({ file, line, reason }) => (
                <tr key={`${file}:${line}:${said(reason)}`}>
                  <td class="number">
                    {openSource ? (
                      <button type="button" class="link" onClick={() => send({ type: 'openRow', line })}>
                        {integer(line)}
                      </button>
                    ) : (
                      integer(line)
                    )}
                  </td>
                  <td>{said(reason)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {read.rowsSkipped > read.skipped.length ? (
            <p class="note">{t('The first {0} of them are listed.', integer(read.skipped.length))}</p>
          ) : null}
        </details>
      ) : null}
      {read.references && read.references.length > 0 ? (
        <details>
          <summary>{count(read.references.length, '{0} referenced file', '{0} referenced files')}</summary>
          <ul class="references">
            {read.references.map(({ path, outcome }) => (
              <li key={path}>
                <code>{path}</code> <span class="note">{outcomes()[outcome] ?? outcome}</span>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </Section>
  );
}

export function sampleWords(sample: NonNullable<ReadReport['sample']>): string {
  return sample.ofRows === null
    ? count(sample.prompts, 'a sample of {0} prompt', 'a uniform sample of {0} prompts')
    : t('a uniform sample of {0} out of {1} rows', integer(sample.prompts), integer(sample.ofRows));
}
