// Trains a model on an endless stream of exams for a given wall-clock time. See README.md for the command line. Any
// stream in the form of exam-stream.hpp will do: chat-1 learns from dialogues, whose families are topics.
#include <chrono>
#include <ctime>
#include <map>
#include <sstream>

#include "exam-stream.hpp"
#include "model.hpp"


struct Options {
  std::string stream, name = "quiz", resume, families = "add,sub,mul,mod,cmp,ext,seq,log,rev,cnt,srt,cal,wrd,pat", score = "whole";
  double minutes = 60, saveMinutes = 2, muon = 0.02, adam = 0.003, cool = 0.72, easyUntil = 0.36, fullFrom = 1;
  int threads = 2, batch = 20, warm = 100, seed = 1, examsPerJob = 2;

  static Options parse(int count, char** words) {
    Options o;
    const std::map<std::string, std::string*> texts = {{"--stream", &o.stream}, {"--name", &o.name}, {"--resume", &o.resume}, {"--families", &o.families}, {"--score", &o.score}};
    const std::map<std::string, double*> numbers = {{"--minutes", &o.minutes},      {"--save-minutes", &o.saveMinutes}, {"--muon", &o.muon},
                                                    {"--adam", &o.adam},            {"--cool", &o.cool},                {"--easy-until", &o.easyUntil},
                                                    {"--full-from", &o.fullFrom}};
    const std::map<std::string, int*> integers = {{"--threads", &o.threads}, {"--batch", &o.batch}, {"--warm", &o.warm}, {"--seed", &o.seed}, {"--exams-per-job", &o.examsPerJob}};
    for (int i = 1; i < count; i += 2) {
      const std::string word = words[i];
      if (i + 1 < count && texts.count(word)) *texts.at(word) = words[i + 1];
      else if (i + 1 < count && numbers.count(word)) *numbers.at(word) = std::stod(words[i + 1]);
      else if (i + 1 < count && integers.count(word)) *integers.at(word) = std::stoi(words[i + 1]);
      else {
        fprintf(stderr, "unknown or incomplete option %s\n", words[i]);
        exit(2);
      }
    }
    if (o.stream.empty()) {
      fprintf(stderr, "--stream 'COMMAND' is needed: what writes the exams\n");
      exit(2);
    }
    if (o.score != "whole" && o.score != "tokens") {
      fprintf(stderr, "--score is whole (an answer counts if all its tokens are right) or tokens\n");
      exit(2);
    }
    return o;
  }
};

static double wallSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
static double cpuSeconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

// How well each family goes: every exam is fresh, so the running figures need no held-out set.
class FamilyScores {
 public:
  explicit FamilyScores(const std::string& names) {
    std::istringstream list(names);
    for (std::string name; std::getline(list, name, ',');) families_.push_back({name});
  }
  void add(int family, bool right) {
    if (family >= static_cast<int>(families_.size())) return;
    Family& f = families_[family];
    f.seen++;
    f.running += (right - f.running) * std::max(0.002, 1.0 / f.seen);   // a plain mean at first
    f.right += right;
    f.count++;
  }
  // Table entries for the exam builder, from 1 for a family that is known to 16 for one that mostly fails.
  std::string repeats() const {
    std::string list;
    for (const Family& f : families_) {
      const double wrong = std::min(0.6, 1 - f.running);
      list += (list.empty() ? "" : ",") + std::to_string(static_cast<int>(std::lround(1 + 25 * wrong)));
    }
    return "[" + list + "]";
  }
  // Accuracy since the last report, in permille by family; clears it.
  std::string report() {
    std::string line;
    double total = 0;
    for (Family& f : families_) {
      const double accuracy = f.count ? static_cast<double>(f.right) / f.count : 0;
      total += accuracy / families_.size();
      line += " " + f.name + " " + std::to_string(static_cast<int>(std::lround(1000 * accuracy)));
      f.right = f.count = 0;
    }
    return "mean " + std::to_string(static_cast<int>(std::lround(1000 * total))) + line;
  }

 private:
  struct Family {
    std::string name;
    double running = 0;
    long seen = 0, right = 0, count = 0;
  };
  std::vector<Family> families_;
};

