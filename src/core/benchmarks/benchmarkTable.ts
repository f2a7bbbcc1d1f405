/** What is known of a benchmark as a whole (`benchmarks.json`, or what an importer could tell). */
export interface BenchmarkFacts {
  readonly name: string;
  /** File or tool that the results come from. */
  readonly source: string;
  /** Benchmarks that share prompts, harness or theme; held out together in every evaluation. */
  readonly family: string;
  /** Kind of task: code, maths, tools, … ; null where it is not known. */
  readonly kind: string | null;
  /** ISO 639-1 code of the prompts' language; null where it is not known. */
  readonly language: string | null;
  readonly scoredBy: 'verifier' | 'judge' | 'human' | 'unknown';
  /** False where the licence allows evaluation only: such benchmarks never enter a shipped bundle. */
  readonly ship: boolean;
}

/** One prompt of a benchmark. */
export interface BenchmarkItem {
  /** Index into {@link BenchmarkTable.benchmarks}. */
  readonly benchmark: number;
  readonly category: string | null;
  readonly id: string;
  readonly prompt: string;
}

/**
 * Per-item results of many LLMs on many benchmarks: a sparse item × model matrix in compressed rows. A missing result is
 * missing, never wrong.
 */
export interface BenchmarkTable {
  readonly benchmarks: readonly BenchmarkFacts[];
  readonly models: readonly string[];
  readonly items: readonly BenchmarkItem[];
  /** items + 1 offsets: the results of item i are at offsets[i] … offsets[i + 1] − 1. */
  readonly offsets: Int32Array;
  /** Index into {@link models}, one for each result. */
  readonly resultModels: Uint16Array;
  /** Correctness 0..1, one for each result. */
  readonly resultScores: Float32Array;
}
