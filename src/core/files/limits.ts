/** What is read at most; beyond it a row is skipped with its reason, or a file refused with a clear error. */
export interface ReadLimits {
  /** Longest line of JSONL, record of CSV or element of a JSON array. */
  readonly recordBytes: number;
  /** Largest file that must be held in memory whole: prompt files, YAML, JSON objects. */
  readonly wholeFileBytes: number;
  /** Most columns of a table. */
  readonly columns: number;
  /** Deepest nesting of JSON and YAML. */
  readonly depth: number;
  /** Most a compressed stream may hold, in bytes for each compressed byte, once past `expandedFloorBytes`. */
  readonly expansion: number;
  readonly expandedFloorBytes: number;
  /** Most values that the aliases of a YAML document may expand to. */
  readonly yamlAliases: number;
  /** Largest Parquet page or column chunk that is decompressed. */
  readonly parquetChunkBytes: number;
  /** References (`#file:`, links, `file://`) that one prompt file may pull in, and the bytes of one and of all. */
  readonly references: number;
  readonly referenceBytes: number;
  readonly referencesTotalBytes: number;
  /** Files of a folder that is read as one dataset. */
  readonly folderFiles: number;
  /** Prompts that one prompt file may expand to (promptfoo: prompts × tests). */
  readonly promptsPerFile: number;
}

const mebibyte = 1 << 20;

export const defaultLimits: ReadLimits = {
  recordBytes: 16 * mebibyte,
  wholeFileBytes: 32 * mebibyte,
  columns: 16_384,
  depth: 200,
  expansion: 250,
  expandedFloorBytes: 64 * mebibyte,
  yamlAliases: 1_000,
  parquetChunkBytes: 256 * mebibyte,
  references: 20,
  referenceBytes: 256 * 1024,
  referencesTotalBytes: mebibyte,
  folderFiles: 10_000,
  promptsPerFile: 10_000,
};
