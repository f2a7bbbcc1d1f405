import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Workbench } from '../test/ui/workbench';
import { savePicture } from './pictures';
import { copyOfSamples } from './samples';

const folder = 'media/screenshots';
const size = { width: 1280, height: 800 };

/** The sample questions over and over, numbered. */
function* rowsOf(count: number): Generator<Record<string, unknown>> {
  const questions = readFileSync('samples/questions.jsonl', 'utf8').trim().split('\n');
  for (let row = 0; row < count; row++) {
    const question = JSON.parse(questions[row % questions.length] ?? '') as Record<string, unknown>;
    yield { ...question, id: `q-${row}`, question: `${question.question} (${row})` };
  }
}

/** A dataset on its way: the answer from a sample with the progress bar, skipped rows, the choice of the column. */
export async function datasetPictures(): Promise<void> {
  // Written before the editor opens: its watcher takes its time to see new files.
  const workspace = copyOfSamples();
  const shoot = async (name: string): Promise<void> => {
    const path = join(folder, `${name}.png`);
    const bytes = savePicture(path, await workbench.page.screenshot({ animations: 'disabled' }));
    console.log(`${path}: ${Math.round(bytes / 1000)} kB`);
  };
  const write = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(workspace, name), `${lines.join('\n')}\n`);
  write(
    'survey.jsonl',
    [...rowsOf(120_000)].map((row) => JSON.stringify(row)),
  );
  write(
    'interviews.jsonl',
    [...rowsOf(60)].map((row, index) => {
      if (index === 11) return JSON.stringify(row).slice(0, 60);
      if (index === 23) return JSON.stringify({ ...row, question: '' });
      if (index === 40) return 'id;category;question';
      return JSON.stringify({ ...row, follow_up: `And why is that so? (${index})` });
    }),
  );

  const workbench = await Workbench.open({ size, theme: 'light', folder: workspace });
  await workbench.chooseMenu(() => workbench.rightClickExplorer('survey.jsonl'), 'Recommend LLM');
  let panel = await workbench.webviewFrame();
  await panel.getByRole('table').first().waitFor();
  await panel
    .getByText(/rows\/s/)
    .first()
    .waitFor();
  await shoot('dataset-progress');
  await panel.getByRole('button', { name: 'Cancel' }).click();

  await workbench.chooseMenu(() => workbench.rightClickExplorer('interviews.jsonl'), 'Recommend LLM');
  panel = await workbench.webviewFrame();
  const reading = panel.getByRole('heading', { name: 'What was read' });
  await reading.waitFor();
  await reading.scrollIntoViewIfNeeded();
  await panel.getByText('3 rows were skipped').scrollIntoViewIfNeeded();
  await reading.evaluate((heading) => heading.scrollIntoView({ block: 'start' }));
  await shoot('dataset-skipped');

  await workbench.palette('Recommend LLM: Choose Prompt Column…');
  await workbench.quickPickRows().first().waitFor();
  await shoot('dataset-column');
  await workbench.page.keyboard.press('Escape');
  await workbench.expectNoErrors();
  await workbench.close();
}
