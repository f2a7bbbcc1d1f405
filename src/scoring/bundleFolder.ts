import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as v from 'valibot';
import { bundleFile, loadBundle, parsePart, type VerifiedBundle } from '../core/bundle/manifest';
import type { ScoringBundle } from '../core/bundle/scoringBundle';
import { bundleFiles } from '../core/bundle/writeBundle';
import { catalogSchema } from '../core/cost/catalog';
import { tokenModelSchema } from '../core/cost/tokenModel';
import { RecommendError } from '../core/errors';
import { paperPairsSchema } from '../core/scores/paperPairs';
import { say } from '../core/sentence';
import { openRouter } from './session';

/**
 * Reads and verifies a bundle in a folder.
 * @throws RecommendError BUNDLE_MISSING, BUNDLE_VERSION, BUNDLE_BROKEN or BUNDLE_TAMPERED
 */
export async function verifyBundleFolder(folder: string): Promise<VerifiedBundle> {
  return loadBundle(async (name) => {
    try {
      return new Uint8Array(await readFile(join(folder, name)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new RecommendError(
        'BUNDLE_MISSING',
        say("The bundle's file {0} cannot be read.", join(folder, name)),
        say('Check the permissions of the folder, or reinstall the extension.'),
        { cause: error },
      );
    }
  });
}

function parse<T extends v.GenericSchema>(bundle: VerifiedBundle, name: string, schema: T): v.InferOutput<T> {
  return parsePart(name, bundleFile(bundle, name), schema, say('Reinstall the extension, or train the bundle again.'));
}

/**
 * Opens everything that scoring needs of the bundle in a folder.
 * @throws RecommendError BUNDLE_MISSING, BUNDLE_VERSION, BUNDLE_BROKEN or BUNDLE_TAMPERED
 */
export async function openScoringBundle(folder: string): Promise<ScoringBundle> {
  const bundle = await verifyBundleFolder(folder);
  return {
    router: await openRouter(bundle),
    catalog: parse(bundle, bundleFiles.catalog, catalogSchema),
    tokens: parse(bundle, bundleFiles.tokens, tokenModelSchema),
    paper: bundle.files.has(bundleFiles.paper) ? parse(bundle, bundleFiles.paper, paperPairsSchema) : null,
  };
}
