/** A key as a string for maps: one character a byte, so equal texts are equal keys and texts sort as keys do. */
export function keyToText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
}

/** The key of a text. */
export function textToKey(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}
