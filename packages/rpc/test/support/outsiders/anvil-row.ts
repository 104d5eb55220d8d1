import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { encodeDeployData, encodeFunctionData, type Hex } from 'viem'
import { freePort } from '../free-port.ts'
import { installFoundryProgram, openFoundry } from './foundry.ts'
import { ask, balanceOf, type Outside } from './outside.ts'
import { expectEqual, expectThat, type Steps, waitFor } from './steps.ts'
import { TOKEN_ABI } from './token.ts'

const PAYEE = '0x00000000000000000000000000000000000a2711'
const SUPPLY = 10n ** 21n
const START_LIMIT_MS = 30_000

interface Receipt {
  readonly status: string
  readonly gasUsed: string
  readonly effectiveGasPrice: string
  readonly blockNumber: string
  readonly contractAddress: string | null
  readonly logs: readonly { readonly address: string; readonly topics: readonly string[]; readonly data: string }[]
}

/** anvil: Foundry's node, as a fork of this network. */
export async function anvilRow(steps: Steps, outside: Outside): Promise<void> {
  const { holder, chainId, token, url } = outside
  const { cast } = await openFoundry(outside)
  const send = async (...args: readonly string[]): Promise<{ readonly transactionHash: string } & Receipt> =>
    JSON.parse(await cast('send', '--json', '--private-key', holder.key, ...args))
  // What the forks are asked about: three transactions, in blocks of their own.
  const deployed = await send(
    '--create',
    encodeDeployData({ abi: TOKEN_ABI, bytecode: token.initCode, args: [SUPPLY] }),
  )
  const address = deployed.contractAddress ?? ''
  const moved = await send(address, encodeFunctionData({ abi: TOKEN_ABI, functionName: 'transfer', args: [PAYEE, 7n] }))
  const paid = await send(PAYEE, '--value', '9', '--legacy')
  const history = [deployed, moved, paid]
  const tokens = { to: address, data: encodeFunctionData({ abi: TOKEN_ABI, functionName: 'balanceOf', args: [PAYEE] }) }

  await steps.check('fork of the newest block: the same chain, state and code', () =>
    withFork([url], async (fork) => {
      expectEqual(Number(await ask(fork, 'eth_chainId')), chainId, 'chain id')
      expectEqual(await balanceOf(fork, PAYEE), await balanceOf(outside, PAYEE), 'balance')
      expectEqual(await ask(fork, 'eth_getCode', address, 'latest'), token.code, 'code')
      expectEqual(
        await ask(fork, 'eth_call', tokens, 'latest'),
        await ask(outside, 'eth_call', tokens, 'latest'),
        'tokens',
      )
      const [theirs, ours] = [
        await receiptOf(fork, moved.transactionHash),
        await receiptOf(outside, moved.transactionHash),
      ]
      expectEqual(outcomeOf(theirs), outcomeOf(ours), 'receipt of a transaction before the fork')
    }),
  )
  await steps.check('a fork goes its own way, and this chain does not follow', () =>
    withFork([url], async (fork) => {
      const before = await balanceOf(outside, PAYEE)
      await ask(fork, 'anvil_impersonateAccount', PAYEE)
      await ask(fork, 'anvil_setBalance', PAYEE, '0xde0b6b3a7640000')
      const data = encodeFunctionData({ abi: TOKEN_ABI, functionName: 'transfer', args: [holder.address, 7n] })
      const hash = await ask<string>(fork, 'eth_sendTransaction', { from: PAYEE, to: address, data })
      const { status } = await waitFor(async () => (await receiptOf(fork, hash)) ?? undefined)
      expectEqual(status, '0x1', 'status')
      expectEqual(BigInt(await ask<Hex>(fork, 'eth_call', tokens, 'latest')), 0n, 'tokens there')
      expectEqual(BigInt(await ask<Hex>(outside, 'eth_call', tokens, 'latest')), 7n, 'tokens here')
      expectEqual(await balanceOf(outside, PAYEE), before, 'balance here')
    }),
  )
  await steps.check(
    'transactions of this chain, replayed on a fork before them: the same gas, logs and state',
    async () => {
      const first = Number(deployed.blockNumber) - 1
      await withFork([url, '--fork-block-number', String(first), '--no-mining'], async (fork) => {
        expectEqual(await ask(fork, 'eth_getCode', address, 'latest'), '0x', 'code before it was deployed')
        for (const { transactionHash, blockNumber } of history) {
          const { baseFeePerGas, timestamp } = await ask<Readonly<Record<string, string>>>(
            ...([outside, 'eth_getBlockByNumber', blockNumber, false] as const),
          )
          await ask(fork, 'anvil_setNextBlockBaseFeePerGas', baseFeePerGas)
          await ask(fork, 'evm_setNextBlockTimestamp', Number(timestamp))
          const raw = await ask<string>(outside, 'eth_getRawTransactionByHash', transactionHash)
          expectEqual(await ask(fork, 'eth_sendRawTransaction', raw), transactionHash, 'hash')
          await ask(fork, 'evm_mine')
          const [theirs, ours] = [await receiptOf(fork, transactionHash), await receiptOf(outside, transactionHash)]
          expectEqual(outcomeOf(theirs), outcomeOf(ours), `receipt of ${transactionHash}`)
        }
        const place = paid.blockNumber
        for (const who of [holder.address, PAYEE]) {
          const [theirs, ours] = [
            await balanceOf(fork, who),
            BigInt(await ask<string>(outside, 'eth_getBalance', who, place)),
          ]
          expectEqual(theirs, ours, `balance of ${who}`)
        }
        expectEqual(
          await ask(fork, 'eth_call', tokens, 'latest'),
          await ask(outside, 'eth_call', tokens, place),
          'tokens',
        )
      })
    },
  )
  await steps.check('fork just before a transaction', () =>
    withFork([url, '--fork-transaction-hash', paid.transactionHash], async (fork) => {
      expectThat(Number(await ask(fork, 'eth_blockNumber')) <= Number(paid.blockNumber), 'it is later')
      expectEqual(BigInt(await ask<Hex>(fork, 'eth_call', tokens, 'latest')), 7n, 'tokens that came before')
      expectEqual(await balanceOf(fork, PAYEE), 0n, 'coins that came later')
    }),
  )
  await steps.check('a fork moved to another block', () =>
    withFork([url], async (fork) => {
      const blockNumber = Number(deployed.blockNumber)
      await ask(fork, 'anvil_reset', { forking: { jsonRpcUrl: url, blockNumber } })
      expectEqual(Number(await ask(fork, 'eth_blockNumber')), blockNumber, 'block')
      expectEqual(BigInt(await ask<Hex>(fork, 'eth_call', tokens, 'latest')), 0n, 'tokens')
    }),
  )
}

