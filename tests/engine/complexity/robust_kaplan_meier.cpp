#include <tte/nonparametric/kaplan_meier.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data&, const tte::TimeToEvent& data) {
    return tte::robust_kaplan_meier(data, tte::risk_table(data), {}).std_error.front();
  });
}
