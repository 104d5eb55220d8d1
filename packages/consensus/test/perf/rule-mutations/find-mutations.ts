import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One change of one comparison in a source. */
export interface Mutation {
  /** Under the package, with forward slashes. */
  readonly file: string
  readonly line: number
  readonly code: string
  readonly from: string
  readonly to: string
  /** Of the operator in the file. */
  readonly offset: number
}

/** The sources in which every comparison decides something that nodes must agree on. */
export const MUTATED_FOLDERS = [
  'rules',
  'difficulty',
  'rewards',
  'fork-choice',
  'context',
  'work',
  'transcript',
  'generation',
] as const

/** Each comparison becomes the one that differs at the limit only, and the opposite. */
const REPLACEMENTS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  'equalBytes(': ['!equalBytes('],
}

/** Comments, strings and templates: nothing in them is an operator. Templates of these sources do not nest. */
const NOT_CODE = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g
/** The formatter puts a space on both sides of an operator, and none around type arguments. */
const OPERATOR =
  /(?<= )(?:<=|>=|===|!==|&&|\|\||<|>)(?= )|(?<=^|\n| )(?:&&|\|\|)(?= )|(?<![\w!])equalBytes\((?=[\w.]+,)/g

function mutationsOf(root: string, file: string): Mutation[] {
  const source = readFileSync(join(root, file), 'utf8')
  const code = source.replace(NOT_CODE, (text) => text.replace(/[^\n]/g, '_'))
  return [...code.matchAll(OPERATOR)].flatMap((match) => {
    const [from] = match
    const line = source.slice(0, match.index).split('\n').length
    const text = source.split('\n')[line - 1]?.trim() ?? ''
    return (REPLACEMENTS[from] ?? []).map((to) => ({ file, line, code: text, from, to, offset: match.index }))
  })
}

/** All mutations of the package at `root`, in the order of files and lines. */
export function findMutations(root: string): Mutation[] {
  return MUTATED_FOLDERS.flatMap((folder) =>
    readdirSync(join(root, 'src', folder))
      .filter((name) => name.endsWith('.ts'))
      .sort()
      .flatMap((name) => mutationsOf(root, `src/${folder}/${name}`)),
  )
}

/** The source with one mutation. */
export function mutate(source: string, { offset, from, to }: Mutation): string {
  return source.slice(0, offset) + to + source.slice(offset + from.length)
}
