// Prints what a checkpoint answers, one JSON object an exam, for comparison with llama.cpp.
// Usage: predict CHECKPOINT EXAMS 'COMMAND THAT WRITES EXAMS'
#include "exam-stream.hpp"
#include "model.hpp"

template <class List>
static void printList(const char* name, const List& list, const char* after) {
  printf("\"%s\":[", name);
  for (size_t i = 0; i < list.size(); i++) printf(i ? ",%d" : "%d", static_cast<int>(list[i]));
  printf("]%s", after);
}

int main(int count, char** words) {
  if (count != 4) {
    fprintf(stderr, "usage: predict CHECKPOINT EXAMS COMMAND\n");
    return 2;
  }
  Model model(1, 1);
  uint32_t steps;
  double seconds;
  if (!model.restore(words[1], steps, seconds)) {
    fprintf(stderr, "cannot read %s\n", words[1]);
    return 2;
  }
  ExamStream stream(words[3]);
  std::vector<ExamTokens> exams(1);
  for (int e = 0; e < std::stoi(words[2]); e++) {
    stream.read(exams[0]);
    std::vector<int> argMax;
    const auto byJob = model.evaluate(exams, false);
    for (const Prediction& p : byJob[0]) argMax.push_back(p.token);
    printf("{");
    printList("tokens", exams[0].tokens, ",");
    printList("positions", exams[0].answerPositions, ",");
    printList("argMax", argMax, "}\n");
  }
  return 0;
}
