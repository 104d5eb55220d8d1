// Forward and backward pass of the Llama architecture over a handful of exams, on one thread.
//
// The exams' tokens lie one after the other (no padding between them). The loss is taken at answer tokens only, so the
// last layer's output, its feed-forward part and the output layer are computed for those rows alone.
#pragma once

#include <cstdlib>
#include <memory>

#include "attention.hpp"
#include "exam-batch.hpp"
#include "weights.hpp"

// What a pass found out: loss in nats and arg max at every answer token, in order of exams and positions.
struct Prediction {
  float loss;
  int token;
};

class Transformer {
 public:
  explicit Transformer(int maxExams) : maxExams_(maxExams) {
    for (auto& kept : layers_) kept.allocate(capacity_, maxExams);
    final_.resize(long{answerCapacity_} * D);
    finalNormed_.resize(long{answerCapacity_} * D);
    finalScale_.resize(answerCapacity_);
    logits_.resize(long{answerCapacity_} * VOCABULARY_ROWS);
    gradient_.resize(long{capacity_} * D);
    spread_.resize(long{capacity_} * D);
    normGradient_.resize(long{capacity_} * D);
    qkvGradient_.resize(3L * capacity_ * D);
    hiddenGradient_.resize(long{capacity_} * F);
    gateUpGradient_.resize(2L * capacity_ * F);
    for (int p = 0; p < MAX_TOKENS; p++)
      for (int i = 0; i < HEAD / 2; i++) {
        const double angle = p * std::pow(ROPE_BASE, -2.0 * i / HEAD);
        cosine_[p][i] = static_cast<float>(std::cos(angle));
        sine_[p][i] = static_cast<float>(std::sin(angle));
      }
  }

  // Adds each answer token's gradient times `gradientScale` to `gradients` (none if null); appends to `predictions`.
  void run(const float* parameters, const PackedWeights& weights, const ExamTokens* exams, int count, float gradientScale,
           float* gradients, std::vector<Prediction>& predictions) {
    layOut(exams, count);
    embed(parameters);
    for (int l = 0; l < L; l++) forwardLayer(parameters + layerAt(l), weights.layers[l], l);
    predict(parameters, weights, gradientScale, gradients != nullptr, predictions);
    if (!gradients) return;
    backwardOutput(parameters, weights, gradients);
    for (int l = L - 1; l >= 0; l--) backwardLayer(parameters + layerAt(l), weights.layers[l], l, gradients + layerAt(l));
    for (int n = 0; n < rows_; n++) {
      float* to = gradients + EMBEDDING + long{tokens_[n]} * D;
      for (int i = 0; i < D; i++) to[i] += gradient_[long{n} * D + i];
    }
  }

 private:
  typedef std::vector<float> Floats;

  // What the way back needs from the way forth.
  struct Kept {
    Floats input, normed, scale, qkv, attended, middle, middleNormed, middleScale, gateUp, hidden, attention;
    void allocate(long rows, int exams) {
      input.resize(rows * D);
      normed.resize(rows * D);
      scale.resize(rows);
      qkv.resize(rows * 3 * D);
      attended.resize(rows * D);
      middle.resize(rows * D);
      middleNormed.resize(rows * D);
      middleScale.resize(rows);
      gateUp.resize(rows * 2 * F);
      hidden.resize(rows * F);
      attention.resize(long{exams} * H * KEYS * KEYS);
    }
  };

  struct Span {
    int first;                    // first row of the exam
    int fed;                      // its rows
    int firstAnswer;              // first of its answer rows
    std::vector<int> positions;   // of all its rows: 0, 1, …
    std::vector<int> answers;     // positions whose next token is an answer
  };

  void layOut(const ExamTokens* exams, int count) {
    tokens_.clear();
    answerRows_.clear();
    targets_.clear();
    spans_.clear();
    if (count > maxExams_) abort();
    for (int e = 0; e < count; e++) {
      const ExamTokens& exam = exams[e];
      if (exam.fed() > MAX_TOKENS || exam.answerPositions.size() > MAX_ANSWERS) abort();
      Span span{static_cast<int>(tokens_.size()), exam.fed(), static_cast<int>(answerRows_.size()), {}, {}};
      for (int p = 0; p < span.fed; p++) {
        tokens_.push_back(exam.tokens[p]);
        span.positions.push_back(p);
      }
      for (const int position : exam.answerPositions) {
        span.answers.push_back(position - 1);
        answerRows_.push_back(span.first + position - 1);
        targets_.push_back(exam.tokens[position]);
      }
      spans_.push_back(std::move(span));
    }
    rows_ = static_cast<int>(tokens_.size());
    answers_ = static_cast<int>(answerRows_.size());
  }

