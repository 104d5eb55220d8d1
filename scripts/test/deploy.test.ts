// No engine for containers is needed: what the files of deploy/ name must exist in the program.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProgram, runCli } from '../../packages/cli/src/index.ts'
import { createMetricsServer } from '../../packages/node/src/metrics/metrics-server.ts'
import testnet from '../../testnet/testnet.json' with { type: 'json' }
import { CHECKOUT } from './support/copy-checkout.ts'
import {
  type ComposeService,
  type Container,
  type KubernetesObject,
  type Probe,
  readStages,
  readText,
  readYaml,
} from './support/deployment.ts'

const PORTS = { p2p: 30404, rpc: 8545, metrics: 9464 }
const HOME = '/var/lib/poai'

const metrics = createMetricsServer(
  { host: '127.0.0.1', port: 0 },
  {
    metrics: { contentType: 'text/plain', render: async () => '' },
    alive: () => ({ isWell: true, text: 'following' }),
    ready: () => ({ isWell: true, text: 'following' }),
    logger: { error: ignore, warn: ignore, info: ignore, debug: ignore, child: (): never => refuse() },
  },
)
beforeAll(() => metrics.start())
afterAll(() => metrics.stop())

function ignore(): void {}
function refuse(): never {
  throw new Error('no logger of its own is wanted')
}

async function isServed(path: string): Promise<boolean> {
  return (await fetch(`${metrics.url}${path}`)).ok
}

/**
 * What `poai node` would be set to by these flags and variables. Throws with the program's message if they make no
 * sense.
 */
