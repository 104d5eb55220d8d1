// The engine as a program: a worker that reads frames from its standard input and answers on its standard output. It
// ends with its input. What is no frame of the protocol ends it too, with a line of text on its error output.
//
//   frame     bytes of the payload u32 | kind u32 | payload, a multiple of 4 bytes, padded with zeros
//             (all numbers little-endian)
//   read      1 load     context u32, bytes of the variant u32, bytes of the path u32, variant, path
//                        (each padded; no variant: the fastest)
//             2 evaluate id u32, requests u32, then for each: tokens t, positions p, probes q, has sampling s,
//                        then t + p + q words, then a sampling if s is 1
//             3 search   id u32, exam: tokens, answer tokens, least salt tokens, probes u32;
//                        epoch key, seal hash, target: 32 bytes each;
//                        first nonce u64, end u64
//             4 cancel   id u32
//             5 feed     id u32, position u32, count u32, tokens
//             6 generate id u32, generation u32, milliseconds u32 (0: no end), tokens t, those of the prompt,
//                        most output tokens, stop tokens s, sampling, then t + s words
//   written   1 ready    vocabulary u32, context u32, name of the variant
//             2 failed   why the model could not be loaded
//             3 result   id u32, words of all requests
//             4 progress id u32, attempts u32, void ones u32, has best u32, best seal        (since the last one)
//             5 searched id u32, next nonce u64, has solution u32, solution, was cancelled u32
//             6 logits   id u32, a binary32 for each entry of the vocabulary
//             7 drawn    id u32, then for each token: answer, maximum, total weight, arg max, token     (since the last)
//             8 rested   id u32, 0: there is more to generate, 1: no more, 2: the next token is not finite
//   sampling  temperature u32, seed 32 bytes
//   seal      nonce u64, loss u64, transcript root 32 bytes, work hash 32 bytes
//
// A search goes on until it has a solution, its end or a cancel. Whatever else arrives is served at once: the attempt
// in hand is dropped, and the same nonce begins again afterwards. After MAX_OVERTAKING batches an attempt is made to
// its end before the next one. A generation rests between two tokens when something arrives or its time is over; what
// is known of it comes back with the next frame of its kind. `worker --variants` prints what this processor can run, the fastest first.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#include <windows.h>
// Words of 1985 that it takes for its own.
#undef near
#undef far
#else
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#endif

#include "engine.c"

#include "attempt.h"
#include "generation.h"

/// A batch is a few exams; this has room for a thousand long ones.
#define MAX_FRAME_BYTES (16u << 20)
/// What one batch may answer: bounded, since a request's answer is longer than the request.
#define MAX_RESULT_WORDS (64u << 20)
#define MAX_REQUESTS 1024
#define MAX_REQUEST_PROBES 64
#define MAX_TEXT_BYTES 32768
/// Often enough for a hashrate that moves, seldom enough to cost nothing.
#define PROGRESS_MS 100
#define SEAL_BYTES 80

enum { LOAD = 1, EVALUATE, SEARCH, CANCEL, FEED, GENERATE };
enum { READY = 1, FAILED, RESULT, PROGRESS, SEARCHED, LOGITS, DRAWN, RESTED };
/// Why a generation rests.
enum { MORE_TO_COME, NO_MORE, NOT_FINITE_NEXT };

_Static_assert(sizeof(Seal) == SEAL_BYTES, "a seal is sent as it lies in memory");
_Static_assert(sizeof(SearchJob) == 112, "a job is read as it lies in the frame");
_Static_assert(sizeof(Sampling) == 36, "a sampling is read as it lies in the frame");

/// Ends the program: what it was told makes no sense, or the machine refuses.
__attribute__((format(printf, 1, 2), noreturn)) static void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(1);
}

// ---- the system ----

void *host_allocate(size_t bytes) {
  const size_t alignment = 64;
  if (bytes > SIZE_MAX - alignment) return NULL;
  uint8_t *memory = calloc(1, bytes + alignment);
  return memory == NULL ? NULL : memory + (alignment - (uintptr_t)memory % alignment) % alignment;
}

#ifdef _WIN32

static size_t read_some(uint8_t *to, size_t bytes) {
  DWORD count = 0;
  const DWORD most = bytes > 1u << 20 ? 1u << 20 : (DWORD)bytes;
  return ReadFile(GetStdHandle(STD_INPUT_HANDLE), to, most, &count, NULL) ? count : 0;
}

