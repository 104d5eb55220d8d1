import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'

/** SHA-256 of `data`. Files are hashed where they are read, with the platform's streaming hash. */
export function sha256(data: Uint8Array): Uint8Array {
  return nobleSha256(data)
}
