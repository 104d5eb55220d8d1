import { concatBytes, type Hex, hex } from '@poai/core'

/**
 * The code of a contract that passes a call on: a word with an address, and after it the input. It returns what that
 * address returned, and writes it into the log too; where that fails, it fails.
 */
export const FORWARDER_CODE: Hex = '0x602036038060205f375f5f825f5f355afa6017575f5ffd5b3d5f5f3e3d5fa03d5ff3'

/** What creates such a contract. */
export const FORWARDER_CREATION: Uint8Array = concatBytes(hex('0x60228060095f395ff3'), hex(FORWARDER_CODE))
