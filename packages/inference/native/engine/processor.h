// What this processor can do, as far as it decides between variants.
#ifndef POAI_PROCESSOR_H
#define POAI_PROCESSOR_H

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

/// The operating system keeps these registers: bits 1 and 2 for AVX, 5 to 7 for AVX-512.
static unsigned kept_registers(void) {
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

static int has_bits(unsigned value, unsigned bits) { return (value & bits) == bits; }

static int has_avx(void) {
  unsigned a, b, c, d;
  // OSXSAVE, AVX.
  return __get_cpuid(1, &a, &b, &c, &d) && has_bits(c, 1u << 27 | 1u << 28) && has_bits(kept_registers(), 6);
}

static int has_avx2(void) {
  unsigned a, b, c, d;
  // FMA, F16C; then AVX2.
  if (!has_avx() || !__get_cpuid(1, &a, &b, &c, &d) || !has_bits(c, 1u << 12 | 1u << 29)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && has_bits(b, 1u << 5);
}

/// Forgets what anybody left in the upper halves of registers: with something there each SSE instruction keeps it, and
/// waits for it. (Measured: a pass by SSE2 takes 2.5 times as long after the C library has used its own AVX-512.) For
/// processors with AVX.
static void clear_upper_halves(void) { __asm__ volatile("vzeroupper" ::: "memory"); }

static int has_avxvnni(void) {
  unsigned a, b, c, d;
  return has_avx2() && __get_cpuid_count(7, 1, &a, &b, &c, &d) && has_bits(a, 1u << 4);
}

static int has_avx512vnni(void) {
  unsigned a, b, c, d;
  if (!has_avx2() || !has_bits(kept_registers(), 0xe6) || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  // F, DQ, BW, VL; VNNI.
  return has_bits(b, 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31) && has_bits(c, 1u << 11);
}
#elif defined(__aarch64__)
#include <arm_neon.h>
#if defined(__linux__)
#include <sys/auxv.h>
#define HWCAP_DOT_PRODUCTS (1ul << 20)
static int has_dot_products(void) { return (getauxval(AT_HWCAP) & HWCAP_DOT_PRODUCTS) != 0; }
#elif defined(__APPLE__)
static int has_dot_products(void) { return 1; }
#else
static int has_dot_products(void) { return 0; }
#endif
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif

static int has_what_it_needs(void) { return 1; }

#endif
