// Random bytes become columns; every estimator must give a result or throw InvalidInput, nothing else.
//   clang++ -std=c++17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
//     -Iinst/include tests/fuzz/fuzz-time_to_event.cpp -llapack -lblas -o fuzz
//   ./fuzz -max_total_time=60
#include <tte.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace {

// Reads the bytes as numbers of several kinds; when they are used up, zeros follow.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  std::uint8_t byte() { return at_ < size_ ? data_[at_++] : 0; }
  bool chance() { return byte() & 1; }

  // Mostly small numbers with many ties, some that differ by rounding, some from anywhere.
  double number() {
    const std::uint8_t kind = byte();
    const double small = byte() - 100;
    if (kind < 200) return small;
    if (kind < 220) return small + kind * 1e-14;
    if (kind < 230) return small * 1e-300;
    if (kind < 240) return small * 1e300;
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8 | byte();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  std::int32_t code(std::int32_t largest) {
    const std::uint8_t value = byte();
    return value < 250    ? 1 + value % largest
           : value == 250 ? std::numeric_limits<std::int32_t>::max()
                          : value - 254;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_, at_ = 0;
};

struct Input {
  std::vector<double> start, stop, weight, offset, first, second, initial;
  std::vector<std::int32_t> cause, stratum, freq, cluster, subject, group;

  explicit Input(Bytes bytes) {
    const std::size_t n = bytes.byte() % 40;
    const std::uint8_t has = bytes.byte();
    for (std::size_t i = 0; i < n; ++i) {
      stop.push_back(bytes.number());
      cause.push_back(bytes.byte() < 250 ? bytes.byte() % 4 : -1);
      first.push_back(bytes.number());
      second.push_back(bytes.chance());
      group.push_back(bytes.code(3) - 1);
      // a valid start most of the time, so that what follows the checks is reached
      if (has & 1) start.push_back(bytes.byte() < 240 ? stop[i] - 1 - bytes.byte() % 8 : bytes.number());
      if (has & 2) weight.push_back(bytes.byte() < 240 ? 0.25 + bytes.byte() / 64.0 : bytes.number());
      if (has & 4) stratum.push_back(bytes.code(3));
      if (has & 8) freq.push_back(bytes.byte() % 5 - (bytes.byte() == 255));
      if (has & 16) cluster.push_back(bytes.code(4));
      if (has & 32) subject.push_back(bytes.code(6));
      if (has & 64) offset.push_back(bytes.number());
    }
    if (has & 128) stop.push_back(bytes.number());
    if (bytes.byte() == 7) initial = {bytes.number(), bytes.number()};
  }
  tte::Columns columns() const {
    tte::Columns out;
    out.start = start;
    out.stop = stop;
    out.weight = weight;
    out.cause = cause;
    out.stratum = stratum;
    out.freq = freq;
    out.cluster = cluster;
    out.subject = subject;
    return out;
  }
};

template <class Work>
void must_return_or_refuse(Work work) {
  try {
    work();
  } catch (const tte::InvalidInput&) {
  }
}

void fit_everything(const Input& input, const tte::TimeToEvent& data) {
  must_return_or_refuse([&] { tte::robust_kaplan_meier(data, tte::risk_table(data), {}); });
  must_return_or_refuse([&] { tte::kaplan_meier(tte::risk_table(data, 2), {tte::Transform::arcsine, 0.9}); });
  for (const auto variance :
       {tte::IncidenceVariance::aalen, tte::IncidenceVariance::infinitesimal_jackknife}) {
    for (const std::size_t causes : {1, 2, 3}) {
      must_return_or_refuse([&] {
        tte::aalen_johansen(data, tte::risk_table(data, causes), {variance, tte::Transform::logit, 0.95});
      });
    }
  }
  must_return_or_refuse([&] { tte::log_rank(data, data.arrange(tte::Span<std::int32_t>(input.group)), 3); });
  must_return_or_refuse([&] {
    tte::permutation_test(data, data.arrange(tte::Span<std::int32_t>(input.group)), 2,
                          tte::RankWeight::fleming_harrington(0, 1), 3, {1});
  });
  for (const auto kind : {tte::PseudoValue::jackknife, tte::PseudoValue::infinitesimal_jackknife}) {
    must_return_or_refuse([&] { tte::pseudo_values(data, {-1, 5, 1e300}, {kind, true}); });
    must_return_or_refuse([&] { tte::pseudo_values(data, {-1, 5, 1e300}, {kind, false}); });
  }
  must_return_or_refuse([&] { tte::concordance(data, data.arrange(tte::Span<double>(input.first))); });
  for (const auto ties : {tte::Ties::breslow, tte::Ties::efron}) {
    tte::CoxOptions options;
    options.ties = ties;
    options.robust = true;
    must_return_or_refuse([&] {
      tte::cox_fit(data, {input.first, input.second}, input.offset, input.initial, options, {2});
    });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Input input{Bytes(bytes, size)};
  for (const bool snap : {true, false}) {
    must_return_or_refuse([&] { fit_everything(input, tte::TimeToEvent(input.columns(), snap)); });
  }
  return 0;
}
