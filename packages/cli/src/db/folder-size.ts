import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What LevelDB writes about itself, for people: no data. */
const DIARY = /^LOG(\.old)?$/

/** Bytes of the database files under `folder`. Files that go while it counts are left out. */
export async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = entries
    .filter((entry) => entry.isFile() && !DIARY.test(entry.name))
    .map(async ({ parentPath, name }) => (await stat(join(parentPath, name)).catch(() => ({ size: 0 }))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
