import { addressToChecksumHex, hex, toAddress } from '@poai/core'
import { expect, it } from 'vitest'
import { ConfigError, type ConfigFault } from '../../../src/config/config-error.ts'
import { configToJson, describeConfig } from '../../../src/config/describe-config.ts'
import { type ConfigSources, resolveConfig, SETTING_ROWS } from '../../../src/config/resolve-config.ts'
import { variableOf } from '../../../src/config/setting.ts'

const ACCOUNT = addressToChecksumHex(toAddress(hex(`0x${'ab'.repeat(20)}`)))
const PEER = '/ip4/192.0.2.1/tcp/30404/p2p/12D3KooWHX6i4J9Vr2CvJ4DkmpCU5V1tJe1jn2srvC1x19rDLr4k'

function faultsOf(sources: ConfigSources): readonly ConfigFault[] {
  try {
    resolveConfig(sources)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

it('takes defaults where nothing is said', () => {
  const { config, origins } = resolveConfig({})
  expect(config.p2p.port).toBe(30_404)
  expect(config.rpc.port).toBeUndefined()
  expect(config.mining.enabled).toBe(false)
  expect(new Set(Object.values(origins))).toEqual(new Set(['default']))
})

it('lets flags win over variables, variables over the file, the file over defaults', () => {
  const file = { name: 'node.json', json: { p2p: { port: 1001, mdns: false, maxInbound: 5 }, log: { level: 'warn' } } }
  const environment = { POAI_P2P_PORT: '1002', POAI_MAX_INBOUND: '6', HOME: '/nowhere' }
  const { config, origins } = resolveConfig({ file, environment, flags: { 'p2p-port': '1003' } })
  expect([config.p2p.port, config.p2p.maxInbound, config.p2p.mdns, config.log.level]).toEqual([1003, 6, false, 'warn'])
  expect(origins).toMatchObject({
    'p2p.port': 'flag',
    'p2p.maxInbound': 'environment',
    'p2p.mdns': 'file',
    'log.format': 'default',
  })
})

it('reads every kind of value from text and from JSON alike', () => {
  const texts = resolveConfig({
    flags: { beneficiary: ACCOUNT, mine: true, peers: `${PEER},/dns4/a.example/tcp/1`, keep: 'light', mdns: false },
  })
  const json = { mining: { beneficiary: ACCOUNT.toLowerCase(), enabled: true }, storage: { keep: 'light' } }
  const file = resolveConfig({
    file: { name: 'f', json: { ...json, p2p: { peers: [PEER, '/dns4/a.example/tcp/1'], mdns: false } } },
  })
  expect(texts.config).toEqual(file.config)
  expect(texts.config.p2p.peers).toHaveLength(2)
})

it('freezes what it made', () => {
  const { config } = resolveConfig({})
  expect(Object.isFrozen(config) && Object.isFrozen(config.p2p) && Object.isFrozen(config.p2p.peers)).toBe(true)
})

it('lists all faults of all sources at once, each with its place', () => {
  const file = { name: 'node.json', json: { p2p: { port: '30404', portt: 1 }, pp: {}, log: 'debug' } }
  const environment = { POAI_METRICS_PORT: '-1', POAI_P2PPORT: '1' }
  const faults = faultsOf({ file, environment, flags: { keep: 'everything', beneficiary: '0x12' } })
  expect(faults.map(({ path }) => path).sort()).toEqual([
    '--beneficiary',
    '--keep',
    'POAI_METRICS_PORT',
    'POAI_P2PPORT',
    'node.json: log',
    'node.json: p2p.port',
    'node.json: p2p.portt',
    'node.json: pp',
  ])
  expect(faults.find(({ path }) => path === '--keep')).toEqual({
    path: '--keep',
    expected: 'archive, full, light',
    actual: '"everything"',
  })
})

it.each<[string, ConfigSources, string]>([
  ['a file that is no object', { file: { name: 'f', json: [] } }, 'f'],
  ['a section that is no object', { file: { name: 'f', json: { p2p: 1 } } }, 'f: p2p'],
  [
    'a setting named like a member of every object',
    { file: { name: 'f', json: { p2p: { toString: 1 } } } },
    'f: p2p.toString',
  ],
  ['a section named like one', { file: { name: 'f', json: { constructor: {} } } }, 'f: constructor'],
  ['an unknown variable', { environment: { POAI_FOO: '' } }, 'POAI_FOO'],
  ['a port above the last', { flags: { 'http-port': '65536' } }, '--http-port'],
  ['a port that is no number', { flags: { 'http-port': '80a' } }, '--http-port'],
  ['a number with a sign', { flags: { workers: '+1' } }, '--workers'],
  ['no workers', { flags: { workers: '0' } }, '--workers'],
  ['too many workers', { flags: { workers: '257' } }, '--workers'],
  ['a fraction', { file: { name: 'f', json: { engine: { workers: 1.5 } } } }, 'f: engine.workers'],
  ['a text for a switch', { environment: { POAI_MINE: 'yes' } }, 'POAI_MINE'],
  ['a number for a switch in a file', { file: { name: 'f', json: { p2p: { mdns: 1 } } } }, 'f: p2p.mdns'],
  [
    'an account with a wrong checksum',
    {
      flags: {
        beneficiary: ACCOUNT.replace(/[a-f]/, (d) => d.toUpperCase()).replace(/[A-F]$/, (d) => d.toLowerCase()),
      },
    },
    '--beneficiary',
  ],
  ['a host name to listen on', { flags: { 'http-host': 'localhost' } }, '--http-host'],
  ['a peer that is no multiaddress', { flags: { peers: `${PEER},192.0.2.1:30404` } }, '--peers'],
  ['an empty text', { flags: { 'data-dir': '' } }, '--data-dir'],
  ['extra data of 65 bytes', { flags: { 'extra-data': 'é'.repeat(32).concat('x') } }, '--extra-data'],
  ['an unknown log level', { flags: { 'log-level': 'trace' } }, '--log-level'],
  ['a token of 15 characters', { flags: { 'rpc-token': 'x'.repeat(15) } }, '--rpc-token'],
  ['mining that pays nobody', { flags: { mine: true } }, '--beneficiary'],
  ['an index of blocks that go', { flags: { index: true, keep: 'light' } }, '--index'],
  ['peers without a network', { flags: { p2p: false, peers: PEER } }, '--no-p2p'],
  ['waiting for peers without a network', { flags: { p2p: false, mine: true, beneficiary: ACCOUNT } }, '--mine'],
  ['one port for two doors', { flags: { 'http-port': '9000', 'metrics-port': '9000' } }, '--metrics-port'],
  ['trust in no block', { flags: { sync: 'assume-valid' } }, '--assume-valid'],
  ['a trusted block that nothing asks for', { flags: { 'assume-valid': `0x${'ab'.repeat(32)}` } }, '--sync'],
  ['a sample of nothing', { flags: { sync: 'sampled', 'sync-sample': '0' } }, '--sync-sample'],
  ['a hash of 31 bytes', { flags: { sync: 'assume-valid', 'assume-valid': `0x${'ab'.repeat(31)}` } }, '--assume-valid'],
  ['the port of peers for HTTP', { flags: { 'http-port': '30404' } }, '--http-port'],
])('refuses %s', (_what, sources, path) => {
  expect(faultsOf(sources).map((fault) => fault.path)).toEqual([path])
})

it.each<[string, ConfigSources]>([
  ['the last port', { flags: { 'http-port': '65535' } }],
  ['any free port for several doors', { flags: { 'http-port': '0', 'metrics-port': '0', 'p2p-port': '0' } }],
  ['a port of peers that nobody listens on', { flags: { 'http-port': '30404', p2p: false } }],
  ['a token of 16 characters', { flags: { 'rpc-token': 'x'.repeat(16) } }],
  ['an empty list', { flags: { peers: '' } }],
  ['extra data of 64 bytes', { flags: { 'extra-data': 'é'.repeat(32) } }],
  ['mining alone without a network', { flags: { p2p: false, mine: true, 'mine-alone': true, beneficiary: ACCOUNT } }],
  ['a block that is trusted', { flags: { sync: 'assume-valid', 'assume-valid': `0x${'ab'.repeat(32)}` } }],
  ['all blocks in the sample', { flags: { sync: 'sampled', 'sync-sample': '100' } }],
  ['variables of other commands', { environment: { POAI_RPC: 'http://localhost', POAI_CONFIG: 'x' } }],
])('accepts %s', (_what, sources) => {
  expect(faultsOf(sources)).toEqual([])
})

it('never shows a secret, right or wrong', () => {
  const resolved = resolveConfig({ flags: { 'rpc-token': 'hunter2-hunter2-hunter2' } })
  expect(JSON.stringify([describeConfig(resolved), configToJson(resolved)])).not.toContain('hunter2')
  const [fault] = faultsOf({ file: { name: 'f', json: { rpc: { token: ['hunter2'] } } } })
  expect(JSON.stringify(fault)).not.toContain('hunter2')
})

it('describes a configuration in a way that reads back to it', () => {
  const flags = { beneficiary: ACCOUNT, mine: true, peers: PEER, 'log-level': 'debug', 'cache-mb': '64', mdns: false }
  const first = resolveConfig({ flags })
  const second = resolveConfig({ file: { name: 'printed', json: JSON.parse(JSON.stringify(configToJson(first))) } })
  expect(second.config).toEqual(first.config)
})

it('has one flag and one variable for each setting', () => {
  const flags = SETTING_ROWS.map(({ setting }) => setting.flag)
  expect(new Set(flags).size).toBe(flags.length)
  for (const { setting } of SETTING_ROWS) {
    expect(setting.flag).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
    expect(setting.flag).not.toMatch(/^no-/)
    expect(variableOf(setting)).toMatch(/^POAI_[A-Z0-9_]+$/)
    expect(setting.description).toMatch(/^[^A-Z].*[^.]$/)
  }
})

it('reads checkpoints and a minimum of work, from text as from a file', () => {
  const hash = `0x${'cd'.repeat(32)}`
  const flags = resolveConfig({ flags: { checkpoint: `7:${hash},1200:${hash}`, 'minimum-work': `1${'0'.repeat(30)}` } })
  const json = { finality: { checkpoints: [`7:${hash}`, `1200:${hash}`], minimumWork: `1${'0'.repeat(30)}` } }
  const file = resolveConfig({ file: { name: 'f', json } })
  expect(flags.config).toEqual(file.config)
  expect(flags.config.finality.checkpoints.map(({ number }) => number)).toEqual([7n, 1200n])
  expect(flags.config.finality.minimumWork).toBe(10n ** 30n)
  expect(JSON.stringify(configToJson(flags))).toContain(`"7:${hash}"`)
})

it('refuses checkpoints that are none, or contradict each other', () => {
  const hash = `0x${'cd'.repeat(32)}`
  for (const text of ['7', hash, `7:${hash}0`, `-7:${hash}`]) {
    expect(faultsOf({ flags: { checkpoint: text } }).map(({ path }) => path)).toEqual(['--checkpoint'])
  }
  const two = { flags: { checkpoint: `7:${hash},7:0x${'ce'.repeat(32)}` } }
  expect(faultsOf(two)).toMatchObject([{ path: '--checkpoint', actual: 'two for 7' }])
})
