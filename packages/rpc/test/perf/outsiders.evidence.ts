// `npm run evidence -- outsiders [TOOL…]`: the tools that people bring to an Ethereum node, at work on a network of
// real nodes that mine. One row each: what it did, how many of its steps passed, and how long it took. Every tool is
// installed from npm into .cache/outsiders, with an exact version and without its install scripts; some hundred
// megabytes the first time. Fails if a step of any tool fails, or if a tool cannot run.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anvilRow } from '../support/outsiders/anvil-row.ts'
import { castRow } from '../support/outsiders/cast-row.ts'
import { ETHERS_VERSION, ethersRow } from '../support/outsiders/ethers-row.ts'
import { forgeRow } from '../support/outsiders/forge-row.ts'
import { FOUNDRY_VERSION } from '../support/outsiders/foundry.ts'
import { HARDHAT_VERSION, hardhatRow } from '../support/outsiders/hardhat-row.ts'
import { ask, developmentAccount, type Outside } from '../support/outsiders/outside.ts'
import { PONDER_VERSION, ponderRow } from '../support/outsiders/ponder-row.ts'
import { schemasRow } from '../support/outsiders/schemas-row.ts'
import { Steps } from '../support/outsiders/steps.ts'
import { startTestnetProcess } from '../support/outsiders/testnet-process.ts'
import { compileToken } from '../support/outsiders/token.ts'
import { VIEM_VERSION, viemRow } from '../support/outsiders/viem-row.ts'
import { WEB3_VERSION, web3Row } from '../support/outsiders/web3-row.ts'

interface Tool {
  readonly name: string
  readonly version: string
  readonly act: (steps: Steps, outside: Outside) => Promise<void>
}

const TOOLS: readonly Tool[] = [
  { name: 'cast', version: FOUNDRY_VERSION, act: castRow },
  { name: 'forge', version: FOUNDRY_VERSION, act: forgeRow },
  { name: 'anvil', version: FOUNDRY_VERSION, act: anvilRow },
  { name: 'viem', version: VIEM_VERSION, act: viemRow },
  { name: 'ethers', version: ETHERS_VERSION, act: ethersRow },
  { name: 'web3', version: WEB3_VERSION, act: web3Row },
  { name: 'hardhat', version: HARDHAT_VERSION, act: hardhatRow },
  { name: 'ponder', version: PONDER_VERSION, act: ponderRow },
  { name: 'schemas', version: '033ca6e', act: schemasRow },
]
/** The first development account is left to miners. */
const FIRST_ACCOUNT = 1

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !TOOLS.some((tool) => tool.name === name))
if (unknown.length > 0) throw new Error(`no tool is called ${unknown.join(', ')}: ${TOOLS.map(({ name }) => name)}`)

/** Lets one tool do its work. Resolves to true if all of it succeeded. */
async function runTool({ name, version, act }: Tool, outside: Omit<Outside, 'folder' | 'holder'>): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), `poai-outsider-${name}-`))
  const holder = developmentAccount(FIRST_ACCOUNT + TOOLS.findIndex((tool) => tool.name === name))
  const steps = new Steps()
  const begin = performance.now()
  await steps.run((given) => act(given, { ...outside, folder, holder }))
  const seconds = (performance.now() - begin) / 1000
  await rm(folder, { recursive: true, force: true })
  const { passed, failures } = steps
  const total = passed.length + failures.length
  const isRight = failures.length === 0 && passed.length > 0
  const cells = [
    name.padEnd(8),
    version.padEnd(8),
    `${total} steps`.padStart(9),
    `${passed.length} passed`.padStart(10),
  ]
  console.log(
    `${cells.join('  ')}  ${failures.length} failed  ${seconds.toFixed(1).padStart(6)} s  ${isRight ? 'ok' : 'FAIL'}`,
  )
  console.log(`  did: ${passed.join('; ') || 'nothing'}`)
  for (const { step, why } of failures) console.log(`  FAILED ${step}: ${why}`)
  return isRight
}

const token = await compileToken()
const network = await startTestnetProcess()
let failed = 0
try {
  const { url, socket, minerSocket } = network
  const [client, chainId] = [await ask(network, 'web3_clientVersion'), Number(await ask(network, 'eth_chainId'))]
  console.log(`${client} at chain ${chainId}, a block every second`)
  const outside = { url, socket, minerSocket, token, chainId, webSocketUrl: url.replace('http', 'ws') }
  for (const tool of TOOLS) {
    if (wanted.length > 0 && !wanted.includes(tool.name)) continue
    if (!(await runTool(tool, outside))) failed++
  }
} finally {
  await network.stop()
}
console.log(failed === 0 ? 'holds: every tool did all of its work' : `DOES NOT HOLD: ${failed} tools failed`)
process.exitCode = failed === 0 ? 0 : 1
