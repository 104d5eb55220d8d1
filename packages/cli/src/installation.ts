import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '@poai/core'

/** Where things are on this machine. */
export interface Installation {
  /** What came with the program: manifest, embedded models, recorded vectors. Read only. */
  readonly models: string
  /** The user's own: pulled models, caches, later data. */
  readonly home: string
  /** Pulled and imported models. */
  readonly modelStore: string
  /** Can be deleted at any time. */
  readonly cache: string
}

/** In a checkout models stand at its top; a published package carries them beside its code. */
const MODEL_PLACES = ['../../../models/', '../models/']

function findModels(): string {
  const places = MODEL_PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const found = places.find((place) => existsSync(join(place, 'manifest.json')))
  if (found !== undefined) return found
  throw new AppError('CLI_INSTALLATION_BROKEN', 'the list of models is missing', {
    expected: places.map((place) => join(place, 'manifest.json')).join(' or '),
    hint: 'install poai again',
  })
}

/** The installation whose home is `home`, or the environment's POAI_HOME, or ~/.poai. */
export function findInstallation(home: string | undefined, environment: NodeJS.ProcessEnv): Installation {
  const chosen = resolve(home ?? environment['POAI_HOME'] ?? join(homedir(), '.poai'))
  return { models: findModels(), home: chosen, modelStore: join(chosen, 'models'), cache: join(chosen, 'cache') }
}
