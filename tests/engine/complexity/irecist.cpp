#include <tte/response/irecist.hpp>
#include <tte/response/irecist_best.hpp>

#include "driver.hpp"

// One patient who is scanned on every day. Ninety complete responses, each of which looks for the one that it
// confirms, then ten days with a new lesion, a block of unconfirmed progression that the next response ends;
// the best response looks for confirmations over all of them.
int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent&) {
    const std::size_t n = d.rows();
    std::vector<tte::Findings> found(n);
    std::vector<tte::ImmuneFindings> more(n);
    for (std::size_t i = 0; i < n; ++i) {
      const bool fresh = i % 100 >= 90;
      const auto day = static_cast<std::int32_t>(i);
      found[i] = tte::sum_findings(i == 0 ? 1000 : 0, true, false);
      found[i].role = i == 0 ? tte::VisitRole::baseline : tte::VisitRole::follow_up;
      found[i].day = found[i].target_day = day;
      found[i].new_lesion = fresh ? tte::NewLesion::yes : tte::NewLesion::no;
      more[i].known = static_cast<std::int32_t>((i + 10) / 100);
      more[i].there = more[i].measured = fresh;
      more[i].sum = fresh ? 100 : 0;
      if (fresh) more[i].seen_day = more[i].appeared_day = day;
    }
    const std::vector<std::int32_t> offset{0, static_cast<std::int32_t>(n)}, targets{1};
    tte::RecistRule rule;
    rule.reappearance_if_confirmed = true;
    const tte::Histories histories{offset, found, targets};
    const auto calls = tte::irecist(histories, more, tte::recist(histories, rule), rule, {});
    std::vector<std::int32_t> code;
    std::vector<double> days;
    for (const tte::ImmuneCall& call : calls) {
      if (call.overall == tte::ImmuneResponse::missing) continue;
      code.push_back(static_cast<std::int32_t>(call.overall));
      days.push_back(static_cast<double>(call.day));
    }
    const std::vector<std::int32_t> visits{0, static_cast<std::int32_t>(code.size())};
    const std::vector<double> last{static_cast<double>(n)};
    const auto best = tte::irecist_best({visits, days, code, last}, {});
    return static_cast<double>(best.blocks.size());
  });
}
