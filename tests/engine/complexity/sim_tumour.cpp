#include <tte/simulation/tumour.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent&) {
    const std::size_t n = d.stop.size();
    const std::vector<std::int32_t> targets(n, 3), mode(n, 1);
    const std::vector<double> depth(n, 0.5), rate(n, 0.01), progression(n, 200.0);
    std::vector<std::int32_t> offset{0};
    std::vector<double> day;
    for (std::size_t i = 0; i < n; ++i) {
      for (const double scan : {-7, 56, 112, 168, 224}) day.push_back(scan);
      offset.push_back(static_cast<std::int32_t>(day.size()));
    }
    return tte::tumour({{1}, 7}, {targets, depth, rate, rate, progression, mode, {}, {}, {}}, {offset, day})
        .size.back();
  });
}
