import {
  address,
  type BlockHeight,
  blockNumber,
  type Call,
  count,
  LATEST,
  listOf,
  listSchema,
  type Method,
  method,
  objectOf,
  PreparedJson,
  RpcError,
  required,
  SCHEMAS,
  type Shape,
  textOf,
  titled,
} from '@poai/api'
import type { FlatTraceJson, RewardTraceJson } from '@poai/api/client'
import { type Address, bytesToHex, defined, equalBytes } from '@poai/core'
import type { SentBlock } from '../../chain-view.ts'
import { flatten, PARITY, type PlacedFrame, placeTrace, showTrace } from '../../tracing/flat-traces.ts'
import type { MethodContext } from '../method-context.ts'
import { type Candidate, candidateBlocks, type WantedAccounts } from './candidate-blocks.ts'
import { replayBlock, rewardTrace } from './replay.ts'

/** Looks at many blocks, each of which is executed again; what that takes is charged besides. */
const FILTER_COST = 200
/** Blocks that one call executes again; without an index, all of its range. */
const MAX_BLOCKS = 1000n
/** Addresses that one filter may name. */
const MAX_ADDRESSES = 1000
/** Characters that the frames of one block may take while it is searched. */
const MAX_BLOCK_CHARACTERS = 64 * 1024 * 1024
/** Searches at the same time, whoever asks: each holds the frames of a block. */
const MAX_SEARCHES = 8

interface TraceQuestion {
  readonly fromBlock: BlockHeight
  readonly toBlock: BlockHeight
  readonly fromAddress: readonly Address[]
  readonly toAddress: readonly Address[]
  /** Whether one of the two lists must match, or both. */
  readonly mode: string
  readonly after: number
  readonly count: number
}

const MODES = ['union', 'intersection']

const traceQuestion: Shape<Partial<TraceQuestion>> = titled(
  'trace question',
  objectOf<TraceQuestion>({
    fromBlock: blockNumber,
    toBlock: blockNumber,
    fromAddress: listOf(address, MAX_ADDRESSES),
    toAddress: listOf(address, MAX_ADDRESSES),
    mode: textOf(16),
    after: count,
    count,
  }),
)

/** Searches the calls of a range of blocks. */
export function traceFilterMethod(context: MethodContext): Method {
  let searches = 0
  return method({
    name: 'trace_filter',
    summary:
      'The calls from or to some addresses in a range of blocks, and what miners among them got; without --index in 1,000 blocks at most',
    cost: FILTER_COST,
    params: [required('filter', traceQuestion)],
    result: listSchema(SCHEMAS.blockTrace),
    run: async ([question], call) => {
      if (searches >= MAX_SEARCHES) throw new RpcError('limitExceeded', 'too many searches at once: try again')
      searches++
      try {
        return new PreparedJson(await search(context, question, call))
      } finally {
        searches--
      }
    },
  })
}

async function search(context: MethodContext, question: Partial<TraceQuestion>, call: Call): Promise<string> {
  const { view } = context
  const from = view.heightOf(question.fromBlock ?? LATEST)
  const to = view.heightOf(question.toBlock ?? LATEST)
  if (from > to) throw new RpcError('invalidParams', 'invalid block range: fromBlock is after toBlock')
  if (to > view.headNumber) throw new RpcError('invalidParams', 'block range extends beyond current head block')
  const matches = matcherOf(question)
  const blocks = await blocksOf(context, question, { from, to, call })
  const end = view.canonicalHash(to)
  const texts: string[] = []
  let toSkip = question.after ?? 0
  const most = question.count ?? Number.POSITIVE_INFINITY
  const add = (show: () => FlatTraceJson | RewardTraceJson): void => {
    if (toSkip > 0) toSkip--
    else if (texts.length < most) {
      const text = JSON.stringify(show())
      call.grow(text.length)
      texts.push(text)
    }
  }
  let executed = 0n
  for await (const { number, only } of blocks) {
    const rest = call.pause()
    if (rest !== undefined) await rest
    if (texts.length >= most) break
    // The genesis block has no transactions, and no miner.
    const named = number === 0n ? undefined : view.header({ kind: 'number', number })
    if (named === undefined) continue
    if (only === undefined || only.size > 0) {
      if (++executed > MAX_BLOCKS)
        throw new RpcError(
          'limitExceeded',
          `a filter executes ${MAX_BLOCKS} blocks at most: narrow it, or ask for pages`,
        )
      const found = await view.block({ kind: 'hash', hash: named.hash, requireCanonical: false })
      if (found === undefined) continue
      for await (const { placed, show } of framesOf(context, { found, only }, call)) {
        if (matches(sidesOf(placed))) add(show)
      }
    }
    const author = bytesToHex(named.header.beneficiary)
    if (matches({ from: undefined, to: author })) add(() => rewardTrace(context, named))
  }
  const endNow = view.canonicalHash(to)
  if (end === undefined || endNow === undefined || !equalBytes(end, endNow))
    throw new RpcError('serverError', 'the chain changed during the search: try again')
  return `[${texts.join(',')}]`
}

