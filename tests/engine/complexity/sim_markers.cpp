#include <tte/simulation/markers.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent&) {
    std::vector<std::int32_t> person, index, block;
    for (std::size_t i = 0; i < d.stop.size(); ++i) {
      person.push_back(static_cast<std::int32_t>(i / 4));
      index.push_back(static_cast<std::int32_t>(i % 4 + 1));
    }
    for (std::int32_t m = 0; m < 20; ++m) block.push_back(m / 5 + 1);
    const std::vector<double> loading(20, 0.7);
    return tte::markers({{1}, 14}, {person, index}, {block, loading, 0.5, 0.1}).back();
  });
}
