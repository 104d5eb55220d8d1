import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findNode, isRecentNode, NODE_PACKAGES, platformNodePath } from '../../../bootstrap/node-binary.mjs'

describe('platformNodePath', () => {
  it.each(Object.entries(NODE_PACKAGES))('knows %s', (platform, name) => {
    const file = platform.startsWith('win32') ? 'node.exe' : 'node'
    expect(platformNodePath('root', platform)).toBe(join('root', 'node_modules', name, 'bin', file))
  })

  it('knows no package for other platforms', () => {
    expect(platformNodePath('root', 'freebsd-x64')).toBeUndefined()
    expect(platformNodePath('root', 'constructor')).toBeUndefined()
  })
})

describe('isRecentNode', () => {
  it.each([
    ['24.0.0', true],
    ['26.1.0', true],
    ['23.11.0', false],
    ['20.20.2', false],
    [undefined, false],
  ])('%s: %s', (version, expected) => {
    expect(isRecentNode(version)).toBe(expected)
  })
})

describe('findNode', () => {
  it('uses the running Node where npm has none and it is recent enough', () => {
    const running = { path: '/usr/bin/node', version: '24.0.0' }
    expect(findNode('root', { platform: 'freebsd-x64', running })).toEqual({ path: '/usr/bin/node' })
  })

  it('says what is missing where neither will do', () => {
    const running = { path: '/usr/bin/node', version: '23.11.0' }
    expect(findNode('root', { platform: 'freebsd-x64', running })).toEqual({
      problem:
        'poai needs Node 24 or newer: this is Node 23.11.0, and npm has no Node package for freebsd-x64. ' +
        'Install Node 24 (https://nodejs.org) and run the same command again.',
    })
    expect(findNode('root', { platform: 'linux-x64', running })).toEqual({
      problem: expect.stringContaining('npm did not install the Node package for linux-x64'),
    })
  })
})
