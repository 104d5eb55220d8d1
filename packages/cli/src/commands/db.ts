import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { addDbBadBlocksCommand } from './db/bad-blocks.ts'
import { addDbCheckCommand } from './db/check.ts'
import { addDbCompactCommand } from './db/compact.ts'
import { addDbDropFinalityCommand } from './db/drop-finality.ts'
import { addDbExportCommand } from './db/export.ts'
import { addDbImportCommand } from './db/import.ts'
import { addDbPruneCommand } from './db/prune.ts'
import { addDbSizeCommand } from './db/size.ts'
import { commandGroup } from './leaf-command.ts'

/** Adds `poai db …`. */
export function addDbCommands(program: Command, context: CliContext): void {
  const db = commandGroup(program, 'db', 'check, measure, shrink, export and repair the database of a stopped node')
  addDbCheckCommand(db, context)
  addDbSizeCommand(db, context)
  addDbCompactCommand(db, context)
  addDbPruneCommand(db, context)
  addDbDropFinalityCommand(db, context)
  addDbExportCommand(db, context)
  addDbImportCommand(db, context)
  addDbBadBlocksCommand(db, context)
}
