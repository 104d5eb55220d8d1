import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InvariantError } from '@poai/core'

/** A replacement in one of ggml's files: `find` must occur exactly once. */
interface SourceEdit {
  /** Path below `ggml/`. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** Makes a function begin with `body`, which returns; the rest of it is never reached. */
function bodyOf(file: string, signature: string, body: string): SourceEdit {
  return { file, find: `${signature} {\n`, replace: `${signature} {\n    ${body}\n` }
}

/** The header of the kernels, before the first include of a file. */
function withKernels(file: string, firstInclude: string): SourceEdit {
  return { file, find: firstInclude, replace: `#include "portable-kernels.h"\n${firstInclude}` }
}

const CPU = 'src/ggml-cpu/ggml-cpu.c'
const VEC = 'src/ggml-cpu/vec.cpp'
const OPS = 'src/ggml-cpu/ops.cpp'
const QUANTS = 'src/ggml-cpu/quants.c'

/**
 * Where the kernels of the portable profile replace ggml's generic code. The rest of ggml stays as it is: its generic
 * paths are plain C, whose bits are the same on all machines once the compiler may not contract and libm is
 * ours.
 */
export const GGML_EDITS: readonly SourceEdit[] = [
  {
    file: CPU,
    find: '#include "ggml-backend-impl.h"\n',
    replace: '#include "portable-kernels.h"\n#include "portable-mul-mat.h"\n#include "ggml-backend-impl.h"\n',
  },
  {
    file: CPU,
    find: '    // nb01 >= nb00 - src0 is not transposed\n    //   compute by src0 rows\n\n    // TODO: extract to "extra_op"\n',
    replace: '    if (poai_mul_mat(params, dst)) return;\n\n',
  },
  bodyOf(
    CPU,
    'void ggml_cpu_fp32_to_fp16(const float * x, ggml_fp16_t * y, int64_t n)',
    'poai_floats_to_halves(x, y, n); return;',
  ),
  bodyOf(
    CPU,
    'void ggml_cpu_fp16_to_fp32(const ggml_fp16_t * x, float * y, int64_t n)',
    'poai_halves_to_floats(x, y, n); return;',
  ),
  withKernels(VEC, '#include "vec.h"\n'),
  bodyOf(VEC, 'void ggml_vec_silu_f32(const int n, float * y, const float * x)', 'poai_silu(n, y, x); return;'),
  bodyOf(
    VEC,
    'void ggml_vec_swiglu_f32(const int n, float * y, const float * x, const float * g)',
    'poai_swiglu(n, y, x, g); return;',
  ),
  bodyOf(
    VEC,
    'ggml_float ggml_vec_soft_max_f32(const int n, float * y, const float * x, float max)',
    'return poai_soft_max(n, y, x, max);',
  ),
  withKernels(OPS, '#include "ops.h"\n'),
  {
    file: OPS,
    find:
      '                ggml_float sum = 0.0;\n                // worth switching to explicit SIMD?\n' +
      '                for (int64_t i00 = 0; i00 < ne00; i00++) {\n' +
      '                    sum += (ggml_float)(x[i00] * x[i00]);\n                }\n',
    replace: '                const ggml_float sum = poai_sum_of_squares(ne00, x);\n',
  },
  {
    file: OPS,
    find:
      '                ggml_vec_cpy_f32  (ne00, wp, sp);\n                ggml_vec_scale_f32(ne00, wp, scale);\n' +
      '                if (mp_f32) {\n                    if (use_f16) {\n' +
      '                        for (int i = 0; i < ne00; ++i) {\n' +
      '                            wp[i] += slope*GGML_CPU_FP16_TO_FP32(mp_f16[i]);\n                        }\n' +
      '                    } else {\n                        for (int i = 0; i < ne00; ++i) {\n' +
      '                            wp[i] += slope*mp_f32[i];\n                        }\n                    }\n                }\n',
    replace:
      '                float max = poai_scale_and_mask(ne00, wp, sp, scale, use_f16 ? mp_f16 : NULL, slope);\n' +
      '                if (mp_f32 && !use_f16) {\n                    for (int i = 0; i < ne00; ++i) wp[i] += slope*mp_f32[i];\n' +
      '                    max = poai_max(ne00, wp);\n                }\n',
  },
  {
    file: OPS,
    find:
      '                float max = -INFINITY;\n                ggml_vec_max_f32(ne00, &max, wp);\n\n' +
      '                // if we have sinks, make a correction as if they were included in the softmax\n',
    replace: '',
  },
  withKernels(QUANTS, '#include "ggml-common.h"\n'),
  { file: QUANTS, find: '    quantize_row_q8_0_ref(x, y, k);\n', replace: '    poai_quantize_q8_0(x, y, k);\n' },
]

/**
 * Applies {@link GGML_EDITS} below `folder`, which holds ggml's `src`. An edit that does not fit exactly stops the
 * build.
 */
export async function applyGgmlEdits(folder: string): Promise<void> {
  for (const file of new Set(GGML_EDITS.map((edit) => edit.file))) {
    const path = join(folder, file)
    let text = await readFile(path, 'utf8')
    for (const { find, replace } of GGML_EDITS.filter((edit) => edit.file === file)) {
      const [before, after, ...more] = text.split(find)
      if (after === undefined || more.length > 0) {
        throw new InvariantError(
          `An edit of ${file} fits ${after === undefined ? 'nowhere' : 'twice'}: ${find.slice(0, 80)}`,
        )
      }
      text = before + replace + after
    }
    await writeFile(path, text)
  }
}
