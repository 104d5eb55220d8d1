import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { bytesToHex, devnet } from '@poai/core'
import { encodeAbiParameters, type Hex, stringToHex, zeroHash } from 'viem'
import { installFoundryProgram, openFoundry } from './foundry.ts'
import { ask, balanceOf, type Outside } from './outside.ts'
import { expectEqual, expectFailure, expectThat, type Steps } from './steps.ts'

const PAYEE = '0x00000000000000000000000000000000000ca570'
const SUPPLY = 10n ** 21n
/** A block comes every second: a subscription has begun before so many have come. */
const MOST_SENDS = 20
/** Where contracts and callers ask a model to answer. */
const GENERATE = '0x0000000000000000000000000000000000000a10'
const MODEL = bytesToHex(devnet.work.modelSha256)
const TRANSFER = 'Transfer(address indexed,address indexed,uint256)'

interface CastReceipt {
  readonly type: string
  readonly status: string
  readonly transactionHash: string
  readonly blockNumber: string
  readonly gasUsed: string
  readonly contractAddress: string | null
  readonly logs: readonly { readonly data: string; readonly topics: readonly string[] }[]
}

/** cast: Foundry's client on the command line. */
export async function castRow(steps: Steps, outside: Outside): Promise<void> {
  const { url, holder, token, chainId } = outside
  const { cast } = await openFoundry(outside)
  const key = ['--private-key', holder.key]
  const send = async (...args: readonly string[]): Promise<CastReceipt> => {
    const receipt = JSON.parse(await cast('send', '--json', ...key, ...args)) as CastReceipt
    expectEqual(receipt.status, '0x1', 'status')
    return receipt
  }
  await steps.check('chain id', async () => expectEqual(await cast('chain-id'), String(chainId), 'chain id'))
  await steps.check('client', async () => expectThat((await cast('client')).startsWith('poai/'), 'another client'))
  await steps.check('send coins, type 2', async () => {
    const receipt = await send(PAYEE, '--value', '2ether')
    expectEqual([receipt.type, receipt.gasUsed], ['0x2', '0x5208'], 'receipt')
    expectEqual(await cast('balance', '--ether', PAYEE), '2.000000000000000000', 'balance')
  })
  await steps.check('send coins, legacy', async () => {
    expectEqual((await send(PAYEE, '--value', '1', '--legacy')).type, '0x0', 'type')
    expectEqual(await cast('balance', PAYEE), '2000000000000000001', 'balance')
  })
  const address = await steps.need('deploy a contract', async () => {
    const supply = encodeAbiParameters([{ type: 'uint256' }], [SUPPLY]).slice(2)
    const { contractAddress } = await send('--create', `${token.initCode}${supply}`)
    if (contractAddress === null) throw new Error('the receipt has no contract')
    expectEqual(await cast('code', contractAddress), token.code, 'code')
    return contractAddress
  })
  await steps.check('ask a model with plain ABI encoding', async () => {
    const input = await cast(
      ...['abi-encode', 'generate(bytes32,bytes,uint32,uint32,bytes32)', MODEL, stringToHex('\nQ: 17 + 25?\nA: ')],
      ...['13', '0', zeroHash],
    )
    const output = await cast('call', GENERATE, '--data', input)
    const [text = ''] = (await cast('decode-abi', 'generate()(bytes,uint32,bytes32)', output)).split('\n')
    expectEqual(await cast('to-utf8', text), '42', 'answer')
  })
  const move = [address, 'transfer(address,uint256)', PAYEE]
  await steps.check('call it', async () => {
    expectEqual(await cast('call', address, 'name()(string)'), '"Outsider"', 'name')
  })
  await steps.check('hear why a call is undone', () =>
    expectFailure(cast('call', '--from', holder.address, ...move, String(SUPPLY + 1n)), /TooLittle|0x[0-9a-f]{8}/),
  )
  const hash = await steps.need('send tokens with the gas of an estimate', async () => {
    const gas = await cast('estimate', '--from', holder.address, ...move, '5')
    const { gasUsed, logs, transactionHash } = await send(...move, '5', '--gas-limit', gas)
    expectThat(BigInt(gasUsed) <= BigInt(gas), `${gasUsed} gas used, ${gas} estimated`)
    expectEqual(
      logs.map(({ data }) => BigInt(data)),
      [5n],
      'logs',
    )
    return transactionHash
  })
  await steps.check('access list', async () => {
    expectThat((await cast('access-list', '--from', holder.address, ...move, '1')).includes('keys:'), 'no keys')
    const { transactionHash } = await send(...move, '1', '--access-list')
    const { accessList } = JSON.parse(await cast('tx', transactionHash, '--json')) as { accessList: unknown[] }
    expectEqual(accessList.length, 1, 'entries')
  })
  await steps.check('read logs', async () => {
    const found = await cast('logs', '--json', '--from-block', '1', '--address', address, TRANSFER)
    const moved = (JSON.parse(found) as readonly { readonly data: Hex }[]).map(({ data }) => BigInt(data))
    expectEqual(moved, [SUPPLY, 5n, 1n], 'logs')
  })
  await steps.check('delegate an account (7702)', async () => {
    // Its own nonce goes up by the transaction before the authorisation is looked at.
    const signed = await cast('wallet', 'sign-auth', address, ...key, '--self-broadcast')
    const receipt = await send(holder.address, 'name()', '--auth', signed)
    expectEqual(receipt.type, '0x4', 'type')
    expectEqual(await cast('code', holder.address), `0xef0100${address.slice(2).toLowerCase()}`, 'code')
    expectEqual(await cast('call', holder.address, 'name()(string)'), '"Outsider"', 'name')
  })
  await steps.check('storage and its proof', async () => {
    expectEqual(BigInt(await cast('storage', address, '0')), SUPPLY, 'slot 0')
    const { storageProof } = JSON.parse(await cast('proof', address, '0')) as {
      readonly storageProof: readonly { readonly value: string }[]
    }
    expectEqual(
      storageProof.map(({ value }) => BigInt(value)),
      [SUPPLY],
      'proven',
    )
  })
  await steps.check('trace by the node: callTracer', async () => {
    const traced = JSON.parse(await cast('rpc', 'debug_traceTransaction', hash, '{"tracer":"callTracer"}'))
    expectEqual((traced as { to: string }).to, address.toLowerCase(), 'callee')
  })
  await steps.check('trace by the node: trace_transaction', async () => {
    expectThat((await cast('trace', hash)).toLowerCase().includes(address.slice(2).toLowerCase()), 'no such call')
  })
  await steps.check('execute a transaction of the chain again', async () => {
    const told = await cast('run', hash)
    const { gasUsed } = await ask<CastReceipt>(outside, 'eth_getTransactionReceipt', hash)
    expectThat(told.includes(`Gas used: ${Number(gasUsed)}`), `not the gas of the receipt: ${told.slice(-200)}`)
    expectThat(told.includes('emit Transfer'), 'no event')
  })
  await steps.check('sign, publish, wait for the receipt', async () => {
    const before = await balanceOf(outside, PAYEE)
    const raw = await cast('mktx', PAYEE, '--value', '3', ...key)
    const published = await cast('publish', '--async', raw)
    const { status } = JSON.parse(await cast('receipt', published, '--json')) as CastReceipt
    expectEqual(status, '0x1', 'status')
    expectEqual(await balanceOf(outside, PAYEE), before + 3n, 'balance')
  })
  await steps.check('block, nonce, tokens of an account, block of a time', async () => {
    const { number } = JSON.parse(await cast('block', '1', '--json')) as { readonly number: string }
    expectEqual(Number(number), 1, 'number')
    expectEqual(
      BigInt(await cast('nonce', holder.address)),
      BigInt(await ask<string>(outside, 'eth_getTransactionCount', holder.address, 'latest')),
      'nonce',
    )
    expectThat((await cast('erc20', 'balance', address, PAYEE)).startsWith('6'), 'tokens')
    expectEqual(BigInt(await cast('balance', PAYEE)), await balanceOf({ url }, PAYEE), 'balance')
    const { timestamp } = JSON.parse(await cast('block', '3', '--json')) as { readonly timestamp: string }
    expectEqual(await cast('find-block', String(Number(timestamp))), '3', 'block of that time')
  })
  await steps.check('subscribe to logs', async () => {
    const program = await installFoundryProgram('cast')
    const args = ['logs', '--subscribe', '--rpc-url', outside.webSocketUrl, '--address', address, TRANSFER]
    const listener = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NO_COLOR: '1' },
    })
    try {
      const sent = listen(listener.stdout)
      let heard: string | undefined
      // It says nothing when it has begun to listen: tokens move until one is heard.
      void sent.then((line) => {
        heard = line
      })
      for (let sends = 0; heard === undefined && sends < MOST_SENDS; sends++) await send(...move, '1')
      expectEqual(heard?.trim().toLowerCase(), `- address: ${address.toLowerCase()}`, 'heard')
    } finally {
      listener.kill()
    }
  })
}

/** The first line in which a program tells of a log. */
async function listen(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) if (line.includes('0x')) return line
  throw new Error('it ended without a line')
}