async function receiptOf(place: { readonly url: string }, hash: string): Promise<Receipt | null> {
  return ask(place, 'eth_getTransactionReceipt', hash)
}

/** What a transaction came to, wherever its block is. */
function outcomeOf(receipt: Receipt | null): unknown {
  if (receipt === null) return null
  const { status, gasUsed, effectiveGasPrice, logs } = receipt
  return {
    ...{ status, gasUsed: BigInt(gasUsed), price: BigInt(effectiveGasPrice) },
    logs: logs.map(({ address, topics, data }) => ({ address, topics, data })),
  }
}

/** Runs something against an anvil that forks, and ends it. */
async function withFork(
  [from = '', ...more]: readonly string[],
  act: (fork: { readonly url: string }) => Promise<void>,
): Promise<void> {
  const port = await freePort()
  const args = ['--fork-url', from, '--port', String(port), '--silent', ...more]
  const child = spawn(await installFoundryProgram('anvil'), args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let complaints = ''
  child.stderr.on('data', (text: Buffer) => {
    complaints = (complaints + String(text)).slice(-500)
  })
  const ended = once(child, 'close')
  try {
    const fork = { url: `http://127.0.0.1:${port}` }
    const endMs = performance.now() + START_LIMIT_MS
    for (;;) {
      const isUp = await ask(fork, 'eth_chainId').then(
        () => true,
        () => false,
      )
      if (isUp) break
      if (child.exitCode !== null || performance.now() > endMs) throw new Error(`anvil did not start: ${complaints}`)
      await delay(100)
    }
    await act(fork)
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}
