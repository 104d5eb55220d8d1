import type { PeerJson } from '@poai/api/client'
import type { VNode } from 'preact'
import { Answered } from '../parts/answered.tsx'
import { BlockLink, Figure } from '../parts/fields.tsx'
import { ForkTree } from '../parts/fork-tree.tsx'
import { Scroll } from '../parts/scroll.tsx'
import { blocks, replaced, status } from '../state/live.ts'
import { useAnswer } from '../state/use-answer.ts'
import { bytes, count, duration, toNumber } from '../text/show.ts'

/** Peers and forks. */
export function NetworkPage(): VNode {
  const node = status.value
  const peers = useAnswer('poai_peers', [], status.value)
  return (
    <>
      <h1>Network</h1>
      <section class="figures" aria-label="This node">
        <Figure name="Peers" value={node && count(node.peers)} note={node?.network.name} />
        <Figure name="This node" value={node?.role} note={node?.state.name} />
        <Figure name="Uptime" value={node && duration(node.uptimeSeconds)} note={node && bytes(node.memoryBytes)} />
        <Figure
          name="Reorganisations"
          value={node && count(node.reorganisations.count)}
          note={node && `deepest ${node.reorganisations.deepest}`}
        />
      </section>
      <section class="card" aria-labelledby="peers">
        <h2 id="peers">Peers</h2>
        <Answered answer={peers}>{(all) => <PeerTable peers={all.filter(({ connected }) => connected)} />}</Answered>
      </section>
      <section class="card" aria-labelledby="tree">
        <h2 id="tree">Forks</h2>
        <p class="muted">
          The newest blocks. Below them are the blocks that left the chain since this page was opened, each at the
          height of the block that replaced it.
        </p>
        <ForkTree heights={blocks.value.map((block) => toNumber(block.number))} replaced={replaced.value} />
      </section>
    </>
  )
}

function PeerTable({ peers }: { readonly peers: readonly PeerJson[] }): VNode {
  if (peers.length === 0) return <p class="muted">None: this node is alone.</p>
  return (
    <Scroll label="Peers">
      <table>
        <thead>
          <tr>
            <th>Peer</th>
            <th>Program</th>
            <th>Domain</th>
            <th>Direction</th>
            <th class="number">Head</th>
            <th class="number">Latency</th>
            <th class="number">Score</th>
          </tr>
        </thead>
        <tbody>
          {peers.map((peer) => (
            <tr key={peer.id}>
              <td class="mono" title={peer.id}>
                …{peer.id.slice(-8)}
              </td>
              <td>{peer.version ?? ''}</td>
              <td>{peer.domain === '' ? 'replays nothing' : peer.domain}</td>
              <td>{peer.direction === 'in' ? 'inbound' : 'outbound'}</td>
              <td class="number">{peer.head === undefined ? '' : <BlockLink number={peer.head.number} />}</td>
              <td class="number">{peer.roundTripMs === null ? '' : `${peer.roundTripMs.toFixed(1)} ms`}</td>
              <td class="number">{peer.score.toFixed(0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
