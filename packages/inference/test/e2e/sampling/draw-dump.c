// Draws tokens by native/engine/sampling.h from what stands on the standard input, for a test that compares them with
// recorded ones. A record: count of logits u32, stride u32, index u32, sampling, count * stride floats -> token u32.

#include <stdio.h>

#include "sampling.h"

/// Nothing here runs a model.
int host_wants_stop(void) { return 0; }

int main(void) {
  static float floats[1 << 12];
  struct {
    uint32_t count, stride, index;
    Sampling sampling;
  } head;
  while (fread(&head, sizeof head, 1, stdin) == 1) {
    if (fread(floats, sizeof(float) * head.stride, head.count, stdin) != head.count) return 1;
    const Logits logits = {floats, head.stride, head.count};
    uint32_t best = 0;
    for (uint32_t t = 1; t < head.count; t++) if (logit_at(&logits, t) > logit_at(&logits, best)) best = t;
    const uint32_t token = draw_token(&logits, best, &head.sampling, head.index);
    fwrite(&token, sizeof token, 1, stdout);
  }
  return 0;
}
