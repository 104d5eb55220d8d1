import { expect, it } from 'vitest'
import { checkSyncModel } from '../../support/sync-commands.ts'
import { growWorld } from '../../support/sync-world.ts'

// The full number of runs: npm run evidence -- sync-model
it('a node ends on the heaviest honest chain whatever its peers do', async () => {
  await expect(checkSyncModel(await growWorld(), { runs: 200, seed: 19 })).resolves.toBeUndefined()
})
