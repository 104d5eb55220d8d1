import { type Method, RpcError } from '@poai/api'

/**
 * The arguments of a call, parsed as the method's row says. Throws an error that tells the client which one is wrong.
 */
export function parseParams({ params: wanted }: Pick<Method, 'params'>, given: readonly unknown[]): readonly unknown[] {
  if (given.length > wanted.length) {
    throw new RpcError('invalidParams', `too many arguments, want at most ${wanted.length}`)
  }
  const paths = pathsOf(wanted)
  const values: unknown[] = []
  for (const [index, { name, shape, isRequired }] of wanted.entries()) {
    const value = given[index]
    if (isRequired && value === undefined) {
      throw new RpcError('invalidParams', `missing value for required argument ${index} (${name})`)
    }
    values.push(shape.parse(value, paths[index] ?? name))
  }
  return values
}

/** What errors call the arguments of a method: made once, since most calls are right. */
const knownPaths = new WeakMap<Method['params'], readonly string[]>()

function pathsOf(wanted: Method['params']): readonly string[] {
  const known = knownPaths.get(wanted)
  if (known !== undefined) return known
  const paths = wanted.map(({ name }, index) => `argument ${index} (${name})`)
  knownPaths.set(wanted, paths)
  return paths
}
