import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type DoctorCheck, toDoctorCheck } from './doctor-check.ts'
import { formatMebibytes } from './format-mebibytes.ts'

/** Whether `neededBytes` fit onto the disk that holds `directory`, or will hold it: it need not exist yet. */
export async function checkDiskSpace(directory: string, neededBytes: number): Promise<DoctorCheck> {
  const freeBytes = await freeBytesOf(directory)
  return toDoctorCheck({
    name: 'disk',
    ok: freeBytes !== undefined && freeBytes >= neededBytes,
    found: freeBytes === undefined ? `${directory} cannot be read` : `${formatMebibytes(freeBytes)} free`,
    expected: `${formatMebibytes(neededBytes)} free`,
    hint: `Make room on the disk of ${directory}, or choose another data directory.`,
  })
}

/** Free bytes where `directory` is, or where the nearest folder above it is that exists. */
async function freeBytesOf(directory: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(directory)
    return bavail * bsize
  } catch {
    const parent = dirname(directory)
    return parent === directory ? undefined : await freeBytesOf(parent)
  }
}
