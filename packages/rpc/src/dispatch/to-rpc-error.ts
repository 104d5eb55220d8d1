import { type RpcCodeName, RpcError } from '@poai/api'
import { ChainError, MempoolError } from '@poai/chain'
import { AppError, type Logger, RuleError } from '@poai/core'

/** What a client is told when the node failed: the details are for the log, not for strangers. */
const INTERNAL_MESSAGE = 'internal error'

/**
 * Errors of parts of the node that this package does not know, whose texts are written for clients: why there is no job
 * now, or what is wrong with an argument.
 */
const SAID_CODES: ReadonlyMap<string, RpcCodeName> = new Map([
  ['MINER_REQUEST_INVALID', 'invalidParams'],
  ['MINER_NO_WORK', 'unavailable'],
  ['MINER_BUSY', 'limitExceeded'],
  ['P2P_ADDRESS', 'invalidParams'],
  // The node is still starting, or is stopping.
  ['NODE_STOPPED', 'unavailable'],
])

/** A contract asked a model, and nobody can say what it answers now: the call has neither succeeded nor failed. */
const NO_ANSWERS = 'EXECUTION_ANSWERS_UNAVAILABLE'

/**
 * The one table that maps what the packages below throw to what a client is told. Whatever has no row is our fault or
 * the machine's: it is logged, and its text stays here.
 */
export function toRpcError(error: unknown, logger: Pick<Logger, 'error'>, method: string): RpcError {
  if (error instanceof RpcError) return error
  if (error instanceof MempoolError) return new RpcError('serverError', error.message, { cause: error })
  if (error instanceof RuleError) return new RpcError('serverError', ruleText(error), { cause: error })
  if (error instanceof ChainError) return ofChain(error)
  if (isAbort(error)) return new RpcError('unavailable', 'the call took too long or was given up', { cause: error })
  if (error instanceof AppError) {
    if (error.code === NO_ANSWERS) return new RpcError('unavailable', answerText(error), { cause: error })
    const saidCode = SAID_CODES.get(error.code)
    if (saidCode !== undefined) return new RpcError(saidCode, saidText(error), { cause: error })
    logger.error('A call failed', { method, code: error.code, error })
    return new RpcError('unavailable', 'the node cannot answer this now', { cause: error })
  }
  logger.error('A call failed', { method, error })
  return new RpcError('internal', INTERNAL_MESSAGE, { cause: error })
}

function saidText({ message, expected }: AppError): string {
  return expected === undefined ? message : `${message}: expected ${expected}`
}

function answerText({ message, hint }: AppError): string {
  return `cannot answer now: ${message}${hint === undefined ? '' : `. ${hint}`}`
}

/** Made from constants and numbers, so it holds no secret of the node. */
function ruleText({ code, message, expected, actual }: RuleError): string {
  const mismatch = expected === undefined ? '' : ` (expected ${String(expected)}, got ${String(actual)})`
  return `${message}${mismatch} [${code}]`
}

function ofChain(error: ChainError): RpcError {
  if (error.code === 'CHAIN_NOT_KEPT') return new RpcError('pruned', `pruned history unavailable: ${error.message}`)
  if (error.code === 'CHAIN_BUSY') return new RpcError('limitExceeded', limitText(error))
  return new RpcError('unavailable', error.message, { cause: error })
}

function limitText({ message, expected }: ChainError): string {
  return expected === undefined ? message : `${message}: ${expected}`
}

/** Nobody waits for the answer any more, which is no failure of the node. */
function isAbort(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'RPC_CLIENT_GONE'
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
}
