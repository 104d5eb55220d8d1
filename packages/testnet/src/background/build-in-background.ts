import type { Installation } from '@poai/node'
import type { Testnet, TestnetListener } from '../nodes/testnet.ts'
import { buildSite } from './build-site.ts'
import { buildLlamaBeside } from './llama-beside.ts'

export interface BackgroundOptions {
  readonly installation: Installation
  /** Where the page of the explorer is served. */
  readonly url: string
  readonly signal: AbortSignal
  readonly tell: TestnetListener
}

/** A page is served at once, or not at all. */
const PAGE_TIMEOUT_MS = 2_000

/**
 * Builds what a running network can do without, one thing after another, since miners need the machine: the page of the
 * explorer, and llama.cpp if a node waits for it. Never rejects.
 */
export async function buildInBackground(
  testnet: Testnet,
  { installation, url, signal, tell }: BackgroundOptions,
): Promise<void> {
  if (installation.site !== undefined) await buildSite(installation.site, tell)
  if (await servesPage(url)) tell(`the explorer is at ${url}`)
  const judge = testnet.nodes.find(({ process }) => process.plan.engine === 'llama')
  if (judge !== undefined) await buildLlamaBeside(installation, { judge: judge.name, signal, tell })
}

/** Whether there is a page at a URL. */
async function servesPage(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(PAGE_TIMEOUT_MS) })
    return response.ok && (response.headers.get('content-type') ?? '').startsWith('text/html')
  } catch {
    return false
  }
}
