// Compares the trainer's gradients with finite differences of its loss, tensor by tensor, along the gradient and along a
// random direction. Build with -DTRAIN_F32: bfloat16 products are too coarse for differences.
#include "model.hpp"

static std::vector<ExamTokens> randomExams(std::mt19937& random) {
  std::vector<ExamTokens> exams;
  for (const int length : {MAX_TOKENS, 41, 97}) {
    ExamTokens exam;
    for (int i = 0; i < length; i++) exam.tokens.push_back(static_cast<uint16_t>(random() % VOCABULARY));
    for (int i = 5; i < length; i += 1 + static_cast<int>(random() % 17)) exam.answerPositions.push_back(static_cast<uint16_t>(i));
    exams.push_back(exam);
  }
  return exams;
}

static double meanLoss(Model& model, const std::vector<ExamTokens>& exams) {
  double total = 0;
  long count = 0;
  for (const auto& job : model.evaluate(exams, false))
    for (const Prediction& p : job) total += p.loss, count++;
  return total / count;
}

int main() {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  Model model(2, 2);
  model.initialise(3);
  for (float& p : model.parameters) p += p == 1 ? 0.1f * normal(random) : 0;   // norm weights off their start
  model.pack();
  const auto exams = randomExams(random);
  model.evaluate(exams, true);
  double worst = 0;
  for (const Tensor& t : model.tensors) {
    const long size = t.offset == EMBEDDING ? long{VOCABULARY} * D : long{t.rows} * t.columns;
    const float* collected = model.collect(t.offset, size);
    const std::vector<float> gradient(collected, collected + size);
    double squares = 0;
    for (const float g : gradient) squares += g * g;
    for (const bool along : {true, false}) {
      std::vector<float> direction(size);
      double norm = 0, expected = 0;
      for (long i = 0; i < size; i++) direction[i] = along ? gradient[i] : normal(random) + gradient[i] * std::sqrt(size / squares);
      for (const float d : direction) norm += d * d;
      for (long i = 0; i < size; i++) expected += direction[i] * gradient[i] / std::sqrt(norm);
      const std::vector<float> before(model.parameters.begin() + t.offset, model.parameters.begin() + t.offset + size);
      const double h = 0.02 * std::sqrt(size) * (t.rows == 1 ? 1 : 0.004);
      double loss[2];
      for (const int side : {0, 1}) {
        for (long i = 0; i < size; i++)
          model.parameters[t.offset + i] = static_cast<float>(before[i] + (side ? h : -h) * direction[i] / std::sqrt(norm));
        model.pack();
        loss[side] = meanLoss(model, exams);
      }
      std::copy(before.begin(), before.end(), model.parameters.begin() + t.offset);
      const double measured = (loss[1] - loss[0]) / (2 * h), error = std::abs(measured - expected) / std::abs(expected);
      worst = std::max(worst, error);
      printf("%-9s %2d %-6s gradient %.6e  differences %.6e  error %.1e\n", t.name, t.layer, along ? "along" : "random", expected, measured, error);
    }
  }
  model.pack();
  printf("worst relative error %.1e\n", worst);
  return worst < 0.02 ? 0 : 1;
}
