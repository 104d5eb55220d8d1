// Hashes what the embedded functions answer to every finite float: the same lines on every machine.
//
//   maths-scan [function] [step]      one line for each chunk of 2^26 bit patterns: "expf 0x3c000000 0123456789abcdef"
//
// With `step` above 1 only every step-th pattern is asked. Link with portable-kernels and portable-maths.

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
float expf(float);
float expm1f(float);
float logf(float);
float log1pf(float);
float sinf(float);
float cosf(float);
void sincosf(float, float *, float *);
float tanhf(float);
float erff(float);
float powf(float, float);
}

namespace {

float both(float x) {
    float s, c;
    sincosf(x, &s, &c);
    uint32_t a, b;
    memcpy(&a, &s, sizeof a);
    memcpy(&b, &c, sizeof b);
    a = a * 31u + b;
    memcpy(&s, &a, sizeof s);
    return s;
}

// Rotary positions raise a base to a fraction; the exponents of a head of 32, 64 and 128 lie between.
float power_of_base(float x) { return powf(10000.0f, x); }
float power_of_fraction(float x) { return powf(x, -0.0625f); }

struct Function { const char * name; float (*call)(float); };
const Function FUNCTIONS[] = {
    { "expf", expf }, { "expm1f", expm1f }, { "logf", logf }, { "log1pf", log1pf }, { "sinf", sinf }, { "cosf", cosf },
    { "sincosf", both }, { "tanhf", tanhf }, { "erff", erff }, { "powf-base", power_of_base },
    { "powf-fraction", power_of_fraction },
};

constexpr uint64_t CHUNK = uint64_t(1) << 26;

/// FNV-1a, a word at a time, over results; all NaN count as one.
uint64_t hash_chunk(float (*call)(float), uint64_t start, uint64_t step) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (uint64_t pattern = (start + step - 1) / step * step; pattern < start + CHUNK; pattern += step) {
        const uint32_t bits = (uint32_t) pattern;
        if ((bits & 0x7f800000u) == 0x7f800000u) continue;
        float x;
        memcpy(&x, &bits, sizeof x);
        const float y = call(x);
        uint32_t result;
        memcpy(&result, &y, sizeof result);
        if ((result & 0x7fffffffu) > 0x7f800000u) result = 0x7fc00000u;
        hash = (hash ^ result) * 0x100000001b3u;
    }
    return hash;
}

}  // namespace

int main(int argc, char ** argv) {
    const char * only = argc > 1 ? argv[1] : "all";
    const uint64_t step = argc > 2 ? strtoull(argv[2], nullptr, 10) : 1;
    bool known = false;
    for (const Function & function : FUNCTIONS) {
        if (strcmp(only, "all") != 0 && strcmp(only, function.name) != 0) continue;
        known = true;
        for (uint64_t start = 0; start < (uint64_t(1) << 32); start += CHUNK) {
            printf("%s 0x%08" PRIx64 " %016" PRIx64 "\n", function.name, start, hash_chunk(function.call, start, step));
        }
        fflush(stdout);
    }
    return known && step > 0 ? 0 : 2;
}
