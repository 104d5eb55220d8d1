import type { ConfigFault } from './config-error.ts'
import type { NodeConfig } from './node-config.ts'

/** Finds settings that are fine alone but make no sense together. */
export function contradictionsOf({
  storage,
  mining,
  p2p,
  sync,
  finality,
  rpc,
  metrics,
}: NodeConfig): readonly ConfigFault[] {
  const faults: ConfigFault[] = []
  if (storage.index && storage.keep === 'light') {
    faults.push({ path: '--index', expected: '--keep full or archive, whose blocks stay', actual: 'light' })
  }
  if (mining.enabled && mining.beneficiary === undefined) {
    faults.push({ path: '--beneficiary', expected: 'an account that is paid for the blocks of --mine', actual: 'none' })
  }
  if (!p2p.enabled && (p2p.bootnodes.length > 0 || p2p.peers.length > 0)) {
    faults.push({ path: '--no-p2p', expected: 'no --peers and --bootnodes without a network', actual: 'some' })
  }
  if (!p2p.enabled && mining.enabled && !mining.alone) {
    faults.push({ path: '--mine', expected: '--mine-alone where --no-p2p is', actual: 'mining that waits for peers' })
  }
  if (sync.mode === 'assume-valid' && sync.assumeValid === undefined) {
    faults.push({
      path: '--assume-valid',
      expected: 'the hash of a block that you trust, for --sync assume-valid',
      actual: 'none',
    })
  }
  if (sync.mode !== 'assume-valid' && sync.assumeValid !== undefined) {
    faults.push({ path: '--sync', expected: 'assume-valid, since --assume-valid names a block', actual: sync.mode })
  }
  for (const [index, { number }] of finality.checkpoints.entries()) {
    if (finality.checkpoints.findIndex((other) => other.number === number) === index) continue
    faults.push({ path: '--checkpoint', expected: 'one hash for each number', actual: `two for ${number}` })
  }
  const open = [
    ...(p2p.enabled ? [{ flag: '--p2p-port', port: p2p.port }] : []),
    { flag: '--http-port', port: rpc.port },
    { flag: '--metrics-port', port: metrics.port },
  ].filter(({ port }) => port !== undefined && port !== 0)
  for (const [index, { flag, port }] of open.entries()) {
    const first = open.slice(0, index).find((other) => other.port === port)
    if (first !== undefined) faults.push({ path: flag, expected: `another port than ${first.flag}`, actual: `${port}` })
  }
  return faults
}
