// The matrices of the model as gemm.hpp wants them: packed once after each step of the optimiser, read by all threads.
#pragma once

#include "gemm.hpp"
#include "shape.hpp"

struct Matrix {
  long offset;   // in the flat array
  int rows;      // outputs
  int columns;   // inputs
  Panels forward;    // input x output: activations times this
  Panels backward;   // output x input: gradients times this
  LeftRows rowsScratch;

  void pack(const float* parameters) {
    rowsScratch.pack(parameters + offset, columns, rows, columns);
    forward.packTransposed(rowsScratch, rows);
    backward.packRows(parameters + offset, columns, rows, columns);
  }
};

struct LayerMatrices {
  Matrix qkv, out, gateUp, down;
};

struct PackedWeights {
  Matrix embedding{EMBEDDING, VOCABULARY_ROWS, D, {}, {}, {}};
  std::vector<LayerMatrices> layers;
  std::vector<Matrix*> all;

  PackedWeights() {
    layers.reserve(L);
    all.push_back(&embedding);
    for (int l = 0; l < L; l++) {
      const long at = layerAt(l);
      layers.push_back({{at + QKV, 3 * D, D, {}, {}, {}}, {at + OUT, D, D, {}, {}, {}}, {at + GATE_UP, 2 * F, D, {}, {}, {}}, {at + DOWN, D, F, {}, {}, {}}});
      LayerMatrices& m = layers.back();
      for (Matrix* matrix : {&m.qkv, &m.out, &m.gateUp, &m.down}) all.push_back(matrix);
    }
  }
};
