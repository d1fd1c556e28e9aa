#include <tte/competing/aalen_johansen.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data&, const tte::TimeToEvent& data) {
    tte::AalenJohansenOptions options;
    options.variance = tte::IncidenceVariance::infinitesimal_jackknife;
    return tte::aalen_johansen(data, tte::risk_table(data, 2), options).std_error.back();
  });
}
