import { expect, it } from 'vitest'
import { decodeCall, decodeLog } from '../../../src/text/decode-call.ts'

const OWNER = '11'.repeat(20).padStart(64, '0')
const AMOUNT = (1000).toString(16).padStart(64, '0')
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'

it('names the parts of a known call', () => {
  expect(decodeCall(`0xa9059cbb${OWNER}${AMOUNT}`)).toEqual({
    name: 'transfer',
    parts: [
      ['to', `0x${'11'.repeat(20)}`],
      ['amount', '1,000'],
    ],
  })
})

it('leaves alone what it does not know, or what is cut off', () => {
  expect(decodeCall('0xdeadbeef')).toBeUndefined()
  expect(decodeCall(`0xa9059cbb${OWNER}`)).toBeUndefined()
  expect(decodeCall('0x')).toBeUndefined()
})

it('names the parts of a known event, and nothing of one without topics', () => {
  const log = { address: '0x', logIndex: '0x0', data: `0x${AMOUNT}` } as const
  const topics = [TRANSFER, `0x${OWNER}`, `0x${OWNER}`] as const
  expect(decodeLog({ ...log, topics })?.parts.map(([name]) => name)).toEqual(['from', 'to', 'amount'])
  expect(decodeLog({ ...log, topics: [] })).toBeUndefined()
})
