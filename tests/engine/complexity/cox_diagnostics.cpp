// Residuals, baseline hazard, and the test of proportional hazards under a robust variance.
#include <tte/core/special.hpp>
#include <tte/cox/baseline.hpp>
#include <tte/cox/proportional_hazards.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent& data) {
    const tte::CoxModel model{d.covariates(), {}, {0.2, -0.1, 0.1}};
    const tte::TimeFunction g{{0, 5, 10}, {0, 1, 2}};
    return tte::cox_residuals(data, model).score[0][0] +
           tte::cox_baseline(data, model, {0, 0, 0}).hazard.back() +
           tte::proportional_hazards(data, model, g, true).score(0);
  });
}
