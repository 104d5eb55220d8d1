import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

/** A script of some package that is run by its name. */
export interface NamedScript {
  readonly name: string
  /** From the root of the checkout. */
  readonly path: string
}

/** Finds the files `<name>.<kind>.ts` in the `test/perf` folders of the packages, sorted by name. */
export function listNamedScripts(root: string, kind: string): NamedScript[] {
  const suffix = `.${kind}.ts`
  return readdirSync(join(root, 'packages'))
    .map((folder) => join('packages', folder, 'test', 'perf'))
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((file) => join(folder, file)))
    .filter((path) => path.endsWith(suffix))
    .map((path) => ({ name: basename(path, suffix), path }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * Runs the script that the first argument names, with the other arguments and this process's flags and terminal.
 * Without a name, or with one that is not unique, lists what there is. Resolves to the exit code.
 */
export async function runNamedScript(root: string, kind: string, args: readonly string[]): Promise<number> {
  const [name, ...scriptArguments] = args
  const scripts = listNamedScripts(root, kind)
  const matches = scripts.filter((script) => script.name === name)
  const [script] = matches
  if (script === undefined || matches.length > 1) {
    console.error(`${explain(name, matches.length)}: npm run ${kind} -- NAME [arguments]`)
    for (const known of scripts) console.error(`  ${known.name.padEnd(24)} ${known.path}`)
    if (scripts.length === 0) console.error(`  (none yet: one is a file packages/*/test/perf/NAME.${kind}.ts)`)
    return 1
  }
  return new Promise((resolve, reject) => {
    const command = [...process.execArgv, join(root, script.path), ...scriptArguments]
    const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit' })
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

function explain(name: string | undefined, matchCount: number): string {
  if (name === undefined) return 'Which one?'
  return matchCount > 1 ? `Several are called ${name}` : `None is called ${name}`
}