  void embed(const float* parameters) {
    float* to = layers_[0].input.data();
    for (int n = 0; n < rows_; n++) memcpy(to + long{n} * D, parameters + EMBEDDING + long{tokens_[n]} * D, sizeof(float) * D);
  }

  static void normalise(int rows, const float* x, const float* weight, float* y, float* scale) {
    for (int n = 0; n < rows; n++, x += D, y += D) {
      float squares = 0;
      for (int i = 0; i < D; i++) squares += x[i] * x[i];
      const float s = scale[n] = 1 / std::sqrt(squares / D + RMS_EPSILON);
      for (int i = 0; i < D; i++) y[i] = x[i] * s * weight[i];
    }
  }

  // Adds to `dx`.
  static void normaliseBackward(int rows, const float* x, const float* weight, const float* scale, const float* dy, float* dx,
                                float* dWeight) {
    for (int n = 0; n < rows; n++, x += D, dy += D, dx += D) {
      const float s = scale[n];
      float along = 0;
      for (int i = 0; i < D; i++) {
        dWeight[i] += dy[i] * x[i] * s;
        along += dy[i] * weight[i] * x[i];
      }
      along *= s * s * s / D;
      for (int i = 0; i < D; i++) dx[i] += s * dy[i] * weight[i] - x[i] * along;
    }
  }

  // Turns the pairs (2i, 2i + 1) of every head of one row of queries or keys; direction -1 turns back.
  void rotate(float* row, int position, float direction) const {
    for (int h = 0; h < H; h++, row += HEAD)
      for (int i = 0; i < HEAD / 2; i++) {
        const float a = row[2 * i], b = row[2 * i + 1], c = cosine_[position][i], s = direction * sine_[position][i];
        row[2 * i] = a * c - b * s;
        row[2 * i + 1] = a * s + b * c;
      }
  }
  void rotateAll(float* qkv, float direction) const {
    for (const Span& span : spans_)
      for (int p = 0; p < span.fed; p++) {
        float* row = qkv + (span.first + p) * 3L * D;
        rotate(row, p, direction);
        rotate(row + D, p, direction);
      }
  }

  // The rows that a layer's second half works on: all of them, or in the last layer those before an answer token.
  int outputRows(int layer) const { return layer == L - 1 ? answers_ : rows_; }
  const std::vector<int>& queries(int layer, const Span& span) const { return layer == L - 1 ? span.answers : span.positions; }
  int firstOutput(int layer, const Span& span) const { return layer == L - 1 ? span.firstAnswer : span.first; }

  void gatherQueries(const Kept& kept, int layer, const Span& span, int head) {
    const std::vector<int>& positions = queries(layer, span);
    const float* from = kept.qkv.data() + span.first * 3L * D + head * HEAD;
    const int count = static_cast<int>(positions.size());
    for (int r = 0; r < count; r++) memcpy(scratch_->q + r * HEAD, from + positions[r] * 3L * D, sizeof(float) * HEAD);
    memset(scratch_->q + count * HEAD, 0, sizeof(float) * HEAD * (KEYS - count));
    gatherHead(from + D, 3L * D, span.fed, scratch_->k);
    gatherHead(from + 2 * D, 3L * D, span.fed, scratch_->v);
  }

