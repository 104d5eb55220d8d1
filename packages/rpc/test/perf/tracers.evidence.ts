// The same transactions on this chain and on anvil, Foundry's node: `npm run evidence -- tracers` compares what the
// tracers of both tell, frame by frame, and shows each difference. Anvil is installed from npm into .cache/anvil.
import { once } from 'node:events'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { bytesToHex } from '@poai/core'
import { WALLETS } from '@poai/testing/chain'
import { ANVIL_VERSION, type AnvilNode, startAnvil } from '../support/anvil-node.ts'
import { MINER } from '../support/mining-chain.ts'
import { openTracedChain, type TracedChain } from '../support/traced-chain.ts'

const DIRECTORY = join(import.meta.dirname, '../../../../.cache/anvil')

/** What is asked of each transaction. */
const QUESTIONS: readonly (readonly [name: string, method: string, more: readonly unknown[]])[] = [
  ['callTracer', 'debug_traceTransaction', [{ tracer: 'callTracer', tracerConfig: { withLog: true } }]],
  ['callTracer, top', 'debug_traceTransaction', [{ tracer: 'callTracer', tracerConfig: { onlyTopCall: true } }]],
  ['prestateTracer', 'debug_traceTransaction', [{ tracer: 'prestateTracer' }]],
  ['diffMode', 'debug_traceTransaction', [{ tracer: 'prestateTracer', tracerConfig: { diffMode: true } }]],
  ['4byteTracer', 'debug_traceTransaction', [{ tracer: '4byteTracer' }]],
  ['trace_transaction', 'trace_transaction', []],
]

/** Lets anvil make the same blocks: the same fees, beneficiary, times and balances. */
async function follow(ours: TracedChain, anvil: AnvilNode): Promise<void> {
  for (const { address } of WALLETS) await anvil.ask('anvil_setBalance', bytesToHex(address), '0x3635c9adc5dea00000')
  await anvil.ask('anvil_setCoinbase', bytesToHex(MINER.address))
  for (const [index, sent] of ours.blocks.entries()) {
    const { header } = ours.context.view.requireHeader({ kind: 'number', number: BigInt(index + 1) })
    const balance = await ours.context.view.withState(
      { kind: 'number', number: BigInt(index) },
      (state) => state.account(MINER.address)?.balance,
    )
    await anvil.ask('anvil_setBalance', bytesToHex(MINER.address), `0x${(balance ?? 0n).toString(16)}`)
    await anvil.ask('anvil_setNextBlockBaseFeePerGas', `0x${header.baseFeePerGas.toString(16)}`)
    await anvil.ask('evm_setNextBlockTimestamp', Number(header.timestamp))
    for (const { bytes } of sent) await anvil.ask('eth_sendRawTransaction', bytes)
    await anvil.ask('evm_mine')
  }
}

/** Texts of where two answers differ. */
function* differences(ours: unknown, theirs: unknown, path = ''): Iterable<string> {
  if (isDeepStrictEqual(ours, theirs)) return
  if (typeof ours === 'object' && typeof theirs === 'object' && ours !== null && theirs !== null) {
    for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      const [a, b] = [ours, theirs].map((side) => (side as Readonly<Record<string, unknown>>)[name])
      yield* differences(a, b, `${path}.${name}`)
    }
    return
  }
  yield `${path}: ${show(ours)} here, ${show(theirs)} there`
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 120)
}

type Shown = { [member: string]: Shown } & { [index: number]: Shown }

/**
 * Where anvil is known to answer otherwise, and why this chain does not follow. What is listed here is taken out of
 * both answers; everything else must be the same.
 */
