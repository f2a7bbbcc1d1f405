import { l10n, Uri, window, workspace } from 'vscode';
import { readPriceList } from '../core/cost/priceList';
import { RecommendError } from '../core/errors';
import type { CatalogModels } from './catalogModels';
import { nameOf } from './inputs';

/** litellm's list has some 2 MB. */
const maxBytes = 64 * 1024 * 1024;

/**
 * Takes over the prices of a list that the user has downloaded; nothing is fetched.
 * @throws RecommendError as `readPriceList`, and FILE_UNREADABLE, FILE_TOO_LARGE
 */
export async function updateCatalog(models: CatalogModels, given: unknown): Promise<void> {
  const uri = given instanceof Uri ? given : await pickList();
  if (!uri) return;
  const { text, date } = await read(uri);
  const { catalog, names } = await models.catalog();
  const reading = readPriceList(text, nameOf(uri), date, catalog.models, names);
  const count = Object.keys(reading.prices).length;
  if (count === 0) {
    throw new RecommendError(
      'FORMAT_UNKNOWN',
      l10n.t('{0} has no price of a model that the catalog knows.', nameOf(uri)),
      l10n.t('Check that it is the list you meant.'),
    );
  }
  await models.keepPrices(nameOf(uri), reading);
  void window.showInformationMessage(
    l10n.t(
      'Prices of {0} models taken over from {1}, as of {2}. {3} entries name models that the catalog does not know; {4} were not readable.',
      count,
      nameOf(uri),
      date,
      reading.unknown,
      reading.broken,
    ),
  );
}

async function pickList(): Promise<Uri | undefined> {
  const chosen = await window.showOpenDialog({
    title: l10n.t('Choose a price list of litellm or OpenRouter (JSON)'),
    openLabel: l10n.t('Take Over Prices'),
    filters: { JSON: ['json'] },
  });
  return chosen?.[0];
}

/** The list and its date: neither format carries one, so it is the day on which the file was last changed. */
async function read(uri: Uri): Promise<{ text: string; date: string }> {
  try {
    const { size, mtime } = await workspace.fs.stat(uri);
    if (size > maxBytes) {
      throw new RecommendError(
        'FILE_TOO_LARGE',
        l10n.t('{0} is too large for a price list.', nameOf(uri)),
        l10n.t('Check that it is the list you meant.'),
      );
    }
    const text = new TextDecoder().decode(await workspace.fs.readFile(uri));
    return { text, date: new Date(mtime).toISOString().slice(0, 10) };
  } catch (thrown) {
    if (RecommendError.is(thrown)) throw thrown;
    throw new RecommendError(
      'FILE_UNREADABLE',
      l10n.t('{0} could not be read.', nameOf(uri)),
      l10n.t('Check that the file can be opened, and try again.'),
      { cause: thrown },
    );
  }
}
