import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The part of a plugin of Vite that is used here. */
interface TransformPlugin {
  readonly name: string
  readonly enforce: 'post' | 'pre'
  transform(code: string, id: string): string | undefined
}

/** A quoted path of a source file. */
const QUOTED_PATH = /(['"])((?:\.{1,2}\/)*[\w-][\w./-]*\.(?:ts|mjs))\1/g

/**
 * For `--changed`: a test that starts a program, by a path like `new URL('../../src/main.ts', import.meta.url)`,
 * depends on that program. Whatever quoted path is one of a source file becomes an import that is never made, so that
 * Vitest follows it.
 */
export function followStartedPrograms(): TransformPlugin {
  return {
    name: 'follow-started-programs',
    enforce: 'pre',
    transform: (code, id) => {
      const [file = ''] = id.split('?', 1)
      if (file.includes('/node_modules/') || !/\.(ts|mjs)$/.test(file)) return undefined
      const paths = startedPrograms(code).filter((path) => existsSync(join(dirname(file), path)))
      if (paths.length === 0) return undefined
      return `${code}\n;() => [${paths.map((path) => `import(${JSON.stringify(path)})`).join(', ')}]\n`
    },
  }
}

/** The quoted paths of source files in a module, as an import names them. */
function startedPrograms(code: string): readonly string[] {
  const paths = [...code.matchAll(QUOTED_PATH)].map(([, , path = '']) => (path.startsWith('.') ? path : `./${path}`))
  return [...new Set(paths)]
}
