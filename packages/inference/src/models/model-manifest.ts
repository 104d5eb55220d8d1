import { readFile } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { ModelError } from './model-error.ts'

/** How exams are written for a model. */
export interface ModelExam {
  /** Number of the exam format in docs/PROTOCOL.md. */
  readonly format: number
  /** `byte`: one token a byte, 259 in all; `tokenizer`: the tokenizer inside the model file. */
  readonly vocabulary: 'byte' | 'tokenizer'
}

/** What a model is, for people who choose one; the file itself is the authority. */
export interface ModelArchitecture {
  readonly family: string
  /** Parameters as people say it, such as `1.1B`. */
  readonly parameters: string
  readonly layers: number
  readonly width: number
  readonly vocabularySize: number
  readonly contextLength: number
  readonly quantization: string
}

/** A model that the project knows by name. */
export interface ManifestModel {
  readonly name: string
  /** File name in the store. */
  readonly file: string
  /** Path of a model that comes with the project, absolute after reading. Such a model has no sources. */
  readonly embedded?: string
  /** Lower-case hex; null where no source confirms one: then the user pins it at import. */
  readonly sha256: string | null
  readonly sizeBytes: number | null
  /** Where to fetch it, the first choice first. */
  readonly sources: readonly string[]
  /** SPDX identifier. */
  readonly license: string
  readonly exam: ModelExam
  readonly architecture: ModelArchitecture
  /** Where its hash comes from, or why there is none. */
  readonly note?: string
}

/** All models that the project knows. */
export interface ModelManifest {
  readonly models: readonly ManifestModel[]
}

/** Names are file names too, on every system: no separators, no leading dot or dash. */
export const MODEL_NAME_PATTERN: RegExp = /^[a-z0-9][a-z0-9._-]{0,99}$/i

/** SHA-256 as it is written everywhere here. */
export const SHA256_PATTERN: RegExp = /^[0-9a-f]{64}$/

const MANIFEST_VERSION = 1

/** Reads and checks the manifest at `path`. Throws one {@link ModelError} that lists every fault. */
export async function readModelManifest(path: string): Promise<ModelManifest> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ModelError('MODEL_MANIFEST_INVALID', `cannot read the model manifest ${path}`, { cause })
  })
  return parseModelManifest(text, dirname(path))
}

/**
 * Checks the text of a manifest whose embedded models lie under `directory`. Throws one {@link ModelError} that lists
 * every fault.
 */
export function parseModelManifest(text: string, directory: string): ModelManifest {
  const faults: string[] = []
  const root = asObject(parseJson(text), 'manifest', faults)
  expectThat(root['version'] === MANIFEST_VERSION, faults, 'version', `${MANIFEST_VERSION}`, root['version'])
  const entries = Array.isArray(root['models']) ? root['models'] : []
  expectThat(Array.isArray(root['models']), faults, 'models', 'a list', root['models'])
  const models = entries.map((entry, i) => parseModel(entry, `models[${i}]`, faults))
  const inside = models.map((model, i) => embedIn(directory, model, { path: `models[${i}]`, faults }))
  for (const key of ['name', 'file'] as const) {
    for (const repeated of repeatedValues(models.map((model) => model[key].toLowerCase()))) {
      faults.push(`two models have the ${key} ${repeated}`)
    }
  }
  if (faults.length === 0) return { models: inside }
  const hint = 'correct the manifest or take the one of the release'
  throw new ModelError(
    'MODEL_MANIFEST_INVALID',
    `the model manifest has ${faults.length} faults: ${faults.join('; ')}`,
    { hint },
  )
}

function parseModel(entry: unknown, path: string, faults: string[]): ManifestModel {
  const model = asObject(entry, path, faults)
  forbidOthers(model, path, faults, [
    'name',
    'file',
    'embedded',
    'sha256',
    'sizeBytes',
    'sources',
    'license',
    'exam',
    'architecture',
    'note',
  ])
  const text = (key: string, pattern: RegExp, what: string): string => {
    const value = model[key]
    const fits = typeof value === 'string' && pattern.test(value)
    expectThat(fits, faults, `${path}.${key}`, what, value)
    return fits ? value : ''
  }
  const sha256 =
    model['sha256'] === null ? null : text('sha256', SHA256_PATTERN, '64 lower-case hexadecimal digits, or null')
  const sizeBytes = model['sizeBytes'] === null ? null : countOf(model, 'sizeBytes', path, faults)
  return {
    name: text('name', MODEL_NAME_PATTERN, 'letters, digits, dots and dashes'),
    file: text('file', /^[a-z0-9][a-z0-9._-]{0,99}\.gguf$/i, 'a file name that ends in .gguf'),
    ...(model['embedded'] === undefined
      ? {}
      : { embedded: text('embedded', /^[^\\]+\.gguf$/i, 'a path with slashes that ends in .gguf') }),
    sha256,
    sizeBytes,
    sources: sourcesOf(model, path, faults),
    license: text('license', /^[A-Za-z0-9.+-]+$/, 'an SPDX identifier'),
    exam: examOf(model['exam'], `${path}.exam`, faults),
    architecture: architectureOf(model['architecture'], `${path}.architecture`, faults),
    ...(model['note'] === undefined ? {} : { note: text('note', /./, 'a text') }),
  }
}

