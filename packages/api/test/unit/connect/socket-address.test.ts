import { describe, expect, it } from 'vitest'
import { socketAddress } from '../../../src/connect/socket-address.ts'

describe('the address of a local socket', () => {
  it.each(['linux', 'darwin'] as const)('is its path on %s', (platform) => {
    expect(socketAddress('/home/a/.poai/devnet/poai.ipc', platform)).toBe('/home/a/.poai/devnet/poai.ipc')
  })

  it('is a named pipe on Windows, the same for the same file', () => {
    const address = socketAddress('C:\\Users\\A\\.poai\\devnet\\poai.ipc', 'win32')
    expect(address).toMatch(/^\\\\\.\\pipe\\poai-[0-9a-f]{32}$/)
    expect(socketAddress('c:/users/a/.poai/devnet/x/../POAI.ipc', 'win32')).toBe(address)
    expect(socketAddress('C:\\Users\\B\\.poai\\devnet\\poai.ipc', 'win32')).not.toBe(address)
  })

  it('has a name that is short enough, however long the path is', () => {
    expect(socketAddress(`C:\\${'folder\\'.repeat(100)}poai.ipc`, 'win32').length).toBeLessThan(256)
  })

  it.each(['\\\\.\\pipe\\mine', '\\\\?\\pipe\\mine'])('stays %s, which is one', (pipe) => {
    expect(socketAddress(pipe, 'win32')).toBe(pipe)
  })
})
