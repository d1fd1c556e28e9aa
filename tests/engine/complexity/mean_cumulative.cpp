#include <tte/recurrent/mean_cumulative.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data&, const tte::TimeToEvent& data) {
    return tte::mean_cumulative(data, tte::risk_table(data, 2)).std_error.back();
  });
}
