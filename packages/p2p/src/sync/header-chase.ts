import { type Chain, createPace } from '@poai/chain'
import {
  blockLocator,
  type ChainContext,
  extendContext,
  type LocatorEntry,
  MAX_LOCATOR_ENTRIES,
  validateHeaderAlone,
  validateHeaderInContext,
  validateWorkClaim,
} from '@poai/consensus'
import {
  type Clock,
  equalBytes,
  type Hash32,
  type Header,
  headerHash,
  type NetworkParams,
  type NetworkTrust,
  RuleError,
  verdictOf,
} from '@poai/core'
import { MAX_HEADERS } from '../blocks/headers-protocol.ts'
import { NetworkError } from '../network-error.ts'
import type { Peer, PeerSet } from '../peers/peer.ts'
import type { ChainRequests } from './chain-requests.ts'
import { branchLocator, type HeaderTree, type TreeNode, unsampledTo } from './header-tree.ts'
import type { ReplayPolicy } from './replay-policy.ts'

/** Headers of a turn's first question: a tenth of a megabyte, which even a slow line sends in time. */
const FIRST_QUESTION = 128
/** For the first answer of a turn: a round trip around the world, and a busy machine at the other end. */
export const FIRST_ANSWER_MS = 5000
/** Each later answer must come at least at this speed: the headers of five minutes in a second. */
const LEAST_HEADERS_PER_SECOND = 64
/** Headers of one branch beyond our chain; later ones are requested when these are imported. */
export const MAX_BRANCH_HEADERS = 32_768
/** Headers that a stranger can make us hold before a sample of them is replayed … */
const FIRST_UNSAMPLED = 1024
/** … and whoever has shown real work, as many again as it has shown, up to this. */
const MAX_UNSAMPLED = 4096

/** What a chase needs, and nothing more. */
export interface HeaderChaseDependencies {
  readonly params: NetworkParams
  readonly trust: NetworkTrust
  readonly requests: Pick<ChainRequests, 'headers'>
  readonly chain: Pick<Chain, 'head' | 'context' | 'queries' | 'finalized'>
  readonly peers: Pick<PeerSet, 'report'>
  readonly tree: HeaderTree
  readonly policy: Pick<ReplayPolicy, 'isTrusted'>
  readonly clock: Clock
}

/** How a turn ended. */
export interface ChaseTurn {
  /** The last header that the peer showed; undefined if it has nothing that we have not. */
  readonly tip: TreeNode | undefined
  /**
   * `complete`: the peer has no more. `cut`: it has more, but that must wait until these are imported. `due`: these
   * must be sampled before more are requested.
   */
  readonly kind: 'complete' | 'cut' | 'due'
}

/** The peer did not answer in time. */
export class TooSlowError extends NetworkError {
  constructor() {
    super('P2P_REQUEST', 'the peer sends headers too slowly to be of use')
  }
}

interface TurnOptions {
  /** What the peer showed before. */
  readonly from: TreeNode | undefined
  /** A branch that others show: the peer may have it too. */
  readonly guess: TreeNode | undefined
  readonly onProgress: (tip: TreeNode | undefined) => void
  readonly signal: AbortSignal
}

/**
 * One turn with one peer: asks for headers after ours, or after what it and others showed, and puts them into the tree,
 * checked as far as possible without bodies and replays. Ends where they must be sampled. Rejects with a `RuleError`
 * after reporting whoever sent a bad one.
 */
export async function chaseHeaders(
  dependencies: HeaderChaseDependencies,
  peer: Peer,
  { from, guess, onProgress, signal }: TurnOptions,
): Promise<ChaseTurn> {
  const { tree } = dependencies
  let tip = from
  for (let count = FIRST_QUESTION; ; count = MAX_HEADERS) {
    const claimed = tree.get(peer.status.headHash)
    if (claimed !== undefined) return { tip: claimed, kind: 'complete' }
    if (tip !== undefined && isDue(tip)) return { tip, kind: 'due' }
    if (tip !== undefined && isFull(dependencies, tip)) return { tip, kind: 'cut' }
    if (tree.room < count) throw new NetworkError('P2P_REQUEST', 'there is no room for more headers')
    const headers = await askInTime(dependencies, peer, {
      locator: locatorOf(dependencies, tip ?? guess),
      count,
      signal,
    })
    const shown = await take(dependencies, peer, headers)
    tip = shown.tip ?? tip
    onProgress(tip)
    if (shown.isCut) return { tip, kind: 'complete' }
    if (headers.length === count) continue
    checkClaim(dependencies, peer, shown.end ?? tip?.context)
    return { tip, kind: 'complete' }
  }
}

function isDue(tip: TreeNode): boolean {
  const unsampled = unsampledTo(tip)
  const [first] = unsampled
  let sampled = 0
  for (let node = first?.parent; node !== undefined && sampled < MAX_UNSAMPLED; node = node.parent) sampled++
  return unsampled.length >= Math.max(FIRST_UNSAMPLED, sampled)
}

function isFull({ chain }: HeaderChaseDependencies, tip: TreeNode): boolean {
  let root = tip
  while (root.parent !== undefined) root = root.parent
  const length = tip.context.number - root.before.number
  // What is not heavier than ours by then cannot be imported: it goes on as long as there is room.
  return length >= BigInt(MAX_BRANCH_HEADERS) && tip.context.totalWork > chain.head().totalWork
}

