// Included before each of ggml's own files (-include): whatever the target has, ggml takes its generic paths. The compiler may
// still use the target's instructions; the project's kernels do.

#pragma once

#define GGML_CPU_GENERIC

#if defined(__x86_64__)
#undef __SSE__
#undef __SSE2__
#undef __SSE3__
#undef __SSSE3__
#undef __SSE4_1__
#undef __SSE4_2__
#undef __AVX__
#undef __AVX2__
#undef __F16C__
#undef __FMA__
#undef __BMI__
#undef __BMI2__
#define _mm_pause __builtin_ia32_pause
#elif defined(__aarch64__)
#undef __ARM_NEON
#undef __ARM_FEATURE_FMA
#undef __ARM_FEATURE_DOTPROD
#undef __ARM_FEATURE_MATMUL_INT8
#undef __ARM_FEATURE_SVE
#elif defined(__wasm__)
#undef __wasm_simd128__
#endif
