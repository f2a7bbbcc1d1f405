import * as v from 'valibot';
import type { ScoringBundle } from '../core/bundle/scoringBundle';
import { RecommendError, toSaidError } from '../core/errors';
import { evaluateDataset } from '../core/evaluation/evaluateDataset';
import { type ByteSource, memorySource, textSource, type Workspace } from '../core/files/source';
import { cancelled, type PipelineOptions, recommend } from '../core/pipeline';
import type { ReadOptions } from '../core/prompts/readOptions';
import { type PromptReading, readPrompts } from '../core/prompts/readPrompts';
import { samplePrompts } from '../core/prompts/samplePrompts';
import type { Recommendation } from '../core/recommendation/recommendation';
import { localSources, localWorkspace } from './localFiles';
import type { FoundReference, FromScorer, InputSource, Progress, RecommendOptions } from './protocol';
import { WorkQueue } from './workQueue';

const text = v.string();
const id = v.pipe(v.number(), v.integer());
const bytes = v.instance(Uint8Array);
const place = v.variant('kind', [
  v.object({ kind: v.literal('local'), path: text, workspaceRoot: text }),
  v.object({ kind: v.literal('virtual'), uri: text }),
]);
const named = v.object({ name: text, bytes, place: v.exactOptional(place) });
const price = v.object({ input: v.number(), output: v.number(), asOf: text });

const sourceSchema = v.variant('kind', [
  v.object({ kind: v.literal('local'), paths: v.pipe(v.array(text), v.minLength(1)), workspaceRoot: v.nullable(text) }),
  v.object({
    kind: v.literal('text'),
    name: text,
    text,
    languageId: v.exactOptional(text),
    place: v.exactOptional(place),
  }),
  v.object({ kind: v.literal('bytes'), ...named.entries }),
  v.object({ kind: v.literal('several'), name: text, files: v.pipe(v.array(named), v.minLength(1)) }),
]);

const optionsSchema = v.object({
  mode: v.picklist(['guarded', 'paper']),
  preference: v.picklist(['quality', 'balanced', 'price']),
  candidates: v.array(text),
  column: v.exactOptional(text),
  template: v.exactOptional(text),
  overlay: v.exactOptional(
    v.object({
      prices: v.record(text, price),
      ownModels: v.array(
        v.object({ id: text, name: text, sameAs: text, price, contextTokens: v.exactOptional(v.number()) }),
      ),
    }),
  ),
});

const work = { id, bundle: text, source: sourceSchema, options: optionsSchema };

const toScorerSchema = v.variant('type', [
  v.object({ type: v.literal('recommend'), ...work }),
  v.object({ type: v.literal('evaluate'), ...work }),
  v.object({ type: v.literal('cancel'), id }),
  v.object({
    type: v.literal('referenced'),
    id,
    question: id,
    found: v.union([
      v.object({ name: text, bytes }),
      v.picklist(['outside-workspace', 'missing', 'not-text', 'over-limit']),
    ]),
  }),
]);

type Work = Extract<v.InferOutput<typeof toScorerSchema>, { type: 'recommend' | 'evaluate' }>;

/** Rows of a large dataset that give a first answer, until all are scored. */
const sampleRows = 200;
const sampleSeed = 20_230_915;

/** Least time between two progress messages of one job, in milliseconds. */
const progressEvery = 100;

/**
 * Answers messages of the extension host: each piece of work is one job, jobs take turns batch by batch. Bundles are loaded
 * on first use and kept.
 */
export class ScorerServer {
  private readonly queue = new WorkQueue();
  private readonly jobs = new Map<number, AbortController>();
  private readonly bundles = new Map<string, Promise<ScoringBundle>>();
  /** Questions for referenced files that the host has not answered yet. */
  private readonly questions = new Map<number, (found: FoundReference) => void>();
  private asked = 0;

