/** Recovery of public keys from signatures: the one elliptic curve operation that every transaction needs. */
export interface Secp256k1 {
  readonly implementation: 'native' | 'wasm'
  /**
   * The 64 bytes of the public key (without the leading 4) that signed a 32-byte hash; undefined if no key did.
   * `signature` is r and s, 32 bytes each; a high s is taken.
   */
  recover(hash: Uint8Array, signature: Uint8Array, yParity: 0 | 1): Uint8Array | undefined
}

/** The part of the package `secp256k1` that is used here. */
interface NativeBinding {
  ecdsaRecover(signature: Uint8Array, recoveryId: number, hash: Uint8Array, compressed: boolean): Uint8Array
}

/**
 * We choose, not the package: without its binary it would silently use a JavaScript implementation that is 30 times
 * slower.
 */
const NATIVE_MODULE = 'secp256k1/bindings.js'

/** libsecp256k1 through its prebuilt binary, or undefined where there is none for this platform. */
export async function loadNativeSecp256k1(): Promise<Secp256k1 | undefined> {
  let binding: NativeBinding
  try {
    const module = (await import(NATIVE_MODULE)) as { readonly default: NativeBinding }
    binding = module.default
  } catch {
    return undefined
  }
  return {
    implementation: 'native',
    recover: (hash, signature, yParity) => {
      try {
        return binding.ecdsaRecover(signature, yParity, hash, false).subarray(1)
      } catch {
        return undefined
      }
    },
  }
}

/**
 * libsecp256k1 compiled to WebAssembly: a third of the speed of the binary, ten times that of JavaScript (measured).
 */
export async function loadWasmSecp256k1(): Promise<Secp256k1> {
  // Only where it is needed: it compiles four modules as it loads.
  const { instantiateSecp256k1 } = await import('@bitauth/libauth')
  const library = await instantiateSecp256k1()
  return {
    implementation: 'wasm',
    recover: (hash, signature, yParity) => {
      const key = library.recoverPublicKeyUncompressed(signature, yParity, hash)
      return typeof key === 'string' ? undefined : key.subarray(1)
    },
  }
}

/** The fastest that this platform has. Both are the same C library, so both give the same answers. */
export const secp256k1: Secp256k1 = (await loadNativeSecp256k1()) ?? (await loadWasmSecp256k1())
