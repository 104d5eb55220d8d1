// The kernels of the domain: how sums are ordered is in docs/PROTOCOL.md, "Arithmetic of portable-1". No dependencies.

#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Values 32 to a block, as in GGUF files: a scale in binary16, then int8.
#define POAI_BLOCK 32
typedef struct { uint16_t scale; int8_t values[POAI_BLOCK]; } poai_block_q8_0;
/// Values i and i + 16 in the halves of byte i, with 8 added.
typedef struct { uint16_t scale; uint8_t values[POAI_BLOCK / 2]; } poai_block_q4_0;

enum poai_format { POAI_F32, POAI_F16, POAI_Q8_0, POAI_Q4_0 };

/// A matrix whose rows lie `stride` bytes apart.
struct poai_rows { const void * data; size_t stride; int64_t count; };

/// out[column * out_stride + row] = row . column, over `length` elements. `columns` are floats for float formats, and blocks of
/// `poai_quantize_q8_0` for quantised ones. Every product has the same bits whatever else is in the matrices.
void poai_multiply(enum poai_format format, int64_t length, struct poai_rows rows, struct poai_rows columns, float * out,
                   size_t out_stride);

/// `length` floats, a multiple of 32, as int8 blocks: d = max |x| / 127, x / d to the nearest, ties to even.
void poai_quantize_q8_0(const float * x, void * blocks, int64_t length);

void poai_halves_to_floats(const uint16_t * x, float * y, int64_t length);
void poai_floats_to_halves(const float * x, uint16_t * y, int64_t length);

/// y = e^(x - max); their sum.
float poai_soft_max(int64_t length, float * y, const float * x, float max);
/// y = x * scale + slope * mask (binary16, may be null), and the largest y.
float poai_scale_and_mask(int64_t length, float * y, const float * x, float scale, const uint16_t * mask, float slope);
float poai_sum_of_squares(int64_t length, const float * x);
float poai_max(int64_t length, const float * x);
void poai_silu(int64_t length, float * y, const float * x);
/// y = silu(x) * g.
void poai_swiglu(int64_t length, float * y, const float * x, const float * g);

#ifdef __cplusplus
}
#endif
