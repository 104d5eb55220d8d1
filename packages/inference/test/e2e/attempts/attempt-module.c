// native/engine/attempt.h as a WebAssembly module, over a model that is none.

#include "attempt.h"
#include "fake-model.h"

static SearchJob job;
static Seal seal;

SearchJob *job_address(void) { return &job; }
Seal *seal_address(void) { return &seal; }
/// Negative if the job is refused.
int32_t try_nonce(uint64_t nonce) { return check_job(&job) == NULL ? (int32_t)attempt(NULL, &job, nonce, &seal) : -1; }
