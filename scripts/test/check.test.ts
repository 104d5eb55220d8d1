import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CheckoutCopy, copyCheckout } from './support/copy-checkout.ts'
import { type Outcome, runNode } from './support/run-node.ts'

const STEPS = ['format', 'lint', 'types', 'layers', 'prose'] as const

/** A mistake that somebody could make, the check that must stop it, and the words that must explain it. */
interface PlantedFault {
  readonly title: string
  readonly step: (typeof STEPS)[number]
  readonly files: Readonly<Record<string, string>>
  readonly expected: readonly (string | RegExp)[]
}

const FAULTS: readonly PlantedFault[] = [
  {
    title: 'an import of a higher layer',
    step: 'layers',
    files: {
      'packages/core/src/planted-upwards.ts':
        "import type { Header } from '@poai/consensus'\n\nexport type Planted = Header\n",
    },
    expected: [
      "packages/core/src/planted-upwards.ts:1  imports '@poai/consensus': core (layer 1) must not use consensus (layer 2)",
      'arrows point down only: declare the interface in core and let consensus implement it',
    ],
  },
  {
    title: 'an import of a sibling that package.json does not declare',
    step: 'layers',
    files: { 'packages/inference/src/planted-sideways.ts': "export const planted = import('@poai/consensus')\n" },
    expected: [
      "packages/inference/src/planted-sideways.ts:1  imports '@poai/consensus': inference (layer 2) must not use consensus (layer 2)",
      'siblings do not know each other',
    ],
  },
  {
    title: 'an import of a lower layer that package.json does not declare (layers)',
    step: 'layers',
    files: {
      'packages/consensus/src/planted-undeclared.ts':
        "import { parse } from 'hash-wasm'\n\nexport const planted = parse\n",
    },
    expected: [
      'packages/consensus/src/planted-undeclared.ts:1  imports \'hash-wasm\': not declared; add "hash-wasm" with its exact version to dependencies of packages/consensus/package.json',
    ],
  },
  {
    title: 'an import of a package that package.json does not declare (lint)',
    step: 'lint',
    files: {
      'packages/consensus/src/planted-unknown.ts':
        "import { parse } from 'hash-wasm'\n\nexport const planted = parse\n",
    },
    expected: ["Dependency hash-wasm isn't specified in packages/consensus/package.json"],
  },
  {
    title: 'a relative import that leaves the package',
    step: 'layers',
    files: { 'packages/consensus/src/planted-leaving.ts': "export { hexToBytes } from '../../core/src/hex.ts'\n" },
    expected: [
      "packages/consensus/src/planted-leaving.ts:1  imports '../../core/src/hex.ts': leaves packages/consensus for packages/core; import from '@poai/core'",
    ],
  },
  {
    title: 'an import cycle between files',
    step: 'lint',
    files: {
      'packages/core/src/planted-cycle-first.ts':
        "import { second } from './planted-cycle-second.ts'\n\nexport const first = (): number => second()\n",
      'packages/core/src/planted-cycle-second.ts':
        "import { first } from './planted-cycle-first.ts'\n\nexport const second = (): number => first()\n",
    },
    expected: [/planted-cycle-first\.ts:1:\d+ lint\/suspicious\/noImportCycles/],
  },
  {
    title: 'a clock in a consensus rule',
    step: 'lint',
    files: { 'packages/consensus/src/planted-clock.ts': 'export const planted = (): number => Date.now()\n' },
    expected: [
      'Do not use the global variable Date',
      'Determinism boundary (core, consensus, execution): a rule must not read a clock',
    ],
  },
  {
    title: 'a Node module in a consensus rule',
    step: 'lint',
    files: { 'packages/consensus/src/planted-module.ts': "export { readFileSync } from 'node:fs'\n" },
    expected: ['Determinism boundary (core, consensus, execution): no Node modules'],
  },
  {
    title: 'JSON.stringify in core',
    step: 'lint',
    files: {
      'packages/core/src/planted-json.ts': 'export const planted = (value: unknown): string => JSON.stringify(value)\n',
    },
    expected: ["Do not use 'JSON.stringify'", 'not a canonical encoding'],
  },
  {
    title: 'a fraction in core',
    step: 'lint',
    files: { 'packages/core/src/planted-fraction.ts': 'export const PLANTED = 0.5\n' },
    expected: ['no floating point. Scale the ratio to an integer'],
  },
  {
    title: 'a rule of the beginning, where the height decides',
    step: 'lint',
    files: {
      'packages/chain/src/planted-rule.ts':
        "import type { NetworkParams } from '@poai/core'\n\n" +
        'export const planted = (params: NetworkParams): bigint => params.gas.minLimit\n',
    },
    expected: ['Ask for those of the height: rulesAt(params, number)'],
  },
  {
    title: 'an any without a reason',
    step: 'lint',
    files: { 'packages/inference/src/planted-any.ts': 'export const planted = (value: any): unknown => value\n' },
    expected: [/planted-any\.ts:1:\d+ lint\/suspicious\/noExplicitAny/],
  },
  {
    title: 'a suppression without a reason',
    step: 'lint',
    files: {
      'packages/inference/src/planted-suppression.ts':
        '// biome-ignore lint/suspicious/noExplicitAny:\nexport const planted = (value: any): unknown => value\n',
    },
    expected: [/planted-suppression\.ts:1:\d+ suppressions\/parse/],
  },
  {
    title: 'a promise that nobody waits for',
    step: 'lint',
    files: {
      'packages/inference/src/planted-promise.ts':
        'async function work(): Promise<void> {}\n\nexport function planted(): void {\n  work()\n}\n',
    },
    expected: [/planted-promise\.ts:4:\d+ lint\/nursery\/noFloatingPromises/],
  },
  {
    title: 'the pathname of a URL used as a path',
    step: 'lint',
    files: {
      'packages/inference/src/planted-pathname.ts':
        "export const planted = (): string => new URL('./data.json', import.meta.url).pathname\n",
    },
    expected: ['The pathname of a URL is not a path'],
  },
  {
    title: 'a type error',
    step: 'types',
    files: { 'packages/core/src/planted-type.ts': "export const planted: number = 'one'\n" },
    expected: [/packages\/core\/src\/planted-type\.ts\(1,14\): error TS2322/],
  },
  {
    title: 'bad formatting',
    step: 'format',
    files: { 'packages/core/src/planted-format.ts': 'export const planted = "one";\n' },
    expected: [/packages\/core\/src\/planted-format\.ts format/],
  },
  {
    title: 'an example that imports a file of a package',
    step: 'layers',
    files: { 'examples/planted-example/main.ts': "export { hexToBytes } from '../../packages/core/src/hex.ts'\n" },
    expected: ['examples/planted-example/main.ts:1', 'leaves examples/planted-example: an example stands by itself'],
  },
  {
    title: 'a comment that is too wide',
    step: 'prose',
    files: { 'packages/core/src/planted-wide.ts': `// ${'wide '.repeat(30)}\n` },
    expected: ['packages/core/src/planted-wide.ts:1  153 characters: break the line before 120'],
  },
  {
    title: 'a word that misleads',
    step: 'prose',
    files: { 'docs/planted-word.md': 'A call that is dear.\n' },
    expected: ['docs/planted-word.md:1  "dear": say "expensive"'],
  },
]

