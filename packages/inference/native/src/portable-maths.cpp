// The elementary functions of the domain: one source for every machine, defined under their C names and hidden, so that
// ggml inside this library never reaches the platform's libm (whose last bits differ between releases and processors).
//
// All but expf (portable-kernels.cpp, since it is needed eight at a time) compute in binary64 and round once, so the
// error is hardly above half a unit in the last place. Only +, -, *, / and conversions are used, all of them exactly
// rounded by IEEE 754: with contraction off, nothing is left to the compiler.

#include <cstdint>
#include <cstring>

#define PORTABLE extern "C" __attribute__((visibility("hidden")))

namespace {

constexpr double LN2_HI = 0x1.62e42fee00000p-1;   // 32 bits: exact when multiplied by an exponent
constexpr double LN2_LO = 0x1.a39ef35793c76p-33;
constexpr double LOG2_E = 0x1.71547652b82fep+0;
constexpr double ROUND = 0x1.8p52;                // adding and subtracting it rounds to an integer, halves to even

inline uint32_t bits_of(float x) { uint32_t u; memcpy(&u, &x, sizeof u); return u; }
inline float float_of(uint32_t u) { float x; memcpy(&x, &u, sizeof x); return x; }
inline uint64_t bits_of(double x) { uint64_t u; memcpy(&u, &x, sizeof u); return u; }
inline double double_of(uint64_t u) { double x; memcpy(&x, &u, sizeof x); return x; }

inline float infinity() { return float_of(0x7f800000u); }
inline float not_a_number() { return float_of(0x7fc00000u); }
inline bool is_nan(float x) { return (bits_of(x) & 0x7fffffffu) > 0x7f800000u; }
inline bool is_infinite(float x) { return (bits_of(x) & 0x7fffffffu) == 0x7f800000u; }
inline float magnitude(float x) { return float_of(bits_of(x) & 0x7fffffffu); }
inline float with_sign(float x, uint32_t sign) { return float_of(bits_of(x) | (sign & 0x80000000u)); }

/// e^x for |x| <= 200, relative error below 2^-46: Taylor's series to r^11 on |r| <= ln 2 / 2.
inline double exp_wide(double x) {
    const double n = (x * LOG2_E + ROUND) - ROUND;
    const double r = (x - n * LN2_HI) - n * LN2_LO;
    double p = 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    return p * double_of((uint64_t) ((int64_t) n + 1023) << 52);
}

/// An exponent and a mantissa between sqrt(1/2) and sqrt(2), of a positive normal number.
inline double split(double x, double & exponent) {
    uint64_t u = bits_of(x);
    int64_t e = (int64_t) (u >> 52) - 1023;
    double m = double_of((u & 0x000fffffffffffffu) | 0x3ff0000000000000u);
    if (m > 0x1.6a09e667f3bcdp+0) { m = m * 0.5; e = e + 1; }
    exponent = (double) e;
    return m;
}

/// ln m for a mantissa of `split`: 2 artanh((m - 1) / (m + 1)).
inline double log_mantissa(double m) {
    const double s = (m - 1.0) / (m + 1.0);
    const double z = s * s;
    double p = 1.0 / 19;
    p = p * z + 1.0 / 17;
    p = p * z + 1.0 / 15;
    p = p * z + 1.0 / 13;
    p = p * z + 1.0 / 11;
    p = p * z + 1.0 / 9;
    p = p * z + 1.0 / 7;
    p = p * z + 1.0 / 5;
    p = p * z + 1.0 / 3;
    return 2.0 * s + 2.0 * s * (z * p);
}

inline double log_wide(double x) {
    double e;
    const double m = split(x, e);
    return e * LN2_HI + (e * LN2_LO + log_mantissa(m));
}

struct Reduced { double r; uint32_t quadrant; };

/// The bits of 2 / pi, after one word of zeros.
constexpr uint32_t TWO_OVER_PI[] = {
    0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561,
};

/// 32 bits of the table from bit `at` on.
inline uint32_t table_bits(uint32_t at) {
    const uint32_t word = at / 32, shift = at % 32;
    return shift == 0 ? TWO_OVER_PI[word] : (TWO_OVER_PI[word] << shift) | (TWO_OVER_PI[word + 1] >> (32 - shift));
}

/// x = quadrant * pi / 2 + r, |r| <= pi / 4, for 0 <= x finite.
inline Reduced reduce(float x) {
    if (x < 0x1p20f) {
        const double n = ((double) x * 0x1.45f306dc9c883p-1 + ROUND) - ROUND;
        // 33 bits times 20 are exact, and so is the difference.
        const double r = ((double) x - n * 0x1.921fb544p+0) - n * 0x1.0b4611a626331p-34;
        return { r, (uint32_t) (int32_t) n };
    }
    // In integers: the 96 bits of 2 / pi that matter for this exponent, times the mantissa.
    const uint32_t u = bits_of(x);
    const uint32_t at = (u >> 23) - 150 - 2 + 32;
    const uint64_t m = (u & 0x7fffffu) | 0x800000u;
    const uint64_t low = m * table_bits(at + 64);
    const uint64_t middle = m * table_bits(at + 32) + (low >> 32);
    const uint32_t high = (uint32_t) (m * table_bits(at) + (middle >> 32));
    const uint64_t fraction = ((uint64_t) high << 34) | ((uint64_t) (uint32_t) middle << 2) | ((uint32_t) low >> 30);
    const double r = (double) (int64_t) fraction * 0x1p-64 * 0x1.921fb54442d18p+0;
    return { r, (high >> 30) + (uint32_t) (fraction >> 63) };
}

inline double sin_kernel(double r) {
    const double z = r * r;
    double p = 1.0 / 6227020800;
    p = p * z - 1.0 / 39916800;
    p = p * z + 1.0 / 362880;
    p = p * z - 1.0 / 5040;
    p = p * z + 1.0 / 120;
    p = p * z - 1.0 / 6;
    return r + r * (z * p);
}

inline double cos_kernel(double r) {
    const double z = r * r;
    double p = -1.0 / 87178291200;
    p = p * z + 1.0 / 479001600;
    p = p * z - 1.0 / 3628800;
    p = p * z + 1.0 / 40320;
    p = p * z - 1.0 / 720;
    p = p * z + 1.0 / 24;
    p = p * z - 0.5;
    return 1.0 + z * p;
}

inline float sin_in(uint32_t quadrant, double s, double c) {
    const double v = (quadrant & 1) ? c : s;
    return (float) ((quadrant & 2) ? -v : v);
}

/// 2 / (2 n + 1) for the series of erff.
constexpr int ERF_TERMS = 80;
struct ErfTable {
    double factor[ERF_TERMS + 1] = {};
    constexpr ErfTable() { for (int n = 1; n <= ERF_TERMS; n++) factor[n] = 2.0 / (2 * n + 1); }
};
constexpr ErfTable ERF = {};

/// Whether y is an integer, and an odd one.
inline bool is_integer(float y) {
    if (magnitude(y) >= 0x1p23f) return true;
    return (float) (int32_t) y == y;
}
inline bool is_odd(float y) {
    if (magnitude(y) >= 0x1p24f) return false;
    return is_integer(y) && ((int32_t) y & 1) != 0;
}

}  // namespace

