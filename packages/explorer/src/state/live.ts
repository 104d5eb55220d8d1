import type { HeaderJson, NodeStatusJson } from '@poai/api/client'
import { batch, signal } from '@preact/signals'
import { followHeads } from '../rpc/follow-heads.ts'
import { ask, askEach } from '../rpc/node-client.ts'
import { toNumber } from '../text/show.ts'
import { mergeHeads, type Replaced } from './merge-heads.ts'

/** Blocks that the page keeps: enough for its plots, and no more however long it is open. */
const MAX_BLOCKS = 240
/** How often the node is asked for its status. */
const STATUS_EVERY_MS = 2000
/** How often the page updates at most, however fast blocks come. */
const FLUSH_EVERY_MS = 200
const CLOCK_EVERY_MS = 1000
/** Questions that cost the node something are asked again with a new head, but no more often than this. */
const SETTLE_EVERY_MS = 2000
/** Blocks below the head that are asked for again after a break: they may have been replaced. */
const REORGANISED = 20
/** Calls of one request. */
const BATCH = 60

/** The newest blocks, the head first. */
export const blocks = signal<readonly HeaderJson[]>([])
/** Blocks that were replaced by another of their height since the page was opened. */
export const replaced = signal<readonly Replaced[]>([])
/** A recent head of the chain, for questions that are not asked with every block. */
export const settledHead = signal<HeaderJson | undefined>(undefined)
/** The status of the node. */
export const status = signal<NodeStatusJson | undefined>(undefined)
/** Whether the connection to the node is open. */
export const isLive = signal(false)
/** The time, once a second. */
export const nowMs = signal(Date.now())
/** The chain id in decimal digits. */
export const chainId = signal<string | undefined>(undefined)

const waiting: HeaderJson[] = []
let settledMs = 0
let isHeard = false

/** Starts to follow the node, for as long as the page is open. */
export async function startLive(): Promise<void> {
  window.setInterval(() => {
    nowMs.value = Date.now()
  }, CLOCK_EVERY_MS)
  window.setInterval(flush, FLUSH_EVERY_MS)
  followHeads({
    onHead: (header) => void waiting.push(header),
    onLine: (isOpen) => {
      isHeard = isOpen
      isLive.value = isOpen
      // Blocks that came while the connection was closed.
      if (isOpen) void loadNewest().catch(() => undefined)
    },
  })
  const refresh = async (): Promise<void> => {
    const found = await ask('poai_nodeStatus', []).catch(() => undefined)
    if (found !== undefined) status.value = found
    // Where no WebSocket gets through, the page polls.
    if (!isHeard)
      isLive.value = await loadNewest().then(
        () => true,
        () => isHeard,
      )
  }
  void refresh()
  window.setInterval(() => void refresh(), STATUS_EVERY_MS)
  chainId.value = await ask('net_version', []).catch(() => undefined)
}

/** Asks for the newest blocks that the page does not have. */
async function loadNewest(): Promise<void> {
  const head = toNumber(await ask('eth_blockNumber', []))
  const known = new Set(blocks.value.slice(REORGANISED).map(({ number }) => toNumber(number)))
  const newest = Array.from({ length: Math.min(MAX_BLOCKS, head + 1) }, (_, index) => head - index)
  const wanted = newest.filter((number) => !known.has(number)).toReversed()
  for (let start = 0; start < wanted.length; start += BATCH) {
    const some = wanted.slice(start, start + BATCH)
    const found = await askEach(
      'eth_getBlockByNumber',
      some.map((number) => [number, false] as const),
    )
    waiting.push(...found.filter((block) => block !== undefined && block !== null))
  }
  flush()
}

function flush(): void {
  const [head] = blocks.value
  const settledNow = Date.now() - settledMs >= SETTLE_EVERY_MS && settledHead.value?.hash !== head?.hash
  if (settledNow) {
    settledMs = Date.now()
    settledHead.value = head
  }
  if (waiting.length === 0) return
  const merged = mergeHeads(blocks.value, waiting.splice(0), MAX_BLOCKS)
  batch(() => {
    blocks.value = merged.blocks
    settledHead.value ??= merged.blocks[0]
    if (merged.replaced.length > 0) replaced.value = [...merged.replaced, ...replaced.value].slice(0, MAX_BLOCKS)
  })
}
