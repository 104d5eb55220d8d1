import { createServer } from 'node:net'
import { type DoctorCheck, toDoctorCheck } from './doctor-check.ts'

/** Whether the node can listen on a TCP port: opens it and closes it again. */
export async function checkPort(port: number, host: string): Promise<DoctorCheck> {
  const code = await tryToListen(port, host)
  return toDoctorCheck({
    name: `port ${port}`,
    ok: code === undefined,
    found: code ?? 'free',
    expected: 'free',
    hint:
      code === 'EACCES'
        ? 'Ports below 1024 are reserved: choose a higher one.'
        : 'Another program, perhaps another node, listens there: stop it or choose another port.',
  })
}

/** The error code of the attempt, undefined if it succeeded. */
function tryToListen(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}
