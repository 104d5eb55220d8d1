// A model in training: parameters, their packed form, gradients, the optimiser's memory, and its checkpoint file.
#pragma once

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>

#include "optimiser.hpp"
#include "thread-team.hpp"
#include "transformer.hpp"

class Model {
 public:
  Model(int threads, int examsPerJob) : examsPerJob_(examsPerJob), team_(threads) {
    for (int i = 0; i < threads; i++) {
      workers_.push_back(std::make_unique<Worker>(examsPerJob));
      workers_.back()->gradients.assign(PARAMETERS, 0);
    }
  }

  std::vector<float> parameters = std::vector<float>(PARAMETERS);
  const std::vector<Tensor> tensors = allTensors();

  void initialise(uint32_t seed) {
    std::mt19937 random(seed);
    for (const Tensor& t : tensors) {
      float* to = parameters.data() + t.offset;
      const bool isEmbedding = t.offset == EMBEDDING;
      const bool isResidual = std::string(t.name) == "out" || std::string(t.name) == "down";
      const float deviation = isEmbedding ? 0.02f : 1 / std::sqrt(static_cast<float>(t.columns) * (isResidual ? 2 * L : 1));
      std::normal_distribution<float> normal(0, deviation);
      const long size = isEmbedding ? long{VOCABULARY} * D : long{t.rows} * t.columns;
      for (long i = 0; i < size; i++) to[i] = t.rows == 1 ? 1 : normal(random);
    }
    pack();
  }

  // Losses and arg maxes of all answer tokens, exam by exam; with `learn` also the gradients of their mean loss.
  std::vector<std::vector<Prediction>> evaluate(const std::vector<ExamTokens>& exams, bool learn) {
    long answers = 0;
    for (const auto& exam : exams) answers += static_cast<long>(exam.answerPositions.size());
    const int jobs = (static_cast<int>(exams.size()) + examsPerJob_ - 1) / examsPerJob_;
    std::vector<std::vector<Prediction>> byJob(jobs);
    team_.run(jobs, [&](int id, int job) {
      const int first = job * examsPerJob_, count = std::min<int>(examsPerJob_, static_cast<int>(exams.size()) - first);
      workers_[id]->transformer.run(parameters.data(), packed_, exams.data() + first, count, 1.0f / answers,
                                    learn ? workers_[id]->gradients.data() : nullptr, byJob[job]);
    });
    return byJob;
  }

  // Applies and clears the gradients of the last `evaluate`.
  void step(StepSizes sizes) {
    team_.run(static_cast<int>(tensors.size()), [&](int id, int index) {
      // Matrices first, the largest of them first: the short jobs at the end even the threads out.
      const Tensor& t = tensors[tensors.size() - 1 - index];
      const long size = long{t.rows} * t.columns;
      float* gradient = collect(t.offset, size);
      if (t.isMatrix)
        workers_[id]->muon.apply(parameters.data() + t.offset, gradient, state_.momentum.data() + t.offset, t.rows, t.columns, sizes.muon);
      else
        adamStep(parameters.data() + t.offset, gradient, state_.momentum.data() + t.offset, state_.squares.data() + t.offset, size, sizes);
      memset(gradient, 0, sizeof(float) * size);
    });
    pack();
  }

  void pack() {
    team_.run(static_cast<int>(packed_.all.size()), [&](int, int index) { packed_.all[index]->pack(parameters.data()); });
  }

  // The gradient of one range, summed over the threads into the first one's; the others' are cleared.
  float* collect(long offset, long size) {
    float* total = workers_[0]->gradients.data() + offset;
    for (size_t w = 1; w < workers_.size(); w++) {
      float* part = workers_[w]->gradients.data() + offset;
      for (long i = 0; i < size; i++) total[i] += part[i];
      memset(part, 0, sizeof(float) * size);
    }
    return total;
  }

  // Checkpoint: "QUIZCKP1", then 32-bit words: width, layers, heads, feed-forward, vocabulary rows, steps; seconds trained
  // (binary64); then parameters, momentum and squares (binary32, in the order of shape.hpp). Written aside, then renamed.
  void save(const std::string& path, uint32_t steps, double seconds) const {
    const std::string aside = path + ".part";
    FILE* file = fopen(aside.c_str(), "wb");
    const uint32_t head[] = {D, L, H, F, VOCABULARY_ROWS, steps};
    bool good = file && fwrite(MAGIC, 1, 8, file) == 8 && fwrite(head, sizeof head, 1, file) == 1 && fwrite(&seconds, 8, 1, file) == 1;
    for (const auto* part : {&parameters, &state_.momentum, &state_.squares})
      good = good && fwrite(part->data(), sizeof(float), PARAMETERS, file) == static_cast<size_t>(PARAMETERS);
    if (file) good = fclose(file) == 0 && good;
    if (!good || rename(aside.c_str(), path.c_str()) != 0) fprintf(stderr, "cannot write %s\n", path.c_str());
  }
  bool restore(const std::string& path, uint32_t& steps, double& seconds) {
    FILE* file = fopen(path.c_str(), "rb");
    char magic[8];
    uint32_t head[6];
    bool good = file && fread(magic, 1, 8, file) == 8 && memcmp(magic, MAGIC, 8) == 0 && fread(head, sizeof head, 1, file) == 1 &&
                head[0] == D && head[1] == L && head[2] == H && head[3] == F && fread(&seconds, 8, 1, file) == 1;
    for (auto* part : {&parameters, &state_.momentum, &state_.squares})
      good = good && fread(part->data(), sizeof(float), PARAMETERS, file) == static_cast<size_t>(PARAMETERS);
    if (file) fclose(file);
    steps = good ? head[5] : 0;
    if (good) pack();
    return good;
  }

 private:
  static constexpr const char* MAGIC = "QUIZCKP1";
  struct Worker {
    explicit Worker(int exams) : transformer(exams) {}
    Transformer transformer;
    MuonStep muon;
    std::vector<float> gradients;
  };

  const int examsPerJob_;
  ThreadTeam team_;
  PackedWeights packed_;
  OptimiserState state_;
  std::vector<std::unique_ptr<Worker>> workers_;
};
