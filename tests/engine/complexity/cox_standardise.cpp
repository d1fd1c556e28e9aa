// Survival of two arms at three times; a restricted mean is a pass over the times for every row, and not
// here.
#include <tte/core/special.hpp>
#include <tte/cox/standardise.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent& data) {
    const tte::CoxModel model{d.covariates(), {}, {0.2, -0.1, 0.1}};
    const arma::mat variance(3, 3, arma::fill::eye);
    const std::vector<double> mass(d.rows(), 1.0);
    const tte::Population population{{d.covariates(), d.covariates()}, mass};
    return tte::standardise(data, model, variance, population, {1, 4, 8}, naive::nan).covariance[0];
  });
}