// Reads back what `evaluate` found, exam by exam. Scores count whole answers, or each token of them.
static double score(const std::vector<ExamTokens>& exams, const std::vector<std::vector<Prediction>>& byJob, const Options& options, FamilyScores& scores) {
  const int examsPerJob = options.examsPerJob;
  const bool byToken = options.score == "tokens";
  double loss = 0;
  for (size_t e = 0; e < exams.size(); e++) {
    const std::vector<Prediction>& found = byJob[e / examsPerJob];
    size_t first = 0;
    for (size_t before = e / examsPerJob * examsPerJob; before < e; before++) first += exams[before].answerPositions.size();
    for (const QuizSpan& quiz : exams[e].quizzes) {
      bool right = true;
      for (int i = quiz.firstAnswer; i < quiz.firstAnswer + quiz.answerTokens; i++) {
        loss += found[first + i].loss;
        const bool same = found[first + i].token == exams[e].tokens[exams[e].answerPositions[i]];
        if (byToken) scores.add(quiz.family, same);
        right = right && same;
      }
      if (!byToken) scores.add(quiz.family, right);
    }
  }
  return loss;
}

int main(int count, char** words) {
  const Options options = Options::parse(count, words);
  signal(SIGPIPE, SIG_IGN);
  Model model(options.threads, options.examsPerJob);
  uint32_t step = 0;
  double trained = 0;
  if (options.resume.empty()) model.initialise(options.seed);
  else if (!model.restore(options.resume, step, trained)) {
    fprintf(stderr, "cannot resume from %s\n", options.resume.c_str());
    return 2;
  }
  ExamStream stream(options.stream);
  FamilyScores scores(options.families);
  std::vector<ExamTokens> exams(options.batch);
  const double start = wallSeconds() - trained, budget = options.minutes * 60;
  double lastReport = wallSeconds(), lastSave = lastReport, lastMix = 0, loss = 0, cpuAtReport = cpuSeconds();
  long tokens = 0, tokensAtReport = 0, quizzes = 0, answers = 0;
  printf("%ld parameters\n", PARAMETERS - (VOCABULARY_ROWS - VOCABULARY) * long{D});
  for (;;) {
    const double now = wallSeconds(), elapsed = (now - start) / budget;   // the schedule follows the clock: it ends in time
    if (elapsed >= 1) break;
    if (now - lastMix > 2) {
      lastMix = now;
      const int easy = static_cast<int>(std::max(0.0, 70 * (1 - elapsed / options.easyUntil)));
      stream.control("{\"repeats\":" + scores.repeats() + ",\"easyPercent\":" + std::to_string(easy) +
                     ",\"shortSaltPercent\":" + std::to_string(elapsed < options.fullFrom ? 85 : 20) + "}");
    }
    for (ExamTokens& exam : exams) {
      stream.read(exam);
      tokens += exam.fed();
      answers += static_cast<long>(exam.answerPositions.size());
      quizzes += static_cast<long>(exam.quizzes.size());
    }
    loss += score(exams, model.evaluate(exams, true), options, scores);
    step++;
    const double rate = std::min(1.0, static_cast<double>(step) / options.warm) * std::min(1.0, (1 - elapsed) / options.cool + 0.005);
    model.step({static_cast<float>(options.muon * rate), static_cast<float>(options.adam * rate), static_cast<int>(step)});
    if (now - lastReport > 20) {
      const double cpu = cpuSeconds() - cpuAtReport;
      printf("minute %.1f step %u Mtokens %.2f kquizzes %ld tokens/s %.0f tokens/cpu-s %.0f rate %.3f loss %.4f %s\n", (now - start) / 60, step, tokens / 1e6,
             quizzes / 1000, (tokens - tokensAtReport) / (now - lastReport), (tokens - tokensAtReport) / cpu, rate, loss / answers, scores.report().c_str());
      fflush(stdout);
      lastReport = now;
      cpuAtReport = cpuSeconds();
      tokensAtReport = tokens;
      loss = 0;
      answers = 0;
    }
    if (now - lastSave > options.saveMinutes * 60) {
      lastSave = now;
      model.save(options.name + ".checkpoint", step, now - start);
    }
  }
  model.save(options.name + ".checkpoint", step, wallSeconds() - start);
  printf("done: %u steps, %.2f M tokens, %ld quizzes, %.0f CPU seconds\n", step, tokens / 1e6, quizzes, cpuSeconds());
  return 0;
}
