// Causal attention of one head over one exam, forward and backward, in the 8 x 32 tiles of gemm.hpp.
// Queries may be a subset of the positions (the last layer answers only where an answer token follows).
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "gemm.hpp"
#include "shape.hpp"

constexpr int KEYS = roundUp(MAX_TOKENS, TILE_COLUMNS);   // the row stride of a head's weights

// e^x for x <= 0, relative error below 3e-7: 2^n by the exponent bits times a polynomial on [-0.5, 0.5] ln 2.
inline Vector exponential(Vector x) {
  typedef int Integers __attribute__((vector_size(64)));
  const Vector clamped = x < -87.0f ? splat(-87.0f) : x;
  const Vector scaled = clamped * 1.44269504f;
  const Integers n = __builtin_convertvector(scaled - 0.5f, Integers);   // truncation of a non-positive number
  const Vector whole = __builtin_convertvector(n, Vector);
  const Vector r = (clamped - whole * 0.693359375f) + whole * 2.12194440e-4f;
  Vector p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  return p * (Vector)((n + 127) << 23);
}

struct HeadScratch {
  alignas(64) float q[KEYS * HEAD], k[KEYS * HEAD], v[KEYS * HEAD], transposed[HEAD * KEYS];
  alignas(64) float out[KEYS * HEAD], dOut[KEYS * HEAD], dq[KEYS * HEAD], dk[KEYS * HEAD], dv[KEYS * HEAD];
  alignas(64) float dWeights[KEYS * KEYS];
};

// A head's rows of the [tokens, 3 D] matrix of queries, keys and values, and back.
inline void gatherHead(const float* from, long stride, int rows, float* to) {
  for (int r = 0; r < rows; r++) memcpy(to + r * HEAD, from + r * stride, sizeof(float) * HEAD);
  memset(to + rows * HEAD, 0, sizeof(float) * HEAD * (KEYS - rows));
}
inline void scatterHead(const float* from, int rows, float* to, long stride) {
  for (int r = 0; r < rows; r++) memcpy(to + r * stride, from + r * HEAD, sizeof(float) * HEAD);
}
inline void transposeHead(const float* from, int rows, float* to) {
  for (int r = 0; r < rows; r++)
    for (int i = 0; i < HEAD; i++) to[i * KEYS + r] = from[r * HEAD + i];
}

// Columns of a block of queries that can be non-zero, in whole panels.
inline int visible(const std::vector<int>& positions, int firstQuery) {
  const int last = std::min<int>(firstQuery + TILE_ROWS, static_cast<int>(positions.size())) - 1;
  return roundUp(positions[last] + 1, TILE_COLUMNS);
}

// `weights` keeps the softmax for the way back: one row of KEYS per query, zero beyond the query's own position.
// s.q, s.k and s.v are filled; the result is s.out, a row per query.
inline void attendForward(const std::vector<int>& positions, HeadScratch& s, float* weights) {
  const int queries = static_cast<int>(positions.size());
  const Vector scale = splat(1 / std::sqrt(static_cast<float>(HEAD)));
  transposeHead(s.k, roundUp(positions.back() + 1, TILE_COLUMNS), s.transposed);
  for (int r = 0; r < queries; r += TILE_ROWS) {
    const int columns = visible(positions, r);
    for (int c = 0; c < columns; c += TILE_COLUMNS)
      tile<false>(HEAD, s.q + r * HEAD, HEAD, 1L, s.transposed + c, KEYS, weights + r * KEYS + c, KEYS);
    for (int i = r; i < r + TILE_ROWS; i++) {
      float* row = weights + i * KEYS;
      const int allowed = i < queries ? positions[i] + 1 : 0;
      float greatest = -1e30f;
      for (int j = 0; j < allowed; j++) greatest = std::max(greatest, row[j]);
      for (int j = allowed; j < columns; j++) row[j] = -1e30f;
      Vector total = {};
      for (int j = 0; j < columns; j += 16) {
        const Vector e = exponential((load(row + j) - greatest) * scale);
        total += e;
        store(row + j, e);
      }
      const float norm = allowed > 0 ? 1 / sum(total) : 0;
      for (int j = 0; j < columns; j++) row[j] = j < allowed ? row[j] * norm : 0;
    }
    tile<false>(columns, weights + r * KEYS, KEYS, 1L, s.v, HEAD, s.out + r * HEAD, HEAD);
  }
}

// From s.dOut (a row per query) and the kept weights to s.dq, s.dk, s.dv. s.q, s.k, s.v are filled as before.
inline void attendBackward(const std::vector<int>& positions, HeadScratch& s, const float* weights) {
  const int queries = static_cast<int>(positions.size());
  const int rows = roundUp(queries, TILE_ROWS);
  const float scale = 1 / std::sqrt(static_cast<float>(HEAD));
  transposeHead(s.v, roundUp(positions.back() + 1, TILE_COLUMNS), s.transposed);
  for (int r = 0; r < rows; r += TILE_ROWS) {
    const int columns = visible(positions, r);
    for (int c = 0; c < columns; c += TILE_COLUMNS)
      tile<false>(HEAD, s.dOut + r * HEAD, HEAD, 1L, s.transposed + c, KEYS, s.dWeights + r * KEYS + c, KEYS);
    for (int i = r; i < r + TILE_ROWS; i++) {
      float* d = s.dWeights + i * KEYS;
      const float* w = weights + i * KEYS;
      Vector total = {};
      for (int j = 0; j < columns; j += 16) total += load(d + j) * load(w + j);
      const float mean = sum(total);
      for (int j = 0; j < columns; j += 16) store(d + j, load(w + j) * (load(d + j) - mean) * scale);
    }
    tile<false>(columns, s.dWeights + r * KEYS, KEYS, 1L, s.k, HEAD, s.dq + r * HEAD, HEAD);
  }
  const int keys = positions.back() + 1;
  int first = 0;
  for (int c = 0; c < keys; c += TILE_ROWS) {
    while (first < queries && positions[first] < c) first++;   // earlier queries do not see these keys
    const int begin = first / TILE_ROWS * TILE_ROWS;
    tile<false>(rows - begin, s.dWeights + begin * KEYS + c, 1L, KEYS, s.q + begin * HEAD, HEAD, s.dk + c * HEAD, HEAD);
    tile<false>(rows - begin, weights + begin * KEYS + c, 1L, KEYS, s.dOut + begin * HEAD, HEAD, s.dv + c * HEAD, HEAD);
  }
  for (int c = roundUp(keys, TILE_ROWS); c < KEYS; c++) {
    memset(s.dk + c * HEAD, 0, sizeof(float) * HEAD);
    memset(s.dv + c * HEAD, 0, sizeof(float) * HEAD);
  }
}
