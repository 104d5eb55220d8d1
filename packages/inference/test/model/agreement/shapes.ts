import { SMALL_SYNTHETIC_LLAMA, type SyntheticLlamaOptions } from '../../../src/gguf/synthetic-llama.ts'

const { format: _, ...SMALL } = SMALL_SYNTHETIC_LLAMA

/**
 * Shapes that take each of the engine's ways: heads of 8 to 128 numbers, grouped and not, widths that no tile divides.
 */
const SHAPES: Readonly<Record<string, Omit<SyntheticLlamaOptions, 'format'>>> = {
  'grouped heads of 16': SMALL,
  'heads of 32, tied': { ...SMALL, width: 128, heads: 4, kvHeads: 4, feedForward: 384, tied: true, seed: 2 },
  'heads of 64': { ...SMALL, layers: 3, width: 256, heads: 4, kvHeads: 2, feedForward: 544, seed: 3 },
  'heads of 128': { ...SMALL, layers: 2, width: 256, heads: 2, kvHeads: 1, feedForward: 320, seed: 4 },
  'heads of 8, one of keys': { ...SMALL, layers: 2, width: 96, heads: 12, kvHeads: 1, feedForward: 160, seed: 5 },
  'a larger vocabulary': { ...SMALL, layers: 2, vocabularySize: 1003, seed: 6 },
  'one layer': { ...SMALL, layers: 1, seed: 7 },
}

/** Shapes that only floats can have: nothing here is a multiple of 32. */
const FLOAT_SHAPES: Readonly<Record<string, Omit<SyntheticLlamaOptions, 'format'>>> = {
  'heads of 10': { ...SMALL, layers: 2, width: 60, heads: 6, kvHeads: 3, feedForward: 100, seed: 8 },
  'heads of 24': { ...SMALL, layers: 2, width: 72, heads: 3, kvHeads: 3, feedForward: 90, seed: 9 },
}

/** Models to compare engines by: each shape in each format. */
export const AGREEMENT_MODELS: readonly (readonly [name: string, options: SyntheticLlamaOptions])[] = [
  ...(['Q8_0', 'Q4_0', 'F16', 'F32'] as const).flatMap((format) =>
    Object.entries(SHAPES).map(([name, shape]) => [`${format}, ${name}`, { ...shape, format }] as const),
  ),
  ...(['F16', 'F32'] as const).flatMap((format) =>
    Object.entries(FLOAT_SHAPES).map(([name, shape]) => [`${format}, ${name}`, { ...shape, format }] as const),
  ),
]
