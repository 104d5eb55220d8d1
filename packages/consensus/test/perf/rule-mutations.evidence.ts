// Flips every comparison of the rules, one at a time, and shows that the tests notice: `npm run evidence --
// rule-mutations [folder…]`.
import { join } from 'node:path'
import { EQUIVALENT_MUTATIONS } from './rule-mutations/equivalent-mutations.ts'
import { findMutations, MUTATED_FOLDERS, type Mutation } from './rule-mutations/find-mutations.ts'
import { copyPackage, type PackageCopy } from './rule-mutations/package-copy.ts'

/** As many runs side by side as the test machine has cores. */
const COPIES = 2
/** What most likely notices a change in a folder; what they miss goes to all tests. */
const NEAREST_TESTS: Readonly<Record<string, readonly string[]>> = {
  rules: ['test/unit/rules', 'test/spec/rules.test.ts'],
}
/** All that looks at the mutated folders: not the exams, and not the long simulations. */
const ALL_TESTS = [
  ...MUTATED_FOLDERS.map((folder) => `test/unit/${folder}`),
  ...['test/spec/rules.test.ts', 'test/spec/aserti3-2d', 'test/spec/work.vectors'],
]

interface Outcome {
  readonly mutation: Mutation
  readonly caughtBy: string | undefined
  readonly equivalent: string | undefined
}

function describeMutation({ file, line, from, to, code }: Mutation): string {
  return `${file}:${line} ${from} → ${to}   ${code}`
}

function reasonOf({ file, code, from, to }: Mutation): string | undefined {
  return EQUIVALENT_MUTATIONS.find(
    (known) => known.file === file && known.code === code && known.from === from && known.to === to,
  )?.reason
}

/** A known equivalent is only tried by the nearest tests: enough to notice when it stops being one. */
async function tryMutation(copy: PackageCopy, mutation: Mutation): Promise<Outcome> {
  const folder = mutation.file.split('/')[1] ?? ''
  const equivalent = reasonOf(mutation)
  const nearest = await copy.runTests(NEAREST_TESTS[folder] ?? [`test/unit/${folder}`], mutation)
  const caughtBy = nearest ?? (equivalent === undefined ? await copy.runTests(ALL_TESTS, mutation) : undefined)
  return { mutation, caughtBy, equivalent }
}

const folders = process.argv.slice(2)
const unknown = folders.filter((folder) => !(MUTATED_FOLDERS as readonly string[]).includes(folder))
if (unknown.length > 0)
  throw new Error(`no such folder: ${unknown.join(', ')}; there are ${MUTATED_FOLDERS.join(', ')}`)
const mutations = findMutations(join(import.meta.dirname, '..', '..')).filter(
  ({ file }) => folders.length === 0 || folders.some((folder) => file.startsWith(`src/${folder}/`)),
)
const begin = performance.now()
const copies = Array.from({ length: COPIES }, copyPackage)
const outcomes: Outcome[] = []
try {
  const unchanged = await copies[0]?.runTests(ALL_TESTS)
  if (unchanged !== undefined) throw new Error(`the tests fail without any mutation: ${unchanged}`)
  const queue = mutations.values()
  await Promise.all(
    copies.map(async (copy) => {
      for (const mutation of queue) {
        const outcome = await tryMutation(copy, mutation)
        outcomes.push(outcome)
        const { caughtBy, equivalent } = outcome
        const verdict = caughtBy ?? (equivalent === undefined ? 'SURVIVED' : `equivalent: ${equivalent}`)
        console.log(`${describeMutation(mutation)}\n    ${verdict}`)
      }
    }),
  )
} finally {
  for (const copy of copies) copy.remove()
}

const caught = outcomes.filter(({ caughtBy }) => caughtBy !== undefined)
const equivalent = outcomes.filter((outcome) => outcome.caughtBy === undefined && outcome.equivalent !== undefined)
const survivors = outcomes.filter((outcome) => outcome.caughtBy === undefined && outcome.equivalent === undefined)
const wronglyExcused = caught.filter((outcome) => outcome.equivalent !== undefined)
for (const { mutation } of survivors) console.log(`SURVIVED ${describeMutation(mutation)}`)
for (const { mutation } of wronglyExcused)
  console.log(`CAUGHT, but listed as equivalent: ${describeMutation(mutation)}`)
console.log(
  `${outcomes.length} mutations: ${caught.length} caught, ${equivalent.length} equivalent (each with its reason), ` +
    `${survivors.length} survived; ${Math.round((performance.now() - begin) / 1000)} s`,
)
if (survivors.length > 0 || wronglyExcused.length > 0) process.exitCode = 1
