import type { ExamJson } from '@poai/api/client'
import { describe, expect, it } from 'vitest'
import type { TestnetView } from '../../../src/nodes/testnet.ts'
import type { NodeView } from '../../../src/nodes/testnet-node.ts'
import { renderTestnet } from '../../../src/show/render-testnet.ts'
import { formatCount } from '../../../src/terminal/format-quantity.ts'
import { sampleStatus } from '../../support/sample-status.ts'

const { hash: HASH } = sampleStatus.head

function nodeView(index: number, changes: Partial<NodeView> = {}): NodeView {
  return {
    plan: {
      name: `node-${index}`,
      role: index === 1 ? 'miner' : 'validator',
      dataDirectory: '',
      logFile: '',
      peerPort: 0,
      httpPort: undefined,
      mining: index === 1 ? { beneficiary: '0x' } : undefined,
      workers: 1,
      engine: 'auto',
    },
    state: 'following',
    status: sampleStatus,
    totals: {
      ...{ attempts: 900, blocksMined: 7, replays: 40, failedReplays: 0, reorganisations: 2, deepestReorganisation: 3 },
      starts: 1,
    },
    ...changes,
  }
}

const exam: ExamJson = {
  ...{ number: '0x3039', hash: HASH, examSeed: '0x', epochKey: '0x', sealHash: '0x', nonce: '0x0', target: '0x1' },
  ...{ lossMicroNats: '0xa474', transcriptRoot: '0x', workHash: '0x', text: '', tokens: 160, answerTokens: 20 },
  quizzes: [
    { family: 'sum', question: '17 + 25 =', expected: '42', answer: '42', isRight: true },
    { family: 'text', question: 'reverse \u001b[31mabc', expected: 'cba', answer: 'c\u0007bb', isRight: false },
  ],
}
const view: TestnetView = {
  nodes: [
    nodeView(1),
    nodeView(2),
    nodeView(3, { state: 'down' }),
    nodeView(4, { state: 'starting', status: undefined }),
  ],
  exam,
  head: { number: 12_345, hash: HASH, atMs: 5_000 },
}
const heading = { network: 'devnet', elapsedSeconds: 83, nowMs: 8_000, spacingSeconds: 5, goal: undefined, events: [] }

describe('the picture of a testnet', () => {
  it.each([20, 80, 100, 131, 132, 160])('fits into %d columns, whatever its height', (width) => {
    for (const height of [5, 12, 24, 60]) {
      const lines = renderTestnet(view, heading, { width, height, hasColour: false })
      expect(lines.length).toBeLessThan(height)
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
    }
  })

  it('has every column in 80 columns, and all nodes', () => {
    const lines = renderTestnet(view, heading, { width: 80, height: 24, hasColour: false })
    const [, , , titles, first, second, third, fourth] = lines
    expect(titles).toBe('NODE    ROLE      ENGINE    HEIGHT HEAD     PEERS TRY/S RPL/S  DIFF REORG    MEM')
    expect(first).toBe('node-1  miner     llama.cpp  12345 0xab12ab     3  21.3   0.3  1.2M     2 412 MB')
    expect(second).toBe('node-2  validator llama.cpp  12345 0xab12ab     3     -   0.3  1.2M     2 412 MB')
    expect(third).toContain('node-3  down ')
    expect(fourth).toBe('node-4  starting  -              - -            -     -     -     -     -      -')
  })

  it('shows more in a wide terminal', () => {
    const lines = renderTestnet(view, heading, { width: 160, height: 24, hasColour: false })
    expect(lines[3]).toMatch(/NODE .* ROLE .* STATE .* ENGINE .* ATTEMPTS\/S .* REPLAYS\/S .* MINED .* MEMORY/)
    expect(lines[4]).toMatch(/node-1 +miner +following +llama\.cpp +12345 {2}0xab12ab12ab +3 .* 2 \(3\) +7 +412 MB/)
  })

  it('shows the exam, and nothing that a terminal would obey', () => {
    const text = renderTestnet(view, heading, { width: 80, height: 24, hasColour: false }).join('\n')
    expect(text).toContain('Exam of block 12345: 1 of 2 right, loss 0.0421 nats a token')
    expect(text).toContain('17 + 25 =         42   right')
    expect(text).toContain('cba  the model says c bb')
    expect([...text].every((char) => char === '\n' || (char >= ' ' && char <= '~'))).toBe(true)
  })

  it('has colours only where they are wanted, and cuts by what is seen', () => {
    const coloured = renderTestnet(view, heading, { width: 80, height: 24, hasColour: true })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them
    const plain = coloured.map((line) => line.replace(/\u001b\[[0-9]+m/g, ''))
    expect(coloured).not.toEqual(plain)
    expect(plain).toEqual(renderTestnet(view, heading, { width: 80, height: 24, hasColour: false }))
  })

  it('shows the newest events below', () => {
    const events = ['one', 'two', 'three', 'four']
    const lines = renderTestnet(view, { ...heading, goal: 20, events }, { width: 80, height: 24, hasColour: false })
    expect(lines.slice(-3)).toEqual(['two', 'three', 'four'])
    expect(lines[0]).toMatch(/^devnet {2}block 12345, 3\.0 s ago, stops at 20 {2}up 1 min 23 s$/)
    expect(lines[1]).toBe('64.0 attempts/s, 1.2M per block: expect one every 5 h 21 min (target 5 s)')
  })
})

it.each([
  [0, '0'],
  [999, '999'],
  [1000, '1.0k'],
  [99_940, '99.9k'],
  [99_960, '100k'],
  [999_499, '999k'],
  [999_500, '1.0M'],
  [4_100_000_000, '4.1G'],
])('the count %d is %s', (count, text) => {
  expect(formatCount(count)).toBe(text)
})