function sourcesOf(model: Readonly<Record<string, unknown>>, path: string, faults: string[]): readonly string[] {
  const sources: readonly unknown[] = Array.isArray(model['sources']) ? model['sources'] : []
  expectThat(Array.isArray(model['sources']), faults, `${path}.sources`, 'a list', model['sources'])
  const needed = model['embedded'] === undefined ? sources.length > 0 : sources.length === 0
  expectThat(needed, faults, `${path}.sources`, 'at least one, and none for an embedded model', sources.length)
  return sources.filter((source, i): source is string => {
    const fits = typeof source === 'string' && URL.canParse(source) && /^https?:$/.test(new URL(source).protocol)
    expectThat(fits, faults, `${path}.sources[${i}]`, 'an http(s) URL', source)
    return fits
  })
}

function examOf(value: unknown, path: string, faults: string[]): ModelExam {
  const exam = asObject(value, path, faults)
  forbidOthers(exam, path, faults, ['format', 'vocabulary'])
  const { vocabulary } = exam
  const known = vocabulary === 'byte' || vocabulary === 'tokenizer'
  expectThat(known, faults, `${path}.vocabulary`, 'byte or tokenizer', vocabulary)
  return { format: countOf(exam, 'format', path, faults), vocabulary: known ? vocabulary : 'byte' }
}

function architectureOf(value: unknown, path: string, faults: string[]): ModelArchitecture {
  const architecture = asObject(value, path, faults)
  const texts = ['family', 'parameters', 'quantization'] as const
  const counts = ['layers', 'width', 'vocabularySize', 'contextLength'] as const
  forbidOthers(architecture, path, faults, [...texts, ...counts])
  const text = (key: (typeof texts)[number]): string => {
    const found = architecture[key]
    expectThat(typeof found === 'string' && found.length > 0, faults, `${path}.${key}`, 'a text', found)
    return typeof found === 'string' ? found : ''
  }
  const count = (key: (typeof counts)[number]): number => countOf(architecture, key, path, faults)
  return {
    family: text('family'),
    parameters: text('parameters'),
    layers: count('layers'),
    width: count('width'),
    vocabularySize: count('vocabularySize'),
    contextLength: count('contextLength'),
    quantization: text('quantization'),
  }
}

/** The model with its embedded path made absolute; a path that leaves the directory is a fault. */
function embedIn(
  directory: string,
  model: ManifestModel,
  { path, faults }: { readonly path: string; readonly faults: string[] },
): ManifestModel {
  if (model.embedded === undefined) return model
  const embedded = resolve(directory, model.embedded)
  const isInside = embedded.startsWith(resolve(directory) + sep)
  expectThat(isInside, faults, `${path}.embedded`, 'a path below the manifest', model.embedded)
  return { ...model, embedded }
}

function countOf(parent: Readonly<Record<string, unknown>>, key: string, path: string, faults: string[]): number {
  const value = parent[key]
  const fits = typeof value === 'number' && Number.isSafeInteger(value) && value > 0
  expectThat(fits, faults, `${path}.${key}`, 'a whole number above 0', value)
  return fits ? value : 0
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ModelError('MODEL_MANIFEST_INVALID', 'the model manifest is no JSON', { cause })
  }
}

function asObject(value: unknown, path: string, faults: string[]): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>
  expectThat(false, faults, path, 'an object', value)
  return {}
}

function forbidOthers(value: object, path: string, faults: string[], known: readonly string[]): void {
  for (const key of Object.keys(value)) if (!known.includes(key)) faults.push(`${path}.${key} is not a known key`)
}

function expectThat(holds: boolean, faults: string[], path: string, expected: string, actual: unknown): void {
  if (!holds) faults.push(`${path} must be ${expected}, not ${JSON.stringify(actual) ?? 'absent'}`)
}

function repeatedValues(values: readonly string[]): readonly string[] {
  return [...new Set(values.filter((value, i) => value !== '' && values.indexOf(value) !== i))]
}
