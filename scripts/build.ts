// `npm run build [-- --pack FOLDER]`: compiles every package to dist/, and with --pack writes the tarballs to publish.
// Private packages serve the tests only, which run them from source.
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { bundlePage, isPage } from './build/bundle-page.ts'
import { compilePackage } from './build/compile-package.ts'
import { orderPackages, readPackages } from './build/order-packages.ts'
import { packPackage } from './build/pack-package.ts'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({ options: { pack: { type: 'string' } } })

try {
  const published = readPackages(root).filter(({ manifest }) => manifest.private !== true)
  for (const member of orderPackages(published)) {
    const startedMs = performance.now()
    if (isPage(member)) bundlePage(root, member)
    else compilePackage(root, member)
    const result =
      values.pack === undefined ? join(member.folder, 'dist') : packPackage(root, member, resolve(values.pack))
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
    console.log(`ok   ${member.manifest.name.padEnd(18)} ${seconds} s  ${relative(process.cwd(), result)}`)
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.error('FAIL build')
  process.exitCode = 1
}
