import { type Address, bytesToHex, concatBytes, type Hex, hex, type Transaction, toAddress } from '@poai/core'
import { describe, expect, test } from 'vitest'
import {
  type FrameEnd,
  type FrameStart,
  recoverSender,
  type TraceLog,
  type TransactionTrace,
} from '../../../src/index.ts'
import { callData, initCode } from '../../support/contracts.ts'
import { signTransaction } from '../../support/sign-transaction.ts'
import { BENEFICIARY, blockHash, genesisAccount, SmallChain } from '../../support/small-chain.ts'
import { createdAddress, createWallets, type Wallet } from '../../support/wallets.ts'

const [alice] = createWallets(1) as [Wallet]
const account = (byte: number): Address => toAddress(new Uint8Array(20).fill(byte))
const nameOf = (address: Uint8Array): string => bytesToHex(address).slice(2)

/** Code at made-up addresses, so that every frame is known byte by byte. */
const CODES: Readonly<Record<number, Hex>> = {
  // Returns one byte: 0x2a.
  17: '0x602a5f526001601ff3',
  // Reverts with two bytes: 0xbeef.
  18: '0x61beef5f526002601efd',
  // An instruction that does not exist.
  19: '0xfe',
  // LOG1 of one byte with the topic 7, then a self-destruction in favour of 0x99….
  20: `0x602a5f5360076001 5fa173${'99'.repeat(20)}ff`.replace(' ', '') as Hex,
}

const call = (kind: 'call' | 'callcode' | 'delegate' | 'static', target: number, gas = '620f4240'): string => {
  const to = `73${nameOf(account(target))}`
  if (kind === 'call') return `5f5f5f5f6003${to}${gas}f150`
  if (kind === 'callcode') return `5f5f5f5f6003${to}${gas}f250`
  return `5f5f5f5f${to}${gas}${kind === 'delegate' ? 'f4' : 'fa'}50`
}

interface Heard {
  readonly enters: FrameStart[]
  readonly exits: FrameEnd[]
  readonly logs: TraceLog[]
  readonly events: string[]
}

interface Traced extends Heard {
  readonly trace: TransactionTrace
  readonly gasUsed: bigint
}

async function startChain(main: string): Promise<SmallChain> {
  const contracts = Object.entries({ ...CODES, 16: `0x${main}` as Hex })
  return new SmallChain([
    genesisAccount(alice.address),
    ...contracts.map(([byte, code]) =>
      genesisAccount(account(Number(byte)), { code: hex(code), balance: 1_000n, nonce: 1n }),
    ),
  ])
}

async function traceLast(chain: SmallChain, transactions: readonly Transaction[]): Promise<Traced> {
  const heard: Heard = { enters: [], exits: [], logs: [], events: [] }
  const [trace] = await chain.execution.traceBlock({
    state: chain.state,
    environment: chain.environment(),
    blockHash,
    transactions,
    senders: transactions.map(recoverSender),
    hooksFor: (index) =>
      index < transactions.length - 1
        ? undefined
        : {
            onEnter: (frame) => {
              heard.enters.push(frame)
              heard.events.push(`${'>'.repeat(frame.depth + 1)} ${frame.type}`)
            },
            onExit: (frame) => {
              heard.exits.push(frame)
              heard.events.push(`${'<'.repeat(frame.depth + 1)} ${frame.failure ?? 'ok'}`)
            },
            onLog: (log) => heard.logs.push(log),
          },
  })
  if (trace === undefined) throw new Error('the last transaction was watched')
  const outcome = await chain.execute(transactions)
  const [before, last] = [outcome.receipts.at(-2), outcome.receipts.at(-1)]
  expect(last?.status).toBe(trace.outcome.succeeded ? 1 : 0)
  const gasUsed = (last?.cumulativeGasUsed ?? 0n) - (before?.cumulativeGasUsed ?? 0n)
  expect(trace.outcome.gasUsed, 'the gas of the receipt').toBe(gasUsed)
  return { ...heard, trace, gasUsed }
}

const toMain = { to: account(0x10), gasLimit: 3_000_000n }

