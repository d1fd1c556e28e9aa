#include <tte/simulation/paths.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent&) {
    const std::vector<double> zero{0}, breaks{0, 90, 180}, onset{0.01, 0.005, 0.002}, death{0.003};
    tte::PathModel model;
    model.states = 3;
    model.transitions = {{1, 2, tte::Clock::forward, {breaks, onset}},
                         {1, 3, tte::Clock::forward, {zero, death}},
                         {2, 3, tte::Clock::reset, {breaks, onset}}};
    const std::vector<std::int32_t> start(d.stop.size(), 1);
    const std::vector<double> until(d.stop.size(), 360.0), delay(d.stop.size(), 14.0);
    tte::PathPersons persons;
    persons.start_state = start;
    persons.until = until;
    return tte::paths({{1}, 3}, model, persons, {2, delay, 100}).time.back();
  });
}
