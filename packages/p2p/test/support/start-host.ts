import { silentLogger } from '@poai/core'
import type { Host } from '../../src/host/host.ts'
import { createHost, type HostOptions } from '../../src/host/libp2p-host.ts'
import { createIdentity } from '../../src/identity/node-identity.ts'

/** A host on a free port of the loopback interface that admits everybody and finds nobody. */
export async function startHost(options: Partial<HostOptions> = {}): Promise<Host> {
  const host = createHost(
    {
      ...(await createIdentity()),
      listen: ['/ip4/127.0.0.1/tcp/0'],
      announce: [],
      agent: 'poai/test',
      protocolPrefix: '/poai/test',
      serviceTag: 'poai-test.local',
      preSharedKey: undefined,
      discovery: { mdns: false, kademlia: false, privateAddresses: true },
      maxConnections: 64,
      maxConnectionRate: 100,
      gate: { admitsAddress: () => true, admitsPeer: () => true },
      gossip: { admits: () => true },
      ...options,
    },
    { logger: silentLogger },
  )
  await host.start()
  return host
}