  void forwardLayer(const float* w, const LayerMatrices& matrices, int layer) {
    Kept& kept = layers_[layer];
    const int outputs = outputRows(layer);
    normalise(rows_, kept.input.data(), w + NORM1, kept.normed.data(), kept.scale.data());
    left_.pack(kept.normed.data(), D, rows_, D);
    multiply<false>(left_, matrices.qkv.forward, kept.qkv.data(), 3L * D);
    rotateAll(kept.qkv.data(), 1);

    float* attention = kept.attention.data();
    for (const Span& span : spans_)
      for (int h = 0; h < H; h++, attention += KEYS * KEYS) {
        gatherQueries(kept, layer, span, h);
        attendForward(queries(layer, span), *scratch_, attention);
        scatterHead(scratch_->out, static_cast<int>(queries(layer, span).size()),
                    kept.attended.data() + long{firstOutput(layer, span)} * D + h * HEAD, D);
      }

    for (int r = 0; r < outputs; r++)
      memcpy(kept.middle.data() + long{r} * D, kept.input.data() + long{layer == L - 1 ? answerRows_[r] : r} * D,
             sizeof(float) * D);
    left_.pack(kept.attended.data(), D, outputs, D);
    multiply<true>(left_, matrices.out.forward, kept.middle.data(), D);

    normalise(outputs, kept.middle.data(), w + NORM2, kept.middleNormed.data(), kept.middleScale.data());
    left_.pack(kept.middleNormed.data(), D, outputs, D);
    multiply<false>(left_, matrices.gateUp.forward, kept.gateUp.data(), 2L * F);
    for (int r = 0; r < outputs; r++) {
      const float* gate = kept.gateUp.data() + 2L * r * F;
      float* hidden = kept.hidden.data() + long{r} * F;
      for (int i = 0; i < F; i += 16) {
        const Vector g = load(gate + i);
        store(hidden + i, g * sigmoid(g) * load(gate + F + i));
      }
    }
    float* output = layer == L - 1 ? final_.data() : layers_[layer + 1].input.data();
    memcpy(output, kept.middle.data(), sizeof(float) * outputs * D);
    left_.pack(kept.hidden.data(), F, outputs, F);
    multiply<true>(left_, matrices.down.forward, output, D);
  }

  static Vector sigmoid(Vector x) {
    const Vector size = x < 0.0f ? -x : x;
    const Vector e = exponential(-size);
    const Vector positive = 1.0f / (1.0f + e);
    return x < 0.0f ? 1.0f - positive : positive;
  }

  // Softmax and loss; leaves the gradient of the scaled loss in `logits_`.
  void predict(const float* parameters, const PackedWeights& weights, float gradientScale, bool wantGradient,
               std::vector<Prediction>& predictions) {
    normalise(answers_, final_.data(), parameters + FINAL_NORM, finalNormed_.data(), finalScale_.data());
    left_.pack(finalNormed_.data(), D, answers_, D);
    multiply<false>(left_, weights.embedding.forward, logits_.data(), VOCABULARY_ROWS);
    for (int r = 0; r < answers_; r++) {
      float* z = logits_.data() + long{r} * VOCABULARY_ROWS;
      const int best = static_cast<int>(std::max_element(z, z + VOCABULARY) - z);
      const float greatest = z[best], target = z[targets_[r]] - greatest;
      for (int i = VOCABULARY; i < VOCABULARY_ROWS; i++) z[i] = greatest - 1e4f;
      Vector total = {};
      for (int i = 0; i < VOCABULARY_ROWS; i += 16) {
        Vector e = exponential(load(z + i) - greatest);
        total += e;
        store(z + i, e);
      }
      for (int i = VOCABULARY; i < VOCABULARY_ROWS; i++) z[i] = 0;
      const float weight = sum(total);
      predictions.push_back({std::log(weight) - target, best});
      if (!wantGradient) continue;
      for (int i = 0; i < VOCABULARY_ROWS; i++) z[i] *= gradientScale / weight;
      z[targets_[r]] -= gradientScale;
    }
  }

  void backwardOutput(const float* parameters, const PackedWeights& weights, float* gradients) {
    left_.pack(logits_.data(), VOCABULARY_ROWS, answers_, VOCABULARY_ROWS);
    multiply<false>(left_, weights.embedding.backward, normGradient_.data(), D);
    addWeightGradient(logits_.data(), VOCABULARY_ROWS, finalNormed_.data(), D, answers_, gradients + EMBEDDING);
    memset(gradient_.data(), 0, sizeof(float) * answers_ * D);
    normaliseBackward(answers_, final_.data(), parameters + FINAL_NORM, finalScale_.data(), normGradient_.data(),
                      gradient_.data(), gradients + FINAL_NORM);
  }

  // gradient += dYᵀ X over `rows` rows.
  void addWeightGradient(const float* dy, int outputs, const float* x, int inputs, int rows, float* gradient) {
    panelsOfGradient_.packRows(dy, outputs, rows, outputs);
    panelsOfInput_.packRows(x, inputs, rows, inputs);
    multiplyTransposed(panelsOfGradient_, panelsOfInput_, gradient, inputs);
  }

