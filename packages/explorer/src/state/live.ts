import { batch, signal } from '@preact/signals'
import type { Block, Header, Status } from '../rpc/answers.ts'
import { followHeads } from '../rpc/follow-heads.ts'
import { ask, askAll } from '../rpc/node-client.ts'
import { toNumber } from '../text/show.ts'

/** Blocks that the page keeps: enough for its plots, and no more however long it is open. */
const MAX_BLOCKS = 240
/** How often the node is asked how it is. */
const STATUS_EVERY_MS = 2000
/** Updates of the page a second at most, however fast blocks come. */
const FLUSH_EVERY_MS = 200
const CLOCK_EVERY_MS = 1000

/** The newest blocks, the head first. */
export const blocks = signal<readonly Header[]>([])
/** Heads that replaced one of the same height since the page was opened, with the one they replaced. */
export const replaced = signal<readonly { readonly number: number; readonly from: string; readonly to: string }[]>([])
/** What the node says of itself. */
export const status = signal<Status | undefined>(undefined)
/** Whether the node can be heard. */
export const isLive = signal(false)
/** The time, once a second. */
export const nowMs = signal(Date.now())
/** The chain id in decimal digits. */
export const chainId = signal<string | undefined>(undefined)

const waiting: Header[] = []

/** Starts to follow the node, for as long as the page is open. */
export async function startLive(): Promise<void> {
  window.setInterval(() => {
    nowMs.value = Date.now()
  }, CLOCK_EVERY_MS)
  window.setInterval(flush, FLUSH_EVERY_MS)
  followHeads({
    onHead: (header) => void waiting.push(header),
    onLine: (isOpen) => {
      isLive.value = isOpen
      // What came while nobody listened.
      if (isOpen) void loadNewest()
    },
  })
  const refresh = async (): Promise<void> => {
    const found = await ask<Status>('poai_nodeStatus').catch(() => undefined)
    if (found !== undefined) status.value = found
  }
  void refresh()
  window.setInterval(() => void refresh(), STATUS_EVERY_MS)
  chainId.value = await ask<string>('net_version').catch(() => undefined)
}

async function loadNewest(): Promise<void> {
  const head = toNumber(await ask<`0x${string}`>('eth_blockNumber'))
  const wanted = Array.from({ length: Math.min(MAX_BLOCKS, head + 1) }, (_, index) => head - index)
  const found = await askAll<Block>(
    wanted.map((number) => ['eth_getBlockByNumber', [`0x${number.toString(16)}`, false]]),
  )
  waiting.push(...found.filter((block) => block !== undefined && block !== null).toReversed())
  flush()
}

function flush(): void {
  if (waiting.length === 0) return
  const byNumber = new Map(blocks.value.map((block) => [toNumber(block.number), block]))
  const news: { number: number; from: string; to: string }[] = []
  for (const header of waiting.splice(0)) {
    const number = toNumber(header.number)
    const before = byNumber.get(number)
    if (before !== undefined && before.hash !== header.hash) news.push({ number, from: before.hash, to: header.hash })
    byNumber.set(number, header)
  }
  const newest = [...byNumber.values()].sort((a, b) => toNumber(b.number) - toNumber(a.number)).slice(0, MAX_BLOCKS)
  batch(() => {
    blocks.value = newest
    if (news.length > 0) replaced.value = [...news, ...replaced.value].slice(0, MAX_BLOCKS)
  })
}
