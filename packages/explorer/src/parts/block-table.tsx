import type { BlockJson, HeaderJson } from '@poai/api/client'
import type { VNode } from 'preact'
import { nowMs } from '../state/live.ts'
import { ago, count, nats, toNumber } from '../text/show.ts'
import { Account, BlockLink } from './fields.tsx'
import { Scroll } from './scroll.tsx'

/** Blocks, the newest first. */
export function BlockTable({ blocks }: { readonly blocks: readonly HeaderJson[] }): VNode {
  return (
    <Scroll label="Newest blocks">
      <table>
        <thead>
          <tr>
            <th>Block</th>
            <th>Age</th>
            <th class="wide">Miner</th>
            <th class="number">
              <abbr title="Transactions">Txs</abbr>
            </th>
            <th class="number wide">Gas</th>
            <th class="number">Loss</th>
            <th class="number wide">Difficulty</th>
          </tr>
        </thead>
        <tbody>
          {blocks.map((block) => (
            <tr key={block.hash} class="arrives">
              <td>
                <BlockLink number={toNumber(block.number)} />
              </td>
              <td>{ago(block.timestamp, nowMs.value)}</td>
              <td class="wide">
                <Account address={block.miner} />
              </td>
              <td class="number">{transactionsOf(block)}</td>
              <td class="number wide">{fullness(block)}</td>
              <td class="number">{nats(block.poai.lossMicroNats)}</td>
              <td class="number wide">{count(block.difficulty)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

/** Headers from notifications do not say how many there are. */
function transactionsOf(block: HeaderJson & Partial<BlockJson>): string {
  if (block.transactions !== undefined) return String(block.transactions.length)
  return toNumber(block.gasUsed) === 0 ? '0' : '≥ 1'
}

function fullness({ gasUsed, gasLimit }: HeaderJson): string {
  return `${((100 * toNumber(gasUsed)) / toNumber(gasLimit)).toFixed(1)} %`
}
