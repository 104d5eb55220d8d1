import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { devnet, type NetworkParams } from '@poai/core'
import { onTestFinished } from 'vitest'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { createNode, type Node } from '../../src/node.ts'
import type { Installation } from '../../src/work/installation.ts'

/** A network whose model nobody has: nodes of it come up fast, and abstain. */
export const modelLess: NetworkParams = {
  ...devnet,
  name: 'modelless',
  work: { ...devnet.work, model: 'no-such-model' },
}

const MODELS = fileURLToPath(new URL('../../../../models/', import.meta.url))

/** A node of a test, and what it said. */
export interface TestNode {
  readonly node: Node
  readonly lines: readonly string[]
}

/** A folder that is gone after the test. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-node-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A node that listens on free ports of this machine only, and is stopped after the test. */
export function testNode(
  directory: string,
  flags: Readonly<Record<string, string | boolean>> = {},
  params: NetworkParams = modelLess,
  models: string = MODELS,
): TestNode {
  const installation: Installation = {
    models,
    home: join(directory, 'home'),
    modelStore: join(directory, 'home/models'),
    cache: join(directory, 'home/cache'),
  }
  const { config } = resolveConfig({
    flags: { 'p2p-host': '127.0.0.1', 'p2p-port': '0', mdns: false, workers: '1', 'log-format': 'json', ...flags },
  })
  const lines: string[] = []
  const screen = { write: (text: string) => void lines.push(text), isInteractive: false }
  const node = createNode({ config, params, directory, installation, version: '0.0.0-test' }, { screen })
  onTestFinished(() => node.stop())
  return { node, lines }
}

/** Messages of the log, in their order. */
export function messagesOf({ lines }: Pick<TestNode, 'lines'>): readonly string[] {
  return lines.map((line) => JSON.parse(line).msg)
}
