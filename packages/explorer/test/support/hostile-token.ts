/** What a token's name must not become. It has 32 bytes at most, as a block's extra data does, too. */
export const MARKUP = '<img src=x onerror=alert(1)>'

const TRANSFER = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
const ANSWER_BYTES = 96

function word(value: number): string {
  return value.toString(16).padStart(64, '0')
}

/** Copies what follows these ten bytes into memory, and returns it. */
function returning(sizeBytes: number, offset: number): string {
  const size = sizeBytes.toString(16).padStart(2, '0')
  // PUSH1 size, PUSH1 offset, PUSH0, CODECOPY, PUSH1 size, PUSH0, RETURN
  return `60${size}60${offset.toString(16).padStart(2, '0')}5f3960${size}5ff3`
}

/**
 * A contract that is made with a Transfer event of 1000, and answers every call with the markup, as a token its name.
 */
export function hostileTokenCode(): string {
  const text = Buffer.from(MARKUP)
  const runtime = returning(ANSWER_BYTES, 10) + word(32) + word(text.length) + text.toString('hex').padEnd(64, '0')
  // MSTORE 1000 at 0; LOG3 of it: Transfer from 0 to CALLER
  const event = `6103e85f52335f7f${TRANSFER}60205fa3`
  const offset = event.length / 2 + 10
  return `0x${event}${returning(runtime.length / 2, offset)}${runtime}`
}
