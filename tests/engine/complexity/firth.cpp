#include <tte/cox/cox_fit.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent& data) {
    tte::CoxOptions options;
    options.firth = true;
    tte::CoxProblem problem(data, d.covariates(), {}, options, {});
    return problem.objective()({0.1, 0.2, 0.3}).value;
  });
}
