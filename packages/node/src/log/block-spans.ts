import type { Chain } from '@poai/chain'
import type { WorkVerifier } from '@poai/consensus'
import {
  type Block,
  type BlockCodecs,
  bytesToHex,
  type Clock,
  type Hex,
  headerHash,
  type Logger,
  RuleError,
} from '@poai/core'
import type { Execution } from '@poai/execution'

/** A part of a block's life, as tracing tools want it. */
interface Span {
  readonly span: 'import' | 'replay' | 'execution'
  readonly number: bigint
  /** The block's hash is the name of its trace. Executions know numbers only. */
  readonly trace?: Hex
}

/** What spans need, and nothing more. */
export interface BlockSpansDependencies {
  readonly codecs: Pick<BlockCodecs, 'block'>
  readonly clock: Pick<Clock, 'nowMs'>
  readonly logger: Pick<Logger, 'debug'>
}

/**
 * The same parts of a node, each of whose works on a block is told at the debug level: when it began, how long it took,
 * how it ended.
 */
export interface BlockSpans {
  ofVerifier(verifier: WorkVerifier): WorkVerifier
  ofExecution(execution: Execution): Execution
  ofChain(chain: Chain): Chain
}

/** Spans that go to the log. */
export function createBlockSpans({ codecs, clock, logger }: BlockSpansDependencies): BlockSpans {
  const around = async <T>(span: Span, work: () => Promise<T>, outcomeOf: (result: T) => string): Promise<T> => {
    const [startMs, began] = [clock.nowMs(), performance.now()]
    const tell = (outcome: string): void => {
      const durationMs = Math.round((performance.now() - began) * 100) / 100
      logger.debug('Span', { ...span, startMs, durationMs, outcome })
    }
    try {
      const result = await work()
      tell(outcomeOf(result))
      return result
    } catch (error) {
      tell(error instanceof RuleError ? error.code : 'undecided')
      throw error
    }
  }
  const spanOf = (span: Span['span'], { header }: Pick<Block, 'header'>): Span => ({
    span,
    number: header.number,
    trace: bytesToHex(headerHash(header)),
  })
  return {
    ofVerifier: (verifier) => ({
      verify: (header, options) =>
        around(
          spanOf('replay', { header }),
          () => verifier.verify(header, options),
          () => 'valid',
        ),
    }),
    ofExecution: (execution) => ({
      ...execution,
      executeBlock: (input) =>
        around(
          { span: 'execution', number: input.environment.number },
          () => execution.executeBlock(input),
          () => 'done',
        ),
    }),
    ofChain: (chain) => {
      const importBlock: Chain['importBlock'] = (block, options) =>
        around(
          spanOf('import', block),
          () => chain.importBlock(block, options),
          ({ kind }) => kind,
        )
      return {
        ...chain,
        importBlock,
        importEncoded: async (bytes, options) => importBlock(codecs.block.decode(bytes), options),
      }
    },
  }
}
