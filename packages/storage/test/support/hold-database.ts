// Opens a database, says so, and keeps it until it is killed.
import { openDatabase } from '../../src/index.ts'
import { MODEL_NETWORK } from './model-chain.ts'

await openDatabase(process.argv[2] ?? '', { genesisHash: MODEL_NETWORK })
process.stdout.write('open\n')
setInterval(() => undefined, 60_000)
