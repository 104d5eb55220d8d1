import { createServer } from 'node:net'
import { AppError } from '@poai/core'

/** How many ports are tried: enough for more testnets than fit on a machine, without a scan of all ports. */
const SEARCHED_PORTS = 500
const LAST_PORT = 65_535

/** Whether a port of this machine is free. */
export function isPortFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** The first `count` free ports from `first` on that are not in `taken`. Another program may still take them first. */
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
  throw new AppError('CLI_NO_FREE_PORT', `fewer than ${count} ports are free from ${first} to ${end - 1}`, {
    hint: 'choose other ports with --base-port or --rpc-port',
  })
}
