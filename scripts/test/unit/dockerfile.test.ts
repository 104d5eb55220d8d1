// There is no engine for containers here: the Dockerfile is held to the rules that a linter for such files has.
import { describe, expect, it } from 'vitest'
import { REQUIRED_NODE_MAJOR } from '../../bootstrap/node-binary.mjs'
import { readStages, readText } from '../support/deployment.ts'

const stages = readStages('Dockerfile')
const image = stages.at(-1) ?? []
const commandsOf = (name: string): readonly string[] =>
  stages.flat().flatMap((instruction) => (instruction.name === name ? [instruction.text] : []))

describe('the Dockerfile', () => {
  it('builds and runs on the Node that the program needs, and on one release of the system', () => {
    const bases = stages.map(([from]) => from?.text)
    for (const base of bases)
      expect(base).toMatch(new RegExp(`^node:${REQUIRED_NODE_MAJOR}-bookworm(-slim)?( AS \\w+)?$`))
    expect(bases.at(-1)).toBe(`node:${REQUIRED_NODE_MAJOR}-bookworm-slim`)
  })

  it('installs what the lock file names, runs no install script, and fetches nothing but from npm', () => {
    const runs = commandsOf('RUN').join(' && ')
    const npm = runs
      .split('&&')
      .map((run) => run.trim())
      .filter((run) => run.startsWith('npm'))
    expect(npm).not.toEqual([])
    for (const run of npm) expect(run).toMatch(/^npm ci --ignore-scripts /)
    expect(runs).not.toMatch(/\b(apt|apt-get|curl|wget|git|pip|sudo)\b|npx (?!--no-install)/)
  })

  it('copies by COPY, into folders named from the root', () => {
    expect(commandsOf('ADD')).toEqual([])
    for (const folder of commandsOf('WORKDIR')) expect(folder).toMatch(/^\//)
  })

  it('leaves tools and rights behind: the last stage installs nothing, and root runs nothing in it', () => {
    const names = image.map(({ name }) => name)
    expect(image.filter(({ name, text }) => name === 'RUN' && /\bnpm\b/.test(text))).toEqual([])
    expect(names.indexOf('USER')).toBeLessThan(names.indexOf('ENTRYPOINT'))
    expect(names.lastIndexOf('RUN')).toBeLessThan(names.indexOf('USER'))
    expect(names.filter((name) => ['USER', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD', 'STOPSIGNAL'].includes(name))).toEqual([
      ...['USER', 'HEALTHCHECK', 'STOPSIGNAL', 'ENTRYPOINT', 'CMD'],
    ])
  })

  it('starts programs without a shell between them and their signals', () => {
    for (const { name, text } of image.filter(({ name }) => name === 'ENTRYPOINT' || name === 'CMD')) {
      expect(JSON.parse(text), name).toBeInstanceOf(Array)
    }
    expect(readText('deploy/poai.sh').trimEnd().split('\n').at(-1)).toMatch(/^exec /)
  })
})