static size_t write_some(const uint8_t *from, size_t bytes) {
  DWORD count = 0;
  const DWORD most = bytes > 1u << 20 ? 1u << 20 : (DWORD)bytes;
  return WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), from, most, &count, NULL) ? count : 0;
}

/// True if a read would not wait: there are bytes, or there will be none any more.
static int input_waits(void) {
  DWORD count = 0;
  return !PeekNamedPipe(GetStdHandle(STD_INPUT_HANDLE), NULL, 0, NULL, &count, NULL) || count > 0;
}

static uint64_t now_ms(void) { return GetTickCount64(); }

/// A file in memory for good, or NULL. `path` is UTF-8.
static const uint8_t *open_file(const char *path, size_t *bytes) {
  wchar_t wide[MAX_TEXT_BYTES];
  if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, MAX_TEXT_BYTES) == 0) return NULL;
  const HANDLE file = CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL,
      NULL);
  if (file == INVALID_HANDLE_VALUE) return NULL;
  LARGE_INTEGER size = {0};
  const HANDLE mapping = GetFileSizeEx(file, &size) ? CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL) : NULL;
  *bytes = (size_t)size.QuadPart;
  return mapping == NULL ? NULL : MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
}

static void prepare_process(void) {
  _setmode(1, _O_BINARY);
  SetConsoleCtrlHandler(NULL, TRUE);
}

#else

static size_t read_some(uint8_t *to, size_t bytes) {
  for (;;) {
    const ssize_t count = read(STDIN_FILENO, to, bytes);
    if (count >= 0) return (size_t)count;
    if (errno != EINTR) return 0;
  }
}

static size_t write_some(const uint8_t *from, size_t bytes) {
  for (;;) {
    const ssize_t count = write(STDOUT_FILENO, from, bytes);
    if (count >= 0) return (size_t)count;
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return 0;
    struct pollfd output = {STDOUT_FILENO, POLLOUT, 0};
    poll(&output, 1, -1);
  }
}

/// True if a read would not wait: there are bytes, or there will be none any more.
static int input_waits(void) {
  struct pollfd input = {STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, 0) != 0;
}

static uint64_t now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/// A file in memory for good, or NULL.
static const uint8_t *open_file(const char *path, size_t *bytes) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return NULL;
  struct stat about;
  void *memory = MAP_FAILED;
  if (fstat(file, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0) {
    *bytes = (size_t)about.st_size;
    memory = mmap(NULL, *bytes, PROT_READ, MAP_PRIVATE, file, 0);
  }
  close(file);
  return memory == MAP_FAILED ? NULL : memory;
}

/// Ctrl-C in a terminal reaches the whole process group: the parent decides when its workers go.
static void prepare_process(void) {
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
}

#endif

// ---- frames ----

/// A frame that was read: its words, and how many of them there are.
typedef struct {
  uint32_t kind, count;
  const uint32_t *words;
} Frame;

/// Memory that is made larger, never smaller.
typedef struct {
  uint32_t *words;
  size_t count;
} Buffer;

static uint32_t *need_words(Buffer *buffer, size_t count) {
  if (count <= buffer->count) return buffer->words;
  free(buffer->words);
  buffer->words = malloc(count * sizeof(uint32_t));
  if (buffer->words == NULL) die("no memory for %u words", (unsigned)count);
  buffer->count = count;
  return buffer->words;
}

/// Answers 0 at the end of the input where it may end.
static int read_all(void *to, size_t bytes, int may_end) {
  size_t have = 0;
  while (have < bytes) {
    const size_t count = read_some((uint8_t *)to + have, bytes - have);
    if (count == 0 && have == 0 && may_end) return 0;
    if (count == 0) die("the input ended within a frame");
    have += count;
  }
  return 1;
}

static void write_all(const void *from, size_t bytes) {
  for (size_t done = 0; done < bytes;) {
    const size_t count = write_some((const uint8_t *)from + done, bytes - done);
    // Nobody reads any more.
    if (count == 0) exit(0);
    done += count;
  }
}