describe('traceBlock', () => {
  test('shows calls of every kind, with who calls whom and what moves', async () => {
    const main = call('call', 0x11) + call('callcode', 0x11) + call('delegate', 0x11) + call('static', 0x11)
    const chain = await startChain(main)
    const sent = signTransaction(alice, { ...toMain, nonce: 0n, value: 5n })
    const { enters, exits, events, gasUsed } = await traceLast(chain, [sent])
    expect(events).toEqual([
      '> CALL',
      ...['>> CALL', '<< ok', '>> CALLCODE', '<< ok', '>> DELEGATECALL', '<< ok', '>> STATICCALL', '<< ok'],
      '< ok',
    ])
    expect(enters[0]).toMatchObject({ from: alice.address, to: account(0x10), value: 5n, gas: 3_000_000n })
    expect(exits.at(-1)).toMatchObject({ depth: 0, gasUsed })
    const inner = enters.slice(1)
    for (const { from, to } of inner) expect([from, to]).toEqual([account(0x10), account(0x11)])
    expect(inner.map(({ value }) => value)).toEqual([3n, 3n, 5n, 0n])
    // With value comes the stipend.
    expect(inner.map(({ gas }) => gas)).toEqual([1_002_300n, 1_002_300n, 1_000_000n, 1_000_000n])
    for (const { output, gasUsed: used } of exits.slice(0, 4)) {
      expect(bytesToHex(output)).toBe('0x2a')
      // PUSH1, PUSH0, MSTORE with a word of memory, PUSH1, PUSH1, RETURN
      expect(used).toBe(3n + 2n + 3n + 3n + 3n + 3n)
    }
  })

  test('tells a revert, with its bytes, from what takes all gas', async () => {
    const chain = await startChain(`${call('call', 0x12)}${call('call', 0x13, '6103e8')}${call('call', 0x11, '5f')}`)
    const { exits } = await traceLast(chain, [signTransaction(alice, { ...toMain, nonce: 0n })])
    expect(exits[0]).toMatchObject({ failure: 'revert', output: hex('0xbeef') })
    expect(exits[1]).toMatchObject({ failure: 'invalid opcode', gasUsed: 3_300n, output: new Uint8Array(0) })
    expect(exits[2]).toMatchObject({ failure: undefined })
    const dry = await startChain(call('static', 0x11, '600a'))
    const traced = await traceLast(dry, [signTransaction(alice, { ...toMain, nonce: 0n })])
    expect(traced.exits[0]).toMatchObject({ failure: 'out of gas', gasUsed: 10n })
    expect(traced.exits[1]).toMatchObject({ failure: undefined, depth: 0 })
  })

  test('shows logs where they are written, and a self-destruction as a frame', async () => {
    const chain = await startChain(call('call', 0x14))
    const { events, logs, enters, trace } = await traceLast(chain, [signTransaction(alice, { ...toMain, nonce: 0n })])
    expect(events).toEqual(['> CALL', '>> CALL', '>>> SELFDESTRUCT', '<<< ok', '<< ok', '< ok'])
    expect(logs).toHaveLength(1)
    expect(logs[0]).toMatchObject({ depth: 1, address: account(0x14), data: hex('0x2a') })
    expect(logs.map(({ address, topics, data }) => ({ address, topics, data }))).toEqual(trace.outcome.logs)
    expect(enters[2]).toMatchObject({ from: account(0x14), to: account(0x99), value: 1_003n })
  })

  test('shows neither logs nor self-destructions that a static call forbids', async () => {
    const chain = await startChain(call('static', 0x14))
    const { events, logs } = await traceLast(chain, [signTransaction(alice, { ...toMain, nonce: 0n })])
    expect(logs).toEqual([])
    expect(events).toEqual(['> CALL', '>> STATICCALL', '<< static state change', '< ok'])
  })

  test('shows calls of precompiles, and frames within frames', async () => {
    const identity = `6003${'5f'.repeat(1)}60035f73${'00'.repeat(19)}04620f4240fa50`
    const chain = await startChain(identity)
    const { enters, exits } = await traceLast(chain, [signTransaction(alice, { ...toMain, nonce: 0n })])
    expect(enters[1]).toMatchObject({ type: 'STATICCALL', to: hex(`0x${'00'.repeat(19)}04`), input: new Uint8Array(3) })
    expect(exits[0]).toMatchObject({ gasUsed: 18n, output: new Uint8Array(3) })
  })

  test('shows creations by transactions, CREATE and CREATE2, those that fail too', async () => {
    const chain = await startChain('00')
    const deploy = signTransaction(alice, { nonce: 0n, data: initCode('Workshop'), gasLimit: 3_000_000n })
    const created = await traceLast(chain, [deploy])
    const workshop = createdAddress(alice.address, 0)
    expect(created.enters).toMatchObject([{ type: 'CREATE', to: undefined, input: initCode('Workshop') }])
    expect(created.exits[0]).toMatchObject({ createdAddress: workshop, failure: undefined, gasUsed: created.gasUsed })
    expect(created.exits[0]?.output.length).toBeGreaterThan(4_000)

    const make = (nonce: bigint, atOnce: boolean): Transaction =>
      signTransaction(alice, {
        nonce,
        to: workshop,
        value: 7n,
        gasLimit: 3_000_000n,
        data: callData('Workshop', 'make(bytes32,bool)', new Uint8Array(32), atOnce ? 1 : 0),
      })
    const short = await traceLast(chain, [deploy, make(1n, true)])
    expect(short.events).toEqual(['> CALL', '>> CREATE2', '>>> SELFDESTRUCT', '<<< ok', '<< ok', '< ok'])
    expect(short.enters[2]).toMatchObject({ to: alice.address, value: 7n, from: short.exits[1]?.createdAddress })
    const collision = await traceLast(chain, [deploy, make(1n, false), make(2n, false)])
    expect(collision.events).toEqual(['> CALL', '>> CREATE2', '<< create collision', '< revert'])
    const plain = callData('Workshop', 'makePlain()')
    const third = signTransaction(alice, { nonce: 1n, to: workshop, data: plain, gasLimit: 3_000_000n })
    const { exits } = await traceLast(chain, [deploy, third])
    expect(exits[0]?.createdAddress).toEqual(createdAddress(workshop, 1))
    const failing = signTransaction(alice, { nonce: 0n, data: hex('0x61beef5f526002601efd'), gasLimit: 100_000n })
    const failed = await traceLast(chain, [failing])
    expect(failed.exits[0]).toMatchObject({ failure: 'revert', createdAddress: workshop, output: hex('0xbeef') })
  })

  test('keeps inputs and outputs as they were, though the caller writes over its memory afterwards', async () => {
    const write = (word: string): string => `7f${word.repeat(32)}5f52`
    // The identity precompile answers with its very input; the creation's code begins with STOP.
    const callIdentity = `5f5f60205f73${'00'.repeat(19)}04620f4240fa50`
    const main = `${write('aa')}${callIdentity}${write('bb')}${callIdentity}${write('00')}60205f5ff050${write('cc')}`
    const chain = await startChain(main)
    const { enters, exits } = await traceLast(chain, [signTransaction(alice, { ...toMain, nonce: 0n })])
    const inputs = enters.slice(1).map(({ input }) => bytesToHex(input))
    expect(inputs).toEqual(['aa', 'bb', '00'].map((word) => `0x${word.repeat(32)}`))
    const outputs = exits.slice(0, 2).map(({ output }) => bytesToHex(output))
    expect(outputs).toEqual(['aa', 'bb'].map((word) => `0x${word.repeat(32)}`))
  })

  test('tells what a transaction read and changed, apart from those before it', async () => {
    const chain = await startChain('60015f5401 5f55'.replace(' ', ''))
    const send = (nonce: bigint): Transaction =>
      signTransaction(alice, { ...toMain, nonce, maxFeePerGas: 3n * 10n ** 9n, maxPriorityFeePerGas: 10n ** 9n })
    const { trace } = await traceLast(chain, [send(0n), send(1n)])
    const slots = trace.changes.storage.map(({ previous, next }) => [previous, next])
    expect(slots).toEqual([[hex('0x01'), hex('0x02')]])
    expect(trace.reads.slots.map(({ value }) => value)).toEqual([hex('0x01')])
    const changed = new Set(trace.changes.accounts.map(({ address }) => bytesToHex(address)))
    expect(changed).toEqual(new Set([alice.address, BENEFICIARY].map((address) => bytesToHex(address))))
    const sender = trace.reads.accounts.find(({ address }) => nameOf(address) === nameOf(alice.address))
    expect(sender?.account?.nonce).toBe(1n)
  })

  test('of plain transfers is one frame', async () => {
    const chain = await startChain('00')
    const sent = signTransaction(alice, { nonce: 0n, to: account(0x77), value: 1n, gasLimit: 50_000n })
    const { enters, exits, gasUsed } = await traceLast(chain, [sent])
    expect(enters).toMatchObject([{ type: 'CALL', value: 1n, gas: 50_000n }])
    expect([exits[0]?.gasUsed, gasUsed]).toEqual([21_000n, 21_000n])
  })

  test('ends with what a listener throws, or when it is told to', async () => {
    const chain = await startChain(call('call', 0x11))
    const transactions = [signTransaction(alice, { ...toMain, nonce: 0n })]
    const input = {
      ...{ state: chain.state, environment: chain.environment(), blockHash, transactions },
      senders: transactions.map(recoverSender),
    }
    const trace = chain.execution.traceBlock
    const onStep = (): void => {
      throw new RangeError('enough')
    }
    await expect(trace({ ...input, hooksFor: () => ({ onStep }) })).rejects.toThrow('enough')
    const signal = AbortSignal.abort(new RangeError('stopped'))
    await expect(trace({ ...input, signal, hooksFor: () => ({}) })).rejects.toThrow('stopped')
  })
})