PORTABLE float logf(float x) {
    if (is_nan(x) || (bits_of(x) >> 31 && x != 0.0f)) return not_a_number();
    if (x == 0.0f) return -infinity();
    if (is_infinite(x)) return x;
    return (float) log_wide((double) x);
}

PORTABLE float log1pf(float x) {
    if (is_nan(x) || x < -1.0f) return not_a_number();
    if (x == -1.0f) return -infinity();
    if (is_infinite(x) || magnitude(x) < 0x1p-25f) return x;
    return (float) log_wide(1.0 + (double) x);
}

/// Only for counts of heads: exact at powers of two.
PORTABLE double log2(double x) {
    double e;
    const double m = split(x, e);
    return e + log_mantissa(m) * LOG2_E;
}

PORTABLE float expm1f(float x) {
    if (is_nan(x)) return not_a_number();
    if (x > 89.0f) return infinity();
    if (x < -30.0f) return -1.0f;
    const double d = (double) x;
    if (magnitude(x) >= 0x1p-6f) return (float) (exp_wide(d) - 1.0);
    if (magnitude(x) < 0x1p-25f) return x;
    return (float) (d + d * d * (0.5 + d * (1.0 / 6 + d * (1.0 / 24 + d * (1.0 / 120 + d * (1.0 / 720))))));
}

PORTABLE float tanhf(float x) {
    if (is_nan(x)) return not_a_number();
    const float a = magnitude(x);
    if (a >= 10.0f) return with_sign(1.0f, bits_of(x));
    if (a < 0x1p-13f) return x;
    const double d = (double) a;
    if (a < 0x1p-6f) {
        const double z = d * d;
        return with_sign((float) (d - d * (z * (1.0 / 3 - z * (2.0 / 15 - z * (17.0 / 315))))), bits_of(x));
    }
    const double t = exp_wide(2.0 * d);
    return with_sign((float) ((t - 1.0) / (t + 1.0)), bits_of(x));
}

