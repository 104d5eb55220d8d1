import { statfs } from 'node:fs/promises'
import { type DoctorCheck, toDoctorCheck } from './doctor-check.ts'
import { formatMebibytes } from './format-mebibytes.ts'

/** Whether `neededBytes` fit onto the disk that holds `directory`, which must exist. */
export async function checkDiskSpace(directory: string, neededBytes: number): Promise<DoctorCheck> {
  const freeBytes = await statfs(directory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  )
  return toDoctorCheck({
    name: 'disk',
    ok: freeBytes !== undefined && freeBytes >= neededBytes,
    found: freeBytes === undefined ? `${directory} cannot be read` : `${formatMebibytes(freeBytes)} free`,
    expected: `${formatMebibytes(neededBytes)} free`,
    hint: `Make room on the disk of ${directory}, or choose another data directory.`,
  })
}