async function settingsOf(
  flags: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>> {
  let out = ''
  const terminal = {
    ...{ isInteractive: false, width: 80, height: 24, hasColour: false },
    out: (text: string) => {
      out += text
    },
    err: (text: string) => {
      out += text
    },
  }
  const { signal } = new AbortController()
  const context = { terminal, environment: { ...environment, POAI_HOME: HOME }, signal, version: '0.0.0' }
  const code = await runCli(['node', ...flags, '--print-config', '--json'], context)
  expect({ code, out }).toMatchObject({ code: 0 })
  return JSON.parse(out)
}

/** The options that a command has, such as `--rpc`. */
async function optionsOf(name: string): Promise<readonly (string | undefined)[]> {
  const terminal = { isInteractive: false, width: 80, height: 24, hasColour: false, out: ignore, err: ignore }
  const { signal } = new AbortController()
  const program = await createProgram({ terminal, environment: {}, signal, version: '0.0.0' }, name)
  return program.commands.find((command) => command.name() === name)?.options.map(({ long }) => long) ?? []
}

/** That a worker's command line is one of `poai mine`, and where it looks for its node. */
async function nodeOfWorker(args: readonly string[] = []): Promise<string> {
  const [command, ...flags] = args
  expect(command).toBe('mine')
  expect(await optionsOf('mine')).toEqual(expect.arrayContaining(flags.map((flag) => flag.split('=', 1)[0])))
  return flags.find((flag) => flag.startsWith('--rpc='))?.slice('--rpc='.length) ?? ''
}

describe('the Dockerfile', () => {
  const stages = readStages('Dockerfile')
  const image = stages.at(-1) ?? []
  const textOf = (name: string): string => image.find((instruction) => instruction.name === name)?.text ?? ''

  it('runs the program as somebody who is not root, in a volume', () => {
    expect(JSON.parse(textOf('ENTRYPOINT'))).toEqual(['poai'])
    expect(textOf('USER')).toBe('1000:1000')
    expect(textOf('ENV')).toBe(`POAI_HOME=${HOME}`)
    expect(textOf('VOLUME')).toBe(HOME)
    const [, program = ''] = /^exec node .* \/opt\/poai\/(\S+) "\$@"$/m.exec(readText('deploy/poai.sh')) ?? []
    expect(existsSync(join(CHECKOUT, program)), program).toBe(true)
  })

  it('starts a node whose health is asked for where it is served', async () => {
    const [command, ...flags] = JSON.parse(textOf('CMD')) as string[]
    expect(command).toBe('node')
    const [, port, path = ''] = /http:\/\/127\.0\.0\.1:(\d+)(\/\w+)/.exec(textOf('HEALTHCHECK')) ?? []
    expect((await settingsOf(flags))['metrics']).toMatchObject({ port: Number(port) })
    expect(await isServed(path)).toBe(true)
    expect(textOf('EXPOSE').split(' ').map(Number)).toEqual(Object.values(PORTS))
  })

  it('has everything that it needs in its context', () => {
    const left = readText('.dockerignore').split('\n')
    for (const entry of ['packages', 'models', 'testnet', 'examples', 'deploy', 'package-lock.json', '.npmrc']) {
      expect(left.filter((line) => line.replace(/^\*\*\//, '') === entry)).toEqual([])
      expect(existsSync(join(CHECKOUT, entry)), entry).toBe(true)
    }
  })
})

describe('deploy/docker-compose.yml', () => {
  const [compose] = readYaml('deploy/docker-compose.yml') as [{ readonly services: Record<string, ComposeService> }]
  const { node, worker, prometheus, grafana } = compose.services

  it('runs a node with settings that it has, on the ports that are published', async () => {
    const [command, ...flags] = node?.command ?? []
    expect(command).toBe('node')
    const { rpc, metrics, p2p, mining } = await settingsOf(flags)
    expect([rpc, metrics, p2p]).toMatchObject([{ port: PORTS.rpc }, { port: PORTS.metrics }, { port: PORTS.p2p }])
    expect(mining).toMatchObject({ alone: true, beneficiary: testnet.accounts[0]?.address })
    expect(node?.ports).toEqual(['30404:30404', '127.0.0.1:8545:8545', '127.0.0.1:9090:9090'])
    expect(node?.volumes).toEqual([`node-data:${HOME}`])
  })

  it('runs two workers that find the node by a name that it answers to', async () => {
    const url = new URL(await nodeOfWorker(worker?.command))
    expect([url.hostname, url.port]).toEqual(['node', String(PORTS.rpc)])
    expect((await settingsOf(node?.command?.slice(1) ?? []))['rpc']).toMatchObject({
      host: '0.0.0.0',
      vhosts: expect.arrayContaining([url.hostname]),
    })
    expect(worker).toMatchObject({ healthcheck: { disable: true }, deploy: { replicas: 2 } })
  })

  it('watches the node with the files of docs/observability', () => {
    expect(prometheus).toMatchObject({ network_mode: 'service:node' })
    const [config] = readYaml('docs/observability/prometheus.yml') as [
      { readonly scrape_configs: readonly [{ readonly static_configs: readonly object[] }] },
    ]
    expect(config.scrape_configs[0].static_configs).toEqual([{ targets: [`127.0.0.1:${PORTS.metrics}`] }])
    const files = [...(prometheus?.volumes ?? []), ...(grafana?.volumes ?? [])].map((volume) => volume.split(':')[0])
    for (const file of files.filter((name) => name?.startsWith('.'))) {
      expect(existsSync(join(CHECKOUT, 'deploy', file ?? '')), file).toBe(true)
    }
    expect(readYaml('deploy/grafana/datasources.yml')).toMatchObject([{ datasources: [{ url: 'http://node:9090' }] }])
    expect(readYaml('deploy/grafana/dashboards.yml')).toMatchObject([{ providers: [{ name: 'poai' }] }])
  })

  it('bounds every service', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      expect(service.deploy?.resources?.limits, name).toEqual({ cpus: expect.any(String), memory: expect.any(String) })
    }
  })
})

describe('deploy/docker-compose.testnet.yml', () => {
  const [compose] = readYaml('deploy/docker-compose.testnet.yml') as [
    { readonly services: Record<string, ComposeService>; readonly volumes: object },
  ]
  const services = Object.entries(compose.services)

  it('runs nodes of one network that know each other by name, each with a volume of its own', async () => {
    for (const [name, { command = [], volumes }] of services) {
      expect(command[0]).toBe('node')
      const { node, p2p, metrics } = await settingsOf(command.slice(1))
      const others = services.filter(([other]) => other !== name).map(([other]) => `/dns4/${other}/tcp/${PORTS.p2p}`)
      expect(node).toMatchObject({ network: 'devnet' })
      expect(p2p).toMatchObject({ port: PORTS.p2p, peers: others })
      expect(metrics).toMatchObject({ port: PORTS.metrics })
      expect(volumes).toEqual([`${name}-data:${HOME}`])
    }
    expect(Object.keys(compose.volumes)).toEqual(services.map(([name]) => `${name}-data`))
  })

  it('pays its miners to accounts of the test network, and publishes one port to this machine', async () => {
    const all = await Promise.all(services.map(([, { command = [] }]) => settingsOf(command.slice(1))))
    const paid = all.map(({ mining }) => mining?.['beneficiary']).filter((account) => account !== undefined)
    expect(paid).toEqual([testnet.accounts.at(-1)?.address, testnet.accounts.at(-2)?.address])
    expect(services.flatMap(([, { ports = [] }]) => ports)).toEqual(['127.0.0.1:8545:8545'])
  })

  it('bounds and confines every node', () => {
    for (const [name, service] of services) {
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        deploy: { resources: { limits: { cpus: expect.any(String), memory: expect.any(String) } } },
      })
    }
  })
})

