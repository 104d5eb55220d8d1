// What the WebAssembly module offers: one model, one context, logits as they come. Everything is said explicitly, as the
// session of the native engine does it: one thread, no flash attention, a whole batch in one decode.
//
// A call that cannot succeed traps (memory, a model that llama.cpp refuses) or returns a number below zero.

#include <cstdint>
#include <cstdio>

#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "llama.h"

#define EXPORT extern "C" __attribute__((visibility("default"), used))

namespace {

llama_model * model = nullptr;
llama_context * context = nullptr;
llama_batch batch = {};
int32_t batch_size = 0;

/// What goes wrong inside llama.cpp is written to its error output, which the host keeps.
void log_errors(ggml_log_level level, const char * text, void *) {
    if (level == GGML_LOG_LEVEL_ERROR) fputs(text, stderr);
}

}  // namespace

/// Loads the model file of `size` bytes at `file`, which may be freed afterwards. `cells` are those of one sequence.
EXPORT int32_t poai_open(void * file, size_t size, uint32_t cells, uint32_t sequences) {
    llama_log_set(log_errors, nullptr);
    ggml_backend_register(ggml_backend_cpu_reg());
    llama_backend_init();
    FILE * stream = fmemopen(file, size, "rb");
    if (stream == nullptr) return -1;
    llama_model_params how = llama_model_default_params();
    how.n_gpu_layers = 0;
    how.load_mode = LLAMA_LOAD_MODE_NONE;
    how.lazy_mode = LLAMA_LAZY_MODE_OFF;
    how.use_extra_bufts = false;
    model = llama_model_load_from_file_ptr(stream, how);
    fclose(stream);
    if (model == nullptr) return -2;

    llama_context_params shape = llama_context_default_params();
    shape.n_ctx = cells * sequences;
    shape.n_batch = shape.n_ubatch = cells * sequences;
    shape.n_seq_max = sequences;
    shape.n_threads = shape.n_threads_batch = 1;
    shape.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    shape.swa_full = true;
    shape.kv_unified = false;
    shape.no_perf = true;
    context = llama_init_from_model(model, shape);
    if (context == nullptr) return -3;
    batch_size = (int32_t) (cells * sequences);
    batch = llama_batch_init(batch_size, 0, 1);
    return 0;
}

EXPORT int32_t poai_vocabulary_size() { return llama_vocab_n_tokens(llama_model_get_vocab(model)); }

/// All sequences begin anew.
EXPORT void poai_clear() {
    llama_memory_clear(llama_get_memory(context), true);
    batch.n_tokens = 0;
}

/// Adds a token to the batch: at `position` of `sequence`. `wanted`: the logits after it will be read. Below zero: full.
EXPORT int32_t poai_add(int32_t token, int32_t position, int32_t sequence, int32_t wanted) {
    if (batch.n_tokens >= batch_size) return -1;
    const int32_t index = batch.n_tokens++;
    batch.token[index] = token;
    batch.pos[index] = position;
    batch.n_seq_id[index] = 1;
    batch.seq_id[index][0] = sequence;
    batch.logits[index] = wanted != 0;
    return index;
}

/// Decodes the batch, and empties it. Zero if it could.
EXPORT int32_t poai_decode() {
    const int32_t result = llama_decode(context, batch);
    batch.n_tokens = 0;
    return result;
}

/// The logits after the token that `poai_add` gave `index`, one for each token id: until the next decode.
EXPORT const float * poai_logits(int32_t index) { return llama_get_logits_ith(context, index); }
