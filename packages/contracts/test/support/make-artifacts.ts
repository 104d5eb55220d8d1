import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CompiledContract, compileSolidity, EVM_VERSION, SOLC_VERSION, type Sources } from './compile-solidity.ts'

/** The package's folder. */
export const PACKAGE: string = join(import.meta.dirname, '../..')
const MANIFEST = join(PACKAGE, '../../models/manifest.json')
/** Made, not written. */
const MODELS_SOURCE = 'PoaiModels.sol'

/** A model that is in the repository. */
interface EmbeddedModel {
  readonly name: string
  readonly sha256: string
}

/** All files that are made from other files, by their paths in the package. */
export async function makeArtifacts(): Promise<ReadonlyMap<string, string>> {
  const models = await readEmbeddedModels()
  const made = { [MODELS_SOURCE]: modelsSource(models) }
  const sources = { ...(await readSources(join(PACKAGE, 'solidity'))), ...made }
  const contracts = compileSolidity(sources).filter(({ abi, bytecode }) => abi.some(isFunction) && bytecode.length > 2)
  return new Map([
    [`solidity/${MODELS_SOURCE}`, made[MODELS_SOURCE]],
    ['src/generated/models.ts', modelsModule(models)],
    ...contracts.map((contract) => [`src/generated/${kebab(contract.name)}.ts`, moduleOf(contract)] as const),
  ])
}

/** Every Solidity file below a folder, by its path from there. */
export async function readSources(folder: string): Promise<Sources> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.sol')).sort()
  const texts = names.map(async (name) => [name.replaceAll('\\', '/'), await readFile(join(folder, name), 'utf8')])
  return Object.fromEntries(await Promise.all(texts)) as Sources
}

async function readEmbeddedModels(): Promise<readonly EmbeddedModel[]> {
  const { models } = JSON.parse(await readFile(MANIFEST, 'utf8')) as {
    readonly models: readonly (EmbeddedModel & { readonly embedded?: string })[]
  }
  return models.filter(({ embedded }) => embedded !== undefined)
}

function modelsSource(models: readonly EmbeddedModel[]): string {
  const constants = models.map(
    ({ name, sha256 }) => `    bytes32 internal constant ${name.toUpperCase().replaceAll('-', '_')} = 0x${sha256};\n`,
  )
  return `// SPDX-License-Identifier: Apache-2.0
// Made from models/manifest.json: npm run contracts
pragma solidity ^0.8.24;

/// @title The models that come with every node
/// @notice SHA-256 of their files, by which contracts name them. A network says which of them contracts may call.
library PoaiModels {
${constants.join('')}}
`
}

function modelsModule(models: readonly EmbeddedModel[]): string {
  const rows = models.map(({ name, sha256 }) => `  '${name}': '0x${sha256}',\n`)
  return `// Made from models/manifest.json: npm run contracts

/** SHA-256 of the models that come with every node: what contracts name them by. */
export const MODELS = {
${rows.join('')}} as const
`
}

function moduleOf({ name, path, abi, bytecode }: CompiledContract): string {
  const variable = name.charAt(0).toLowerCase() + name.slice(1)
  return `// Made from solidity/${path} by solc ${SOLC_VERSION} for ${EVM_VERSION}: npm run contracts

import type { Hex } from '@poai/core'

export const ${variable}Abi = [
${abi.map((entry) => `  ${JSON.stringify(entry)},\n`).join('')}] as const

export const ${variable}Bytecode: Hex =
  '${bytecode}'
`
}

function isFunction({ type }: Readonly<Record<string, unknown>>): boolean {
  return type === 'function'
}

function kebab(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()
}
