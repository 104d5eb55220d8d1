#pragma once

#include "ggml.h"

struct ggml_compute_params;

#ifdef __cplusplus
extern "C"
#endif
/// ggml's matrix product by the domain's kernels. False, and nothing done, where they have no format for it.
bool poai_mul_mat(const struct ggml_compute_params * params, struct ggml_tensor * dst);
