// Reorganisations of growing depth, with transactions on both sides: the state, indexes, receipts and logs are those of
// a node that only ever saw the winner. The argument is the largest depth.
import { startGenerator } from '../support/chain-fixture.ts'
import { assertReorganisation } from '../support/reorganise.ts'

const deepest = Number(process.argv[2] ?? 200)
const depths = [1, 2, 5, 10, 20, 50, 100, 150, 200].filter((depth) => depth <= deepest)
const generator = await startGenerator()
for (const depth of depths) {
  const begin = performance.now()
  await assertReorganisation(generator, depth)
  console.log(`depth ${depth}: equal to a node that only saw the winner (${Math.round(performance.now() - begin)} ms)`)
}
