// Along a direction in which every event has the largest value of its risk set, so that the search goes to
// the end.
// n = 20000
#include <tte/cox/monotone.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent& data) {
    std::vector<double> falling = d.stop;
    for (double& x : falling) x = -x;
    return static_cast<double>(tte::is_monotone_along(data, data.arrange_rows({falling}), arma::vec{1}));
  });
}
