// Sorting the rows, merging near-equal times, building the schedule.
#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent&) {
    return tte::TimeToEvent(d.columns()).event_count();
  });
}
