import { access, mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ExamEvaluator } from '@poai/consensus'
import { bytesToHex, createBlockCodecs, createTransactionCodec, encodeRlp, genesisHash } from '@poai/core'
import { type BlockPlan, ChainGenerator, type GeneratedBlock } from '@poai/testing/chain'
import { clusterNetwork } from './cluster-network.ts'

const CACHE = join(import.meta.dirname, '../../../../.cache/p2p')

/** A file with so many blocks, RLP of their encodings; made once. */
export async function easyChain(options: {
  readonly name: string
  readonly length: number
  readonly evaluator: ExamEvaluator
  readonly planOf?: (index: number, parent: GeneratedBlock) => BlockPlan
  readonly onProgress?: (blocks: number) => void
}): Promise<string> {
  const params = clusterNetwork()
  const network = bytesToHex(genesisHash(params)).slice(2, 10)
  const file = join(CACHE, `${options.name}-${network}-${options.length}.rlp`)
  if (
    await access(file).then(
      () => true,
      () => false,
    )
  )
    return file
  const generator = new ChainGenerator({ params, evaluator: options.evaluator })
  const codec = createBlockCodecs(createTransactionCodec(params.chainId)).block
  const blocks: Uint8Array[] = []
  let tip = generator.genesis
  for (let index = 0; index < options.length; index++) {
    tip = await generator.child(tip, options.planOf?.(index, tip) ?? {})
    blocks.push(codec.encode(tip.block))
    if (index % 100 === 99) options.onProgress?.(index + 1)
  }
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.part`, encodeRlp(blocks))
  await rename(`${file}.part`, file)
  return file
}
