import { formatCount, formatSeconds, plural } from '../terminal/format-quantity.ts'
import { formatTable } from '../terminal/table.ts'
import type { TestnetSummary } from './summarise.ts'

/** The summary of a run, for people. */
export function formatSummary(summary: TestnetSummary): string {
  const { block, nodes, traffic, chaos } = summary
  const seconds = (value: number | null): string => (value === null ? 'none' : formatSeconds(value))
  const verdict = summary.converged ? `all ${nodes.length} nodes follow one chain` : `FAILED: ${summary.reason}`
  return [
    formatTable([
      ['result', verdict],
      ['block', `${block.number}, ${block.hash ?? 'unknown'}`],
      [
        'blocks',
        `${summary.blocks} new, ${summary.orphans} orphaned, one every ${seconds(summary.meanSpacingSeconds)}`,
      ],
      [
        'reorganised',
        `${plural(summary.reorganisations, 'time')}, at most ${plural(summary.deepestReorganisation, 'block')} deep`,
      ],
      ['work', `${formatCount(summary.attempts)} attempts, ${formatCount(summary.replays)} replays`],
      ['time', `${formatSeconds(summary.wallSeconds)}, first block after ${seconds(summary.firstBlockSeconds)}`],
      ...(traffic === null
        ? []
        : [
            [
              'traffic',
              `${plural(traffic.sent, 'transaction')} sent, ${traffic.mined} in blocks, ${traffic.refused} refused`,
            ],
          ]),
      ...(chaos === null
        ? []
        : [['chaos', `${plural(chaos.kills, 'kill')}, ${plural(chaos.partitions, 'partition')}, seed ${chaos.seed}`]]),
    ]),
    formatTable([
      ['NODE', 'ROLE', 'ENGINE', 'HEIGHT', 'PEERS', 'MINED', 'ATTEMPTS', 'REPLAYS', 'REORGS', 'HEAD'],
      ...nodes.map((node) => [
        node.name,
        node.role,
        node.engine ?? 'none',
        ...[node.height, node.peers, node.blocksMined].map(String),
        formatCount(node.attempts),
        formatCount(node.replays),
        String(node.reorganisations),
        node.headHash.slice(0, 10),
      ]),
    ]),
  ].join('\n')
}
