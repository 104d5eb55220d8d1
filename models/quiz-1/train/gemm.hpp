// Small-matrix products for one CPU core: the only arithmetic of the trainer that has to be fast.
//
// A product runs in tiles of 8 rows by 32 columns that stay in 16 vector registers. The right operand is packed into
// panels of 32 columns, so that a tile reads it front to back. With AVX-512 BF16 the operands are pairs of bfloat16
// (sums stay binary32), which doubles the arithmetic per instruction; without it, or with -DTRAIN_F32 (the gradient
// check needs binary32), an operand is one float and the compiler lowers the vectors to what the machine has.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>
#include <vector>

typedef float Vector __attribute__((vector_size(64)));
typedef float UnalignedVector __attribute__((vector_size(64), aligned(4), may_alias));

inline Vector load(const float* from) { return *reinterpret_cast<const UnalignedVector*>(from); }
inline void store(float* to, Vector value) { *reinterpret_cast<UnalignedVector*>(to) = value; }
inline Vector splat(float value) { return Vector{} + value; }
inline float sum(Vector v) {
  float total = 0;
  for (int i = 0; i < 16; i++) total += v[i];
  return total;
}

constexpr int TILE_ROWS = 8;
constexpr int TILE_COLUMNS = 32;
constexpr int roundUp(int value, int step) { return (value + step - 1) / step * step; }

#if defined(__AVX512BF16__) && !defined(TRAIN_F32)
typedef uint32_t Operand;   // two bfloat16 that are neighbours in the summed dimension
constexpr int PAIR = 2;
inline uint32_t bfloat(float value) {   // round to nearest even; no NaN reaches the trainer's products
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}
inline Operand operand(const float* first, long step, bool hasSecond) {
  return bfloat(first[0]) | (hasSecond ? bfloat(first[step]) << 16 : 0);
}
// 16 operands at once: from 32 floats in a row, and from 16 columns of two rows.
inline void packRun(const float* from, Operand* to) {
  for (int half = 0; half < 2; half++) {
    const __m256bh pairs = _mm512_cvtneps_pbh((__m512)load(from + 16 * half));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 8 * half), (__m256i)pairs);
  }
}
inline void packColumns(const float* first, long step, Operand* to) {
  const __m512i low = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)load(first)));
  const __m512i high = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)load(first + step)));
  _mm512_storeu_si512(to, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
}
#else
typedef float Operand;
constexpr int PAIR = 1;
inline Operand operand(const float* first, long, bool) { return first[0]; }
inline void packRun(const float* from, Operand* to) { store(to, load(from)); }
inline void packColumns(const float* first, long, Operand* to) { store(to, load(first)); }
#endif

inline Vector multiplyAdd(Vector total, float left, Vector right) { return total + left * right; }
inline Vector loadRight(const float* from) { return load(from); }
#if defined(__AVX512BF16__)
inline __m512i loadRight(const uint32_t* from) { return _mm512_loadu_si512(from); }
inline Vector multiplyAdd(Vector total, uint32_t left, __m512i right) {
  return (Vector)_mm512_dpbf16_ps((__m512)total, (__m512bh)_mm512_set1_epi32(static_cast<int>(left)), (__m512bh)right);
}
#endif

// One tile: c[r][0..31] (+)= sum over k of a[r * aRow + k * aStep] * b[k * bStep][0..31].
template <bool Accumulate, class T>
inline __attribute__((always_inline)) void tile(int depth, const T* a, long aRow, long aStep, const T* b, long bStep,
                                               float* c, long cRow) {
  Vector left[TILE_ROWS], right[TILE_ROWS];
#pragma GCC unroll 8
  for (int r = 0; r < TILE_ROWS; r++) {
    left[r] = Accumulate ? load(c + r * cRow) : Vector{};
    right[r] = Accumulate ? load(c + r * cRow + 16) : Vector{};
  }
  for (int k = 0; k < depth; k++) {
    const auto b0 = loadRight(b), b1 = loadRight(b + 16);
#pragma GCC unroll 8
    for (int r = 0; r < TILE_ROWS; r++) {
      const T factor = a[r * aRow];
      left[r] = multiplyAdd(left[r], factor, b0);
      right[r] = multiplyAdd(right[r], factor, b1);
    }
    a += aStep;
    b += bStep;
  }
#pragma GCC unroll 8
  for (int r = 0; r < TILE_ROWS; r++) {
    store(c + r * cRow, left[r]);
    store(c + r * cRow + 16, right[r]);
  }
}

