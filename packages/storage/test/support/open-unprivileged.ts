// Tries to open a database as a user that may not, and says what came of it.
import { openDatabase, StorageError } from '../../src/index.ts'
import { MODEL_NETWORK } from './model-chain.ts'

/** "nobody" of Linux. */
const NOBODY = 65_534
if (process.getuid?.() === 0) process.setuid?.(NOBODY)
try {
  await openDatabase(process.argv[2] ?? '', { genesisHash: MODEL_NETWORK })
  process.stdout.write('opened')
} catch (error) {
  process.stdout.write(error instanceof StorageError ? error.code : String(error))
}
