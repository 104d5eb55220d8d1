import { hashFile } from '../models/hash-file.ts'
import { type DoctorCheck, toDoctorCheck } from './doctor-check.ts'

/** Whether the model is present and is, byte for byte, the one that the network names. */
export async function checkModelFile(path: string, expectedSha256: string): Promise<DoctorCheck> {
  const found = await hashFile(path).catch(() => undefined)
  return toDoctorCheck({
    name: 'model',
    ok: found === expectedSha256,
    found: found === undefined ? `${path} cannot be read` : `SHA-256 ${found}`,
    expected: `SHA-256 ${expectedSha256}`,
    hint:
      found === undefined
        ? 'Fetch it: poai model pull'
        : 'This is another file: fetch the network’s model again with poai model pull.',
  })
}
