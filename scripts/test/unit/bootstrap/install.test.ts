import { describe, expect, it } from 'vitest'
import { explainFailure, npmCommand } from '../../../bootstrap/install.mjs'

describe('explainFailure', () => {
  it.each([
    ['npm error code ENOTFOUND\nnpm error network request failed', 'cannot be reached: are you offline'],
    ['npm error code ECONNREFUSED', 'cannot be reached'],
    ['npm error code ENOSPC\nnpm error nospc no space left on device', 'the disk is full'],
    [
      'npm error code EUSAGE\n`npm ci` can only install packages when your package.json and package-lock.json are in sync',
      'does not match',
    ],
    ['npm error code ETARGET\nnpm error notarget No matching version found', 'does not have a version'],
    ['npm error code E403', 'refused access'],
    ['npm error code EINTEGRITY', 'wrong hash'],
    ['npm error code EACCES\nnpm error syscall mkdir', 'no permission'],
    ['npm error code SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS'],
  ])('explains %j', (output, hint) => {
    expect(explainFailure(output)).toContain(hint)
  })

  it('does not guess', () => {
    expect(explainFailure('npm error something else')).toBeUndefined()
  })
})

describe('npmCommand', () => {
  it('falls back to the npm of PATH, through a shell on Windows only', () => {
    const lonely = { env: {}, execPath: '/nowhere/bin/node' }
    expect(npmCommand({ ...lonely, platform: 'linux' })).toEqual({ command: 'npm', prefix: [], shell: false })
    expect(npmCommand({ ...lonely, platform: 'win32' })).toEqual({ command: 'npm.cmd', prefix: [], shell: true })
  })

  it('does not start another package manager that calls itself through npm_execpath', () => {
    const env = { npm_execpath: import.meta.filename }
    expect(npmCommand({ env, execPath: '/nowhere/bin/node', platform: 'linux' }).command).toBe('npm')
  })
})
