import { createServer } from 'node:net'
import { AppError } from '@poai/core'

/** How far above the wanted port is looked: more testnets than fit on a machine, and no scan of all ports. */
const SEARCHED_PORTS = 500
const LAST_PORT = 65_535

/** Whether nothing listens on a port of this machine. */
export function isPortFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/**
 * The first `count` free ports from `first` on, apart from those that are taken already. Another program may be quicker
 * to them.
 */
export async function findFreePorts(
  first: number,
  {
    count,
    host,
    taken = new Set(),
  }: { readonly count: number; readonly host: string; readonly taken?: ReadonlySet<number> },
): Promise<readonly number[]> {
  const found: number[] = []
  const end = Math.min(first + SEARCHED_PORTS, LAST_PORT + 1)
  for (let port = first; port < end && found.length < count; port++) {
    if (!taken.has(port) && (await isPortFree(port, host))) found.push(port)
  }
  if (found.length === count) return found
  throw new AppError('CLI_NO_FREE_PORT', `there are not ${count} free ports from ${first} to ${end - 1}`, {
    hint: 'choose others with --base-port or --rpc-port',
  })
}
