/**
 * Bounds on what is accepted from a GGUF file. Each is far above any real model, and stops a small file from asking for
 * too much.
 */
export const GGUF_LIMITS = {
  /**
   * 64 MiB. Header with metadata and tensor table: 6 MB for 152,000 tokens with merges, 16 MB for 262,000. Nothing
   * more is ever held in memory.
   */
  headerBytes: 67_108_864,
  /** Metadata entries: real models have 20 to 60. */
  metadataEntries: 4_096,
  /** A key, by the GGUF specification (2^16 - 1). */
  keyBytes: 65_535,
  /** 4 MiB. One string: chat templates reach 20 KB. */
  stringBytes: 4_194_304,
  /** Elements of all arrays together: three arrays of 262,000 tokens and 515,000 merges are 1.3 million. */
  arrayElements: 4_194_304,
  /** Arrays inside arrays; llama.cpp reads none, a deeper nest only exhausts the stack. */
  arrayDepth: 4,
  /** Tensors: 7 for each of 126 layers is usual, mixtures of experts have some thousands. */
  tensors: 65_536,
  /** Name of a tensor: GGML_MAX_NAME, less the final zero. */
  tensorNameBytes: 63,
  /** GGML_MAX_DIMS. */
  dimensions: 4,
  /** One dimension: ggml counts in int64, its kernels in int32. */
  dimension: 2_147_483_647,
  /** `general.alignment`: a power of two; 32 is usual, a page of memory the largest that makes sense. */
  alignment: 65_536,
} as const
