import { expect, it } from 'vitest'
import { QuickReader, readQuickRequest } from '../../../src/server/quick-request.ts'

function bytesOf(members: readonly string[], body = '{}', line = 'POST / HTTP/1.1'): Buffer {
  return Buffer.from(`${[line, ...members].join('\r\n')}\r\n\r\n${body}`)
}

const PLAIN = ['host: localhost:8545', 'content-type: application/json', 'content-length: 2']

it.each([
  ['a plain request', PLAIN],
  ['names in any case', ['Host: localhost:8545', 'Content-Length:2', 'CONNECTION: Keep-Alive']],
])('reads %s', (_, members) => {
  const bytes = bytesOf(members)
  expect(readQuickRequest(bytes)).toEqual({ host: 'localhost:8545', bodyStart: bytes.length - 2, bodyBytes: 2 })
})

it.each([
  ['another method', bytesOf(PLAIN, '{}', 'GET / HTTP/1.1')],
  ['another path', bytesOf(PLAIN, '{}', 'POST /x HTTP/1.1')],
  ['another version', bytesOf(PLAIN, '{}', 'POST / HTTP/1.0')],
  ['a part of a body', bytesOf(PLAIN, '{')],
  ['a request behind it', bytesOf(PLAIN, '{}POST / HTTP/1.1')],
  ['a part of a head', Buffer.from('POST / HTTP/1.1\r\nhost: localhost\r\n')],
  ['no host', bytesOf(['content-length: 2'])],
  ['no length', bytesOf(['host: localhost'])],
  ['two lengths', bytesOf([...PLAIN, 'content-length: 2'])],
  ['a length with a sign', bytesOf(['host: localhost', 'content-length: +2'])],
  ['a length in hexadecimal', bytesOf(['host: localhost', 'content-length: 0x2'])],
  ['a list of lengths', bytesOf(['host: localhost', 'content-length: 2, 2'])],
  ['chunks', bytesOf([...PLAIN, 'transfer-encoding: chunked'])],
  ['an origin', bytesOf([...PLAIN, 'origin: https://example.org'])],
  ['a token', bytesOf([...PLAIN, 'authorization: Bearer secret'])],
  ['an expectation', bytesOf([...PLAIN, 'expect: 100-continue'])],
  ['an upgrade', bytesOf([...PLAIN, 'upgrade: websocket'])],
  ['a wish to close', bytesOf([...PLAIN, 'connection: close'])],
  ['a space before the colon', bytesOf(['host: localhost', 'content-length : 2'])],
  ['a folded line', bytesOf([...PLAIN, ' transfer-encoding: chunked'])],
  ['a bare line feed in a value', bytesOf([...PLAIN, 'accept: a\ntransfer-encoding: chunked'])],
  ['a bare carriage return in a value', bytesOf([...PLAIN, 'accept: a\rtransfer-encoding: chunked'])],
  ['a zero byte', bytesOf([...PLAIN, 'accept: a\0'])],
  ['a head that is too long', bytesOf([...PLAIN, `user-agent: ${'x'.repeat(2048)}`])],
])('leaves to others: %s', (_, bytes) => {
  expect(readQuickRequest(bytes)).toBeUndefined()
})

it('reads a head that comes again once, and any other one anew', () => {
  const reader = new QuickReader()
  const first = reader.read(bytesOf(PLAIN))
  expect(first).toEqual(readQuickRequest(bytesOf(PLAIN)))
  expect(reader.read(bytesOf(PLAIN, '[]'))).toBe(first)
  const other = bytesOf(['host: localhost:8546', ...PLAIN.slice(1)])
  expect(reader.read(other)).toMatchObject({ host: 'localhost:8546' })
  // As long as the one before, and not plain.
  expect(reader.read(bytesOf(['host: localhost:8546', 'content-type: application/json', 'authorization: 12']))).toBe(
    undefined,
  )
  expect(reader.read(bytesOf(PLAIN, '{'))).toBe(undefined)
})
