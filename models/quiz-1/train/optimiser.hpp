// One step of the optimiser, cut into jobs that threads can take in any order: Muon for the matrices of the layers,
// AdamW for the embedding and the norms.
#pragma once

#include <cmath>
#include <vector>

#include "gemm.hpp"
#include "shape.hpp"

struct StepSizes {
  float muon, adam;
  int step;   // from 1
};

// What the optimiser remembers, one entry per parameter (Muon leaves `squares` unused).
struct OptimiserState {
  std::vector<float> momentum = std::vector<float>(PARAMETERS), squares = std::vector<float>(PARAMETERS);
};

class MuonStep {
 public:
  // Moves one matrix against its orthogonalised momentum (Jordan et al. 2024: five Newton-Schulz steps, Nesterov).
  void apply(float* parameters, const float* gradient, float* momentum, int rows, int columns, float rate) {
    const long size = long{rows} * columns;
    const bool tall = rows > columns;
    const int a = tall ? columns : rows, b = tall ? rows : columns;
    current_.resize(size);
    next_.resize(size);
    square_.resize(long{a} * a);
    polynomial_.resize(long{a} * a);
    float squares = 0;
    for (long i = 0; i < size; i++) {
      momentum[i] = MOMENTUM * momentum[i] + (1 - MOMENTUM) * gradient[i];
      next_[i] = (1 - MOMENTUM) * gradient[i] + MOMENTUM * momentum[i];
      squares += next_[i] * next_[i];
    }
    if (tall) transpose(next_.data(), rows, columns, current_.data());
    else std::swap(current_, next_);
    const float norm = 1 / (std::sqrt(squares) + 1e-12f);
    for (float& x : current_) x *= norm;
    for (int k = 0; k < 5; k++) newtonSchulz(a, b);
    if (tall) {
      transpose(current_.data(), columns, rows, next_.data());
      std::swap(current_, next_);
    }
    const float scale = rate * std::sqrt(std::max(1.0f, static_cast<float>(rows) / columns));
    for (long i = 0; i < size; i++) parameters[i] = parameters[i] * (1 - rate * DECAY) - scale * current_[i];
  }

 private:
  static constexpr float MOMENTUM = 0.95f, DECAY = 0.02f;

  static void transpose(const float* from, int rows, int columns, float* to) {
    for (int c = 0; c < columns; c++)
      for (int r = 0; r < rows; r++) to[long{c} * rows + r] = from[long{r} * columns + c];
  }

  // X <- 3.4445 X - 4.7750 (X Xᵀ) X + 2.0315 (X Xᵀ)² X
  void newtonSchulz(int a, int b) {
    left_.pack(current_.data(), b, a, b);
    right_.packTransposed(left_, a);
    multiply<false>(left_, right_, square_.data(), a);
    left_.pack(square_.data(), a, a, a);
    right_.packRows(square_.data(), a, a, a);
    multiply<false>(left_, right_, polynomial_.data(), a);
    for (long i = 0; i < long{a} * a; i++) polynomial_[i] = 2.0315f * polynomial_[i] - 4.7750f * square_[i];
    for (int i = 0; i < a; i++) polynomial_[long{i} * a + i] += 3.4445f;
    left_.pack(polynomial_.data(), a, a, a);
    right_.packRows(current_.data(), b, a, b);
    multiply<false>(left_, right_, next_.data(), b);
    std::swap(current_, next_);
  }

  std::vector<float> current_, next_, square_, polynomial_;
  LeftRows left_;
  Panels right_;
};

inline void adamStep(float* parameters, const float* gradient, float* momentum, float* squares, long size, StepSizes sizes) {
  constexpr float FIRST = 0.9f, SECOND = 0.98f, DECAY = 0.01f;
  const float unbias = 1 / (1 - std::pow(FIRST, sizes.step)), unbiasSquares = 1 / (1 - std::pow(SECOND, sizes.step));
  for (long i = 0; i < size; i++) {
    momentum[i] = FIRST * momentum[i] + (1 - FIRST) * gradient[i];
    squares[i] = SECOND * squares[i] + (1 - SECOND) * gradient[i] * gradient[i];
    parameters[i] -= sizes.adam * (momentum[i] * unbias / (std::sqrt(squares[i] * unbiasSquares) + 1e-8f) + DECAY * parameters[i]);
  }
}

// A tensor and how it is optimised.
struct Tensor {
  const char* name;
  int layer;   // -1 outside the layers
  long offset;
  int rows, columns;
  bool isMatrix;
};

// All tensors in the order of the flat array. Queries, keys and values (and gate and up) are tensors of their own.
inline std::vector<Tensor> allTensors() {
  std::vector<Tensor> tensors = {{"embedding", -1, EMBEDDING, VOCABULARY_ROWS, D, false}};
  for (int l = 0; l < L; l++) {
    const long at = layerAt(l);
    tensors.push_back({"norm1", l, at + NORM1, 1, D, false});
    tensors.push_back({"query", l, at + QKV, D, D, true});
    tensors.push_back({"key", l, at + QKV + long{D} * D, D, D, true});
    tensors.push_back({"value", l, at + QKV + 2L * D * D, D, D, true});
    tensors.push_back({"out", l, at + OUT, D, D, true});
    tensors.push_back({"norm2", l, at + NORM2, 1, D, false});
    tensors.push_back({"gate", l, at + GATE_UP, F, D, true});
    tensors.push_back({"up", l, at + GATE_UP + long{F} * D, F, D, true});
    tensors.push_back({"down", l, at + DOWN, D, F, true});
  }
  tensors.push_back({"norm", -1, FINAL_NORM, 1, D, false});
  return tensors;
}
