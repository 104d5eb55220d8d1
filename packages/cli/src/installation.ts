import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '@poai/core'
import type { Installation } from '@poai/node'

/** At the top of a checkout, or beside the code of a published package. */
const MODEL_PLACES = ['../../../models/', '../models/']

function findModels(): string {
  const places = MODEL_PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const found = places.find((place) => existsSync(join(place, 'manifest.json')))
  if (found !== undefined) return found
  throw new AppError('CLI_INSTALLATION_BROKEN', 'the list of models is missing', {
    expected: places.map((place) => join(place, 'manifest.json')).join(' or '),
    hint: 'reinstall poai',
  })
}

/** The folder of the explorer's built page, which may not exist yet. */
function findSite(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@poai/explorer/package.json')), 'dist')
}

/** The installation whose home is `home`, else $POAI_HOME, else ~/.poai. */
export function findInstallation(home: string | undefined, environment: NodeJS.ProcessEnv): Installation {
  const chosen = resolve(home ?? environment['POAI_HOME'] ?? join(homedir(), '.poai'))
  return {
    models: findModels(),
    home: chosen,
    modelStore: join(chosen, 'models'),
    site: findSite(),
    cache: join(chosen, 'cache'),
  }
}
