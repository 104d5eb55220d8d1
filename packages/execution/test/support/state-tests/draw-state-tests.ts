import { createRandom } from '../random.ts'
import type { StateTestCase } from './state-test-archive.ts'

const PUSH1 = 0x60
const PUSH32 = 0x7f
/** Files of which one case may take seconds, or minutes. */
const SLOW: readonly RegExp[] = [
  /tstoreCannotBeDosd/,
  /tstore.run_until_out_of_gas/,
  /vmPerformance.loop/,
  /stAttackTest.ContractCreationSpam/,
  /stQuadraticComplexityTest.(?!Create)/,
]

/** As files are called that are about them. */
const PRECOMPILES: readonly string[] = [
  ...['ecrec', 'sha256', 'ripemd160', 'identity', 'modexp', 'ecadd', 'ecmul', 'pairing', 'blake2', 'point_evaluation'],
]

/** The instructions in a code, those that are never reached among them. */
function opcodesIn(code: Uint8Array): Set<number> {
  const opcodes = new Set<number>()
  for (let at = 0; at < code.length; at++) {
    const opcode = code[at] as number
    opcodes.add(opcode)
    if (opcode >= PUSH1 && opcode <= PUSH32) at += opcode - PUSH1 + 1
  }
  return opcodes
}

/**
 * What a case should be drawn for: its folder, each instruction in its accounts' code, and precompiles that its file is
 * about.
 */
export function groupsOf({ folder, test }: StateTestCase): readonly string[] {
  const opcodes = new Set(
    Object.values(test.pre).flatMap(({ code }) => [...opcodesIn(Buffer.from(code.slice(2), 'hex'))]),
  )
  const file = test.file.toLowerCase()
  return [
    `folder ${folder}`,
    ...[...opcodes].map((opcode) => `opcode ${opcode.toString(16)}`),
    ...PRECOMPILES.filter((name) => file.includes(name)).map((name) => `precompile ${name}`),
  ]
}

/**
 * The same cases on every run: folder by folder in turn, so that small folders are there with all that they have; and
 * at least one for every instruction and every precompile.
 */
export function drawStateTests(cases: readonly StateTestCase[], wanted: number): readonly StateTestCase[] {
  const random = createRandom('state tests')
  const pool = cases.filter(({ test }) => !SLOW.some((file) => file.test(test.file)))
  const drawn = new Set<StateTestCase>()
  const missing = new Set(pool.flatMap(groupsOf))
  const take = (one: StateTestCase): void => {
    drawn.add(one)
    for (const group of groupsOf(one)) missing.delete(group)
  }
  const folders = [...Map.groupBy(pool, ({ folder }) => folder).values()].map((members) => [...members])
  while (drawn.size < wanted && folders.some(({ length }) => length > 0)) {
    for (const members of folders) {
      if (members.length === 0 || drawn.size >= wanted) continue
      const [one] = members.splice(random.below(members.length), 1)
      take(one as StateTestCase)
    }
  }
  for (const one of pool) if (groupsOf(one).some((group) => missing.has(group))) take(one)
  return [...drawn]
}
