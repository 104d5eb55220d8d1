#include "portable-kernels.h"

#include <cstdlib>

#include "portable-vector.h"

#define HIDDEN extern "C" __attribute__((visibility("hidden")))

using namespace poai;

namespace {

/// Rows of one panel. With COLUMNS, the shape of a tile; it is free: each product is summed by itself.
constexpr int ROWS = 4;
#if defined(__AVX2__)
constexpr int FLOAT_COLUMNS = 3;
constexpr int BLOCK_COLUMNS = 2;
#else
constexpr int FLOAT_COLUMNS = 1;
constexpr int BLOCK_COLUMNS = 1;
#endif

/// Rows, unpacked once for all columns: grows to the longest row of the model and stays for the thread's life.
struct Panel {
    char * bytes = nullptr;
    size_t size = 0;
    ~Panel() { free(bytes); }
    char * reserve(size_t wanted) {
        if (wanted > size) {
            free(bytes);
            size = (wanted + 63) & ~(size_t) 63;
            bytes = static_cast<char *>(aligned_alloc(64, size));
            if (bytes == nullptr) abort();
        }
        return bytes;
    }
};
thread_local Panel panel;

template <int COLUMNS> POAI_INLINE void store_tile(lanes (&sums)[COLUMNS][ROWS], float * out, size_t out_stride, int rows) {
    for (int c = 0; c < COLUMNS; c++) {
        const f32x4 products = sum_lanes(sums[c][0], sums[c][1], sums[c][2], sums[c][3]);
        if (rows == ROWS) {
            store(out + c * out_stride, products);
        } else {
            for (int r = 0; r < rows; r++) out[c * out_stride + r] = products[r];
        }
    }
}

/// [length / 8 rounded up][ROWS] vectors; missing elements and rows are +0.
void unpack_floats(poai_format format, int64_t length, const char * rows, size_t stride, int count, lanes * to) {
    for (int r = 0; r < ROWS; r++) {
        const char * row = rows + r * stride;
        for (int64_t i = 0; i < length; i += 8) {
            const int left = length - i < 8 ? (int) (length - i) : 8;
            f32x8 v = splat(0.0f);
            if (r < count) {
                if (format == POAI_F32) {
                    const float * from = (const float *) row + i;
                    v = left == 8 ? load<f32x8>(from) : load_part(from, left);
                } else {
                    uint16_t part[8] = { 0, 0, 0, 0, 0, 0, 0, 0 };
                    const uint16_t * from = (const uint16_t *) row + i;
                    if (left < 8) {
                        for (int j = 0; j < left; j++) part[j] = from[j];
                        from = part;
                    }
                    v = halves_to_floats(from);
                }
            }
            to[(i / 8) * ROWS + r] = lanes_of(v);
        }
    }
}

/// Lane l of a product takes the elements l, l + 8, … in order: a multiplication, then an addition.
template <int COLUMNS>
POAI_INLINE void float_tile(int64_t length, const lanes * rows, const char * columns, size_t stride, float * out,
                            size_t out_stride, int count) {
    lanes sums[COLUMNS][ROWS];
    for (int c = 0; c < COLUMNS; c++)
        for (int r = 0; r < ROWS; r++) sums[c][r] = no_lanes();
    int64_t i = 0;
    for (; i + 8 <= length; i += 8, rows += ROWS) {
        for (int c = 0; c < COLUMNS; c++) {
            const lanes column = load_lanes((const float *) (columns + c * stride) + i);
            for (int r = 0; r < ROWS; r++) sums[c][r] = add_product(sums[c][r], rows[r], column);
        }
    }
    if (i < length) {
        for (int c = 0; c < COLUMNS; c++) {
            const lanes column = lanes_of(load_part((const float *) (columns + c * stride) + i, (int) (length - i)));
            for (int r = 0; r < ROWS; r++) sums[c][r] = add_product(sums[c][r], rows[r], column);
        }
    }
    store_tile<COLUMNS>(sums, out, out_stride, count);
}

void multiply_floats(poai_format format, int64_t length, poai_rows rows, poai_rows columns, float * out, size_t out_stride) {
    lanes * unpacked = (lanes *) panel.reserve(sizeof(lanes) * ROWS * ((length + 7) / 8 + 1));
    const char * from = (const char *) columns.data;
    for (int64_t r = 0; r < rows.count; r += ROWS) {
        const int count = rows.count - r < ROWS ? (int) (rows.count - r) : ROWS;
        unpack_floats(format, length, (const char *) rows.data + r * rows.stride, rows.stride, count, unpacked);
        int64_t c = 0;
        for (; c + FLOAT_COLUMNS <= columns.count; c += FLOAT_COLUMNS)
            float_tile<FLOAT_COLUMNS>(length, unpacked, from + c * columns.stride, columns.stride,
                                      out + c * out_stride + r, out_stride, count);
        for (; c < columns.count; c++)
            float_tile<1>(length, unpacked, from + c * columns.stride, columns.stride, out + c * out_stride + r, out_stride,
                          count);
    }
}

struct UnpackedBlock { i16x16 values[ROWS][2]; float scales[ROWS]; float unused[4]; };

void unpack_blocks(poai_format format, int64_t blocks, const char * rows, size_t stride, int count, UnpackedBlock * to) {
    for (int64_t b = 0; b < blocks; b++) {
        for (int r = 0; r < ROWS; r++) {
            i16x16 first = {}, second = {};
            uint16_t scale = 0;
            if (r < count && format == POAI_Q8_0) {
                const poai_block_q8_0 * block = (const poai_block_q8_0 *) (rows + r * stride) + b;
                first = widen(load<i8x16>(block->values));
                second = widen(load<i8x16>(block->values + 16));
                scale = block->scale;
            } else if (r < count) {
                const poai_block_q4_0 * block = (const poai_block_q4_0 *) (rows + r * stride) + b;
                const i8x16 packed = load<i8x16>(block->values);
                first = widen((packed & 15) - 8);
                second = widen(((packed >> 4) & 15) - 8);
                scale = block->scale;
            }
            to[b].values[r][0] = first;
            to[b].values[r][1] = second;
            to[b].scales[r] = half_to_float(scale);
        }
    }
}

/// Lane l of a block's dot product takes the elements 2l, 2l + 1, 16 + 2l and 17 + 2l, in integers, hence exact. It becomes a
/// float (exact), is multiplied by the product of the scales, and is added to lane l of the sum, block after block.
template <int COLUMNS>
POAI_INLINE void block_tile(int64_t blocks, const UnpackedBlock * rows, const char * columns, size_t stride, float * out,
                            size_t out_stride, int count) {
    lanes sums[COLUMNS][ROWS];
    for (int c = 0; c < COLUMNS; c++)
        for (int r = 0; r < ROWS; r++) sums[c][r] = no_lanes();
    for (int64_t b = 0; b < blocks; b++) {
        for (int c = 0; c < COLUMNS; c++) {
            const poai_block_q8_0 * block = (const poai_block_q8_0 *) (columns + c * stride) + b;
            const i16x16 first = widen(load<i8x16>(block->values)), second = widen(load<i8x16>(block->values + 16));
            const float scale = half_to_float(block->scale);
            const f32x4 scales = load<f32x4>(rows[b].scales) * f32x4{ scale, scale, scale, scale };
            for (int r = 0; r < ROWS; r++) {
                const int_lanes dot = add(dot_pairs(rows[b].values[r][0], first), dot_pairs(rows[b].values[r][1], second));
                sums[c][r] = add_scaled(sums[c][r], dot, scales[r]);
            }
        }
    }
    store_tile<COLUMNS>(sums, out, out_stride, count);
}

void multiply_blocks(poai_format format, int64_t length, poai_rows rows, poai_rows columns, float * out, size_t out_stride) {
    const int64_t blocks = length / POAI_BLOCK;
    UnpackedBlock * unpacked = (UnpackedBlock *) panel.reserve(sizeof(UnpackedBlock) * (blocks + 1));
    const char * from = (const char *) columns.data;
    for (int64_t r = 0; r < rows.count; r += ROWS) {
        const int count = rows.count - r < ROWS ? (int) (rows.count - r) : ROWS;
        unpack_blocks(format, blocks, (const char *) rows.data + r * rows.stride, rows.stride, count, unpacked);
        int64_t c = 0;
        for (; c + BLOCK_COLUMNS <= columns.count; c += BLOCK_COLUMNS)
            block_tile<BLOCK_COLUMNS>(blocks, unpacked, from + c * columns.stride, columns.stride,
                                      out + c * out_stride + r, out_stride, count);
        for (; c < columns.count; c++)
            block_tile<1>(blocks, unpacked, from + c * columns.stride, columns.stride, out + c * out_stride + r, out_stride,
                          count);
    }
}

POAI_INLINE f32x8 magnitudes(f32x8 v) { return (f32x8) ((u32x8) v & 0x7fffffffu); }
POAI_INLINE f32x8 larger(f32x8 a, f32x8 b) { return select((i32x8) (b > a), b, a); }

POAI_INLINE float max_lane(f32x8 v) {
    float max = v[0];
    for (int i = 1; i < 8; i++) max = v[i] > max ? v[i] : max;
    return max;
}

POAI_INLINE f32x8 silu_lanes(f32x8 x) { return x / (1.0f + exp_lanes(-x)); }

/// Below, d would be a subnormal whose reciprocal overflows: such a block is all zeros.
constexpr float SMALLEST_BLOCK = 0x1p-100f;

}  // namespace

