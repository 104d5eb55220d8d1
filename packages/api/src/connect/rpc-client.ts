import type { JsonValue } from '@poai/core'

/** How long one call may take, and what else ends it. */
export interface CallOptions {
  readonly signal?: AbortSignal
  /** Default: {@link CALL_TIMEOUT_MS}. */
  readonly timeoutMs?: number
}

/** Speaks JSON-RPC with one node. Calls may overlap. */
export interface RpcClient {
  /** What is called: a URL, or the path of a socket. For people. */
  readonly address: string
  /** The result of a method. Rejects with an {@link RpcClientError}. */
  call(method: string, params?: readonly JsonValue[], options?: CallOptions): Promise<JsonValue>
  /** Ends calls under way and the connection. May be called twice. */
  close(): void
}

/** A node that replays and executes may be slow; one that says nothing for so long is gone. */
export const CALL_TIMEOUT_MS = 30_000

/**
 * Of one answer: a whole block with its transactions fits several times over, and a stranger cannot fill our memory.
 */
export const MAX_ANSWER_BYTES: number = 64 * 1024 * 1024