  // `gradient_` holds the gradient of the layer's output; afterwards that of its input.
  void backwardLayer(const float* w, const LayerMatrices& matrices, int layer, float* g) {
    Kept& kept = layers_[layer];
    const int outputs = outputRows(layer);
    left_.pack(gradient_.data(), D, outputs, D);
    multiply<false>(left_, matrices.down.backward, hiddenGradient_.data(), F);
    addWeightGradient(gradient_.data(), D, kept.hidden.data(), F, outputs, g + DOWN);
    for (int r = 0; r < outputs; r++) {
      const float* gate = kept.gateUp.data() + 2L * r * F;
      const float* dHidden = hiddenGradient_.data() + long{r} * F;
      float* dGate = gateUpGradient_.data() + 2L * r * F;
      for (int i = 0; i < F; i += 16) {
        const Vector x = load(gate + i), s = sigmoid(x), d = load(dHidden + i);
        store(dGate + i, d * load(gate + F + i) * s * (1.0f + x * (1.0f - s)));
        store(dGate + F + i, d * x * s);
      }
    }
    left_.pack(gateUpGradient_.data(), 2L * F, outputs, 2 * F);
    multiply<false>(left_, matrices.gateUp.backward, normGradient_.data(), D);
    addWeightGradient(gateUpGradient_.data(), 2 * F, kept.middleNormed.data(), D, outputs, g + GATE_UP);
    normaliseBackward(outputs, kept.middle.data(), w + NORM2, kept.middleScale.data(), normGradient_.data(), gradient_.data(),
                      g + NORM2);

    left_.pack(gradient_.data(), D, outputs, D);
    multiply<false>(left_, matrices.out.backward, normGradient_.data(), D);
    addWeightGradient(gradient_.data(), D, kept.attended.data(), D, outputs, g + OUT);
    attentionBackward(kept, layer);

    left_.pack(qkvGradient_.data(), 3L * D, rows_, 3 * D);
    multiply<false>(left_, matrices.qkv.backward, normGradient_.data(), D);
    addWeightGradient(qkvGradient_.data(), 3 * D, kept.normed.data(), D, rows_, g + QKV);
    if (layer == L - 1) {
      memset(spread_.data(), 0, sizeof(float) * rows_ * D);
      for (int r = 0; r < answers_; r++)
        memcpy(spread_.data() + long{answerRows_[r]} * D, gradient_.data() + long{r} * D, sizeof(float) * D);
      std::swap(spread_, gradient_);
    }
    normaliseBackward(rows_, kept.input.data(), w + NORM1, kept.scale.data(), normGradient_.data(), gradient_.data(), g + NORM1);
  }

  // From the gradient of the attended values (in `normGradient_`) to `qkvGradient_`.
  void attentionBackward(const Kept& kept, int layer) {
    if (layer == L - 1) memset(qkvGradient_.data(), 0, sizeof(float) * rows_ * 3 * D);
    const float* attention = kept.attention.data();
    HeadScratch& s = *scratch_;
    for (const Span& span : spans_) {
      const std::vector<int>& positions = queries(layer, span);
      const int count = static_cast<int>(positions.size());
      for (int h = 0; h < H; h++, attention += KEYS * KEYS) {
        gatherQueries(kept, layer, span, h);
        gatherHead(normGradient_.data() + long{firstOutput(layer, span)} * D + h * HEAD, D, count, s.dOut);
        attendBackward(positions, s, attention);
        float* to = qkvGradient_.data() + span.first * 3L * D + h * HEAD;
        for (int r = 0; r < count; r++) memcpy(to + positions[r] * 3L * D, s.dq + r * HEAD, sizeof(float) * HEAD);
        scatterHead(s.dk, span.fed, to + D, 3L * D);
        scatterHead(s.dv, span.fed, to + 2 * D, 3L * D);
      }
    }
    rotateAll(qkvGradient_.data(), -1);
  }

  const int maxExams_;
  const int capacity_ = roundUp(maxExams_ * MAX_TOKENS, TILE_ROWS) + TILE_ROWS;   // products write whole tiles
  const int answerCapacity_ = roundUp(maxExams_ * MAX_ANSWERS, TILE_ROWS) + TILE_ROWS;
  int rows_ = 0, answers_ = 0;
  std::vector<int> tokens_, answerRows_, targets_;
  std::vector<Span> spans_;
  Kept layers_[L];
  Floats final_, finalNormed_, finalScale_, logits_;
  Floats gradient_, spread_, normGradient_, qkvGradient_, hiddenGradient_, gateUpGradient_;
  float cosine_[MAX_TOKENS][HEAD / 2], sine_[MAX_TOKENS][HEAD / 2];
  std::unique_ptr<HeadScratch> scratch_ = std::make_unique<HeadScratch>();
  LeftRows left_;
  Panels panelsOfGradient_, panelsOfInput_;
};
