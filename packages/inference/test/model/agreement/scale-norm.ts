import { open } from 'node:fs/promises'
import { readGguf } from '../../../src/gguf/read-gguf.ts'

/** Which weights of a normalisation are made larger, and how much. */
export interface ScaledNorm {
  readonly tensor: string
  readonly factor: number
  /** Every so-manieth weight. */
  readonly every: number
}

/** Makes weights of a normalisation so large that what they meet overflows somewhere behind it. */
export async function scaleNorm(path: string, { tensor, factor, every }: ScaledNorm): Promise<void> {
  const { tensors, dataOffset } = await readGguf(path)
  const norm = tensors.find(({ name, type }) => name === tensor && type === 'F32')
  if (norm === undefined) throw new Error(`the model has no F32 tensor ${tensor}`)
  const file = await open(path, 'r+')
  try {
    const weights = new Float32Array(norm.sizeBytes / 4)
    const bytes = new Uint8Array(weights.buffer)
    await file.read(bytes, 0, bytes.length, dataOffset + norm.offset)
    for (let i = 0; i < weights.length; i += every) weights[i] = (weights[i] as number) * factor
    await file.write(bytes, 0, bytes.length, dataOffset + norm.offset)
  } finally {
    await file.close()
  }
}
