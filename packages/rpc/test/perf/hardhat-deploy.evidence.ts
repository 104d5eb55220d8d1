// Hardhat, as its users run it, deploys a contract to a running node, calls it and reads its log: `npm run evidence --
// hardhat-deploy`. It is installed from npm into .cache/hardhat the first time. Its own signing and its own waiting are
// used; only its network is ours.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LOGGER_CODE, LOGGER_INIT_CODE } from '../support/contracts.ts'
import { HARDHAT_ENVIRONMENT, installHardhat } from '../support/hardhat-node.ts'

const DIRECTORY = join(import.meta.dirname, '../../../../.cache/hardhat')
/** The first account of a devnet: its key is public. */
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const BLOCK_EVERY_MS = 300
const WORD = `0x${'2a'.repeat(32)}`

const cli = await installHardhat(DIRECTORY)
const child = fork(join(import.meta.dirname, '../support/bench-node.ts'), {
  execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
})
const over = new AbortController()
try {
  const [{ url }] = (await once(child, 'message')) as [{ readonly url: string }]
  const mining = (async () => {
    while (!over.signal.aborted) {
      child.send('mine')
      await once(child, 'message')
      await delay(BLOCK_EVERY_MS)
    }
  })()
  const network = { type: 'http', chainType: 'l1', url, accounts: [KEY] }
  await writeFile(
    join(DIRECTORY, 'deploy.config.js'),
    `export default { networks: { poai: ${JSON.stringify(network)} } }\n`,
  )
  await writeFile(
    join(DIRECTORY, 'deploy.js'),
    `import { network } from 'hardhat'
const { provider } = await network.getOrCreate('poai')
const ask = (method, ...params) => provider.request({ method, params })
const mined = async (hash) => {
  for (;;) {
    const receipt = await ask('eth_getTransactionReceipt', hash)
    if (receipt !== null) return receipt
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
const [from] = await ask('eth_accounts')
const { contractAddress: to } = await mined(await ask('eth_sendTransaction', { from, data: '${LOGGER_INIT_CODE}' }))
const code = await ask('eth_getCode', to, 'latest')
const call = await mined(await ask('eth_sendTransaction', { from, to, data: '${WORD}' }))
const logs = await ask('eth_getLogs', { address: to, fromBlock: '0x0', toBlock: 'latest' })
console.log(JSON.stringify({ to, code, status: call.status, logged: logs.map(({ data }) => data) }))
`,
  )
  const arguments_ = [cli, '--config', 'deploy.config.js', 'run', '--no-compile', 'deploy.js']
  const hardhat = spawn(process.execPath, arguments_, {
    cwd: DIRECTORY,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: HARDHAT_ENVIRONMENT,
  })
  let output = ''
  hardhat.stdout.on('data', (text: Buffer) => {
    output += String(text)
  })
  const [status] = await once(hardhat, 'close')
  over.abort()
  await mining
  if (status !== 0) throw new Error(`hardhat ended with ${status}: ${output}`)
  const told = JSON.parse(output.trim().split('\n').at(-1) ?? '') as {
    readonly to: string
    readonly code: string
    readonly status: string
    readonly logged: readonly string[]
  }
  const isRight =
    told.code === `0x${LOGGER_CODE}` && told.status === '0x1' && told.logged.length === 1 && told.logged[0] === WORD
  console.log(`Hardhat deployed ${told.to}, called it, and read its log: ${isRight ? 'ok' : `FAIL ${output}`}`)
  if (!isRight) process.exitCode = 1
} finally {
  over.abort()
  child.disconnect()
}
