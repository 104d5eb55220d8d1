import { describe, expect, it } from 'vitest'
import { createPreSharedKey, parsePreSharedKey } from '../../../src/identity/pre-shared-key.ts'

describe('the key of a private network', () => {
  it('is read as it was written, with the line ends of any system', () => {
    const text = createPreSharedKey()
    expect(Buffer.from(parsePreSharedKey(text)).toString()).toBe(text)
    expect(parsePreSharedKey(text.replaceAll('\n', '\r\n'))).toEqual(parsePreSharedKey(text))
    expect(createPreSharedKey()).not.toBe(text)
  })

  it.each([
    '',
    'secret',
    '/key/swarm/psk/1.0.0/\n/base16/\nabcd\n',
    `/key/swarm/psk/1.0.0/\n/base64/\n${'a'.repeat(64)}\n`,
  ])('is refused without repeating it', (text) => {
    expect(() => parsePreSharedKey(text)).toThrow(/^not the key of a private network$/)
  })
})
