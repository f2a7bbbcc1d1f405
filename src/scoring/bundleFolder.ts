import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { bundleFile, loadBundle, type VerifiedBundle } from '../core/bundle/manifest';
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
  const text = new TextDecoder().decode(bundleFile(bundle, name));
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  if (parsed.success) return parsed.output;
  throw new RecommendError(
    'BUNDLE_BROKEN',
    say("The bundle's {0}: {1}: {2}.", name, v.getDotPath(parsed.issues[0]) ?? 'content', parsed.issues[0].message),
    say('Reinstall the extension, or train the bundle again.'),
  );
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
