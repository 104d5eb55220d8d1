import { readFile } from 'node:fs/promises'
import { AppError, BUILT_IN_NETWORKS, type NetworkParams, parseNetworkParams } from '@poai/core'
import { UsageError } from './report-error.ts'

/** The built-in network of a name, or the one that a JSON file of parameters defines. */
export async function loadNetwork(nameOrFile: string): Promise<NetworkParams> {
  const builtIn = Object.hasOwn(BUILT_IN_NETWORKS, nameOrFile) ? BUILT_IN_NETWORKS[nameOrFile] : undefined
  if (builtIn !== undefined) return builtIn
  if (!nameOrFile.endsWith('.json')) {
    const names = Object.keys(BUILT_IN_NETWORKS).join(', ')
    throw new UsageError(
      `there is no built-in network ${nameOrFile}`,
      `choose one of ${names}, or give the path of a .json file of parameters`,
    )
  }
  const text = await readFile(nameOrFile, 'utf8').catch((cause: unknown) => {
    throw unreadable(nameOrFile, cause)
  })
  return parseNetworkParams(parseJson(text, nameOrFile))
}

function unreadable(path: string, cause: unknown): AppError {
  const actual = cause instanceof Error ? cause.message : String(cause)
  return new AppError('CONFIG_FILE_UNREADABLE', `cannot read ${path}`, {
    actual,
    cause,
    hint: 'check the path and its permissions',
  })
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}
