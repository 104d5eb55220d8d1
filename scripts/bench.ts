// `npm run bench [-- name [arguments…]]`: runs packages/*/test/perf/<name>.bench.ts, or lists what there is.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

const SUFFIX = '.bench.ts'
const root = join(import.meta.dirname, '..')

function listBenches(): { readonly name: string; readonly path: string }[] {
  return readdirSync(join(root, 'packages'))
    .map((folder) => join('packages', folder, 'test', 'perf'))
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((file) => join(folder, file)))
    .filter((path) => path.endsWith(SUFFIX))
    .map((path) => ({ name: basename(path, SUFFIX), path }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

const [name, ...benchArguments] = process.argv.slice(2)
const benches = listBenches()
const matches = benches.filter((bench) => bench.name === name)
const [bench] = matches
if (bench === undefined || matches.length > 1) {
  const cause =
    name === undefined
      ? 'Name a bench'
      : matches.length > 1
        ? `Several benches are called ${name}`
        : `There is no bench called ${name}`
  console.error(`${cause}: npm run bench -- NAME [arguments]`)
  for (const known of benches) console.error(`  ${known.name.padEnd(24)} ${known.path}`)
  if (benches.length === 0) console.error(`  (none yet: a bench is a file packages/*/test/perf/NAME${SUFFIX})`)
  process.exitCode = 1
} else {
  const child = spawn(process.execPath, [...process.execArgv, join(root, bench.path), ...benchArguments], {
    cwd: root,
    stdio: 'inherit',
  })
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 1
  })
}
