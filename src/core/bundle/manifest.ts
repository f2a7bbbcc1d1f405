import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { RecommendError } from '../errors';
import { type Sentence, say } from '../sentence';

/** Version of the bundle's layout; a reader takes this one only. */
export const bundleFormat = 1;

export const manifestName = 'manifest.json';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const manifestSchema = v.object({
  format: v.literal(bundleFormat),
  /** Names the bundle to users: date of training and the start of its content's hash. */
  version: v.string(),
  trained: v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/)),
  files: v.record(
    v.pipe(v.string(), v.regex(/^[\w.-]+$/)),
    v.object({ sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)), bytes: count }),
  ),
  encoder: v.object({ id: v.string(), dimensions: count, features: count }),
  router: v.object({
    models: count,
    tasks: count,
    boards: count,
    prompts: count,
    neighbours: count,
    distanceNeighbours: count,
    posteriorRank: count,
    distanceThresholds: v.object({ near: v.number(), far: v.number() }),
  }),
  counts: v.object({
    items: count,
    results: count,
    aggregateScores: count,
    models: count,
  }),
  sources: v.array(
    v.object({
      name: v.string(),
      repository: v.string(),
      commit: v.string(),
      licence: v.string(),
      items: count,
      results: count,
    }),
  ),
  /** Credits of aggregate scores and other facts that are not per-item results. */
  credits: v.array(v.string()),
  /** Every constant that training used. */
  constants: v.record(v.string(), v.unknown()),
});

/** What a bundle is, and the hash of every file in it. */
export type Manifest = v.InferOutput<typeof manifestSchema>;

/** A bundle whose version, sizes and hashes have been verified. */
export interface VerifiedBundle {
  readonly manifest: Manifest;
  /** SHA-256 of the manifest: names the bundle in results. */
  readonly sha256: string;
  /** Content by file name, the manifest itself left out. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Reads one file of a bundle; null where it does not exist. */
export type ReadBundleFile = (name: string) => Promise<Uint8Array | null>;

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const reinstall = say('Reinstall the extension, or train the bundle again with "recommend-llm train".');

/**
 * Validates a manifest.
 * @throws RecommendError BUNDLE_VERSION or BUNDLE_BROKEN
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new RecommendError('BUNDLE_BROKEN', say("The bundle's {0} is not valid JSON.", manifestName), reinstall, {
      cause: error,
    });
  }
  const format = v.safeParse(v.object({ format: v.number() }), content);
  if (format.success && format.output.format !== bundleFormat) {
    throw new RecommendError(
      'BUNDLE_VERSION',
      say('The bundle has format {0}; this version reads format {1}.', format.output.format, bundleFormat),
      say('Use the bundle that came with this version, or train one with "recommend-llm train".'),
    );
  }
  const parsed = v.safeParse(manifestSchema, content);
  if (!parsed.success) throw brokenPart(manifestName, parsed.issues[0], reinstall);
  return parsed.output;
}

/** A file of a bundle whose content is not what it should be; `field` is its dotted path. */
export function brokenPart(
  name: string,
  issue: v.BaseIssue<unknown>,
  nextStep: Sentence,
  field = v.getDotPath(issue) ?? 'content',
): RecommendError {
  return new RecommendError('BUNDLE_BROKEN', say("The bundle's {0}: {1}: {2}.", name, field, issue.message), nextStep);
}

/**
 * The content of a JSON file of a bundle.
 * @throws RecommendError BUNDLE_BROKEN
 */
export function parsePart<T extends v.GenericSchema>(
  name: string,
  bytes: Uint8Array,
  schema: T,
  nextStep: Sentence,
): v.InferOutput<T> {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), new TextDecoder().decode(bytes));
  if (parsed.success) return parsed.output;
  throw brokenPart(name, parsed.issues[0], nextStep);
}

/**
 * Loads a bundle: manifest first, then every file that it names, each checked for size and SHA-256.
 * @throws RecommendError BUNDLE_MISSING, BUNDLE_VERSION, BUNDLE_BROKEN or BUNDLE_TAMPERED
 */
export async function loadBundle(read: ReadBundleFile): Promise<VerifiedBundle> {
  const manifestBytes = await read(manifestName);
  if (!manifestBytes) throw new RecommendError('BUNDLE_MISSING', say('There is no router bundle here.'), reinstall);
  const manifest = parseManifest(manifestBytes);
  const files = new Map<string, Uint8Array>();
  for (const [name, expected] of Object.entries(manifest.files)) {
    const bytes = await read(name);
    if (!bytes) throw new RecommendError('BUNDLE_MISSING', say("The bundle's file {0} is missing.", name), reinstall);
    if (bytes.length !== expected.bytes || sha256(bytes) !== expected.sha256) {
      throw new RecommendError(
        'BUNDLE_TAMPERED',
        say("The bundle's file {0} is not the one that its manifest describes.", name),
        reinstall,
      );
    }
    files.set(name, bytes);
  }
  return { manifest, sha256: sha256(manifestBytes), files };
}

/**
 * A file of a verified bundle.
 * @throws RecommendError BUNDLE_MISSING where the manifest does not name it
 */
export function bundleFile(bundle: VerifiedBundle, name: string): Uint8Array {
  const bytes = bundle.files.get(name);
  if (!bytes) throw new RecommendError('BUNDLE_MISSING', say('The bundle holds no {0}.', name), reinstall);
  return bytes;
}
