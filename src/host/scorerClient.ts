import { type ChildProcess, fork } from 'node:child_process';
import { RecommendError } from '../core/errors';
import type { DatasetEvaluation } from '../core/evaluation/datasetEvaluation';
import type { Recommendation } from '../core/recommendation/recommendation';
import { inEnglish, type Sentence, say } from '../core/sentence';
import type {
  FoundReference,
  FromScorer,
  InputSource,
  Progress,
  RecommendOptions,
  ToScorer,
} from '../scoring/protocol';
import type { Log } from './log';
import { parseFromScorer } from './scorerMessages';

/** Starts a scorer process; tests put a process of their own in its place. */
export type StartScorer = () => ChildProcess;

export interface ScorerClientOptions {
  readonly start: StartScorer;
  readonly log: Log;
  /** Time without work after which the process is ended, in milliseconds; read each time it becomes idle. */
  readonly idleMs: () => number;
  /** Reads a file that the input at `uri` refers to; absent: none is read. */
  readonly resolveReference?: (uri: string, reference: string) => Promise<FoundReference>;
  /** Time that a new process has to report that it is ready, in milliseconds. */
  readonly startMs?: number;
}

export interface ScorerWork {
  readonly bundle: string;
  readonly source: InputSource;
  readonly options: RecommendOptions;
}

export interface ScorerHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** A recommendation from a sample, before the full pass has ended. */
  readonly onPreview?: (recommendation: Recommendation) => void;
}

export type ScorerState = 'stopped' | 'starting' | 'ready' | 'broken';

interface Pending {
  readonly message: Extract<ToScorer, { type: 'recommend' | 'evaluate' }>;
  readonly hooks: ScorerHooks;
  readonly resolve: (answer: FromScorer) => void;
  readonly reject: (reason: RecommendError) => void;
  /** Times the request was under way in a process that ended. */
  crashes: number;
}

/** Exits in a row, without an answer in between, after which no new process is started unasked. */
const crashCap = 3;
/** Processes that one request may lose: one that ends two of them is taken to be the cause. */
const crashesPerRequest = 2;

/**
 * Starts the process that scores. It is Node under another name inside VS Code, so the environment says so, and it
 * inherits no debugging flags; structured clones carry file contents without an encoding step.
 * @param entry path of the bundled scorer process
 */
