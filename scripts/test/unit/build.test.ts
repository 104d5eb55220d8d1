import { describe, expect, it } from 'vitest'
import { renameWorkerUrls } from '../../build/compile-package.ts'
import { type BuildPackage, orderPackages } from '../../build/order-packages.ts'
import { publishManifest } from '../../build/publish-manifest.ts'

function buildPackage(name: string, ...dependencies: string[]): BuildPackage {
  const manifest = {
    name,
    version: '1.0.0',
    dependencies: Object.fromEntries(dependencies.map((other) => [other, '1.0.0'])),
  }
  return { folder: `packages/${name}`, manifest }
}

const namesOf = (packages: readonly BuildPackage[]): string[] => packages.map((member) => member.manifest.name)

describe('orderPackages', () => {
  it('puts dependencies first and ignores packages of others', () => {
    const packages = [buildPackage('a', 'c', 'elsewhere'), buildPackage('b', 'a'), buildPackage('c')]
    expect(namesOf(orderPackages(packages))).toEqual(['c', 'a', 'b'])
  })

  it('names the packages of a circle', () => {
    expect(() => orderPackages([buildPackage('a', 'b'), buildPackage('b', 'a')])).toThrow('a -> b -> a')
  })
})

describe('publishManifest', () => {
  it('drops what serves the workspace only, at every depth', () => {
    const manifest = {
      name: 'a',
      version: '1.0.0',
      scripts: { prepack: 'exit 1' },
      devDependencies: { b: '1.0.0' },
      dependencies: { c: '1.0.0' },
      files: ['dist', 'src', 'assets'],
      exports: {
        '.': { source: './src/index.ts', default: './dist/index.js' },
        './x': { node: { source: './src/x.ts', default: './dist/x.js' } },
      },
    }
    expect(publishManifest(manifest)).toEqual({
      name: 'a',
      version: '1.0.0',
      dependencies: { c: '1.0.0' },
      files: ['dist', 'assets'],
      exports: { '.': { default: './dist/index.js' }, './x': { node: { default: './dist/x.js' } } },
    })
  })
})

describe('publishManifest of a special package', () => {
  const manifest = { name: 'a', version: '1.0.0', engines: { node: '>=24' }, dependencies: { c: '1.0.0' } }

  it('says which Node only where there is a command', () => {
    expect(publishManifest(manifest)).not.toHaveProperty('engines')
    expect(publishManifest({ ...manifest, bin: './a.mjs' })).toHaveProperty('engines')
  })

  it('names what the tarball carries, and nothing that a bundled page was made of', () => {
    expect(publishManifest(manifest, { carried: ['c'] })).toMatchObject({
      dependencies: { c: '1.0.0' },
      bundleDependencies: ['c'],
    })
    expect(publishManifest(manifest, { isBundled: true })).toEqual({ name: 'a', version: '1.0.0' })
  })
})

describe('renameWorkerUrls', () => {
  it('renames TypeScript that is named by URL beside the file, and nothing else', () => {
    expect(renameWorkerUrls("new Worker(new URL('./worker.ts', import.meta.url))")).toBe(
      "new Worker(new URL('./worker.js', import.meta.url))",
    )
    const others = "new URL('./data.json', import.meta.url); new URL('https://host/a.ts'); './worker.ts'"
    expect(renameWorkerUrls(others)).toBe(others)
  })
})