/** Asks for headers, and gives up if they take longer than that many may. */
async function askInTime(
  { requests, clock, peers }: HeaderChaseDependencies,
  peer: Peer,
  {
    locator,
    count,
    signal,
  }: { readonly locator: readonly LocatorEntry[]; readonly count: number; readonly signal: AbortSignal },
): Promise<readonly Header[]> {
  const done = new AbortController()
  const limitMs = count < MAX_HEADERS ? FIRST_ANSWER_MS : (count * 1000) / LEAST_HEADERS_PER_SECOND
  const either = AbortSignal.any([signal, done.signal])
  const late = clock.sleep(limitMs, either).then(
    () => {
      done.abort(new TooSlowError())
      return undefined
    },
    () => undefined,
  )
  try {
    const asked = requests.headers(peer.id, { locator, count }, either)
    asked.catch(() => undefined)
    const headers = await Promise.race([asked, late])
    if (headers !== undefined) return headers
    signal.throwIfAborted()
    if (!done.signal.aborted) return await asked
    peers.report(peer.id, 'too-slow')
    throw new TooSlowError()
  } finally {
    done.abort()
  }
}

/** Names what the peer may have: a branch of the tree, then our own chain. */
function locatorOf({ chain }: HeaderChaseDependencies, branch: TreeNode | undefined): readonly LocatorEntry[] {
  const own = blockLocator(chain.head().number, (number) => {
    const header = chain.queries.header(number)
    if (header === undefined) throw new NetworkError('P2P_REQUEST', 'the chain moved while it was described')
    return headerHash(header)
  })
  const shown = branch === undefined ? [] : branchLocator(branch)
  return [...shown.slice(0, MAX_LOCATOR_ENTRIES - own.length), ...own]
}

interface Taken {
  readonly tip: TreeNode | undefined
  readonly end: ChainContext | undefined
  /** A block from the future came: in a moment it will not be. */
  readonly isCut: boolean
}

/** Puts headers that follow each other into the tree. */
async function take(dependencies: HeaderChaseDependencies, peer: Peer, headers: readonly Header[]): Promise<Taken> {
  const { params, trust, chain, peers, tree, clock } = dependencies
  const [first] = headers
  if (first === undefined) return { tip: undefined, end: undefined, isCut: false }
  let end = tree.get(first.parentHash)?.context ?? chain.context(first.parentHash)
  if (end === undefined) throw new NetworkError('P2P_REQUEST', 'the chain moved while it was described')
  if (tree.get(end.hash) === undefined && end.number < chain.finalized().number) {
    throw new NetworkError('P2P_REQUEST', "the peer's chain leaves ours before what is final here")
  }
  const nowSeconds = BigInt(Math.floor(clock.nowMs() / 1000))
  const pace = createPace()
  const checked: Checked[] = []
  let isCut = false
  for (const header of headers) {
    if (pace.isDue()) await pace.rest()
    const hash = headerHash(header)
    const known = tree.get(hash)?.context ?? chain.context(hash)
    if (tree.isCondemned(hash)) {
      peers.report(peer.id, 'invalid-header')
      throw new RuleError('HEADER_PARENT_INVALID', 'a header of work that was not done is shown again')
    }
    refuseOther(trust, header, hash)
    isCut = known === undefined && validate(dependencies, peer, { header, end, nowSeconds })
    if (isCut) break
    const before: ChainContext = end
    end = known ?? extendContext(params, before, header)
    checked.push({ header, before, context: end })
  }
  return { tip: plant(dependencies, checked), end, isCut }
}

interface Checked {
  readonly header: Header
  readonly before: ChainContext
  readonly context: ChainContext
}

/** All at once: nobody tidies the tree between two of them. */
function plant(
  { chain, tree, policy, trust }: HeaderChaseDependencies,
  checked: readonly Checked[],
): TreeNode | undefined {
  let tip: TreeNode | undefined
  for (const { header, before, context } of checked) {
    const { hash } = context
    if (chain.context(hash) !== undefined) continue
    // Others may have filled the tree meanwhile, or what these build on was dropped.
    const isRooted = tree.get(before.hash) !== undefined || chain.context(before.hash) !== undefined
    if (!isRooted || (tree.room === 0 && tree.get(hash) === undefined)) {
      throw new NetworkError('P2P_REQUEST', 'there is no room for more headers, or no more use')
    }
    tip = tree.add(header, before, context)
    // Trusting a block by its hash means trusting all before it.
    const isTrusted = policy.isTrusted(hash) || trust.checkpoints.some((each) => equalBytes(each.hash, hash))
    if (isTrusted) tree.markSampled(tip)
  }
  return tip
}

function refuseOther({ checkpoints }: NetworkTrust, { number }: Header, hash: Hash32): void {
  const checkpoint = checkpoints.find((each) => each.number === number)
  if (checkpoint === undefined || equalBytes(checkpoint.hash, hash)) return
  throw new NetworkError('P2P_REQUEST', "the peer's chain contradicts a checkpoint")
}

/** True for a header from the future: what comes before it is good. */
function validate(
  { params, peers }: HeaderChaseDependencies,
  peer: Peer,
  { header, end, nowSeconds }: { readonly header: Header; readonly end: ChainContext; readonly nowSeconds: bigint },
): boolean {
  try {
    validateHeaderAlone({ params, header })
    validateHeaderInContext({ params, context: end, header, nowSeconds })
    validateWorkClaim(header)
    return false
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    if (verdictOf(error) === 'transient') return true
    peers.report(peer.id, 'invalid-header')
    throw error
  }
}

/** Work only grows: a peer that has reorganised since has more of it, not less. */
function checkClaim({ chain, peers }: HeaderChaseDependencies, peer: Peer, end: ChainContext | undefined): void {
  if ((end ?? chain.head()).totalWork >= peer.status.totalWork) return
  peers.report(peer.id, 'false-claim')
  throw new NetworkError('P2P_REQUEST', 'the peer has not got the work that it claims')
}
