// A few threads that share numbered jobs: whoever is free takes the next one, so a busy core only does fewer of them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

class ThreadTeam {
 public:
  explicit ThreadTeam(int size) {
    for (int id = 1; id < size; id++) threads_.emplace_back([this, id] { serve(id); });
  }
  ~ThreadTeam() {
    {
      std::lock_guard<std::mutex> hold(mutex_);
      ending_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  // Calls job(thread, index) for every index below `count` and returns when all are done.
  void run(int count, const std::function<void(int, int)>& job) {
    {
      std::lock_guard<std::mutex> hold(mutex_);
      job_ = &job;
      count_ = count;
      next_ = 0;
      busy_ = static_cast<int>(threads_.size());
      round_++;
    }
    wake_.notify_all();
    work(0);
    std::unique_lock<std::mutex> hold(mutex_);
    done_.wait(hold, [this] { return busy_ == 0; });
  }

 private:
  void work(int id) {
    for (int index; (index = next_.fetch_add(1)) < count_;) (*job_)(id, index);
  }
  void serve(int id) {
    for (long seen = 0;;) {
      {
        std::unique_lock<std::mutex> hold(mutex_);
        wake_.wait(hold, [&] { return ending_ || round_ != seen; });
        if (ending_) return;
        seen = round_;
      }
      work(id);
      std::lock_guard<std::mutex> hold(mutex_);
      if (--busy_ == 0) done_.notify_one();
    }
  }

  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  const std::function<void(int, int)>* job_ = nullptr;
  std::atomic<int> next_{0};
  int count_ = 0, busy_ = 0;
  long round_ = 0;
  bool ending_ = false;
};
