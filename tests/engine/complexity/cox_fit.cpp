// Three steps of Newton, Efron's ties, robust variance: as many steps whatever the data.
#include <tte/core/special.hpp>
#include <tte/cox/cox_fit.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent& data) {
    tte::CoxOptions options;
    options.newton = {3, 0};
    options.robust = true;
    options.concordance = false;
    return tte::cox_fit(data, d.covariates(), {}, {}, options).loglik;
  });
}