HIDDEN void poai_multiply(poai_format format, int64_t length, poai_rows rows, poai_rows columns, float * out,
                          size_t out_stride) {
    if (format == POAI_F32 || format == POAI_F16) multiply_floats(format, length, rows, columns, out, out_stride);
    else multiply_blocks(format, length, rows, columns, out, out_stride);
}

HIDDEN void poai_quantize_q8_0(const float * x, void * blocks, int64_t length) {
    poai_block_q8_0 * block = (poai_block_q8_0 *) blocks;
    for (int64_t i = 0; i < length; i += POAI_BLOCK, block++) {
        f32x8 v[4];
        for (int j = 0; j < 4; j++) v[j] = load<f32x8>(x + i + 8 * j);
        const float largest = max_lane(larger(larger(magnitudes(v[0]), magnitudes(v[1])), larger(magnitudes(v[2]), magnitudes(v[3]))));
        const float d = largest < SMALLEST_BLOCK ? 0.0f : largest / 127.0f;
        const float inverse = d == 0.0f ? 0.0f : 1.0f / d;
        block->scale = floats_to_halves(splat(d))[0];
        for (int j = 0; j < 4; j++) {
            // The low byte of the shifted sum is the rounded integer.
            const i32x8 rounded = (i32x8) (v[j] * inverse + 0x1.8p23f);
            store(block->values + 8 * j, __builtin_convertvector(rounded, i8x8));
        }
    }
}

