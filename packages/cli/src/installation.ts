import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '@poai/core'
import type { Installation } from '@poai/node'
import { findSite } from './site.ts'

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
  return {
    models: findModels(),
    home: chosen,
    modelStore: join(chosen, 'models'),
    site: findSite().directory,
    cache: join(chosen, 'cache'),
  }
}