PORTABLE float erff(float x) {
    if (is_nan(x)) return not_a_number();
    const float a = magnitude(x);
    if (a >= 4.0f) return with_sign(1.0f, bits_of(x));
    const double d = (double) a, t = d * d;
    double s = 1.0;
    for (int n = a < 1.0f ? 20 : ERF_TERMS; n > 0; n--) s = 1.0 + (t * ERF.factor[n]) * s;
    return with_sign((float) (0x1.20dd750429b6dp+0 * d * exp_wide(-t) * s), bits_of(x));
}

PORTABLE void sincosf(float x, float * sine, float * cosine) {
    const float a = magnitude(x);
    if (is_nan(x) || is_infinite(x)) { *sine = not_a_number(); *cosine = not_a_number(); return; }
    const Reduced reduced = reduce(a);
    const double s = sin_kernel(reduced.r), c = cos_kernel(reduced.r);
    const float positive = a == 0.0f ? 0.0f : sin_in(reduced.quadrant, s, c);
    *sine = (bits_of(x) >> 31) ? -positive : positive;
    *cosine = sin_in(reduced.quadrant + 1, s, c);
}

PORTABLE float sinf(float x) {
    float s, c;
    sincosf(x, &s, &c);
    return s;
}

PORTABLE float cosf(float x) {
    float s, c;
    sincosf(x, &s, &c);
    return c;
}

PORTABLE float powf(float x, float y) {
    if (y == 0.0f || x == 1.0f) return 1.0f;
    if (is_nan(x) || is_nan(y)) return not_a_number();
    const float a = magnitude(x);
    if (is_infinite(y)) return a == 1.0f ? 1.0f : ((a > 1.0f) == (y > 0.0f) ? infinity() : 0.0f);
    const uint32_t sign = is_odd(y) ? bits_of(x) : 0u;
    if (a == 0.0f || is_infinite(a)) return with_sign((a == 0.0f) == (y > 0.0f) ? 0.0f : infinity(), sign);
    if ((bits_of(x) >> 31) && !is_integer(y)) return not_a_number();
    const double e = (double) y * log_wide((double) a);
    if (e > 89.0) return with_sign(infinity(), sign);
    if (e < -104.0) return with_sign(0.0f, sign);
    return with_sign((float) exp_wide(e), sign);
}

PORTABLE float fmaxf(float a, float b) {
    if (is_nan(a)) return b;
    return a < b || (a == b && (bits_of(a) >> 31)) ? b : a;
}

PORTABLE float fminf(float a, float b) {
    if (is_nan(a)) return b;
    return a > b || (a == b && (bits_of(b) >> 31)) ? b : a;
}

// What libm has besides and some targets call as a function. Exact everywhere; defined here so that the library can be linked
// without any libm, which proves that nothing else of it is used.

PORTABLE float truncf(float x) {
    const uint32_t u = bits_of(x), exponent = (u >> 23) & 255u;
    if (exponent >= 150u) return x;
    if (exponent < 127u) return float_of(u & 0x80000000u);
    return float_of(u & ~(0x7fffffu >> (exponent - 127u)));
}

PORTABLE float floorf(float x) {
    const float t = truncf(x);
    return t > x ? t - 1.0f : t;
}

PORTABLE float ceilf(float x) {
    const float t = truncf(x);
    return t < x ? with_sign(t + 1.0f, bits_of(x)) : t;
}

PORTABLE float roundf(float x) {
    const float t = truncf(x);
    return magnitude(x - t) >= 0.5f ? t + with_sign(1.0f, bits_of(x)) : t;
}

PORTABLE double floor(double x) {
    const uint64_t u = bits_of(x), exponent = (u >> 52) & 2047u;
    if (exponent >= 1075u) return x;
    const double t = exponent < 1023u ? double_of(u & (uint64_t(1) << 63)) : double_of(u & ~(0xfffffffffffffu >> (exponent - 1023u)));
    return t > x ? t - 1.0 : t;
}

PORTABLE float ldexpf(float x, int n) {
    const int64_t bounded = n < -400 ? -400 : n > 400 ? 400 : n;
    return (float) ((double) x * double_of((uint64_t) (bounded + 1023) << 52));
}
