// The other end of exam-stream.ts: a child process that writes exams to a pipe as fast as it is read, and takes one line of
// text whenever the mix of quizzes should change.
//
// One exam, little-endian 16-bit words:
//   tokens | answers | quizzes | token × tokens | answer position × answers | (family, answer tokens) × quizzes
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "exam-batch.hpp"
#include "shape.hpp"

class ExamStream {
 public:
  explicit ExamStream(const std::string& command) {
    int exams[2], control[2];
    if (pipe(exams) != 0 || pipe(control) != 0) fail("pipe");
    fcntl(exams[1], F_SETPIPE_SZ, PIPE_BYTES);
    child_ = fork();
    if (child_ < 0) fail("fork");
    if (child_ == 0) {
      dup2(control[0], STDIN_FILENO);
      dup2(exams[1], STDOUT_FILENO);
      for (const int end : {exams[0], exams[1], control[0], control[1]}) close(end);
      execl("/bin/sh", "sh", "-c", ("exec " + command).c_str(), static_cast<char*>(nullptr));
      _exit(127);
    }
    close(exams[1]);
    close(control[0]);
    exams_ = fdopen(exams[0], "rb");
    control_ = fdopen(control[1], "w");
  }
  ~ExamStream() {
    fclose(control_);
    fclose(exams_);
    kill(child_, SIGTERM);
    waitpid(child_, nullptr, 0);
  }
  ExamStream(const ExamStream&) = delete;

  void control(const std::string& line) {
    fputs((line + "\n").c_str(), control_);
    fflush(control_);
  }

  void read(ExamTokens& exam) {
    uint16_t counts[3];
    readWords(counts, 3);
    if (counts[0] < 2 || counts[0] > MAX_TOKENS + 1 || counts[1] > MAX_ANSWERS || counts[2] > counts[1]) fail("exam header");
    exam.tokens.resize(counts[0]);
    exam.answerPositions.resize(counts[1]);
    exam.quizzes.clear();
    readWords(exam.tokens.data(), counts[0]);
    readWords(exam.answerPositions.data(), counts[1]);
    int answered = 0;
    for (int q = 0; q < counts[2]; q++) {
      uint16_t quiz[2];
      readWords(quiz, 2);
      exam.quizzes.push_back({quiz[0], answered, quiz[1]});
      answered += quiz[1];
    }
    if (answered != counts[1]) fail("exam answers");
  }

 private:
  static constexpr int PIPE_BYTES = 1 << 18;   // about 600 exams: a second of training ahead

  [[noreturn]] static void fail(const char* what) {
    fprintf(stderr, "exam stream: %s\n", what);
    exit(1);
  }
  void readWords(uint16_t* to, size_t count) {
    if (fread(to, 2, count, exams_) != count) fail("ended");
  }

  pid_t child_;
  FILE *exams_, *control_;
};
