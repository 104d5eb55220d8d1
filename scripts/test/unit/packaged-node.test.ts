import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isRecentNode, NODE_PACKAGES, packagedNode } from '../../../packages/cli/bin/packaged-node.mjs'
import manifest from '../../../packages/cli/package.json' with { type: 'json' }
import * as bootstrap from '../../bootstrap/node-binary.mjs'

describe('packagedNode', () => {
  it('looks for exactly the packages that package.json declares, as a checkout does', () => {
    expect(Object.values(NODE_PACKAGES).sort()).toEqual(Object.keys(manifest.optionalDependencies).sort())
    expect(NODE_PACKAGES).toEqual(bootstrap.NODE_PACKAGES)
  })

  it.each(['freebsd-x64', 'constructor'])('says that npm has none for %s', (platform) => {
    expect(packagedNode({ platform })).toEqual({ problem: `npm has no Node package for ${platform}` })
  })

  it('says that one is not installed', () => {
    const resolve = (name: string): string => {
      throw new Error(`no ${name}`)
    }
    expect(packagedNode({ platform: 'linux-x64', resolve })).toEqual({
      problem: expect.stringContaining('did not install the Node package for linux-x64'),
    })
  })

  it.each([
    ['win32-x64', 'node.exe'],
    ['linux-arm64', 'node'],
  ])('finds the program of %s', (platform, file) => {
    const here = import.meta.filename
    expect(packagedNode({ platform, resolve: () => here })).toEqual({ path: join(import.meta.dirname, 'bin', file) })
  })
})

it.each([
  ['24.0.0', true],
  ['26.1.0', true],
  ['23.11.0', false],
  ['18.20.8', false],
])('%s is recent enough: %s', (version, expected) => {
  expect(isRecentNode(version)).toBe(expected)
})
