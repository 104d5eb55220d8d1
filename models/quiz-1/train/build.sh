#!/bin/sh
# Builds the trainer and the gradient check into ./build. Needs only a C++17 compiler; AVX-512 BF16 is used if present.
# Another model's shape: TRAIN_FLAGS='-DWIDTH=… …' (shape.hpp) and BUILD=FOLDER.
set -eu
cd "$(dirname "$0")"
build="${BUILD:-build}"
mkdir -p "$build"
# GCC 12 warns about its own AVX-512 headers, hence -Wno-maybe-uninitialized.
flags="-std=c++17 -O3 -ffast-math -Wall -Wextra -Wno-maybe-uninitialized -pthread ${TRAIN_FLAGS:-}"
native="-march=native"
if grep -q avx512_bf16 /proc/cpuinfo; then native="$native -mavx512bf16 -mprefer-vector-width=512"; fi
${CXX:-g++} $flags $native train.cpp -o "$build"/train
${CXX:-g++} $flags $native -DTRAIN_F32 check-gradients.cpp -o "$build"/check-gradients
${CXX:-g++} $flags $native -DTRAIN_F32 predict.cpp -o "$build"/predict
