// Both passes, once for each instruction set that a program holds.
#ifndef POAI_VARIANTS_H
#define POAI_VARIANTS_H

#include "memory.h"
#include "processor.h"
#include "sampling.h"

/// How products are written: into their place, or added to what is there.
enum { PUT, ADD };
/// Besides `EngineResult`: something was not finite, and nothing was decided.
enum { NOT_FINITE = 2 };
/// Tokens that go through the layers together.
#define BAND_TOKENS 256
/// Rows that are multiplied with all tiles before the next ones: their weights stay in the first cache.
#define ROWS_AT_ONCE 8

struct Variant {
  const char *name;
  int (*is_usable)(void);
  int (*accepts)(const Model *);
  const char *(*reserve)(Model *);
  const char *(*unpack)(Matrix *);
  int (*wide)(Model *, const uint32_t *tokens, uint32_t count, uint32_t at, const Sink *);
  EngineResult (*narrow)(Model *, const uint32_t *tokens, uint32_t count, uint32_t at, const Sink *);
};

#include "names.h"
#define VARIANT_ROW(label, usable) { label, usable, takes_shape, reserve_wide, unpack_matrix, wide_pass, narrow_pass }

#if defined(__clang__)
#define PRAGMA(text) _Pragma(#text)
#define BEGIN_TARGET(features) PRAGMA(clang attribute push(__attribute__((target(features))), apply_to = function))
#define END_TARGET _Pragma("clang attribute pop")
#else
#define PRAGMA(text) _Pragma(#text)
#define BEGIN_TARGET(features) _Pragma("GCC push_options") PRAGMA(GCC target(features))
#define END_TARGET _Pragma("GCC pop_options")
#endif

#if defined(__x86_64__)
#if defined(__clang__)
#define HAS_AVXVNNI (__clang_major__ >= 12)
#else
#define HAS_AVXVNNI (__GNUC__ >= 11)
#endif

// How many of each thing are in hand at once is what was fastest on quiz-1, each measured against its neighbours
// (docs/PERFORMANCE.md): enough to hide the latency of an addition, few enough for 32 (AVX-512, Arm) or 16 registers.

// AVX-512 with byte dot products.
#define VARIANT avx512vnni
#define W 16
#define NW 8
#define BYTE_DOTS 1
#define FUSED 1
#define TILES 2
#define SUM_LANES 8
#define FLOAT_ROWS 4
#define FLOAT_TILES 1
#define KEYS_AT_ONCE 8
#define FEATURES_AT_ONCE 4
#define VALUE_LANES 4
BEGIN_TARGET("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c")
#include "narrow.h"
#include "wide.h"
END_TARGET
static const Variant variant_avx512vnni = VARIANT_ROW("avx512vnni", has_avx512vnni);
#undef VARIANT
#undef W
#undef SUM_LANES
#undef KEYS_AT_ONCE

// AVX2 with byte dot products.
#define W 8
#define SUM_LANES 4
#undef FLOAT_ROWS
#undef FLOAT_TILES
#define FLOAT_ROWS 2
#define FLOAT_TILES 2
#define KEYS_AT_ONCE 4
#if HAS_AVXVNNI
#define VARIANT avxvnni
#define DOT_BYTES_256 _mm256_dpbusd_avx_epi32
BEGIN_TARGET("avxvnni,avx2,fma,f16c")
#include "narrow.h"
#include "wide.h"
END_TARGET
static const Variant variant_avxvnni = VARIANT_ROW("avxvnni", has_avxvnni);
#undef VARIANT
#endif
#undef BYTE_DOTS

// AVX2: dot products of pairs. A conversion is faster here than the fused step that saves it.
#define VARIANT avx2
#define BYTE_DOTS 0
#undef FUSED
#define FUSED 0
BEGIN_TARGET("avx2,fma,f16c")
#include "narrow.h"
#include "wide.h"
END_TARGET
static const Variant variant_avx2 = VARIANT_ROW("avx2", has_avx2);
#undef VARIANT
#undef W
#undef NW
#undef KEYS_AT_ONCE
#undef FEATURES_AT_ONCE
#undef VALUE_LANES

// What every x86-64 processor has.
#define VARIANT sse2
#define W 4
#define NW 4
#define KEYS_AT_ONCE 2
#define FEATURES_AT_ONCE 2
#define VALUE_LANES 8
#include "narrow.h"
#include "wide.h"
static const Variant variant_sse2 = VARIANT_ROW("sse2", has_what_it_needs);

static const Variant *const VARIANTS[] = {
  &variant_avx512vnni,
#if HAS_AVXVNNI
  &variant_avxvnni,
#endif
  &variant_avx2, &variant_sse2, NULL,
};
#else

#define W 4
#define NW 4
#define FUSED 0
#define TILES 2
#define SUM_LANES 4
#define FLOAT_ROWS 2
#define FLOAT_TILES 2
#define KEYS_AT_ONCE 4
#define FEATURES_AT_ONCE 2
#define VALUE_LANES 4
#if defined(__aarch64__)
#define VARIANT dotprod
#define BYTE_DOTS 1
#if defined(__clang__)
BEGIN_TARGET("dotprod")
#else
// The assembler of GCC takes dot products as a part of Armv8.2 only.
BEGIN_TARGET("arch=armv8.2-a+dotprod")
#endif
#include "narrow.h"
#include "wide.h"
END_TARGET
static const Variant variant_dotprod = VARIANT_ROW("dotprod", has_dot_products);
#undef VARIANT
#undef BYTE_DOTS
#define VARIANT neon
#elif defined(__wasm_simd128__)
#define VARIANT simd128
#else
#define VARIANT generic
#endif
#define BYTE_DOTS 0
#include "narrow.h"
#include "wide.h"
#define TEXT_OF(name) #name
#define NAME_OF(name) TEXT_OF(name)
static const Variant variant_common = VARIANT_ROW(NAME_OF(VARIANT), has_what_it_needs);
static const Variant *const VARIANTS[] = {
#if defined(__aarch64__)
  &variant_dotprod,
#endif
  &variant_common, NULL,
};
#endif

#endif
