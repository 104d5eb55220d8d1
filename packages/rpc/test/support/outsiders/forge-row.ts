import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openFoundry } from './foundry.ts'
import { ask, type Outside } from './outside.ts'
import { expectEqual, expectThat, type Steps } from './steps.ts'
import { CONTRACTS } from './token.ts'

const PAYEE = '0x00000000000000000000000000000000000f0e6e'
const SUPPLY = 10n ** 21n

interface Broadcast {
  readonly receipts: readonly { readonly status: string; readonly transactionHash: string }[]
  readonly transactions: readonly { readonly contractAddress: string | null; readonly hash: string }[]
}

/** forge: Foundry's builder, which deploys, runs scripts and tests. */
export async function forgeRow(steps: Steps, outside: Outside): Promise<void> {
  const { folder, holder, chainId, url } = outside
  const { forge, cast, solc } = await openFoundry(outside)
  for (const name of ['src', 'script', 'test']) await mkdir(join(folder, name))
  await copyFile(join(CONTRACTS, 'Token.sol'), join(folder, 'src/Token.sol'))
  await copyFile(join(CONTRACTS, 'Send.s.sol'), join(folder, 'script/Send.s.sol'))
  await copyFile(join(CONTRACTS, 'Fork.t.sol'), join(folder, 'test/Fork.t.sol'))
  const environment = `OUTSIDER_CHAIN=${chainId}\nOUTSIDER_HOLDER=${holder.address}\n`
  await writeFile(join(folder, 'foundry.toml'), `[profile.default]\nsolc = ${JSON.stringify(solc)}\noffline = true\n`)
  const key = ['--private-key', holder.key]
  const tokensOf = async (token: string, address: string): Promise<string> =>
    (await cast('call', token, 'balanceOf(address)(uint256)', address)).split(' ')[0] ?? ''
  await steps.need('compile with npm’s solc', () => forge('build'))
  const token = await steps.need('create and broadcast', async () => {
    const args = ['--broadcast', ...key, '--json', '--constructor-args', String(SUPPLY)]
    const { deployedTo } = JSON.parse(await forge('create', 'src/Token.sol:Token', ...args)) as {
      readonly deployedTo: string
    }
    expectEqual(await tokensOf(deployedTo, holder.address), String(SUPPLY), 'tokens')
    return deployedTo
  })
  await steps.check('create, legacy', async () => {
    const args = ['--broadcast', '--legacy', ...key, '--json', '--constructor-args', '1']
    const { transactionHash } = JSON.parse(await forge('create', 'src/Token.sol:Token', ...args)) as {
      readonly transactionHash: string
    }
    const { type } = await ask<{ readonly type: string }>(outside, 'eth_getTransactionByHash', transactionHash)
    expectEqual(type, '0x0', 'type')
  })
  await steps.check('script, only simulated', async () => {
    const before = await cast('nonce', holder.address)
    await forge('script', 'script/Send.s.sol:Send', '--sig', 'run(address)', PAYEE, ...key, '--rpc-url', url)
    expectEqual(await cast('nonce', holder.address), before, 'nonce')
  })
  for (const [name, more] of [
    ['script and broadcast', []],
    ['script and broadcast, one at a time, legacy', ['--slow', '--legacy']],
  ] as const) {
    await steps.check(name, async () => {
      const args = ['--sig', 'run(address)', PAYEE, '--broadcast', ...key, '--rpc-url', url, ...more]
      await forge('script', 'script/Send.s.sol:Send', ...args)
      const file = join(folder, 'broadcast/Send.s.sol', String(chainId), 'run-latest.json')
      const { receipts, transactions } = JSON.parse(await readFile(file, 'utf8')) as Broadcast
      expectEqual(
        receipts.map(({ status }) => status),
        ['0x1', '0x1', '0x1'],
        'receipts',
      )
      const made = transactions[0]?.contractAddress ?? ''
      expectEqual(await tokensOf(made, PAYEE), String(3n * 10n ** 18n), 'tokens')
    })
  }
  await steps.check('test on a fork of the network', async () => {
    await writeFile(join(folder, '.env'), `${environment}OUTSIDER_TOKEN=${token}\n`)
    const told = JSON.parse(await forge('test', '--fork-url', url, '--json')) as Readonly<
      Record<string, { readonly test_results: Readonly<Record<string, { readonly status: string }>> }>
    >
    const states = Object.values(told).flatMap(({ test_results }) => Object.values(test_results))
    expectEqual(
      states.map(({ status }) => status),
      ['Success', 'Success'],
      'tests',
    )
  })
  await steps.check('test on a fork of an earlier block fails where the token is not there', async () => {
    const told = await forge('test', '--fork-url', url, '--fork-block-number', '1', '--json', '--allow-failure')
    expectThat(told.includes('"Failure"') && told.includes('"Success"'), 'both tests came out alike')
  })
}
