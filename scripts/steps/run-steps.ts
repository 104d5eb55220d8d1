import { spawn } from 'node:child_process'

/** One check: a name, and the commands that must all succeed. */
export interface Step {
  readonly name: string
  /** Arguments of the project's Node, command by command. */
  readonly commands: readonly (readonly string[])[]
}

/** How a step ended. */
export interface StepResult {
  readonly name: string
  readonly passed: boolean
  readonly durationMs: number
  /** Everything that the failed commands printed, in order; that of passed steps is dropped. */
  readonly output: string
}

/** Runs steps side by side, each to its end even when another fails. Results keep the order of the steps. */
export function runSteps(steps: readonly Step[], cwd: string): Promise<StepResult[]> {
  return Promise.all(steps.map((step) => runStep(step, cwd)))
}

async function runStep(step: Step, cwd: string): Promise<StepResult> {
  const startedMs = performance.now()
  const results = await Promise.all(step.commands.map((command) => runNode(command, cwd)))
  const failed = results.filter((result) => !result.passed)
  return {
    name: step.name,
    passed: failed.length === 0,
    durationMs: performance.now() - startedMs,
    output: failed.map((result) => result.output).join('\n'),
  }
}

function runNode(args: readonly string[], cwd: string): Promise<{ passed: boolean; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ passed: code === 0, output: Buffer.concat(chunks).toString('utf8') }))
  })
}