// Rows as left operands, padded with zero rows to whole tiles.
struct LeftRows {
  int rows = 0, steps = 0;
  std::vector<Operand> data;

  void pack(const float* from, long rowStride, int newRows, int depth) {
    rows = roundUp(newRows, TILE_ROWS);
    steps = (depth + PAIR - 1) / PAIR;
    const size_t needed = static_cast<size_t>(rows) * steps;
    if (data.size() < needed) data.resize(needed);
    for (int r = 0; r < rows; r++) {
      Operand* to = data.data() + static_cast<long>(r) * steps;
      if (r >= newRows) {
        memset(to, 0, sizeof(Operand) * steps);
        continue;
      }
      const float* row = from + r * rowStride;
      int s = 0;
      for (; (s + 16) * PAIR <= depth; s += 16) packRun(row + s * PAIR, to + s);
      for (; s < steps; s++) to[s] = operand(row + s * PAIR, 1, (s + 1) * PAIR <= depth);
    }
  }
};

// A matrix of `depth` by `columns` as panels of 32 columns; rows and columns past its end are zero.
struct Panels {
  int steps = 0, columns = 0;
  std::vector<Operand> data;

  void resize(int depth, int newColumns) {
    steps = (depth + PAIR - 1) / PAIR;
    columns = roundUp(newColumns, TILE_COLUMNS);
    if (data.size() < static_cast<size_t>(steps) * columns) data.resize(static_cast<size_t>(steps) * columns);
  }
  Operand* panel(int column) { return data.data() + static_cast<long>(column / TILE_COLUMNS) * steps * TILE_COLUMNS; }
  const Operand* panel(int column) const { return const_cast<Panels*>(this)->panel(column); }

  // From a row-major matrix whose rows run along the summed dimension's index.
  void packRows(const float* from, long rowStride, int depth, int newColumns) {
    resize(depth, newColumns);
    for (int p = 0; p < columns; p += TILE_COLUMNS) {
      Operand* to = panel(p);
      const int width = newColumns - p < TILE_COLUMNS ? newColumns - p : TILE_COLUMNS;
      for (int s = 0; s < steps; s++, to += TILE_COLUMNS) {
        const float* row = from + static_cast<long>(s) * PAIR * rowStride + p;
        const bool hasSecond = s * PAIR + 1 < depth;
        if (width == TILE_COLUMNS && hasSecond)
          for (int i = 0; i < TILE_COLUMNS; i += 16) packColumns(row + i, rowStride, to + i);
        else
          for (int i = 0; i < TILE_COLUMNS; i++) to[i] = i < width ? operand(row + i, rowStride, hasSecond) : Operand{};
      }
    }
  }
  // The transpose of rows that are packed already.
  void packTransposed(const LeftRows& from, int newColumns) {
    resize(from.steps * PAIR, newColumns);
    for (int p = 0; p < columns; p += TILE_COLUMNS) {
      Operand* to = panel(p);
      const int width = newColumns - p < TILE_COLUMNS ? newColumns - p : TILE_COLUMNS;
      const Operand* column = from.data.data() + static_cast<long>(p) * from.steps;
      for (int s = 0; s < steps; s++, to += TILE_COLUMNS, column++)
        for (int i = 0; i < TILE_COLUMNS; i++) to[i] = i < width ? column[static_cast<long>(i) * from.steps] : Operand{};
    }
  }
};

// c (+)= a * b. `c` must hold a's rows rounded up to whole tiles and b's columns rounded up to whole panels.
template <bool Accumulate>
inline void multiply(const LeftRows& a, const Panels& b, float* c, long cRow) {
  for (int p = 0; p < b.columns; p += TILE_COLUMNS)
    for (int r = 0; r < a.rows; r += TILE_ROWS)
      tile<Accumulate>(a.steps, a.data.data() + static_cast<long>(r) * a.steps, a.steps, 1L, b.panel(p), TILE_COLUMNS,
                       c + r * cRow + p, cRow);
}

// c += aᵀ * b, both packed along the same summed dimension (the tokens): the gradient of a weight matrix.
// `c` must hold whole panels of rows and columns.
inline void multiplyTransposed(const Panels& a, const Panels& b, float* c, long cRow) {
  for (int p = 0; p < b.columns; p += TILE_COLUMNS)
    for (int q = 0; q < a.columns; q += TILE_ROWS)
      tile<true>(a.steps, a.panel(q) + q % TILE_COLUMNS, 1L, TILE_COLUMNS, b.panel(p), TILE_COLUMNS, c + q * cRow + p,
                 cRow);
}