  /**
   * @param load loads and verifies a bundle folder
   * @param send sends a message to the host
   */
  constructor(
    private readonly load: (folder: string) => Promise<ScoringBundle>,
    private readonly send: (message: FromScorer) => void,
  ) {}

  /** Takes one message as it came; what is not one of the protocol's is answered as a defect. */
  async receive(message: unknown): Promise<void> {
    const parsed = v.safeParse(toScorerSchema, message);
    if (!parsed.success) {
      const issue = parsed.issues[0];
      const error = new RecommendError(
        'INTERNAL',
        `The scorer was sent a message that it does not know: ${v.getDotPath(issue) ?? 'message'}: ${issue.message}.`,
        'Reload the window; if it happens again, please report it.',
      );
      this.send({ type: 'failed', id: idOf(message), error: toSaidError(error) });
      return;
    }
    const { output } = parsed;
    if (output.type === 'cancel') this.jobs.get(output.id)?.abort();
    else if (output.type === 'referenced') this.questions.get(output.question)?.(output.found);
    else await this.work(output);
  }

  private async work(message: Work): Promise<void> {
    const abort = new AbortController();
    this.jobs.set(message.id, abort);
    const job = this.queue.start();
    try {
      const bundle = await this.bundle(message.bundle);
      if (abort.signal.aborted) throw cancelled();
      const { name, sources, reading, readOptions } = await open(
        message.source,
        message.options,
        abort.signal,
        (uri, reference) => this.ask(message.id, uri, reference, abort.signal),
      );
      const report = progressReporter(reading, (progress) => this.send({ type: 'progress', id: message.id, progress }));
      const options: PipelineOptions = {
        mode: message.options.mode,
        preference: message.options.preference,
        candidates: message.options.candidates,
        ...(message.options.overlay ? { overlay: message.options.overlay } : {}),
        signal: abort.signal,
        turn: () => job.turn(),
        onBatch: report,
      };
      const input = { file: name, prompts: reading.prompts, report: () => reading.report() };
      if (message.type === 'recommend') {
        await this.preview(abort, message.id, async () => {
          const sample = await samplePrompts(sources, { ...readOptions, rows: sampleRows, seed: sampleSeed });
          const { onBatch: _, ...quiet } = options;
          return sample && recommend(bundle, { ...sample, file: name }, { ...quiet, provisional: true });
        });
        this.answer(abort, {
          type: 'recommendation',
          id: message.id,
          recommendation: await recommend(bundle, input, options),
        });
      } else
        this.answer(abort, {
          type: 'evaluation',
          id: message.id,
          evaluation: await evaluateDataset(bundle, input, options),
        });
    } catch (thrown) {
      this.send({ type: 'failed', id: message.id, error: toSaidError(abort.signal.aborted ? cancelled() : thrown) });
    } finally {
      job.end();
      this.jobs.delete(message.id);
    }
  }

  /** Sends a first answer from a sample. Where there is none, the full pass will tell why. */
  private async preview(
    abort: AbortController,
    id: number,
    recommendSample: () => Promise<Recommendation | null>,
  ): Promise<void> {
    let recommendation: Recommendation | null;
    try {
      recommendation = await recommendSample();
    } catch (thrown) {
      if (abort.signal.aborted || !RecommendError.is(thrown)) throw thrown;
      return;
    }
    if (recommendation) this.answer(abort, { type: 'preview', id, recommendation });
  }

  /** Asks the host for a file that only it can read. */
  private ask(id: number, uri: string, reference: string, signal: AbortSignal): Promise<FoundReference> {
    const question = ++this.asked;
    return new Promise<FoundReference>((resolve, reject) => {
      const abandon = (): void => {
        this.questions.delete(question);
        reject(cancelled());
      };
      if (signal.aborted) return abandon();
      signal.addEventListener('abort', abandon, { once: true });
      this.questions.set(question, (found) => {
        signal.removeEventListener('abort', abandon);
        this.questions.delete(question);
        resolve(found);
      });
      this.send({ type: 'reference', id, question, uri, reference });
    });
  }

