#include "portable-mul-mat.h"

#include "ggml-cpu-impl.h"
#include "portable-kernels.h"

namespace {

bool format_of(ggml_type type, poai_format & format) {
    switch (type) {
        case GGML_TYPE_F32: format = POAI_F32; return true;
        case GGML_TYPE_F16: format = POAI_F16; return true;
        case GGML_TYPE_Q8_0: format = POAI_Q8_0; return true;
        case GGML_TYPE_Q4_0: format = POAI_Q4_0; return true;
        default: return false;
    }
}

/// A thread's share of `count`, in whole panels.
int64_t share(int64_t count, int thread, int threads) {
    const int64_t panels = (count + 3) / 4;
    const int64_t rows = panels * thread / threads * 4;
    return rows < count ? rows : count;
}

}  // namespace

extern "C" bool poai_mul_mat(const ggml_compute_params * params, ggml_tensor * dst) {
    const ggml_tensor * src0 = dst->src[0];
    const ggml_tensor * src1 = dst->src[1];
    poai_format format;
    if (src1->type != GGML_TYPE_F32 || !format_of(src0->type, format)) return false;

    GGML_TENSOR_BINARY_OP_LOCALS
    const bool quantised = format == POAI_Q8_0 || format == POAI_Q4_0;
    const size_t packed = ggml_row_size(GGML_TYPE_Q8_0, ne10);
    if (quantised) {
        // ggml's plan reserves a row of Q8_0 for each column of src1.
        for (int64_t column = params->ith; column < ne11 * ne12 * ne13; column += params->nth) {
            const int64_t i13 = column / (ne11 * ne12), i12 = column / ne11 % ne12, i11 = column % ne11;
            poai_quantize_q8_0((const float *) ((const char *) src1->data + i11 * nb11 + i12 * nb12 + i13 * nb13),
                               (char *) params->wdata + column * packed, ne10);
        }
        ggml_barrier(params->threadpool);
    }

    const int64_t first = share(ne01, params->ith, params->nth), end = share(ne01, params->ith + 1, params->nth);
    if (first >= end) return true;
    for (int64_t i13 = 0; i13 < ne13; i13++) {
        for (int64_t i12 = 0; i12 < ne12; i12++) {
            const char * matrix = (const char *) src0->data + i12 / (ne12 / ne02) * nb02 + i13 / (ne13 / ne03) * nb03;
            const poai_rows rows = { matrix + first * nb01, nb01, end - first };
            const poai_rows columns = quantised
                ? poai_rows{ (const char *) params->wdata + (i13 * ne12 + i12) * ne11 * packed, packed, ne11 }
                : poai_rows{ (const char *) src1->data + i12 * nb12 + i13 * nb13, nb11, ne11 };
            float * out = (float *) ((char *) dst->data + i12 * nb2 + i13 * nb3) + first;
            poai_multiply(format, ne00, rows, columns, out, nb1 / sizeof(float));
        }
    }
    return true;
}