HIDDEN void poai_halves_to_floats(const uint16_t * x, float * y, int64_t length) {
    int64_t i = 0;
    for (; i + 8 <= length; i += 8) store(y + i, halves_to_floats(x + i));
    for (; i < length; i++) y[i] = half_to_float(x[i]);
}

HIDDEN void poai_floats_to_halves(const float * x, uint16_t * y, int64_t length) {
    int64_t i = 0;
    for (; i + 8 <= length; i += 8) store(y + i, floats_to_halves(load<f32x8>(x + i)));
    for (; i < length; i++) y[i] = floats_to_halves(splat(x[i]))[0];
}

HIDDEN float expf(float x) { return exp_lanes(splat(x))[0]; }

HIDDEN float poai_soft_max(int64_t length, float * y, const float * x, float max) {
    f32x8 sum = splat(0.0f);
    int64_t i = 0;
    for (; i + 8 <= length; i += 8) {
        const f32x8 v = exp_lanes(load<f32x8>(x + i) - max);
        store(y + i, v);
        sum = sum + v;
    }
    for (int64_t lane = 0; i + lane < length; lane++) {
        const float v = expf(x[i + lane] - max);
        y[i + lane] = v;
        sum[lane] = sum[lane] + v;
    }
    return sum_lanes(sum);
}

HIDDEN float poai_scale_and_mask(int64_t length, float * y, const float * x, float scale, const uint16_t * mask, float slope) {
    f32x8 max = splat(-__builtin_inff());
    int64_t i = 0;
    for (; i + 8 <= length; i += 8) {
        f32x8 v = load<f32x8>(x + i) * scale;
        if (mask != nullptr) v = v + slope * halves_to_floats(mask + i);
        store(y + i, v);
        max = larger(max, v);
    }
    float largest = max_lane(max);
    for (; i < length; i++) {
        float v = x[i] * scale;
        if (mask != nullptr) v = v + slope * half_to_float(mask[i]);
        y[i] = v;
        largest = v > largest ? v : largest;
    }
    return largest;
}

HIDDEN float poai_sum_of_squares(int64_t length, const float * x) {
    f32x8 sum = splat(0.0f);
    int64_t i = 0;
    for (; i + 8 <= length; i += 8) {
        const f32x8 v = load<f32x8>(x + i);
        sum = sum + v * v;
    }
    for (int64_t lane = 0; i + lane < length; lane++) sum[lane] = sum[lane] + x[i + lane] * x[i + lane];
    return sum_lanes(sum);
}

HIDDEN float poai_max(int64_t length, const float * x) {
    f32x8 max = splat(-__builtin_inff());
    int64_t i = 0;
    for (; i + 8 <= length; i += 8) max = larger(max, load<f32x8>(x + i));
    float largest = max_lane(max);
    for (; i < length; i++) largest = x[i] > largest ? x[i] : largest;
    return largest;
}

HIDDEN void poai_silu(int64_t length, float * y, const float * x) {
    int64_t i = 0;
    for (; i + 8 <= length; i += 8) store(y + i, silu_lanes(load<f32x8>(x + i)));
    for (; i < length; i++) y[i] = silu_lanes(splat(x[i]))[0];
}

HIDDEN void poai_swiglu(int64_t length, float * y, const float * x, const float * g) {
    int64_t i = 0;
    for (; i + 8 <= length; i += 8) store(y + i, silu_lanes(load<f32x8>(x + i)) * load<f32x8>(g + i));
    for (; i < length; i++) y[i] = silu_lanes(splat(x[i]))[0] * g[i];
}
