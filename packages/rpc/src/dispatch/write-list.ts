import type { Call } from '@poai/api'

/** Writes a list item by item: pauses on the way, and gives up if the client already has too much to read. */
export async function writeList<T>(
  items: Iterable<T>,
  write: (item: T) => string | Promise<string>,
  call: Pick<Call, 'pause' | 'grow'>,
): Promise<string> {
  const texts: string[] = []
  for (const item of items) {
    const rest = call.pause()
    if (rest !== undefined) await rest
    const written = write(item)
    const text = typeof written === 'string' ? written : await written
    call.grow(text.length)
    texts.push(text)
  }
  return `[${texts.join(',')}]`
}
