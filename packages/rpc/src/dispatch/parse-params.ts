import { type Method, RpcError } from '@poai/api'

/**
 * The arguments of a call, parsed as the method's row says. Throws an error that tells the client which one is wrong.
 */
export function parseParams({ params: wanted }: Pick<Method, 'params'>, given: readonly unknown[]): readonly unknown[] {
  if (given.length > wanted.length) {
    throw new RpcError('invalidParams', `too many arguments, want at most ${wanted.length}`)
  }
  return wanted.map(({ name, shape, isRequired }, index) => {
    const value = given[index]
    if (isRequired && value === undefined) {
      throw new RpcError('invalidParams', `missing value for required argument ${index} (${name})`)
    }
    return shape.parse(value, `argument ${index} (${name})`)
  })
}
