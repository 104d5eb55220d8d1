import { type Method, method, namespaceOf, SCHEMAS } from '@poai/api'
import type { Modules } from '@poai/api/client'

/** As geth names it: there was never another one. */
const MODULE_VERSION = '1.0'

/** Which namespaces have methods for whoever asks; `isPublic` tells of a method whether everybody may call it. */
export function rpcModulesMethod(
  methods: readonly Pick<Method, 'name'>[],
  isPublic: (name: string) => boolean,
): Method {
  const names = methods.map(({ name }) => name)
  const all = modulesOf(names)
  const open = modulesOf(names.filter(isPublic))
  return method({
    name: 'rpc_modules',
    summary: 'The namespaces that the client may use',
    params: [],
    result: SCHEMAS.modules,
    run: (_, { session }) => (session.isTrusted ? all : open),
  })
}

function modulesOf(names: readonly string[]): Modules {
  const namespaces = new Set(names.map(namespaceOf))
  return Object.fromEntries(['rpc', ...[...namespaces].sort()].map((name) => [name, MODULE_VERSION]))
}