  private answer(abort: AbortController, message: FromScorer): void {
    if (abort.signal.aborted) throw cancelled();
    this.send(message);
  }

  private bundle(folder: string): Promise<ScoringBundle> {
    const loaded = this.bundles.get(folder);
    if (loaded) return loaded;
    const loading = this.load(folder);
    this.bundles.set(folder, loading);
    // A bundle that could not be loaded may be repaired: the next request tries again.
    loading.catch(() => this.bundles.delete(folder));
    return loading;
  }
}

function idOf(message: unknown): number {
  return typeof message === 'object' && message !== null && 'id' in message && typeof message.id === 'number'
    ? message.id
    : -1;
}

async function open(
  source: v.InferOutput<typeof sourceSchema>,
  options: RecommendOptions,
  signal: AbortSignal,
  ask: (uri: string, reference: string) => Promise<FoundReference>,
): Promise<{
  readonly name: string;
  readonly sources: readonly ByteSource[];
  readonly reading: PromptReading;
  readonly readOptions: ReadOptions;
}> {
  const sources = await sourcesOf(source);
  const workspace = workspaceOf(source, ask);
  const readOptions: ReadOptions = {
    signal,
    ...(options.column === undefined ? {} : { column: options.column }),
    ...(options.template === undefined ? {} : { template: options.template }),
    ...(workspace ? { workspace } : {}),
  };
  return { name: nameOf(source, sources), sources, reading: readPrompts(sources, readOptions), readOptions };
}

/** Where the files that an input refers to are read from; undefined: none is. */
function workspaceOf(
  source: InputSource,
  ask: (uri: string, reference: string) => Promise<FoundReference>,
): Workspace | undefined {
  if (source.kind === 'local') return source.workspaceRoot === null ? undefined : localWorkspace(source.workspaceRoot);
  const files = source.kind === 'several' ? source.files : [source];
  const places = new Map(files.map(({ name, place }) => [name, place]));
  return {
    async resolve(from, reference) {
      const place = places.get(from);
      if (!place) return 'outside-workspace';
      if (place.kind === 'local') return localWorkspace(place.workspaceRoot).resolve(place.path, reference);
      const found = await ask(place.uri, reference);
      return typeof found === 'string' ? found : memorySource(found.name, found.bytes);
    },
  };
}

async function sourcesOf(source: InputSource): Promise<readonly ByteSource[]> {
  switch (source.kind) {
    case 'local':
      return localSources(source.paths, source.workspaceRoot);
    case 'text':
      return [textSource(source.name, source.text, source.languageId)];
    case 'bytes':
      return [memorySource(source.name, source.bytes)];
    case 'several':
      return source.files.map((file) => memorySource(file.name, file.bytes));
  }
}

function nameOf(source: InputSource, sources: readonly ByteSource[]): string {
  if (source.kind !== 'local') return source.name;
  const [first] = sources;
  if (!first) return source.paths.join(', ');
  return sources.length === 1 ? first.name : `${first.name} and ${sources.length - 1} more`;
}

/** Calls `send` now and then with how far the reading is and how long it will take. */
export function progressReporter(
  reading: Pick<PromptReading, 'progress'>,
  send: (progress: Progress) => void,
  clock: () => number = () => performance.now(),
): () => void {
  const started = clock();
  let last = started;
  return () => {
    const now = clock();
    if (now - last < progressEvery) return;
    last = now;
    const { rows, bytesRead, bytesTotal } = reading.progress();
    const seconds = (now - started) / 1000;
    const fraction = bytesTotal !== null && bytesTotal > 0 ? Math.min(1, bytesRead / bytesTotal) : null;
    send({
      rows,
      rowsPerSecond: rows / seconds,
      fraction,
      secondsLeft: fraction !== null && fraction > 0 ? (seconds * (1 - fraction)) / fraction : null,
    });
  };
}
