// Prints a hash of all logits of each exam, one line an exam: equal lines mean equal bits, on whatever machine this runs.
//
//   logits-dump BACKENDS MODEL EXAMS THREADS CHUNK
//
// BACKENDS is a folder with the one CPU module to use. EXAMS has a line of token ids an exam. Each is decoded in a context without
// history, CHUNK tokens at a time (0: all at once), in the canonical shape of the engine: one sequence, no flash attention.

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "ggml-backend.h"
#include "llama.h"

namespace {

constexpr int CELLS = 256;

uint64_t hash_floats(uint64_t hash, const float * values, int count) {
    for (int i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, values + i, sizeof bits);
        hash = (hash ^ bits) * 0x100000001b3u;
    }
    return hash;
}

void fail(const char * what) {
    fprintf(stderr, "logits-dump: %s\n", what);
    exit(1);
}

}  // namespace

int main(int argc, char ** argv) {
    if (argc != 6) fail("wants BACKENDS MODEL EXAMS THREADS CHUNK");
    llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    ggml_backend_load_all_from_path(argv[1]);
    if (ggml_backend_reg_by_name("CPU") == nullptr) fail("no CPU module was loaded");

    llama_model_params model_params = llama_model_default_params();
    model_params.n_gpu_layers = 0;
    llama_model * model = llama_model_load_from_file(argv[2], model_params);
    if (model == nullptr) fail("the model cannot be loaded");
    const int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));

    llama_context_params params = llama_context_default_params();
    params.n_ctx = params.n_batch = params.n_ubatch = CELLS;
    params.n_threads = params.n_threads_batch = atoi(argv[4]);
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    llama_context * context = llama_init_from_model(model, params);
    if (context == nullptr) fail("no context");

    std::ifstream exams(argv[3]);
    for (std::string line; std::getline(exams, line);) {
        std::istringstream numbers(line);
        std::vector<llama_token> tokens;
        for (llama_token token; numbers >> token;) tokens.push_back(token);
        const int count = (int) tokens.size();
        const int chunk = atoi(argv[5]) > 0 ? atoi(argv[5]) : count;
        llama_memory_clear(llama_get_memory(context), true);
        uint64_t hash = 0xcbf29ce484222325u;
        for (int start = 0; start < count; start += chunk) {
            const int size = count - start < chunk ? count - start : chunk;
            llama_batch batch = llama_batch_init(size, 0, 1);
            for (int i = 0; i < size; i++) {
                batch.token[i] = tokens[start + i];
                batch.pos[i] = start + i;
                batch.n_seq_id[i] = 1;
                batch.seq_id[i][0] = 0;
                batch.logits[i] = 1;
            }
            batch.n_tokens = size;
            if (llama_decode(context, batch) != 0) fail("decode");
            for (int i = 0; i < size; i++) hash = hash_floats(hash, llama_get_logits_ith(context, i), vocabulary);
            llama_batch_free(batch);
        }
        printf("%016" PRIx64 "\n", hash);
    }
    llama_free(context);
    llama_model_free(model);
    return 0;
}
