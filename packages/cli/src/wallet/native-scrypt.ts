import { scrypt as nativeScrypt, type ScryptOptions } from 'node:crypto'
import { hexlify, scrypt } from 'ethers'

/** How much memory one derivation may take: keystores with N = 2^18, r = 8 need 256 MB. */
const MAX_MEMORY_BYTES = 512 * 1024 * 1024

/**
 * Lets ethers derive keys with Node's own scrypt: five times as fast as in JavaScript (measured), and off the main
 * thread.
 */
export function useNativeScrypt(): void {
  scrypt.register((password, salt, N, r, p, keyBytes) => derive(password, salt, { N, r, p, keyBytes }))
}

function derive(
  password: Uint8Array,
  salt: Uint8Array,
  { keyBytes, ...cost }: ScryptOptions & { readonly keyBytes: number },
): Promise<string> {
  return new Promise((resolve, reject) => {
    nativeScrypt(password, salt, keyBytes, { ...cost, maxmem: MAX_MEMORY_BYTES }, (error, key) => {
      if (error === null) resolve(hexlify(key))
      else reject(error)
    })
  })
}