/// Waits for a frame. Answers 0 at the end of the input. The words stay until the next call.
static int read_frame(Frame *frame) {
  static Buffer buffer;
  uint32_t head[2];
  if (!read_all(head, sizeof head, 1)) return 0;
  if (head[0] % 4 != 0 || head[0] > MAX_FRAME_BYTES) die("a frame of %u bytes", head[0]);
  frame->kind = head[1];
  frame->count = head[0] / 4;
  frame->words = need_words(&buffer, frame->count);
  read_all(buffer.words, head[0], 0);
  return 1;
}

/// Two words of head before `words`, which has room for them: one write for a whole frame.
#define HEAD_WORDS 2

static void send_frame(uint32_t kind, uint32_t *frame, size_t payload_words) {
  frame[0] = (uint32_t)(payload_words * 4);
  frame[1] = kind;
  write_all(frame, (HEAD_WORDS + payload_words) * 4);
}

/// Writes `text` behind `count` words of a payload.
static void send_text(uint32_t kind, const uint32_t *words, size_t count, const char *text) {
  uint32_t frame[HEAD_WORDS + 64] = {0};
  const size_t most = (64 - count) * 4;
  const size_t length = strlen(text);
  if (count > 0) memcpy(frame + HEAD_WORDS, words, count * 4);
  memcpy(frame + HEAD_WORDS + count, text, length < most ? length : most);
  send_frame(kind, frame, count + ((length < most ? length : most) + 3) / 4);
}

static void put_u64(uint32_t *words, uint64_t value) {
  words[0] = (uint32_t)value;
  words[1] = (uint32_t)(value >> 32);
}

// ---- the model ----

static Model *model;
static uint32_t context;
/// Tokens that the last feeds left in the sequence.
static uint32_t fed;

/// Copies a text out of a frame; `at` moves behind it.
static void read_text(const Frame *frame, uint32_t *at, uint32_t bytes, char *to) {
  if (bytes >= MAX_TEXT_BYTES) die("a text of %u bytes", bytes);
  const uint32_t words = (bytes + 3) / 4;
  if (words > frame->count - *at) die("a text longer than its frame");
  memcpy(to, frame->words + *at, bytes);
  to[bytes] = 0;
  if (strlen(to) != bytes) die("a text with a zero in it");
  *at += words;
}

static void load(const Frame *frame) {
  static char variant[MAX_TEXT_BYTES], path[MAX_TEXT_BYTES];
  if (model != NULL) die("a second model");
  if (frame->count < 3) die("a load frame of %u words", frame->count);
  context = frame->words[0];
  uint32_t at = 3;
  read_text(frame, &at, frame->words[1], variant);
  read_text(frame, &at, frame->words[2], path);
  size_t bytes = 0;
  const uint8_t *file = open_file(path, &bytes);
  const char *problem = file == NULL ? "the model file cannot be read"
                                     : model_open(&model, file, bytes, context, variant[0] == 0 ? NULL : variant);
  if (problem != NULL) {
    model = NULL;
    send_text(FAILED, NULL, 0, problem);
    return;
  }
  const uint32_t words[] = {model_vocabulary(model), context};
  send_text(READY, words, 2, model_variant(model));
}

static void require_tokens(const uint32_t *tokens, uint32_t count, const char *what) {
  const uint32_t vocabulary = model_vocabulary(model);
  for (uint32_t i = 0; i < count; i++) {
    if (tokens[i] >= vocabulary) die("%s %u of a vocabulary of %u", what, tokens[i], vocabulary);
  }
}

static void require_positions(const uint32_t *positions, uint32_t count, uint32_t tokens) {
  uint32_t last = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (positions[i] <= last || positions[i] >= tokens)
      die("position %u after %u of %u tokens", positions[i], last, tokens);
    last = positions[i];
  }
}

#define MAX_TEMPERATURE 100000
#define SAMPLING_WORDS (sizeof(Sampling) / 4)

/// The sampling at `words`.
static const Sampling *read_sampling(const uint32_t *words) {
  const Sampling *sampling = (const Sampling *)words;
  if (sampling->temperature > MAX_TEMPERATURE) die("a temperature of %u", sampling->temperature);
  return sampling;
}

#define REQUEST_HEAD_WORDS 4

