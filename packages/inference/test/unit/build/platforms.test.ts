import { describe, expect, it } from 'vitest'
import { findCCompiler } from '../../../src/build/find-compiler.ts'
import { programFile, programFolder } from '../../../src/build/native-program.ts'
import { nicely, type RunProgram } from '../../../src/build/run-program.ts'

/** A machine on which these programs are installed; `asked` are those that were looked for. */
function machineWith(...programs: readonly string[]): { readonly run: RunProgram; readonly asked: string[] } {
  const asked: string[] = []
  const run: RunProgram = async (program) => {
    asked.push(program)
    const isThere = programs.includes(program)
    return { code: isThere ? 0 : undefined, stdout: isThere ? `${program} 1.0\nmore` : '', stderr: '' }
  }
  return { run, asked }
}

describe('the search for a C compiler', () => {
  it.each([
    [['cc', 'gcc', 'clang'], 'cc'],
    [['gcc', 'clang'], 'gcc'],
    [['clang'], 'clang'],
  ])('finds of %j on Linux %s', async (programs, program) => {
    const { run } = machineWith(...programs)
    expect(await findCCompiler(undefined, { platform: 'linux', run })).toMatchObject({
      program,
      version: `${program} 1.0`,
    })
  })

  it('says what to install where there is none', async () => {
    const { run, asked } = machineWith()
    await expect(findCCompiler(undefined, { platform: 'linux', run })).rejects.toMatchObject({
      code: 'INFERENCE_BUILD_FAILED',
      hint: expect.stringContaining('apt install gcc'),
    })
    expect(asked).toEqual(['cc', 'gcc', 'clang'])
  })

  it('asks for none on macOS without its tools: each would open a window', async () => {
    const { run, asked } = machineWith('cc')
    await expect(findCCompiler(undefined, { platform: 'darwin', run })).rejects.toMatchObject({
      hint: expect.stringContaining('xcode-select --install'),
    })
    expect(asked).toEqual(['xcode-select'])
  })

  it('finds cc on macOS with its tools', async () => {
    const { run } = machineWith('xcode-select', 'cc')
    expect(await findCCompiler(undefined, { platform: 'darwin', run })).toMatchObject({ program: 'cc' })
  })

  it('asks for none on Windows: none there takes the flags', async () => {
    const { run, asked } = machineWith('cc', 'gcc', 'clang')
    await expect(findCCompiler(undefined, { platform: 'win32', run })).rejects.toMatchObject({
      code: 'INFERENCE_BUILD_FAILED',
      hint: expect.stringContaining('WebAssembly computes the same bits'),
    })
    expect(asked).toEqual([])
  })

  it('takes the one that is named, on any platform', async () => {
    const { run } = machineWith('clang-cl')
    expect(await findCCompiler('clang-cl', { platform: 'win32', run })).toMatchObject({ program: 'clang-cl' })
  })
})

describe('the native program', () => {
  it('has the name that the system starts', () => {
    expect(programFile({ platform: 'win32' })).toBe('poai-engine.exe')
    expect(programFile({ platform: 'darwin' })).toBe('poai-engine')
    expect(programFile({ platform: 'linux' })).toBe('poai-engine')
  })

  it('has a folder of its own on each machine: a home may be shared by several, and one Mac runs both of its kinds', async () => {
    const machines = [
      { platform: 'linux', arch: 'x64' },
      { platform: 'linux', arch: 'arm64' },
      { platform: 'darwin', arch: 'x64' },
      { platform: 'darwin', arch: 'arm64' },
      { platform: 'win32', arch: 'x64' },
    ] as const
    const folders = await Promise.all(machines.map((machine) => programFolder('/cache', machine)))
    expect(new Set(folders).size).toBe(machines.length)
    expect(folders[1]).toContain('program-linux-arm64-')
  })
})

describe('a command at a lower priority', () => {
  it.each(['linux', 'darwin'] as const)('is started by nice on %s', (platform) => {
    expect(nicely(['cc', 'a b'], 5, platform)).toEqual(['nice', '-n', '5', 'cc', 'a b'])
    expect(nicely(['cc', 'a b'], 0, platform)).toEqual(['cc', 'a b'])
  })

  it('is started as it is on Windows', () => {
    expect(nicely(['cc', 'a b'], 5, 'win32')).toEqual(['cc', 'a b'])
  })
})