describe('deploy/kubernetes', () => {
  const [kustomization] = readYaml('deploy/kubernetes/kustomization.yaml') as [{ readonly resources: string[] }]
  const objects = kustomization.resources.flatMap((file) => readYaml(`deploy/kubernetes/${file}`)) as KubernetesObject[]
  const find = (kind: string, name: string): KubernetesObject | undefined =>
    objects.find((object) => object.kind === kind && object.metadata.name === name)
  const containersOf = (object: KubernetesObject | undefined): readonly Container[] =>
    object?.spec?.template?.spec.containers ?? []
  const statefulSet = find('StatefulSet', 'poai-node')
  const farm = find('Deployment', 'poai-farm')
  const [node] = containersOf(statefulSet)
  const [worker] = containersOf(farm)
  const settings = find('ConfigMap', 'poai')?.data ?? {}

  it('has all that it speaks of', () => {
    expect(objects.map(({ kind }) => kind).sort()).toEqual(
      [
        ...['ConfigMap', 'Deployment', 'Namespace', 'NetworkPolicy', 'NetworkPolicy'],
        ...['Service', 'Service', 'StatefulSet'],
      ].sort(),
    )
    expect(statefulSet?.spec?.volumeClaimTemplates).toHaveLength(1)
  })

  it('runs a node by variables that it has', async () => {
    expect(node?.args).toEqual(['node'])
    expect(node?.envFrom).toEqual([{ configMapRef: { name: 'poai' } }])
    const { rpc, metrics, p2p, mining } = await settingsOf([], settings)
    expect([rpc, metrics, p2p]).toMatchObject([{ port: PORTS.rpc }, { port: PORTS.metrics }, { port: PORTS.p2p }])
    expect(mining).toMatchObject({ beneficiary: testnet.accounts[0]?.address })
    expect(Object.fromEntries(node?.ports?.map(({ name, containerPort }) => [name, containerPort]) ?? [])).toEqual(
      PORTS,
    )
  })

  it('probes paths that are served, on the port of the metrics', async () => {
    const probes = [node?.startupProbe, node?.livenessProbe, node?.readinessProbe]
    const paths = probes.map((probe: Probe | undefined) => probe?.httpGet.path ?? '')
    expect(paths).toEqual(['/health', '/health', '/ready'])
    for (const path of [...paths, '/metrics']) expect(await isServed(path), path).toBe(true)
    for (const probe of probes) expect(probe?.httpGet.port).toBe('metrics')
    expect(statefulSet?.spec?.template?.metadata.annotations).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(PORTS.metrics),
      'prometheus.io/path': '/metrics',
    })
  })

  it('leads clients and workers to ports that the node has', async () => {
    const services = objects.filter(({ kind }) => kind === 'Service')
    for (const { metadata, spec } of services) {
      expect(statefulSet?.spec?.template?.metadata.labels, metadata.name).toMatchObject(spec?.selector ?? {})
      for (const { port, targetPort } of spec?.ports ?? []) expect(PORTS).toMatchObject({ [targetPort]: port })
    }
    const url = new URL(await nodeOfWorker(worker?.args))
    expect(services.map(({ metadata }) => metadata.name)).toContain(url.hostname)
    expect((await settingsOf([], settings))['rpc']).toMatchObject({
      host: '0.0.0.0',
      vhosts: expect.arrayContaining([url.hostname]),
    })
  })

  it('opens to everybody nothing but the port for peers', () => {
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy')
    for (const workload of [statefulSet, farm]) {
      const labels = workload?.spec?.template?.metadata.labels
      const covering = policies.filter(({ spec }) => spec?.podSelector?.matchLabels !== undefined)
      expect(covering.map(({ spec }) => spec?.podSelector?.matchLabels)).toContainEqual(labels)
    }
    const rules = policies.flatMap(({ spec }) => spec?.ingress ?? [])
    const open = rules.filter(({ from }) => from === undefined).flatMap(({ ports }) => ports.map(({ port }) => port))
    expect(open).toEqual(['p2p'])
  })

  it('bounds and confines every container', () => {
    for (const workload of [statefulSet, farm]) {
      expect(workload?.spec?.template?.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
      for (const { name, image, resources, securityContext, volumeMounts } of containersOf(workload)) {
        expect(image).toBe('poai')
        for (const bound of [resources?.requests, resources?.limits]) {
          expect(bound, name).toEqual({ cpu: expect.any(String), memory: expect.any(String) })
        }
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
        expect(volumeMounts?.map(({ mountPath }) => mountPath)).toEqual([HOME, '/tmp'])
      }
    }
  })
})