/// Reads the request at `at`, which moves behind it.
static Request read_request(const Frame *frame, uint32_t *at) {
  if (frame->count - *at < REQUEST_HEAD_WORDS) die("a batch that ends within a request");
  const uint32_t *head = frame->words + *at;
  const uint32_t tokens = head[0], positions = head[1], probes = head[2], is_sampled = head[3];
  if (is_sampled > 1) die("a request of %u samplings", is_sampled);
  *at += REQUEST_HEAD_WORDS;
  const uint64_t length = (uint64_t)tokens + positions + probes + (is_sampled ? SAMPLING_WORDS : 0);
  if (length > frame->count - *at) die("a request longer than its batch");
  if (tokens < 2 || tokens - 1 > context) die("a request of %u tokens for a context of %u", tokens, context);
  if (positions == 0) die("a request without positions");
  if (probes > MAX_REQUEST_PROBES) die("a request of %u probes", probes);
  const uint32_t *words = frame->words + *at;
  *at += (uint32_t)length;
  require_tokens(words, tokens, "token");
  require_positions(words + tokens, positions, tokens);
  require_tokens(words + tokens + positions, probes, "probe");
  return (Request){.tokens = words,
                   .positions = words + tokens,
                   .probes = words + tokens + positions,
                   .tokens_count = tokens,
                   .positions_count = positions,
                   .probes_count = probes,
                   .sampling = is_sampled ? read_sampling(words + tokens + positions + probes) : NULL};
}

static void evaluate(const Frame *frame) {
  static Buffer buffer;
  if (frame->count < 2 || frame->words[1] > MAX_REQUESTS) die("a batch of %u words", frame->count);
  const uint32_t requests = frame->words[1];
  uint64_t words = 0;
  uint32_t at = 2;
  for (uint32_t i = 0; i < requests; i++) {
    const Request request = read_request(frame, &at);
    words += (uint64_t)request.positions_count * position_words(&request);
    if (words > MAX_RESULT_WORDS) die("a batch that asks for more than %u words", MAX_RESULT_WORDS);
  }
  if (at != frame->count) die("a batch with something behind it");
  uint32_t *answer = need_words(&buffer, HEAD_WORDS + 1 + (size_t)words);
  uint32_t *to = answer + HEAD_WORDS;
  *to++ = frame->words[0];
  at = 2;
  fed = 0;
  forget_first_sequence();
  for (uint32_t i = 0; i < requests; i++) {
    const Request request = read_request(frame, &at);
    if (model_evaluate(model, &request, to) != ENGINE_DONE) die("an evaluation stopped by itself");
    to += (size_t)request.positions_count * position_words(&request);
  }
  send_frame(RESULT, answer, 1 + (size_t)words);
}

static void feed_tokens(const Frame *frame) {
  static Buffer buffer;
  if (frame->count < 3) die("a feed frame of %u words", frame->count);
  const uint32_t at = frame->words[1], count = frame->words[2];
  if (count != frame->count - 3) die("a feed of %u tokens in %u words", count, frame->count);
  if (count == 0 || at > fed || count > context || at > context - count) die("a feed of %u tokens at %u", count, at);
  require_tokens(frame->words + 3, count, "token");
  const uint32_t vocabulary = model_vocabulary(model);
  uint32_t *answer = need_words(&buffer, HEAD_WORDS + 1 + (size_t)vocabulary);
  answer[HEAD_WORDS] = frame->words[0];
  const Feed feed = {.tokens = frame->words + 3, .count = count, .at = at};
  forget_first_sequence();
  if (model_feed(model, &feed, (float *)(answer + HEAD_WORDS + 1)) != ENGINE_DONE) {
    die("a feed stopped by itself");
  }
  fed = at + count;
  send_frame(LOGITS, answer, 1 + (size_t)vocabulary);
}

// ---- generations ----

/// Words before those of a generate frame's sampling.
#define SLICE_WORDS 7
/// Tokens are told of so often at least: soon enough for whoever reads along.
#define TELL_DRAWN_MS 20
/// And so many together at most.
#define MAX_DRAWN_TOGETHER 64

