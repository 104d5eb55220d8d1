import { expect, it } from 'vitest'
import { parseDraft } from '../../../src/wallet/parse-draft.ts'

const TO = `0x${'1a'.repeat(20)}`

it('reads what people type', () => {
  expect(parseDraft({ to: ` ${TO} `, amount: '1.5', data: '' })).toEqual({
    to: TO,
    value: 1_500_000_000_000_000_000n,
    data: '0x',
  })
  expect(parseDraft({ to: '', amount: '', data: '6001' })).toEqual({ to: undefined, value: 0n, data: '0x6001' })
  expect(parseDraft({ to: TO, amount: '0.000000000000000001', data: '0x' })).toMatchObject({ value: 1n })
})

it.each([
  [{ to: `${TO}0`, amount: '', data: '' }, '40 hexadecimal digits'],
  [{ to: TO, amount: '1,5', data: '' }, 'such as 1.5'],
  [{ to: TO, amount: '-1', data: '' }, 'such as 1.5'],
  [{ to: TO, amount: '0.0000000000000000001', data: '' }, 'such as 1.5'],
  [{ to: TO, amount: '', data: '0x123' }, 'two digits each'],
  [{ to: '', amount: '1', data: '' }, 'the code of a contract'],
])('says what is wrong with %j', (text, problem) => {
  expect(parseDraft(text)).toContain(problem)
})