export function forkScorer(entry: string): ChildProcess {
  return fork(entry, [], {
    serialization: 'advanced',
    execArgv: [],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

/**
 * Client of the scorer process. The process starts with the first request, is started again after a crash (requests
 * under way are sent again), and ends after a time without work. Scoring blocks the thread that runs it and native code
 * can abort a whole process, hence never in the extension host.
 */
export class ScorerClient {
  private child: ChildProcess | undefined;
  private isReady = false;
  private nextId = 1;
  private crashesInARow = 0;
  private idleTimer: NodeJS.Timeout | undefined;
  private startTimer: NodeJS.Timeout | undefined;
  private readonly pending = new Map<number, Pending>();
  private ended = false;

  constructor(private readonly settings: ScorerClientOptions) {}

  get state(): ScorerState {
    if (this.child) return this.isReady ? 'ready' : 'starting';
    return this.crashesInARow >= crashCap ? 'broken' : 'stopped';
  }

  /** Process id while a process is alive. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** @throws RecommendError as reported by the scorer, SCORER_FAILED when it cannot be kept alive, CANCELLED */
  async recommend(work: ScorerWork, hooks: ScorerHooks = {}): Promise<Recommendation> {
    const answer = await this.request({ type: 'recommend', id: this.nextId++, ...work }, hooks);
    if (answer.type !== 'recommendation') throw unexpectedAnswer(answer.type);
    return answer.recommendation;
  }

  /** @throws RecommendError as {@link recommend} does */
  async evaluate(work: ScorerWork, hooks: ScorerHooks = {}): Promise<DatasetEvaluation> {
    const answer = await this.request({ type: 'evaluate', id: this.nextId++, ...work }, hooks);
    if (answer.type !== 'evaluation') throw unexpectedAnswer(answer.type);
    return answer.evaluation;
  }

  /** Ends the process if there is one and forgets earlier crashes; requests under way fail. */
  restart(): void {
    this.crashesInARow = 0;
    this.stop();
    this.rejectAll(cancelled());
  }

  dispose(): void {
    this.ended = true;
    this.stop();
    this.rejectAll(cancelled());
  }

  private request(message: Pending['message'], hooks: ScorerHooks): Promise<FromScorer> {
    return new Promise<FromScorer>((resolve, reject) => {
      if (this.ended || hooks.signal?.aborted) {
        reject(cancelled());
        return;
      }
      if (this.state === 'broken') {
        reject(keepsEnding());
        return;
      }
      const abort = (): void => {
        if (!this.pending.delete(message.id)) return;
        this.send({ type: 'cancel', id: message.id });
        this.settled();
        reject(cancelled());
      };
      hooks.signal?.addEventListener('abort', abort, { once: true });
      const release = (): void => hooks.signal?.removeEventListener('abort', abort);
      this.pending.set(message.id, {
        message,
        hooks,
        crashes: 0,
        resolve: (answer) => {
          release();
          resolve(answer);
        },
        reject: (reason) => {
          release();
          reject(reason);
        },
      });
      clearTimeout(this.idleTimer);
      if (this.child) this.send(message);
      else this.startProcess();
    });
  }

  /** Messages wait until the process is ready: those sent earlier could reach it before it listens. */
  private send(message: ToScorer): void {
    if (!this.child?.connected || !this.isReady) return;
    this.child.send(message, (error) => {
      if (error) this.settings.log.warn(`The scorer process did not take a message: ${error.message}`);
    });
  }

  private startProcess(): void {
    let child: ChildProcess;
    const started = performance.now();
    try {
      child = this.settings.start();
    } catch (thrown) {
      this.settings.log.error(`The scorer process could not be started: ${String(thrown)}`);
      this.lost(say('could not be started'));
      return;
    }
    this.child = child;
    this.isReady = false;
    this.startTimer = setTimeout(() => {
      this.settings.log.error('The scorer process did not become ready in time.');
      child.kill('SIGKILL');
    }, this.settings.startMs ?? 30_000);
    const tell = (chunk: unknown): void => this.settings.log.info(`scorer: ${String(chunk).trimEnd()}`);
    child.stdout?.on('data', tell);
    child.stderr?.on('data', tell);
    child.on('message', (raw) => {
      if (child !== this.child) return;
      this.receive(raw, () => {
        clearTimeout(this.startTimer);
        this.isReady = true;
        this.settings.log.info(`Scorer process ${child.pid} ready in ${Math.round(performance.now() - started)} ms`);
        for (const each of this.pending.values()) this.send(each.message);
      });
    });
    child.on('error', (error) => {
      if (child !== this.child) return;
      this.settings.log.error(`Scorer process: ${error.message}`);
      if (child.pid === undefined) this.lost(say('could not be started'));
    });
    child.on('exit', (code, signal) => {
      if (child === this.child)
        this.lost(signal ? say('ended with {0}', signal) : say('ended with exit code {0}', String(code)));
    });
  }

  private receive(raw: unknown, onReady: () => void): void {
    const message = parseFromScorer(raw);
    if (typeof message === 'string') {
      this.settings.log.error(`The scorer process sent a message of the wrong shape: ${message}`);
      const id = typeof raw === 'object' && raw !== null && 'id' in raw ? raw.id : undefined;
      const answered = typeof id === 'number' ? this.take(id) : undefined;
      answered?.reject(
        new RecommendError(
          'SCORER_FAILED',
          say('The scorer process gave an answer that could not be understood.'),
          say('Run "Recommend LLM: Restart Scorer" and try again.'),
        ),
      );
      return;
    }
    if (message.type === 'ready') {
      onReady();
      return;
    }
    // An answer to a request that was cancelled meanwhile has no owner any more.
    const owner = this.pending.get(message.id);
    if (!owner) return;
    if (message.type === 'progress') owner.hooks.onProgress?.(message.progress);
    else if (message.type === 'preview') owner.hooks.onPreview?.(message.recommendation);
    else if (message.type === 'reference') void this.answerReference(message);
    else {
      this.crashesInARow = 0;
      this.take(message.id);
      if (message.type === 'failed') {
        const { code, message: what, nextStep } = message.error;
        owner.reject(new RecommendError(code, what, nextStep));
      } else owner.resolve(message);
    }
  }

  private async answerReference(asked: Extract<FromScorer, { type: 'reference' }>): Promise<void> {
    const { id, question, uri, reference } = asked;
    let found: FoundReference = 'outside-workspace';
    try {
      found = (await this.settings.resolveReference?.(uri, reference)) ?? found;
    } catch (thrown) {
      this.settings.log.warn(`${reference}, which ${uri} refers to, could not be read: ${String(thrown)}`);
      found = 'missing';
    }
    this.send({ type: 'referenced', id, question, found });
  }

  private take(id: number): Pending | undefined {
    const owner = this.pending.get(id);
    this.pending.delete(id);
    this.settled();
    return owner;
  }

  /** Starts the idle clock when nothing is under way. */
  private settled(): void {
    if (this.pending.size > 0 || !this.child) return;
    clearTimeout(this.idleTimer);
    this.idleTimer = setTimeout(() => {
      this.settings.log.info('Scorer process ended: idle');
      this.stop();
    }, this.settings.idleMs());
    this.idleTimer.unref();
  }

  /** The process has ended by itself. */
  private lost(how: Sentence): void {
    clearTimeout(this.startTimer);
    clearTimeout(this.idleTimer);
    this.child = undefined;
    this.isReady = false;
    this.crashesInARow++;
    this.settings.log.warn(`Scorer process ${inEnglish(how)} (${this.crashesInARow} in a row)`);
    if (this.crashesInARow >= crashCap) {
      this.rejectAll(keepsEnding());
      return;
    }
    for (const [id, each] of this.pending) {
      each.crashes++;
      if (each.crashes < crashesPerRequest) continue;
      this.pending.delete(id);
      each.reject(
        new RecommendError(
          'SCORER_FAILED',
          say('The scorer process ended twice while it worked on this input ({0}).', how),
          say('See the log for its last words; a smaller input may work.'),
        ),
      );
    }
    if (this.pending.size > 0) this.startProcess();
  }

  private stop(): void {
    clearTimeout(this.startTimer);
    clearTimeout(this.idleTimer);
    const child = this.child;
    this.child = undefined;
    this.isReady = false;
    child?.kill();
  }

  private rejectAll(reason: RecommendError): void {
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const each of waiting) each.reject(reason);
  }
}

function cancelled(): RecommendError {
  return new RecommendError('CANCELLED', say('Cancelled.'), say('Run the command again when you want the result.'));
}

function keepsEnding(): RecommendError {
  return new RecommendError(
    'SCORER_FAILED',
    say('The scorer process ended {0} times in a row.', crashCap),
    say('See the log for its last words, then run "Recommend LLM: Restart Scorer".'),
  );
}

function unexpectedAnswer(type: string): RecommendError {
  return new RecommendError(
    'SCORER_FAILED',
    say('The scorer process answered with "{0}", which was not asked for.', type),
    say('Run "Recommend LLM: Restart Scorer" and try again.'),
  );
}