static Slice read_slice(const Frame *frame) {
  const uint32_t *words = frame->words, head = SLICE_WORDS + SAMPLING_WORDS;
  if (frame->count < head) die("a generate frame of %u words", frame->count);
  const uint32_t tokens = words[3], prompt = words[4], most = words[5], stops = words[6];
  if ((uint64_t)tokens + stops != frame->count - head) die("a generation of another length than its frame");
  if (words[1] == 0) die("a generation without a number");
  if (prompt == 0 || prompt > tokens || prompt > context) die("a prompt of %u of %u tokens", prompt, tokens);
  if (most <= tokens - prompt || most > context + 1 - prompt) die("%u tokens after %u of %u", most, prompt, tokens);
  if (stops > MAX_STOP_TOKENS) die("%u stop tokens", stops);
  require_tokens(words + head, tokens, "token");
  require_tokens(words + head + tokens, stops, "stop token");
  return (Slice){.id = words[1],
                 .tokens_count = tokens,
                 .prompt_count = prompt,
                 .most = most,
                 .stops_count = stops,
                 .sampling = *read_sampling(words + SLICE_WORDS),
                 .tokens = words + head,
                 .stops = words + head + tokens};
}

static int is_generating;

static struct {
  uint32_t count;
  uint64_t told_ms;
  uint32_t frame[HEAD_WORDS + 1 + MAX_DRAWN_TOGETHER * DRAWN_WORDS];
} drawn;

static void tell_drawn(void) {
  if (drawn.count > 0) send_frame(DRAWN, drawn.frame, 1 + (size_t)drawn.count * DRAWN_WORDS);
  drawn.count = 0;
  drawn.told_ms = now_ms();
}

static void generate(const Frame *frame) {
  const Slice slice = read_slice(frame);
  const uint32_t id = frame->words[0], milliseconds = frame->words[2];
  if (!begin_slice(model, &slice)) die("no memory for a generation");
  fed = 0;
  drawn.frame[HEAD_WORDS] = id;
  drawn.told_ms = now_ms();
  const uint64_t end_ms = drawn.told_ms + milliseconds;
  StepResult result;
  is_generating = 1;
  do {
    result = step_slice(model, drawn.frame + HEAD_WORDS + 1 + drawn.count * DRAWN_WORDS);
    if (result == STEP_OUT_OF_MEMORY) die("no memory for a sequence");
    drawn.count += result == STEP_DRAWN || result == STEP_LAST;
    if (drawn.count == MAX_DRAWN_TOGETHER || now_ms() - drawn.told_ms >= TELL_DRAWN_MS) tell_drawn();
  } while ((result == STEP_FED || result == STEP_DRAWN) && !input_waits() && (milliseconds == 0 || now_ms() < end_ms));
  is_generating = 0;
  tell_drawn();
  uint32_t rested[HEAD_WORDS + 2] = {0};
  rested[HEAD_WORDS] = id;
  rested[HEAD_WORDS + 1] = result == STEP_LAST ? NO_MORE : result == STEP_NOT_FINITE ? NOT_FINITE_NEXT : MORE_TO_COME;
  send_frame(RESTED, rested, 2);
}

// ---- the search ----

static struct {
  int is_running;
  uint32_t id;
  SearchJob job;
  uint64_t nonce, end;
  /// Since the last progress.
  uint32_t attempts, voids;
  int has_best;
  Seal best;
  uint64_t told_ms;
} search;

static int is_attempting;
/// Batches and slices that were served since the last whole attempt.
static uint32_t overtaken;

/// Whoever asks without a pause must not keep the search where it is: so many batches go first, then one attempt does.
#define MAX_OVERTAKING 4

static int must_give_way(void) { return overtaken < MAX_OVERTAKING && input_waits(); }

int host_wants_stop(void) { return is_attempting ? must_give_way() : is_generating && input_waits(); }

static void begin_search(const Frame *frame) {
  if (search.is_running) die("a second search");
  if (frame->count != 1 + sizeof(SearchJob) / 4 + 4) die("a search frame of %u words", frame->count);
  memset(&search, 0, sizeof search);
  memcpy(&search.job, frame->words + 1, sizeof(SearchJob));
  const uint32_t tokens = search.job.exam.tokens;
  const char *problem = check_job(&search.job);
  if (problem != NULL) die("a search that nobody can make: %s", problem);
  if (tokens - 1 > context) die("an exam of %u tokens for a context of %u", tokens, context);
  if (model_vocabulary(model) < EXAM_VOCABULARY) die("exams need a vocabulary of %u tokens", EXAM_VOCABULARY);
  search.id = frame->words[0];
  search.nonce = read_u64(frame->words + 1 + sizeof(SearchJob) / 4);
  search.end = read_u64(frame->words + 3 + sizeof(SearchJob) / 4);
  search.is_running = 1;
  overtaken = 0;
  search.told_ms = now_ms();
  fed = 0;
}