describe('watchBlock', () => {
  test('hears what traceBlock hears of every transaction, and tells what became of each', async () => {
    const chain = await startChain(`${call('call', 0x14)}${call('call', 0x12)}${call('static', 0x11)}`)
    const transactions = [0n, 1n, 2n].map((nonce) => signTransaction(alice, { ...toMain, nonce, value: 2n }))
    const watchedBy = async (way: 'traceBlock' | 'watchBlock'): Promise<readonly string[]> => {
      const heard: string[] = []
      const told = await chain.execution[way]({
        ...{ state: chain.state, environment: chain.environment(), blockHash, transactions },
        senders: transactions.map(recoverSender),
        hooksFor: (at) => ({
          onEnter: ({ type, from, to = account(0) }) => heard.push(`${at} ${type} ${nameOf(from)} ${nameOf(to)}`),
          onExit: ({ gasUsed, failure }) => heard.push(`${at} ${gasUsed} ${failure}`),
        }),
      })
      const outcomes = told.map((one) => ('outcome' in one ? one.outcome : one))
      return [...heard, ...outcomes.map(({ gasUsed, logs }) => `${gasUsed} ${logs.length}`)]
    }
    const heard = await watchedBy('watchBlock')
    expect(heard).toEqual(await watchedBy('traceBlock'))
    expect(heard).toHaveLength(3 * 10 + 3)
    const { receipts } = await chain.execute(transactions)
    expect(heard.at(-3)).toBe(`${receipts[0]?.cumulativeGasUsed} 1`)
  })

  test('lets some pass unwatched, and ends when it is told to', async () => {
    const chain = await startChain('')
    const transactions = [0n, 1n].map((nonce) => signTransaction(alice, { ...toMain, nonce }))
    const input = {
      ...{ state: chain.state, environment: chain.environment(), blockHash, transactions },
      senders: transactions.map(recoverSender),
    }
    const stopping = new AbortController()
    const heard: number[] = []
    const outcomes = await chain.execution.watchBlock({
      ...input,
      hooksFor: (at) => (at === 1 ? { onEnter: () => heard.push(at) } : undefined),
    })
    expect([heard, outcomes.length]).toEqual([[1], 2])
    const hooksFor = (): undefined => {
      stopping.abort(new Error('stopped'))
    }
    await expect(chain.execution.watchBlock({ ...input, hooksFor, signal: stopping.signal })).rejects.toThrow('stopped')
  })
})

describe('executeCall with hooks', () => {
  test('shows frames, logs and steps alike', async () => {
    const chain = await startChain(call('call', 0x14))
    const depths: number[] = []
    const frames: string[] = []
    const outcome = await chain.execution.executeCall({
      ...{ state: chain.state, environment: chain.environment(), blockHash },
      message: {
        ...{
          from: alice.address,
          to: account(0x10),
          value: 0n,
          data: concatBytes(),
          accessList: [],
          authorizationList: [],
        },
        ...{ gasLimit: 1_000_000n, gasPrice: 0n },
      },
      onStep: ({ depth }) => depths.push(depth),
      onEnter: ({ type }) => frames.push(type),
    })
    expect(outcome.succeeded).toBe(true)
    expect(frames).toEqual(['CALL', 'CALL', 'SELFDESTRUCT'])
    expect(new Set(depths)).toEqual(new Set([0, 1]))
  })
})
