#include <tte/response/lesion_findings.hpp>

#include "driver.hpp"

// One patient with a complete response on every day, and every tenth row at the baseline: the rows of a visit
// are compared with each other, and each response looks for the one that it confirms.
int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent&) {
    const std::size_t n = d.rows();
    std::vector<std::int32_t> day(n), group(n, 1), state(n, 0), zero(n, 0), visit(n, -1), baseline(n);
    std::vector<double> size(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      baseline[i] = i % 10 == 0;
      day[i] = baseline[i] ? 0 : static_cast<std::int32_t>(i + 1);
      if (baseline[i]) size[i] = static_cast<double>(i % 97) + 1;
    }
    const std::vector<std::int32_t> none{tte::no_day};
    const auto found =
        tte::lesion_findings({zero, visit, day, zero, group, state, size, zero, baseline}, {none, none});
    tte::RecistRule rule;
    rule.reappearance_if_confirmed = true;
    const auto calls = tte::recist({found.offset, found.findings, found.has_targets}, rule);
    return static_cast<double>(calls.back().day);
  });
}