/** Blocks of the range that may have what is looked for: all of them, or those that an index names. */
async function blocksOf(
  { accountIndex }: Pick<MethodContext, 'accountIndex'>,
  question: Partial<TraceQuestion>,
  { from, to, call }: { readonly from: bigint; readonly to: bigint; readonly call: Call },
): Promise<Iterable<Candidate> | AsyncIterable<Candidate>> {
  const wanted = wantedOf(question)
  if (accountIndex !== undefined && wanted !== undefined && (await accountIndex.reaches(to, call.signal))) {
    const { reader } = accountIndex
    const tracedFrom = reader.progress()?.tracedFrom
    if (tracedFrom !== undefined && tracedFrom <= (from > 1n ? from : 1n))
      return candidateBlocks(reader, wanted, { from, to, call })
  }
  if (to - from >= MAX_BLOCKS) throw new RpcError('limitExceeded', `a filter looks at ${MAX_BLOCKS} blocks at most`)
  return everyBlock(from, to)
}

function* everyBlock(from: bigint, to: bigint): Iterable<Candidate> {
  for (let number = from; number <= to; number++) yield { number, only: undefined }
}

/** Undefined if everything matches. */
function wantedOf({ fromAddress = [], toAddress = [], mode }: Partial<TraceQuestion>): WantedAccounts | undefined {
  if (fromAddress.length === 0 && toAddress.length === 0) return undefined
  const needsBoth = mode === 'intersection' && fromAddress.length > 0 && toAddress.length > 0
  return { callers: fromAddress, called: toAddress, needsBoth }
}

/** The frames of a block. All are held until it is searched; only those that match become part of the answer. */
async function* framesOf(
  context: MethodContext,
  { found, only }: { readonly found: SentBlock; readonly only: Candidate['only'] },
  { signal, pause }: Call,
): AsyncIterable<{ readonly placed: PlacedFrame; readonly show: () => FlatTraceJson }> {
  let characters = 0
  const grow = (more: number): void => {
    characters += more
    if (characters > MAX_BLOCK_CHARACTERS) {
      throw new RpcError('limitExceeded', `the calls of block ${found.header.number} have too much data`)
    }
  }
  for (const { told, mined } of await replayBlock(context, found, {
    ...{ withState: false, call: { signal, pause, grow } },
    ...defined({ only }),
  })) {
    for (const placed of flatten(told.root, PARITY)) {
      const rest = pause()
      if (rest !== undefined) await rest
      yield { placed, show: () => placeTrace(showTrace(placed, PARITY), mined) }
    }
  }
}

/** Who began a frame, and whom it reached. */
interface Sides {
  readonly from: string | undefined
  readonly to: string | undefined
}

function sidesOf({ frame: { start, end } }: PlacedFrame): Sides {
  const target = start.to ?? (end?.failure === undefined ? end?.createdAddress : undefined)
  return { from: bytesToHex(start.from), to: target && bytesToHex(target) }
}

/** Both lists empty: everything matches. */
function matcherOf({
  fromAddress = [],
  toAddress = [],
  mode = 'union',
}: Partial<TraceQuestion>): (sides: Sides) => boolean {
  if (!MODES.includes(mode)) throw new RpcError('invalidParams', 'invalid mode: expected "union" or "intersection"')
  const senders = new Set<string | undefined>(fromAddress.map(bytesToHex))
  const targets = new Set<string | undefined>(toAddress.map(bytesToHex))
  if (senders.size === 0 || targets.size === 0 || mode === 'intersection') {
    return ({ from, to }) => (senders.size === 0 || senders.has(from)) && (targets.size === 0 || targets.has(to))
  }
  return ({ from, to }) => senders.has(from) || targets.has(to)
}
