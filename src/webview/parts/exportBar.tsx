import type { JSX } from 'preact';
import { recommendationInEnglish } from '../../core/english';
import { candidateTable, csv, jsonl, markdownReport, rowTable, stem } from '../exports/tables';
import { integer } from '../format';
import type { Sight } from '../state/sight';
import { t } from '../strings';
import { SaveButton } from './saveButton';
import { Section } from './section';

/** Everything that can be taken along; charts have their own buttons. */
export function ExportBar({ sight }: { readonly sight: Sight }): JSX.Element {
  const name = stem(sight.recommendation.file);
  const { dataset, prompts } = sight.recommendation;
  const listed = dataset?.rows.ids.length ?? 0;
  return (
    <Section id="export" title={t('Export')}>
      <div class="actions">
        <SaveButton name={`${name}.recommendation.md`} text={() => markdownReport(sight)}>
          {t('Report (Markdown)')}
        </SaveButton>
        <SaveButton name={`${name}.models.csv`} text={() => csv(candidateTable(sight))}>
          {t('Models (CSV)')}
        </SaveButton>
        <SaveButton
          name={`${name}.recommendation.json`}
          text={() => `${JSON.stringify(recommendationInEnglish(sight.recommendation), null, 2)}\n`}
        >
          {t('Everything (JSON)')}
        </SaveButton>
        {dataset ? (
          <>
            <SaveButton name={`${name}.picks.csv`} text={() => csv(rowTable(sight))}>
              {t('Rows (CSV)')}
            </SaveButton>
            <SaveButton name={`${name}.picks.jsonl`} text={() => jsonl(rowTable(sight))}>
              {t('Rows (JSONL)')}
            </SaveButton>
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
