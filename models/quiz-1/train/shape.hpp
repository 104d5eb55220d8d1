// The model's dimensions and where each weight lies in the one flat array of parameters.
// They are compile-time constants, so that inner loops have known lengths: -DWIDTH=128 -DLAYERS=6 -DHEADS=4 -DFEED_FORWARD=384
// -DTOKENS=160 (the longest sequence) -DANSWERS=32 (tokens of one sequence that may be predicted). These are quiz-1's.
#pragma once

#ifndef WIDTH
#define WIDTH 128
#endif
#ifndef LAYERS
#define LAYERS 6
#endif
#ifndef HEADS
#define HEADS 4
#endif
#ifndef FEED_FORWARD
#define FEED_FORWARD 384
#endif
#ifndef TOKENS
#define TOKENS 160
#endif
#ifndef ANSWERS
#define ANSWERS 32
#endif

constexpr int D = WIDTH, L = LAYERS, H = HEADS, F = FEED_FORWARD;
constexpr int HEAD = D / H;
constexpr int VOCABULARY = 259;          // unknown, begin, end and 256 bytes
constexpr int VOCABULARY_ROWS = 288;     // rounded up to whole panels; the rows past the end stay zero
constexpr int MAX_TOKENS = TOKENS;          // positions that are trained
constexpr int MAX_ANSWERS = ANSWERS;     // answer tokens of one exam
constexpr float RMS_EPSILON = 1e-5f;
constexpr double ROPE_BASE = 10000;
static_assert(HEAD == 32, "attention works on panels of 32 columns: one head each");
static_assert(D % 32 == 0 && F % 32 == 0, "Q8_0 and the panels want rows of whole 32s");

// Offsets in the flat array: the embedding (also the output layer), then the layers, then the final norm.
constexpr long EMBEDDING = 0;
constexpr long EMBEDDING_SIZE = long{VOCABULARY_ROWS} * D;
constexpr long NORM1 = 0, QKV = NORM1 + D, OUT = QKV + 3L * D * D, NORM2 = OUT + long{D} * D, GATE_UP = NORM2 + D,
               DOWN = GATE_UP + 2L * F * D, LAYER_SIZE = DOWN + long{D} * F;
constexpr long layerAt(int layer) { return EMBEDDING_SIZE + layer * LAYER_SIZE; }
constexpr long FINAL_NORM = layerAt(L);
constexpr long PARAMETERS = FINAL_NORM + D;
