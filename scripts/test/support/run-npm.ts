import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { npmCommand } from '../../bootstrap/install.mjs'
import type { Outcome } from './run-node.ts'

export interface NpmOptions {
  readonly cwd: string
  readonly registry: string
  /** Of this run alone: its settings and its cache are in there. */
  readonly home: string
  /** Added to the environment. */
  readonly variables?: NodeJS.ProcessEnv
}

/** What npm and the programs that it starts see: none of the settings of whoever runs the tests. */
export function npmEnvironment({ registry, home, variables }: NpmOptions): NodeJS.ProcessEnv {
  const { command, prefix } = npmCommand()
  return {
    // The Node of npm comes first: a program that it starts should meet that one, not the Node of the tests.
    PATH: prefix.length === 0 ? process.env['PATH'] : `${dirname(command)}:${process.env['PATH']}`,
    HOME: home,
    npm_config_registry: registry,
    npm_config_cache: `${home}/npm-cache`,
    npm_config_update_notifier: 'false',
    ...variables,
  }
}

/** Runs npm with a registry of its own, to its end. */
export function runNpm(args: readonly string[], options: NpmOptions): Promise<Outcome> {
  const { command, prefix, shell } = npmCommand()
  return new Promise((resolve, reject) => {
    const env = npmEnvironment(options)
    const child = spawn(command, [...prefix, ...args], {
      ...{ cwd: options.cwd, env, shell },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const keep = (chunk: Buffer): void => {
      output += chunk.toString('utf8')
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, output }))
  })
}