/** The compiler and the linter take all cores: slow where others need them too. */
const CHECK_TIMEOUT_MS = 300_000

describe('npm run check', () => {
  let copy: CheckoutCopy

  beforeAll(() => {
    copy = copyCheckout()
  })
  afterAll(() => copy.remove())

  const check = (...steps: string[]): Promise<Outcome> =>
    runNode(['--conditions=source', join(copy.root, 'scripts', 'check.ts'), ...steps], { cwd: copy.root })

  it('finds the layers of this checkout in order', async () => {
    expect(await check('layers')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^ok {3}layers {2,}\d+\.\d s\n$/),
    })
  })

  // All faults at once: none hides another, and every step runs to its end though others fail.
  describe('with faults', () => {
    let outcome: Outcome

    beforeAll(async () => {
      for (const { files } of FAULTS) plant(copy.root, files)
      outcome = await check()
    }, CHECK_TIMEOUT_MS)
    afterAll(() => {
      for (const { files } of FAULTS) for (const path of Object.keys(files)) rmSync(join(copy.root, path))
    })

    it.each(STEPS)('sums up what failed: %s', (step) => {
      expect(outcome.output).toMatch(new RegExp(`^FAIL ${step} +\\d+\\.\\d s$`, 'm'))
      expect(outcome.code).toBe(1)
    })

    it.each(FAULTS)('stops $title', ({ step, expected }) => {
      const [, report = ''] = outcome.output.split(`--- ${step}\n`)
      const ofStep = report.split(/^(?:--- |FAIL )/m, 1)[0]
      for (const words of expected) expect(ofStep).toMatch(words)
    })
  })

  it('rejects a step that does not exist', async () => {
    expect(await check('tpyes')).toEqual({
      code: 1,
      signal: null,
      output: 'Unknown check: tpyes. Known: format, lint, types, layers, prose.\n',
    })
  })
})

function plant(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}