const DEVIATIONS: readonly {
  readonly why: string
  readonly of: RegExp
  /** Changes an answer. */
  readonly drop: (answer: Shown) => void
}[] = [
  {
    why: 'Hashes of blocks differ: headers of this chain have other members.',
    of: /^trace_/,
    drop: (answer) => eachObject(answer, (shown) => delete shown['blockHash']),
  },
  {
    why: 'Gas of the outermost call: geth shows the limit and the receipt, anvil the block’s sum and no intrinsic gas.',
    of: /^callTracer/,
    drop: (answer) => {
      delete answer['gas']
      delete answer['gasUsed']
    },
  },
  {
    why: 'Numbers of logs: geth counts in the block, anvil in the transaction. Both go up by one: compared from the first on.',
    of: /^callTracer/,
    drop: (answer) => {
      const indexes: number[] = []
      eachObject(answer, (shown) => 'position' in shown && indexes.push(Number(shown['index'])))
      eachObject(answer, (shown) => {
        if ('position' in shown) Object.assign(shown, { index: Number(shown['index']) - Math.min(...indexes) })
      })
    },
  },
  {
    why: 'Logs of calls that failed: geth leaves them out, anvil shows those of the outermost.',
    of: /^callTracer/,
    drop: (answer) => {
      if ('error' in answer) delete answer['logs']
    },
  },
  {
    why: 'Accounts that were not there before: geth leaves them out unless asked for, anvil shows them.',
    of: /^prestateTracer|^diffMode/,
    drop: (answer) => {
      for (const accounts of [answer, answer['pre']].filter((list) => list !== undefined)) {
        for (const [name, account] of Object.entries(accounts)) if (isAbsent(account)) delete accounts[name]
      }
    },
  },
  {
    why: 'Accounts that had not been there and get coins: added for OpenEthereum and Erigon, changed for anvil.',
    of: /^trace_replay/,
    drop: (answer) => {
      for (const { stateDiff } of Object.values(answer) as unknown as readonly { stateDiff: Record<string, Shown> }[]) {
        for (const account of Object.values(stateDiff)) {
          const balance = account['balance'] as unknown as { '+'?: string; '*'?: { from: string; to: string } }
          const hasNoCode = account['code'] === ('=' as unknown) || isDeepStrictEqual(account['code'], { '+': '0x' })
          if (hasNoCode && (balance['+'] ?? balance['*']?.from) !== undefined && isNew(balance)) {
            Object.assign(account, { balance: balance['+'] ?? balance['*']?.to, code: 'new', nonce: 'new' })
          }
        }
      }
    },
  },
  {
    why: 'Calls of precompiles: OpenEthereum leaves them out, anvil only where it replays.',
    of: /^trace_transaction builtIn/,
    drop: (answer) => {
      const traces = answer as unknown as Shown[]
      if (traces.length === 2) traces.length = 1
      if (traces[0] !== undefined) delete traces[0]['subtraces']
    },
  },
  {
    why: 'Words for failures: anvil has its own for these.',
    of: /./,
    drop: (answer) =>
      eachObject(answer, (shown) => {
        const word = WORDS.find((alternatives) => alternatives.includes(String(shown['error'])))
        if (word !== undefined) Object.assign(shown, { error: word[0] })
      }),
  },
]

/** The same failure here and there. */
const WORDS: readonly (readonly string[])[] = [
  ['out of gas', 'out of gas: not enough gas for reentrancy sentry'],
  ['invalid opcode', 'invalid opcode: INVALID'],
  ['contract address collision', 'Contract address collision', 'CreateCollision'],
  ['write protection', 'Mutable Call In Static Context', 'StateChangeDuringStaticCall'],
]

function isNew(balance: { readonly '+'?: string; readonly '*'?: { readonly from: string } }): boolean {
  return balance['+'] !== undefined || balance['*']?.from === '0x0'
}

/** Nothing was there: no coins, no nonce, no code, and slots only that were read as zero. */
function isAbsent(account: Shown): boolean {
  const { balance, storage, ...rest } = account as { readonly balance?: unknown; readonly storage?: object }
  const slots = Object.values(storage ?? {}) as readonly string[]
  return balance === '0x0' && Object.keys(rest).length === 0 && slots.every((held) => BigInt(held) === 0n)
}

function eachObject(value: unknown, visit: (shown: Shown) => unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) visit(value as Shown)
  for (const member of Object.values(value)) eachObject(member, visit)
}

function withoutDeviations(label: string, answer: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(answer)) as Shown
  for (const { of, drop } of DEVIATIONS) if (of.test(label)) drop(copy)
  return copy
}

const ours = await openTracedChain()
const genesis = ours.context.view.requireHeader({ kind: 'number', number: 0n }).header
const anvil = await startAnvil(DIRECTORY, [
  ...['--hardfork', 'cancun', '--no-mining', '--chain-id', String(ours.params.chainId), '--order', 'fifo'],
  ...['--timestamp', String(genesis.timestamp), '--gas-limit', String(genesis.gasLimit)],
])
let differing = 0
let compared = 0
try {
  await follow(ours, anvil)
  const compare = async (label: string, method: string, params: readonly unknown[]): Promise<void> => {
    const [a, b] = [await ours.call(method, ...params), await anvil.ask(method, ...params)]
    compared++
    const found = [...differences(withoutDeviations(label, a), withoutDeviations(label, b))]
    if (found.length > 0) differing++
    for (const text of found.slice(0, 12)) console.log(`${label} ${text}`)
  }
  for (const [index, sent] of ours.blocks.entries()) {
    for (const { name, hash } of sent)
      for (const [question, method, more] of QUESTIONS) await compare(`${question} ${name}`, method, [hash, ...more])
    const number = `0x${(index + 1).toString(16)}`
    await compare(`trace_replayBlockTransactions ${number}`, 'trace_replayBlockTransactions', [
      number,
      ['trace', 'stateDiff'],
    ])
  }
} finally {
  anvil.process.kill()
  if (anvil.process.exitCode === null) await once(anvil.process, 'exit')
  await ours.close()
}
for (const { why } of DEVIATIONS) console.log(`known: ${why}`)
console.log(`anvil ${ANVIL_VERSION}: ${compared} answers compared, ${differing} differ`)
process.exitCode = differing === 0 ? 0 : 1
