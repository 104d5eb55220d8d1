import { type Method, method, namespaceOf, SCHEMAS } from '@poai/api'

/** As geth names it: there was never another one. */
const MODULE_VERSION = '1.0'

/** Which namespaces there are for whoever asks. */
export function rpcModulesMethod(
  methods: readonly Pick<Method, 'name'>[],
  privateNamespaces: ReadonlySet<string>,
): Method {
  const names = [...new Set(methods.map(({ name }) => namespaceOf(name)))].sort()
  return method({
    name: 'rpc_modules',
    summary: 'The namespaces that the client may use',
    params: [],
    result: SCHEMAS.modules,
    run: (_, { session }) => {
      const open = names.filter((name) => session.isTrusted || !privateNamespaces.has(name))
      return Object.fromEntries(['rpc', ...open].map((name) => [name, MODULE_VERSION]))
    },
  })
}
