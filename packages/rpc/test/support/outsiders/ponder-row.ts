import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPublicClient, createWalletClient, defineChain, type Hex, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { freePort } from '../free-port.ts'
import type { Outside } from './outside.ts'
import { expectEqual, type Steps, waitFor } from './steps.ts'
import { TOKEN_ABI } from './token.ts'
import { installTool } from './tool-folder.ts'
import { VIEM_VERSION } from './viem-row.ts'

/** Later ones depend on packages that npm does not have. */
export const PONDER_VERSION = '0.16.10'
const PACKAGES = { ponder: PONDER_VERSION, viem: VIEM_VERSION, hono: '4.12.10', typescript: '5.9.3' }
const SUPPLY = 10n ** 21n

/** A transfer as it was sent, and as it was indexed. */
interface Transfer {
  readonly from: string
  readonly to: string
  readonly value: string
}

const SCHEMA = `import { onchainTable } from 'ponder'
export const transfer = onchainTable('transfer', (t) => ({
  id: t.text().primaryKey(), from: t.hex().notNull(), to: t.hex().notNull(), value: t.bigint().notNull(),
}))
`
const HANDLER = `import { ponder } from 'ponder:registry'
import { transfer } from 'ponder:schema'
ponder.on('Token:Transfer', async ({ event, context }) => {
  const { from, to, value } = event.args
  await context.db.insert(transfer).values({ id: event.id, from, to, value })
})
`
const API = `import { db } from 'ponder:api'
import schema from 'ponder:schema'
import { Hono } from 'hono'
import { graphql } from 'ponder'
const app = new Hono()
app.use('/graphql', graphql({ db, schema }))
export default app
`

/** Ponder: indexes a token's transfers, those of the past and those that come. */
export async function ponderRow(steps: Steps, outside: Outside): Promise<void> {
  const { url, webSocketUrl, chainId, holder, token, folder } = outside
  const installed = await installTool('ponder', PACKAGES)
  const chain = defineChain({
    ...{ id: chainId, name: 'poai', nativeCurrency: { name: 'POAI', symbol: 'POAI', decimals: 18 } },
    rpcUrls: { default: { http: [url] } },
  })
  const account = privateKeyToAccount(holder.key)
  const reader = createPublicClient({ chain, transport: http(), pollingInterval: 250 })
  const wallet = createWalletClient({ chain, account, transport: http() })
  const hash = await wallet.deployContract({ abi: TOKEN_ABI, bytecode: token.initCode, args: [SUPPLY] })
  const { contractAddress: address, blockNumber } = await reader.waitForTransactionReceipt({ hash })
  if (!address) throw new Error('the receipt has no contract')
  const sent: Transfer[] = [{ from: `0x${'0'.repeat(40)}`, to: account.address.toLowerCase(), value: String(SUPPLY) }]
  const move = async (value: bigint): Promise<void> => {
    const to: Hex = `0x${value.toString(16).padStart(40, '0')}`
    const moved = await wallet.writeContract({ address, abi: TOKEN_ABI, functionName: 'transfer', args: [to, value] })
    await reader.waitForTransactionReceipt({ hash: moved })
    sent.push({ from: account.address.toLowerCase(), to, value: String(value) })
  }
  for (const value of [11n, 12n, 13n]) await move(value)

  await mkdir(join(folder, 'src/api'), { recursive: true })
  await symlink(join(installed, 'node_modules'), join(folder, 'node_modules'))
  const transferEvent = TOKEN_ABI.find(({ type }) => type === 'event')
  const files = {
    'package.json': JSON.stringify({ private: true, type: 'module' }),
    'ponder.schema.ts': SCHEMA,
    'src/index.ts': HANDLER,
    'src/api/index.ts': API,
    'ponder.config.ts': `import { createConfig } from 'ponder'
export default createConfig({
  database: { kind: 'pglite', directory: './database' },
  chains: { poai: { id: ${chainId}, rpc: '${url}', ws: '${webSocketUrl}', pollingInterval: 500 } },
  contracts: {
    Token: { chain: 'poai', abi: ${JSON.stringify([transferEvent])}, address: '${address}', startBlock: ${blockNumber} },
  },
})
`,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const port = await freePort()
  const program = join(installed, 'node_modules/ponder/dist/esm/bin/ponder.js')
  const args = [program, 'start', '--port', String(port), '--hostname', '127.0.0.1', '--schema', 'outsider']
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', PONDER_TELEMETRY_DISABLED: 'true', NO_COLOR: '1' },
  })
  let words = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      words = (words + String(text)).slice(-600)
    })
  }
  const ended = once(child, 'close')
  const rows = async (): Promise<readonly Transfer[]> => {
    if (child.exitCode !== null) throw new Error(`ponder ended: ${words}`)
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ transfers(limit: 100, orderBy: "id") { items { from to value } } }' }),
    }).catch(() => undefined)
    if (response?.ok !== true) return []
    const { data } = (await response.json()) as {
      readonly data?: { readonly transfers: { readonly items: Transfer[] } }
    }
    return data?.transfers.items ?? []
  }
  const allRows = (): Promise<readonly Transfer[]> =>
    waitFor(async () => {
      const found = await rows()
      return found.length >= sent.length ? found : undefined
    })
  try {
    await steps.need('index the transfers of the past', async () => expectEqual(await allRows(), sent, 'rows'))
    await steps.check('index transfers as they come', async () => {
      for (const value of [14n, 15n]) await move(value)
      expectEqual(await allRows(), sent, 'rows')
    })
    await steps.check('say how far it is', async () => {
      const head = await reader.getBlockNumber()
      await waitFor(async () => {
        const status = (await (await fetch(`http://127.0.0.1:${port}/status`)).json()) as {
          readonly poai?: { readonly block: { readonly number: number } }
        }
        return (status.poai?.block.number ?? 0) >= Number(head) ? true : undefined
      })
    })
  } catch (error) {
    process.stderr.write(`ponder: ${words}\n`)
    throw error
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}
