import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defined, devnet, type NetworkParams } from '@poai/core'
import { calllessDevnet } from '@poai/testing/chain'
import { onTestFinished } from 'vitest'
import { composeNode, type Node } from '../../src/compose-node.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import type { EngineMaker } from '../../src/engine/engine-service.ts'
import type { Installation } from '../../src/engine/installation.ts'
import type { Ground } from '../../src/ground.ts'
import type { Metric } from '../../src/metrics/metric.ts'
import { type BaseWings, wingsOn } from '../../src/node.ts'
import { type Wing, wholeOffer } from '../../src/wings/wing.ts'

/** A network whose model nobody has: nodes of it come up fast, and abstain. */
export const modelLess: NetworkParams = {
  ...calllessDevnet,
  name: 'modelless',
  work: { ...devnet.work, model: 'no-such-model' },
}

const MODELS = fileURLToPath(new URL('../../../../models/', import.meta.url))

/** A node of a test, and what it said. */
export interface TestNode {
  readonly node: Node
  readonly lines: readonly string[]
  /** What its wings measure. */
  readonly metrics: readonly Metric[]
}

/** A folder that is gone after the test. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-node-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** What differs from a usual node of a test. */
export interface TestNodeOptions {
  readonly flags?: Readonly<Record<string, string | boolean>>
  readonly params?: NetworkParams
  readonly models?: string
  readonly guests?: (base: BaseWings, ground: Ground) => readonly Wing[]
  readonly engine?: EngineMaker
}

/** A node that listens on free ports of this machine only, and is stopped after the test. */
export function testNode(directory: string, options: TestNodeOptions = {}): TestNode {
  const { flags = {}, params = modelLess, models = MODELS } = options
  const home = join(directory, 'home')
  const installation: Installation = { models, home, modelStore: join(home, 'models'), cache: join(home, 'cache') }
  const { config } = resolveConfig({
    flags: { 'p2p-host': '127.0.0.1', 'p2p-port': '0', mdns: false, workers: '1', 'log-format': 'json', ...flags },
  })
  const lines: string[] = []
  const screen = { write: (text: string) => void lines.push(text), isInteractive: false }
  let wings: readonly Wing[] = []
  const node = composeNode(
    { config, params, directory, installation, version: '0.0.0-test' },
    { screen, ...defined({ engine: options.engine }) },
    (ground) => {
      wings = wingsOn(ground, (base) => options.guests?.(base, ground) ?? [])
      return wings
    },
  )
  onTestFinished(() => node.stop())
  return { node, lines, metrics: wholeOffer(wings).metrics }
}

/** Where a door is, as the log says it. */
export function loggedUrl({ lines }: Pick<TestNode, 'lines'>, message: string): string {
  return lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === message).http
}

/** Messages of the log, in their order. */
export function messagesOf({ lines }: Pick<TestNode, 'lines'>): readonly string[] {
  return lines.map((line) => JSON.parse(line).msg)
}
