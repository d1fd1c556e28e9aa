#include "tte/response/best_response.hpp"
#include "driver.hpp"

#include <limits>

// One patient with a partial response on every day: each looks for its confirmation as far as the rule lets
// it.
int main(int argc, char** argv) {
  return complexity::run(argc, argv, [](const complexity::Data& d) {
    std::vector<double> day(d.n);
    for (std::size_t i = 0; i < d.n; ++i) day[i] = static_cast<double>(i);
    const std::vector<std::int32_t> offset{0, static_cast<std::int32_t>(d.n)}, response(d.n, 2);
    const std::vector<double> last_day{std::numeric_limits<double>::infinity()};
    tte::best_response({offset, day, response, last_day}, tte::ResponseRule{});
  });
}
