/**
 * Lets several jobs share one thread fairly: a job asks for its turn before each batch, and the job that has done the
 * least so far goes first. So a prompt that is being typed never waits for a dataset, only for one of its batches.
 */
export class WorkQueue {
  private readonly waiting: { readonly job: Job; readonly go: () => void }[] = [];
  private running: Job | null = null;

  /** A new job. Its `turn` resolves when it may do its next batch; `end` must be called when it has no more. */
  start(): Job {
    return new Job(this);
  }

  /** @internal */
  turn(job: Job): Promise<void> {
    if (this.running === job) this.running = null;
    return new Promise((resolve) => {
      this.waiting.push({ job, go: resolve });
      // After all messages that are already here: one of them may be a shorter job, or a cancellation.
      setImmediate(() => this.next());
    });
  }

  /** @internal */
  end(job: Job): void {
    if (this.running === job) this.running = null;
    setImmediate(() => this.next());
  }

  private next(): void {
    if (this.running !== null || this.waiting.length === 0) return;
    let first = 0;
    this.waiting.forEach(({ job }, index) => {
      if (job.turns < (this.waiting[first]?.job.turns ?? 0)) first = index;
    });
    const [chosen] = this.waiting.splice(first, 1);
    if (!chosen) return;
    this.running = chosen.job;
    chosen.job.turns++;
    chosen.go();
  }
}

export class Job {
  /** Batches done so far. */
  turns = 0;

  constructor(private readonly queue: WorkQueue) {}

  turn(): Promise<void> {
    return this.queue.turn(this);
  }

  end(): void {
    this.queue.end(this);
  }
}
