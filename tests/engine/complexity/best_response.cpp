#include <tte/response/best_response.hpp>

#include <limits>

#include "driver.hpp"

// One patient with a partial response on every day: each looks for its confirmation as far as the rule lets
// it.
int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent&) {
    std::vector<double> day(d.rows());
    for (std::size_t i = 0; i < day.size(); ++i) day[i] = static_cast<double>(i);
    const std::vector<std::int32_t> offset{0, static_cast<std::int32_t>(day.size())}, response(day.size(), 2);
    const std::vector<double> last_day{std::numeric_limits<double>::infinity()};
    const auto best = tte::best_response({offset, day, response, last_day}, tte::ResponseRule{});
    return static_cast<double>(best[0].confirmed.row);
  });
}
