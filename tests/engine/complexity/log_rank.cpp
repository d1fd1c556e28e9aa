#include <tte/core/special.hpp>
#include <tte/nonparametric/log_rank.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent& data) {
    const std::vector<std::int32_t> group(d.x[1].begin(), d.x[1].end());
    return tte::log_rank(data, data.arrange(tte::Span<std::int32_t>(group)), 3).statistic;
  });
}
