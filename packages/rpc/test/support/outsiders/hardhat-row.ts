import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HARDHAT_ENVIRONMENT } from '../hardhat-node.ts'
import { ask, type Outside } from './outside.ts'
import { runProgram } from './run-program.ts'
import { expectEqual, expectThat, type Steps } from './steps.ts'
import { CONTRACTS, installSolc } from './token.ts'
import { installTool } from './tool-folder.ts'
import { VIEM_VERSION } from './viem-row.ts'

export const HARDHAT_VERSION = '3.18.0'
const PAYEE = '0x00000000000000000000000000000000004a4da7'
const PACKAGES = {
  hardhat: HARDHAT_VERSION,
  '@nomicfoundation/hardhat-viem': '3.0.9',
  '@nomicfoundation/hardhat-node-test-runner': '3.1.0',
  '@nomicfoundation/hardhat-ignition': '3.1.8',
  viem: VIEM_VERSION,
}

const MODULE = `import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
export default buildModule('TokenModule', (m) => {
  const token = m.contract('Token', [10n ** 21n])
  m.call(token, 'transfer', ['${PAYEE}', 5n])
  return { token }
})
`

const TEST = `import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { network } from 'hardhat'
describe('Token', async () => {
  const { viem } = await network.getOrCreate()
  const client = await viem.getPublicClient()
  const token = await viem.deployContract('Token', [10n ** 21n])
  it('moves, logs and charges', async () => {
    const hash = await token.write.transfer(['${PAYEE}', 5n])
    const { status, blockNumber: fromBlock } = await client.waitForTransactionReceipt({ hash })
    assert.equal(status, 'success')
    assert.equal(await token.read.balanceOf(['${PAYEE}']), 5n)
    const logs = await token.getEvents.Transfer({ to: '${PAYEE}' }, { fromBlock })
    assert.deepEqual(logs.map(({ args }) => args.value), [5n])
  })
  it('refuses', async () => {
    await assert.rejects(token.simulate.transfer(['${PAYEE}', 10n ** 22n]), /TooLittle/)
  })
})
`

/** Hardhat: builds, deploys and tests against the network, and upon a fork of it. */
export async function hardhatRow(steps: Steps, outside: Outside): Promise<void> {
  const { folder, url, chainId, holder } = outside
  const installed = await installTool('hardhat', PACKAGES)
  const { file: compiler } = await installSolc()
  for (const name of ['contracts', 'test', 'ignition/modules', 'scripts'])
    await mkdir(join(folder, name), { recursive: true })
  await symlink(join(installed, 'node_modules'), join(folder, 'node_modules'))
  await copyFile(join(CONTRACTS, 'Token.sol'), join(folder, 'contracts/Token.sol'))
  const networks = {
    poai: { type: 'http', chainType: 'l1', url, accounts: [holder.key] },
    fork: { type: 'edr-simulated', chainType: 'l1', chainId, forking: { url } },
    // Of its own accord it forks well behind the head.
    head: { type: 'edr-simulated', chainType: 'l1', chainId, forking: { url, blockNumber: 'OF THE HEAD' } },
  }
  const files = {
    'package.json': JSON.stringify({ private: true, type: 'module' }),
    'ignition/modules/token.js': MODULE,
    'test/token.js': TEST,
    'hardhat.config.js': `import tests from '@nomicfoundation/hardhat-node-test-runner'
import viem from '@nomicfoundation/hardhat-viem'
import ignition from '@nomicfoundation/hardhat-ignition'
export default {
  plugins: [tests, viem, ignition],
  solidity: { compilers: [{ version: '0.8.37', path: ${JSON.stringify(compiler)} }] },
  ignition: { requiredConfirmations: 2 },
  networks: ${JSON.stringify(networks).replace('"OF THE HEAD"', 'Number(process.env.OUTSIDER_BLOCK ?? 1)')},
}
`,
    'scripts/fork.js': `import { network } from 'hardhat'
const { viem, provider } = await network.getOrCreate('head')
// It executes only upon blocks that have a price for blobs: its own.
await provider.request({ method: 'hardhat_mine', params: ['0x1'] })
const token = await viem.getContractAt('Token', process.env.OUTSIDER_TOKEN)
console.log(String(await token.read.balanceOf(['${PAYEE}'])))
`,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const hardhat = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> =>
    runProgram(process.execPath, [join(installed, 'node_modules/hardhat/dist/src/cli.js'), ...args], {
      cwd: folder,
      env: { ...HARDHAT_ENVIRONMENT, HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: 'false', NO_COLOR: '1', ...env },
    })
  await steps.need('compile with npm’s solc', () => hardhat(['build']))
  const address = await steps.need('deploy by a module of Ignition', async () => {
    await hardhat(['ignition', 'deploy', 'ignition/modules/token.js', '--network', 'poai'])
    const file = join(folder, `ignition/deployments/chain-${chainId}/deployed_addresses.json`)
    const made = JSON.parse(await readFile(file, 'utf8'))['TokenModule#Token'] as string
    expectThat((await ask<string>(outside, 'eth_getCode', made, 'latest')).length > 2, 'there is no code')
    return made
  })
  await steps.check('deploy again: everything is there', async () => {
    const before = await ask(outside, 'eth_getTransactionCount', holder.address, 'latest')
    await hardhat(['ignition', 'deploy', 'ignition/modules/token.js', '--network', 'poai'])
    expectEqual(await ask(outside, 'eth_getTransactionCount', holder.address, 'latest'), before, 'nonce')
  })
  for (const network of ['poai', 'fork']) {
    await steps.check(`test against ${network === 'poai' ? 'the network' : 'a fork of it'}`, async () => {
      const told = await hardhat(['test', 'nodejs', '--no-compile', '--network', network])
      expectThat(/\b2 passing/.test(told) && !/failing/.test(told), told.slice(-300))
    })
  }
  await steps.check('read on a fork what was deployed here', async () => {
    const environment = { OUTSIDER_TOKEN: address, OUTSIDER_BLOCK: await ask<string>(outside, 'eth_blockNumber') }
    const told = await hardhat(['run', '--no-compile', 'scripts/fork.js'], environment)
    expectEqual(told.split('\n').at(-1), '5', 'tokens')
  })
}
