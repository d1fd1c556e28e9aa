#include <tte/competing/gray_test.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent& data) {
    std::vector<std::int32_t> arm;
    for (std::size_t i = 0; i < d.rows(); ++i) arm.push_back(static_cast<std::int32_t>(i % 3));
    return tte::gray_test(data, data.arrange(tte::Span<std::int32_t>(arm)), 3, 1, 0.5).incidence.statistic;
  });
}
