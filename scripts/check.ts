// `npm run check [-- step…]`: everything that can be checked without running the program.
import { join } from 'node:path'
import { runSteps, type Step } from './steps/run-steps.ts'

const root = join(import.meta.dirname, '..')

const BIOME = 'node_modules/@biomejs/biome/bin/biome'
const TSC = 'node_modules/typescript/bin/tsc'
const BIOME_FLAGS = [
  '--error-on-warnings',
  '--max-diagnostics=200',
  process.stdout.isTTY ? '--colors=force' : '--colors=off',
]
const TSC_FLAGS = ['--pretty', String(process.stdout.isTTY === true)]

const STEPS: readonly Step[] = [
  { name: 'format', commands: [[BIOME, 'format', ...BIOME_FLAGS]] },
  { name: 'lint', commands: [[BIOME, 'lint', ...BIOME_FLAGS]] },
  {
    name: 'types',
    commands: [
      [TSC, '-p', 'tsconfig.json', ...TSC_FLAGS],
      [TSC, '-p', 'packages/explorer/tsconfig.json', ...TSC_FLAGS],
      [TSC, '-p', 'scripts/tsconfig.json', ...TSC_FLAGS],
      [TSC, '-p', 'examples/tsconfig.json', ...TSC_FLAGS],
    ],
  },
  { name: 'layers', commands: [['scripts/check-layers.ts']] },
  { name: 'prose', commands: [['scripts/check-prose.ts']] },
]

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !STEPS.some((step) => step.name === name))
if (unknown.length > 0) {
  console.error(`Unknown check: ${unknown.join(', ')}. Known: ${STEPS.map((step) => step.name).join(', ')}.`)
  process.exit(1)
}

const results = await runSteps(
  STEPS.filter((step) => wanted.length === 0 || wanted.includes(step.name)),
  root,
)
for (const result of results) {
  if (!result.passed) console.error(`--- ${result.name}\n${result.output.trim()}\n`)
}
for (const result of results) {
  console.log(`${result.passed ? 'ok  ' : 'FAIL'} ${result.name.padEnd(7)} ${(result.durationMs / 1000).toFixed(1)} s`)
}
const repairable = results.filter((result) => !result.passed && (result.name === 'format' || result.name === 'lint'))
if (repairable.length > 0) console.error('Format, import order and simple lint faults can be repaired by: npm run fix')
if (results.some((result) => !result.passed)) process.exitCode = 1
