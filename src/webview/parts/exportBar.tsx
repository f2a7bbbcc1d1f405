import type { JSX } from 'preact';
import { candidateTable, csv, jsonl, markdownReport, rowTable, stem } from '../exports/tables';
import { integer } from '../format';
import type { Sight } from '../state/sight';
import { saveText } from '../state/vscodeApi';
import { t } from '../strings';
import { Icon } from './icon';
import { Section } from './section';

/** Everything that can be taken along; charts have their own buttons. */
export function ExportBar({ sight }: { readonly sight: Sight }): JSX.Element {
  const name = stem(sight.recommendation.file);
  const { dataset, prompts } = sight.recommendation;
  const listed = dataset?.rows.ids.length ?? 0;
  return (
    <Section id="export" title={t('Export')}>
      <div class="actions">
        <button
          type="button"
          class="secondary"
          onClick={() => saveText(`${name}.recommendation.md`, markdownReport(sight))}
        >
          <Icon name="save" /> {t('Report (Markdown)')}
        </button>
        <button
          type="button"
          class="secondary"
          onClick={() => {
            const { columns, rows } = candidateTable(sight);
            saveText(`${name}.models.csv`, csv(columns, rows));
          }}
        >
          <Icon name="save" /> {t('Models (CSV)')}
        </button>
        <button
          type="button"
          class="secondary"
          onClick={() => saveText(`${name}.recommendation.json`, `${JSON.stringify(sight.recommendation, null, 2)}\n`)}
        >
          <Icon name="save" /> {t('Everything (JSON)')}
        </button>
        {dataset ? (
          <>
            <button
              type="button"
              class="secondary"
              onClick={() => {
                const { columns, rows } = rowTable(sight);
                saveText(`${name}.picks.csv`, csv(columns, rows));
              }}
            >
              <Icon name="save" /> {t('Rows (CSV)')}
            </button>
            <button
              type="button"
              class="secondary"
              onClick={() => {
                const { columns, rows } = rowTable(sight);
                saveText(`${name}.picks.jsonl`, jsonl(columns, rows));
              }}
            >
              <Icon name="save" /> {t('Rows (JSONL)')}
            </button>
          </>
        ) : null}
      </div>
      {dataset && listed < prompts ? (
        <p class="note">
          {t(
            'Rows: the {0} that are listed, of {1} scored. The command "recommend-llm score" writes them all.',
            integer(listed),
            integer(prompts),
          )}
        </p>
      ) : null}
    </Section>
  );
}
