import { describe, expect, it } from 'vitest'
import { npmCommand } from '../../src/engine/run-npm.ts'

const NPM_NODE = '/usr/bin/node'
const SCRIPT = '/usr/lib/npm/bin/npm-cli.js'

describe('the npm that is asked', () => {
  it.each(['linux', 'darwin', 'win32'] as const)('is the one that started the program, on %s', (platform) => {
    const env = { npm_execpath: SCRIPT, npm_node_execpath: NPM_NODE }
    expect(npmCommand({ env, execPath: '/node', platform })).toEqual({
      ...{ command: NPM_NODE, prefix: [SCRIPT] },
      shell: false,
    })
    expect(npmCommand({ env: { npm_execpath: SCRIPT }, execPath: '/node', platform }).command).toBe('/node')
  })

  it('is else the one on the path, which Windows starts by a shell', () => {
    expect(npmCommand({ env: {}, execPath: '/node', platform: 'linux' })).toEqual({
      ...{ command: 'npm', prefix: [] },
      shell: false,
    })
    // Another package manager is no npm.
    const env = { npm_execpath: '/usr/lib/yarn/bin/yarn.js' }
    expect(npmCommand({ env, execPath: '/node', platform: 'win32' })).toEqual({
      ...{ command: 'npm.cmd', prefix: [] },
      shell: true,
    })
  })
})
