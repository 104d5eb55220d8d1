import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  cachedOracleAbi,
  cachedOracleBytecode,
  MODELS,
  quizBetAbi,
  quizBetBytecode,
  textAdventureAbi,
  textAdventureBytecode,
} from '@poai/contracts'
import { networkParamsToJson } from '@poai/core'
import { callingNetwork } from '@poai/testing/chain'
import {
  type Address,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  keccak256,
  parseEther,
  parseEventLogs,
  publicActions,
  stringToHex,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { expect, it, onTestFinished } from 'vitest'
import { runCli } from '../../src/program.ts'
import { startNode } from '../support/node-process.ts'
import { createTestTerminal } from '../support/test-terminal.ts'

const WORDS = 'test test test test test test test test test test test junk'
const MINER = '0x00000000000000000000000000000000000000aa'
const QUIZ = MODELS['quiz-1']
const PROMPT = stringToHex('\nQ: 17 + 25?\nA: ')
/** "42" and the line end after it. */
const TOKENS = [0x34, 0x32, 0x0a].map((byte) => 3 + byte)
const STAKE = parseEther('1')
const FEE = parseEther('0.001')

/** A node that mines, on a network whose contracts may call quiz-1. */
async function startCallingNode(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-contracts-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const network = join(folder, 'network.json')
  await writeFile(network, JSON.stringify(networkParamsToJson(callingNetwork)))
  const node = startNode(join(folder, 'data'), [
    ...['--home', join(folder, 'home'), '--network', network, '--no-p2p', '--log-format', 'json', '--http-port', '0'],
    ...['--mine', '--mine-alone', '--beneficiary', MINER],
  ])
  await node.until(({ head }) => (head as { readonly number: number }).number >= 1)
  return /"http":"([^"]+)"/.exec(node.output())?.[1] ?? ''
}

async function command(...args: readonly string[]): Promise<string> {
  const terminal = createTestTerminal()
  const context = { terminal, environment: {}, signal: new AbortController().signal, version: '0.0.0' }
  expect(await runCli(args, context), terminal.errText()).toBe(0)
  return terminal.outText()
}

/** Somebody with coins, who sees the chain. */
function person(url: string, addressIndex: number) {
  const chain = defineChain({
    id: Number(callingNetwork.chainId),
    name: 'poai',
    nativeCurrency: { name: 'POAI', symbol: 'POAI', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  })
  const account = mnemonicToAccount(WORDS, { addressIndex })
  return createWalletClient({ chain, account, transport: http(url), pollingInterval: 100 }).extend(publicActions)
}

type Person = ReturnType<typeof person>

/** Waits for a transaction of a person, which must succeed. */
async function done(who: Person, sent: Promise<Hex>) {
  const receipt = await who.waitForTransactionReceipt({ hash: await sent })
  expect(receipt.status).toBe('success')
  return receipt
}

async function deployed(who: Person, sent: Promise<Hex>): Promise<Address> {
  return (await done(who, sent)).contractAddress as Address
}

async function bet(opener: Person, joiner: Person): Promise<void> {
  const contract = {
    abi: quizBetAbi,
    address: await deployed(opener, opener.deployContract({ abi: quizBetAbi, bytecode: quizBetBytecode })),
  }
  const open = { ...contract, functionName: 'open', args: ['17 + 25?', '42', 3600n], value: STAKE } as const
  await done(opener, opener.writeContract(open))
  const join = { ...contract, functionName: 'join', args: [0n, '41'], value: STAKE } as const
  const { blockNumber } = await done(joiner, joiner.writeContract(join))
  await untilBlock(opener, blockNumber + 2n)
  const { logs } = await done(opener, opener.writeContract({ ...contract, functionName: 'settle', args: [0n] }))
  expect(parseEventLogs({ abi: quizBetAbi, logs, eventName: 'Settled' }).map(({ args }) => args)).toEqual([
    { id: 0n, winner: opener.account.address, question: '17 + 25?', answer: '42' },
  ])
  await done(opener, opener.writeContract({ ...contract, functionName: 'withdraw' }))
  expect(await opener.getBalance(contract)).toBe(0n)
}

/** An estimate is made in the newest block, so that one must be late enough. */
async function untilBlock(who: Person, number: bigint): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = who.watchBlockNumber({
      emitOnBegin: true,
      onBlockNumber: (found) => {
        if (found < number) return
        stop()
        resolve()
      },
    })
  })
}

async function cache(first: Person, second: Person): Promise<void> {
  const args = [QUIZ, 13, FEE] as const
  const address = await deployed(
    first,
    first.deployContract({ abi: cachedOracleAbi, bytecode: cachedOracleBytecode, args }),
  )
  const contract = { abi: cachedOracleAbi, address }
  const ask = { ...contract, functionName: 'ask', args: [PROMPT] } as const
  const { gasUsed } = await done(first, first.writeContract(ask))
  const { gasUsed: lessGas } = await done(second, second.writeContract({ ...ask, value: 3n * FEE }))
  expect(lessGas).toBeLessThan(gasUsed / 2n)
  expect(await first.getBalance({ address })).toBe(FEE)
  const entry = await first.readContract({ ...contract, functionName: 'entries', args: [keccak256(PROMPT)] })
  expect(entry).toMatchObject({ text: stringToHex('42'), tokens: 3, payer: first.account.address })
  const isAnswer = (output: readonly number[]) =>
    second.readContract({ ...contract, functionName: 'isAnswer', args: [PROMPT, output] })
  expect([await isAnswer(TOKENS), await isAnswer(TOKENS.with(0, 4))]).toEqual([true, false])
}

async function adventure(player: Person): Promise<void> {
  const args = [QUIZ, { beforeMove: '\nQ: ', beforeStory: '\nA: ', afterStory: '' }, 100n, 13, 500] as const
  const address = await deployed(
    player,
    player.deployContract({ abi: textAdventureAbi, bytecode: textAdventureBytecode, args }),
  )
  const contract = { abi: textAdventureAbi, address }
  const moves = ['17 + 25?', 'Is 150 more than 143?', '6 * 7?']
  for (const move of moves) {
    const play = { ...contract, functionName: 'play', args: [move] } as const
    const { result: foretold } = await player.simulateContract(play)
    const { logs } = await done(player, player.writeContract(play))
    const [told] = parseEventLogs({ abi: textAdventureAbi, logs, eventName: 'Told' })
    expect(told?.args).toMatchObject({ action: move, story: foretold })
  }
  const game = await player.readContract({ ...contract, functionName: 'games', args: [player.account.address] })
  expect(game).toMatchObject({ moves: 3n })
}

it('contracts bet, remember and tell by what the model of a real node says', async () => {
  const url = await startCallingNode()
  expect(await command('call-model', '17 + 25?', '--rpc', url)).toBe('42\n')
  const people = [0, 1, 2, 3, 4].map((index) => person(url, index)) as [Person, Person, Person, Person, Person]
  await Promise.all([bet(people[0], people[1]), cache(people[2], people[3]), adventure(people[4])])
})
