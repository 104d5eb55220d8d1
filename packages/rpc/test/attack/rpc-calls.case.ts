import type { StrangerCase } from '@poai/testing/strangers'
import { batchOf, judge, MAX_IMPORT_MS, MAX_PAUSE_MS, post, siege } from '../support/victim.ts'

const TARGET = `0x${'aa'.repeat(20)}`
const OTHER = 'bb'.repeat(20)
/** Base point and twist point of alt_bn128. */
const PAIR = [
  `${'00'.repeat(31)}01${'00'.repeat(31)}02`,
  '198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2',
  '1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed',
  '090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b',
  '12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa',
].join('')

interface Dear {
  readonly code: string
  readonly data?: string
  /** Of another contract that is called. */
  readonly other?: string
}

/** Copies its input to memory and calls a precompile once, with all gas. */
function onceInto(precompile: number, data: string): Dear {
  return { code: `365f5f375f5f365f60${precompile.toString(16).padStart(2, '0')}5afa00`, data }
}

function word(value: number, bytes = 32): string {
  return value.toString(16).padStart(2 * bytes, '0')
}

/** An exponent of ones over numbers of so many bytes. */
function modexp(bytes: number, exponentBytes: number): Dear {
  const lengths = `${word(bytes)}${word(exponentBytes)}${word(bytes)}`
  return onceInto(5, `${lengths}${'fe'.repeat(bytes)}${'ff'.repeat(exponentBytes)}${'fd'.repeat(bytes)}`)
}

const CALLS: readonly Dear[] = [
  // Jump-free: GAS, POP; hashes of four megabytes; copies of one megabyte.
  { code: '5a50'.repeat(250_000) },
  { code: '623d09005f2050'.repeat(30) },
  { code: '620f42405f6207a1205e'.repeat(300) },
  modexp(256, 1024),
  modexp(1024, 96),
  onceInto(8, PAIR.repeat(150)),
  onceInto(9, `${word(8_000_000, 4)}${'03'.repeat(208)}01`),
  // Calls, for ever, of a large contract that jumps.
  { code: `5b5f5f5f5f73${OTHER}5afa505f56`, other: `600456fe5b00${'60'.repeat(24_000)}` },
]

function callOf({ code, data = '', other }: Dear): { readonly method: string; readonly params: readonly unknown[] } {
  const overrides = {
    [TARGET]: { code: `0x${code}` },
    ...(other === undefined ? {} : { [`0x${OTHER}`]: { code: `0x${other}` } }),
  }
  const gas = other === undefined ? '0x2faf080' : '0x2dc6c0'
  return { method: 'eth_call', params: [{ to: TARGET, data: `0x${data}`, gas }, 'latest', overrides] }
}

/** All of them after each other, and as many logs and transactions as gas pays for. */
function simulationsOf(calls: readonly Dear[]): readonly ReturnType<typeof callOf>[] {
  const blocks = calls.map((call) => {
    const [message, , stateOverrides] = callOf(call).params
    return { stateOverrides, calls: [{ ...(message as object), gas: '0x5b8d80' }] }
  })
  // LOG0 of nothing, for ever.
  const logs = {
    stateOverrides: { [TARGET]: { code: '0x5b5f5fa05a611000105f5700' } },
    calls: [{ to: TARGET, gas: '0x3d0900' }],
  }
  const many = { calls: Array.from({ length: 1_000 }, () => ({ to: TARGET, gas: '0x5208' })) }
  return [blocks, [logs], [many, many], Array.from({ length: 256 }, () => ({}))].map((blockStateCalls) => ({
    method: 'eth_simulateV1',
    params: [{ blockStateCalls, traceTransfers: true, returnFullTransactions: true }],
  }))
}

export const stranger: StrangerCase = {
  name: 'rpc-calls',
  attack:
    'a batch of eight calls without a jump or with one dear instruction, the same calls side by side, simulations of them, and JSON of millions of values',
  before:
    'a call without a jump held the main thread for 1.2 s, eight in a batch for 9.1 s, a pairing of 1,000 for 7 s',
  bound: `no pause of the main thread above ${MAX_PAUSE_MS} ms, p99 of honest imports below ${MAX_IMPORT_MS} ms`,
  run: async (size) => {
    const figures = await siege({ chainBlocks: 3, minedBlocks: 200 }, async ({ url }) => {
      const calls = [...CALLS.map(callOf), ...simulationsOf(CALLS)]
      const rounds = size === 'full' ? 5 : 1
      for (let round = 0; round < rounds; round++) {
        await post(url, batchOf(calls))
        if (size === 'full') await Promise.all(calls.map((call) => post(url, batchOf([call]))))
        await post(url, `[${'{},'.repeat(1_200_000)}{}]`)
      }
    })
    return judge(size, figures)
  },
}
