import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Files that LevelDB writes for people, without data. */
const DIARY = /^LOG(\.old)?$/

/** Size of the database files under `folder` in bytes. Files that disappear meanwhile do not count. */
export async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = entries
    .filter((entry) => entry.isFile() && !DIARY.test(entry.name))
    .map(async ({ parentPath, name }) => (await stat(join(parentPath, name)).catch(() => ({ size: 0 }))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