static void tell_progress(void) {
  if (search.attempts == 0) return;
  uint32_t frame[HEAD_WORDS + 4 + SEAL_BYTES / 4] = {0};
  frame[HEAD_WORDS] = search.id;
  frame[HEAD_WORDS + 1] = search.attempts;
  frame[HEAD_WORDS + 2] = search.voids;
  frame[HEAD_WORDS + 3] = (uint32_t)search.has_best;
  if (search.has_best) memcpy(frame + HEAD_WORDS + 4, &search.best, SEAL_BYTES);
  send_frame(PROGRESS, frame, 4 + SEAL_BYTES / 4);
  search.attempts = search.voids = 0;
  search.has_best = 0;
  search.told_ms = now_ms();
}

static void end_search(const Seal *solution, int was_cancelled) {
  tell_progress();
  uint32_t frame[HEAD_WORDS + 5 + SEAL_BYTES / 4] = {0};
  frame[HEAD_WORDS] = search.id;
  put_u64(frame + HEAD_WORDS + 1, search.nonce);
  frame[HEAD_WORDS + 3] = solution != NULL;
  if (solution != NULL) memcpy(frame + HEAD_WORDS + 4, solution, SEAL_BYTES);
  frame[HEAD_WORDS + 4 + SEAL_BYTES / 4] = (uint32_t)was_cancelled;
  send_frame(SEARCHED, frame, 5 + SEAL_BYTES / 4);
  search.is_running = 0;
}

/// Counts an attempt that was made to its end.
static void count_attempt(AttemptResult result, const Seal *seal) {
  search.nonce++;
  search.attempts++;
  if (result == ATTEMPT_VOID) search.voids++;
  else if (!search.has_best || memcmp(seal->work_hash, search.best.work_hash, sizeof seal->work_hash) < 0) {
    search.best = *seal;
    search.has_best = 1;
  }
}

/// Makes attempts until input waits or the search has ended; nothing where there is none.
static void search_on(void) {
  while (search.is_running) {
    if (search.nonce >= search.end) return end_search(NULL, 0);
    if (now_ms() - search.told_ms >= PROGRESS_MS) tell_progress();
    if (must_give_way()) return;
    Seal seal;
    forget_first_sequence();
    is_attempting = 1;
    const AttemptResult result = attempt(model, &search.job, search.nonce, &seal);
    is_attempting = 0;
    if (result == ATTEMPT_STOPPED) return;
    overtaken = 0;
    if (result == ATTEMPT_BROKEN) die("the model's numbers contradict each other: the hardware or the build is broken");
    count_attempt(result, &seal);
    if (result == ATTEMPT_SOLVED) return end_search(&seal, 0);
  }
}

static void cancel(const Frame *frame) {
  if (frame->count != 1) die("a cancel frame of %u words", frame->count);
  // The search may have ended while this was on its way.
  if (search.is_running && search.id == frame->words[0]) end_search(NULL, 1);
}

// ---- the program ----

static void serve(const Frame *frame) {
  if (frame->kind == LOAD) return load(frame);
  if (frame->kind == 0 || frame->kind > GENERATE) die("a frame of kind %u", frame->kind);
  if (model == NULL) die("a frame of kind %u before there is a model", frame->kind);
  if (frame->kind == EVALUATE) {
    overtaken++;
    return evaluate(frame);
  }
  if (frame->kind == GENERATE) {
    overtaken++;
    return generate(frame);
  }
  if (frame->kind == SEARCH) return begin_search(frame);
  if (frame->kind == CANCEL) return cancel(frame);
  feed_tokens(frame);
}

int main(int count, char **arguments) {
  if (count == 2 && strcmp(arguments[1], "--variants") == 0) {
    for (uint32_t i = 0; variant_name(i) != NULL; i++) printf("%s\n", variant_name(i));
    return 0;
  }
  if (count != 1) die("usage: %s [--variants]", arguments[0]);
  const uint32_t one = 1;
  if (*(const uint8_t *)&one != 1) die("this processor is not little-endian");
  prepare_process();
  Frame frame;
  for (;;) {
    search_on();
    if (!read_frame(&frame)) return 0;
    serve(&frame);
  }
}
